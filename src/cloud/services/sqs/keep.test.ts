import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, expect, it } from 'vitest';
import { startCloud } from '../../index.ts';
import { iam } from '../iam/index.ts';
import { kms } from '../kms/index.ts';
import { arnOf, startQueueBench } from './fixtures/queue-bench.ts';
import { sqs as service } from './index.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'queues-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

it('after a restart everything stands where it stood, and goes on', async () => {
  const first = await startQueueBench(stateDir);
  const { clock } = first;
  const fifo = { MessageGroupId: 'g', MessageDeduplicationId: 'same' };
  const plain = await first.queue({ VisibilityTimeout: '100' }, 'kept');
  const ordered = await first.queue({ FifoQueue: 'true' }, 'kept.fifo');
  const dead = await first.queue({}, 'dead');
  const source = await first.queue(
    {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 1 }),
    },
    'source',
  );
  for (const body of ['1', '2', '3']) await first.send(source, body);
  await first.receive(source, { VisibilityTimeout: 0 });
  await first.receive(source);
  await first.sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: arnOf('dead'),
      MaxNumberOfMessagesPerSecond: 1,
    }),
  );
  for (const body of ['held', 'ready']) await first.send(plain, body);
  await first.send(plain, 'delayed', { DelaySeconds: 50 });
  const [held] = await first.receive(plain, { MaxNumberOfMessages: 1 });
  const id = await first.send(ordered, 'once', fifo);
  await first.send(ordered, 'after', { ...fifo, MessageDeduplicationId: 'other' });
  await first.receive(ordered, { MaxNumberOfMessages: 1, VisibilityTimeout: 20 });
  await first.stop();

  const second = await startQueueBench(stateDir, clock);
  const url = (name: string) => `${second.url}/000000000000/${name}`;
  expect(await second.bodies(url('kept'))).toEqual(['ready']);
  expect(await second.bodies(url('kept.fifo'))).toEqual([]);
  expect(await second.send(url('kept.fifo'), 'once', fifo)).toBe(id);
  await second.advance(20);
  expect(await second.bodies(url('kept.fifo'))).toEqual(['once', 'after']);
  expect(await second.attribute(url('dead'), 'ApproximateNumberOfMessages')).toBe('0');
  await second.advance(30);
  expect(await second.bodies(url('kept'))).toEqual(['delayed']);
  await second.remove(url('kept'), held);
  await second.advance(200);
  expect(await second.bodies(url('kept'))).toEqual(['ready', 'delayed']);
  expect(dead).toContain('/dead');
  await second.stop();
});

it('a fork has its own copy', async () => {
  const bench = await startQueueBench();
  const url = await bench.queue({}, 'forked');
  await bench.send(url, 'both');
  await bench.send(url, 'later', { DelaySeconds: 10 });
  const fork = await startCloud({
    services: [iam, kms, service],
    clock: bench.clock,
    state: bench.cloud.fork(),
  });
  const client = new SQSClient({ ...bench.settings, endpoint: fork.url });
  const other = `${fork.url}/000000000000/forked`;
  const receive = async () =>
    (
      await client.send(new ReceiveMessageCommand({ QueueUrl: other, MaxNumberOfMessages: 10 }))
    ).Messages?.map(({ Body }) => Body);
  expect(await receive()).toEqual(['both']);
  await client.send(new SendMessageCommand({ QueueUrl: other, MessageBody: 'fork’s' }));
  expect(await bench.bodies(url)).toEqual(['both']);
  await bench.advance(10);
  expect(await bench.bodies(url)).toEqual(['later']);
  client.config.systemClockOffset = bench.clock.now() - Date.now();
  expect(await receive()).toEqual(['later', 'fork’s']);
  client.destroy();
  await fork.stop();
  await bench.stop();
});

it('a queue under a key asks KMS for whoever sends and receives', async () => {
  const bench = await startQueueBench();
  const keys = new KMSClient(bench.settings);
  const { KeyMetadata } = await keys.send(new CreateKeyCommand({}));
  const KeyId = KeyMetadata?.KeyId ?? '';
  const QueueUrl = await bench.queue({ KmsMasterKeyId: KeyId });
  await bench.send(QueueUrl, 'sealed');
  expect(await bench.bodies(QueueUrl, { VisibilityTimeout: 0 })).toEqual(['sealed']);
  const managed = await bench.queue({ KmsMasterKeyId: 'alias/aws/sqs' });
  await bench.send(managed, 'by AWS’s own key');
  const none = await bench.queue({ KmsMasterKeyId: 'testKeyId' });
  await expect(bench.send(none, 'x')).rejects.toMatchObject({ name: 'KmsNotFound' });

  const users = new IAMClient(bench.settings);
  await users.send(new CreateUserCommand({ UserName: 'ann' }));
  const allow = (Action: readonly string[]) =>
    users.send(
      new PutUserPolicyCommand({
        UserName: 'ann',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
        }),
      }),
    );
  await allow(['sqs:*']);
  const { AccessKey } = await users.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
  const ann = new SQSClient({
    ...bench.settings,
    credentials: {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    },
  });
  const receive = () => ann.send(new ReceiveMessageCommand({ QueueUrl }));
  const send = () => ann.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hers' }));
  await expect(receive()).rejects.toMatchObject({
    name: 'KmsAccessDenied',
    message: expect.stringContaining('kms:Decrypt'),
  });
  await expect(send()).rejects.toThrow(/kms:GenerateDataKey/);
  await allow(['sqs:*', 'kms:GenerateDataKey']);
  await expect(send()).rejects.toThrow(/kms:Decrypt/);
  await allow(['sqs:*', 'kms:GenerateDataKey', 'kms:Decrypt']);
  await send();
  expect((await receive()).Messages?.[0]?.Body).toBe('sealed');
  // A data key is used again for five minutes.
  await keys.send(new DisableKeyCommand({ KeyId }));
  await bench.send(QueueUrl, 'meanwhile');
  await bench.advance(300);
  await expect(bench.send(QueueUrl, 'too late')).rejects.toMatchObject({ name: 'KmsDisabled' });
  for (const client of [keys, users, ann]) client.destroy();
  await bench.stop();
});

it('tens of thousands of messages go through in order', async () => {
  const bench = await startQueueBench();
  await bench.sqs.send(new CreateQueueCommand({ QueueName: 'long' }));
  const QueueUrl = `${bench.url}/000000000000/long`;
  const { dispatch } = bench.cloud;
  const call = (operation: string, input: object) =>
    dispatch({
      service: 'sqs',
      operation,
      input: { QueueUrl, ...input },
      principal: {
        kind: 'root',
        accountId: '000000000000',
        arn: 'arn:aws:iam::000000000000:root',
        userId: '000000000000',
      },
      accountId: '000000000000',
      region: 'us-east-1',
      requestId: 'r',
    });
  const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `e${n}`, MessageBody: `m${n}` }));
  for (let n = 0; n < 3_000; n += 1) await call('SendMessageBatch', { Entries });
  let received = 0;
  for (;;) {
    const { Messages = [] } = (await call('ReceiveMessage', { MaxNumberOfMessages: 10 })) as {
      readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
    };
    if (Messages.length === 0) break;
    expect(Messages.map(({ Body }) => Body)).toEqual(Entries.map(({ MessageBody }) => MessageBody));
    received += Messages.length;
    await call('DeleteMessageBatch', {
      Entries: Messages.map(({ ReceiptHandle }, n) => ({ Id: `e${n}`, ReceiptHandle })),
    });
  }
  expect(received).toBe(30_000);
  await bench.stop();
});
