import {
  CreateUserCommand,
  CreateAccessKeyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servicePrincipal } from '../../core/principals.ts';
import type { TopicBench } from './fixtures/topics.ts';
import { ACCOUNT, queueArn, startTopics } from './fixtures/topics.ts';

let bench: TopicBench;
beforeAll(async () => {
  bench = await startTopics();
});
afterAll(() => bench.stop());

it('who publishes to an encrypted topic needs its key', async () => {
  const settings = {
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const kms = new KMSClient(settings);
  const iam = new IAMClient(settings);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { Arn: keyArn = '', KeyId = '' } = KeyMetadata ?? {};
  const TopicArn = await bench.topic('sealed', { KmsMasterKeyId: keyArn });
  const url = await bench.queue('sealed', TopicArn);
  await bench.subscribe(TopicArn, 'sqs', queueArn('sealed'), {
    Attributes: { RawMessageDelivery: 'true' },
  });
  await iam.send(new CreateUserCommand({ UserName: 'writer' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'writer' }));
  const writer = new SNSClient({
    ...settings,
    credentials: {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    },
  });
  const may = (statements: readonly object[]) =>
    iam.send(
      new PutUserPolicyCommand({
        UserName: 'writer',
        PolicyName: 'may',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
  const publish = () => writer.send(new PublishCommand({ TopicArn, Message: 'secret' }));
  const onTopic = { Effect: 'Allow', Action: 'sns:Publish', Resource: TopicArn };
  await may([onTopic]);
  await expect(publish()).rejects.toMatchObject({
    name: 'KMSAccessDeniedException',
    message: expect.stringContaining('kms:GenerateDataKey'),
  });
  await may([
    onTopic,
    { Effect: 'Allow', Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: keyArn },
  ]);
  await publish();
  expect((await bench.received(url)).map(({ Body }) => Body)).toEqual(['secret']);
  // A service has no policy of its own: the key's must let it in, and AWS's does not.
  await expect(
    bench.cloud.dispatch({
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn, Message: 'alarm' },
      principal: servicePrincipal('cloudwatch.amazonaws.com', {
        sourceArn: `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:a`,
        sourceAccount: ACCOUNT,
      }),
      accountId: ACCOUNT,
      region: 'us-east-1',
      requestId: 'r',
    }),
  ).rejects.toMatchObject({ code: 'KMSAccessDeniedException' });
  await kms.send(new DisableKeyCommand({ KeyId }));
  await expect(publish()).rejects.toMatchObject({ name: 'KMSDisabledException' });
  for (const client of [kms, iam, writer]) client.destroy();
});
