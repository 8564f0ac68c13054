import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:watch';
const Bucket = 'watched';

let bench: LambdaBench;
let s3: S3Client;

beforeAll(async () => {
  bench = await startLambdaBench();
  s3 = new S3Client({
    endpoint: bench.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await bench.create('watch', {
    'index.mjs': 'export const handler = async (event) => console.log(JSON.stringify(event));',
  });
});
afterAll(() => bench.stop());

const notify = (NotificationConfiguration: NotificationConfiguration) =>
  s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));

const permit = (source: string) =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'watch',
      StatementId: 's3',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: source,
      SourceAccount: '000000000000',
    }),
  );

const refuse = () =>
  bench.lambda.send(new RemovePermissionCommand({ FunctionName: 'watch', StatementId: 's3' }));

/** Records of the events that the function saw. */
const seen = async () => {
  const { events = [] } = await bench.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/watch', filterPattern: 'Records' }),
  );
  return events.flatMap(
    ({ message = '' }) =>
      (JSON.parse(message.slice(message.indexOf('{'))) as { Records: S3Record[] }).Records,
  );
};

interface S3Record {
  readonly eventName: string;
  readonly eventSource: string;
  readonly eventVersion: string;
  readonly s3: {
    readonly bucket: { readonly name: string; readonly arn: string };
    readonly object: { readonly key: string; readonly size?: number };
  };
}

const created = (suffix: string): NotificationConfiguration => ({
  LambdaFunctionConfigurations: [
    {
      LambdaFunctionArn: FUNCTION,
      Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:Delete'],
      Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: suffix }] } },
    },
  ],
});

it('is refused while the function does not let the bucket in', async () => {
  await expect(notify(created('.png'))).rejects.toMatchObject({
    name: 'InvalidArgument',
    message: 'Unable to validate the following destination configurations',
  });
  await permit('arn:aws:s3:::another');
  await expect(notify(created('.png'))).rejects.toMatchObject({ name: 'InvalidArgument' });
  await refuse();
});

it('delivers what the filter lets through, as AWS writes it', async () => {
  await permit(`arn:aws:s3:::${Bucket}`);
  await notify(created('.png'));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'no.txt', Body: 'no' }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a b+ü.png', Body: 'yes' }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b+ü.png' }));
  const records = await vi.waitFor(async () => {
    const found = await seen();
    expect(found).toHaveLength(2);
    return found;
  }, 10_000);
  const [put, removed] = records.toSorted((a, b) => a.eventName.localeCompare(b.eventName));
  expect(put).toMatchObject({
    eventName: 'ObjectCreated:Put',
    eventSource: 'aws:s3',
    eventVersion: '2.1',
    s3: {
      bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
      object: { key: 'a+b%2B%C3%BC.png', size: 3 },
    },
  });
  expect(removed?.eventName).toBe('ObjectRemoved:Delete');
});

it('drops a delivery that is no longer allowed, and the journal says so', async () => {
  await refuse();
  await s3.send(new PutObjectCommand({ Bucket, Key: 'late.png', Body: 'late' }));
  await vi.waitFor(() => {
    const dropped = bench.cloud.journal
      .entries()
      .find(({ operation, outcome }) => operation === 'Invoke' && outcome === 'denied');
    expect(dropped).toMatchObject({ principal: 's3.amazonaws.com', service: 'lambda' });
    expect(dropped?.message).toContain('lambda:InvokeFunction');
  }, 10_000);
  expect((await seen()).filter(({ s3: { object } }) => object.key === 'late.png')).toEqual([]);
});

it('refuses overlapping rules, unknown events, and what the cloud does not have', async () => {
  await permit(`arn:aws:s3:::${Bucket}`);
  const twice = created('.png').LambdaFunctionConfigurations ?? [];
  await expect(
    notify({ LambdaFunctionConfigurations: [...twice, ...twice] }),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
  await expect(
    notify({
      LambdaFunctionConfigurations: [
        { LambdaFunctionArn: FUNCTION, Events: ['s3:ObjectPainted' as 's3:ObjectCreated:*'] },
      ],
    }),
  ).rejects.toMatchObject({ name: 'InvalidArgument' });
  const unsupported = { name: 'NotImplemented' };
  await expect(
    notify({
      QueueConfigurations: [
        { QueueArn: 'arn:aws:sqs:us-east-1:000000000000:q', Events: ['s3:ObjectCreated:*'] },
      ],
    }),
  ).rejects.toMatchObject(unsupported);
});
