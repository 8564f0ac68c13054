import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../core/clock.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { allowing, startLambdaBench } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
beforeAll(async () => {
  // Signatures are checked against the cloud's clock, so it starts where the clients are.
  bench = await startLambdaBench({ clock: createVirtualClock(Date.now()) });
});
afterAll(() => bench.stop());

const ESM = (body: string) => ({ 'index.mjs': `export const handler = ${body};` });
const send = (name: string, event: unknown) =>
  bench.invoke(name, event, { InvocationType: 'Event', LogType: undefined });

describe('an asynchronous invocation tells of its result', () => {
  const settings = () => ({
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const destine = (FunctionName: string, DestinationConfig: object) =>
    bench.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        MaximumRetryAttempts: 0,
        DestinationConfig,
      }),
    );
  beforeAll(() =>
    bench.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'function-role',
        PolicyName: 'destinations',
        PolicyDocument: allowing('s3:PutObject', 'sqs:SendMessage', 'events:PutEvents'),
      }),
    ),
  );

  it('a bucket, of failures alone', async () => {
    const s3 = new S3Client({ ...settings(), forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'failures' }));
    await bench.create('to-s3', ESM(`async () => { throw new TypeError('lost'); }`));
    await expect(
      destine('to-s3', { OnSuccess: { Destination: 'arn:aws:s3:::failures' } }),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    await destine('to-s3', { OnFailure: { Destination: 'arn:aws:s3:::failures' } });
    await send('to-s3', { n: 7 });
    await bench.cloud.settle();
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'failures' }));
    const Key = Contents[0]?.Key ?? '';
    expect(Key).toMatch(
      /^aws\/lambda\/async\/to-s3\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'failures', Key }));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted' },
      requestPayload: { n: 7 },
      responsePayload: { errorType: 'TypeError' },
    });
  });

  it('a queue; its dead letter says why, with attributes', async () => {
    const sqs = new SQSClient(settings());
    const [results = '', dead = ''] = await Promise.all(
      ['results', 'dead'].map(
        async (QueueName) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? '',
      ),
    );
    const received = async (QueueUrl: string) =>
      (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] })))
        .Messages?.[0];
    const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
    await bench.create(
      'to-sqs',
      ESM(`async ({ bad }) => { if (bad) throw new Error('lost'); return 'fine'; }`),
    );
    await bench.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'to-sqs',
        DeadLetterConfig: { TargetArn: queueArn('dead') },
      }),
    );
    await destine('to-sqs', { OnSuccess: { Destination: queueArn('results') } });
    await send('to-sqs', {});
    await send('to-sqs', { bad: true });
    await bench.cloud.settle();
    expect(JSON.parse((await received(results))?.Body ?? '')).toMatchObject({
      requestContext: { condition: 'Success', approximateInvokeCount: 1 },
      responsePayload: 'fine',
    });
    expect(await received(dead)).toMatchObject({
      Body: '{"bad":true}',
      MessageAttributes: {
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: 'lost' },
        RequestID: { DataType: 'String' },
      },
    });
  });

  it('a bus, with the function among the event’s resources', async () => {
    const events = new EventBridgeClient(settings());
    const sqs = new SQSClient(settings());
    const { EventBusArn = '' } = await events.send(new CreateEventBusCommand({ Name: 'results' }));
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:heard';
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({
        QueueName: 'heard',
        Attributes: {
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'events.amazonaws.com' },
                Action: 'sqs:SendMessage',
                Resource: queueArn,
              },
            ],
          }),
        },
      }),
    );
    await events.send(
      new PutRuleCommand({
        Name: 'all',
        EventBusName: 'results',
        EventPattern: JSON.stringify({ source: ['lambda'] }),
      }),
    );
    await events.send(
      new PutTargetsCommand({
        Rule: 'all',
        EventBusName: 'results',
        Targets: [{ Id: 'queue', Arn: queueArn }],
      }),
    );
    await bench.create(
      'to-bus',
      ESM(`async ({ bad }) => { if (bad) throw new Error('lost'); return 'fine'; }`),
    );
    await destine('to-bus', {
      OnSuccess: { Destination: EventBusArn },
      OnFailure: { Destination: EventBusArn },
    });
    await send('to-bus', {});
    await bench.cloud.settle();
    await send('to-bus', { bad: true });
    await bench.cloud.settle();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:to-bus:$LATEST';
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toMatchObject([
      {
        'detail-type': 'Lambda Function Invocation Result - Success',
        source: 'lambda',
        resources: [EventBusArn, functionArn],
        detail: {
          requestContext: { functionArn, condition: 'Success' },
          responsePayload: 'fine',
        },
      },
      {
        'detail-type': 'Lambda Function Invocation Result - Failure',
        detail: {
          requestContext: { condition: 'RetriesExhausted' },
          requestPayload: { bad: true },
        },
      },
    ]);
  });
});
