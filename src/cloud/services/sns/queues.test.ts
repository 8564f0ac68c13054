import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
} from '@aws-sdk/client-sns';
import { DeleteQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../core/aws-error.ts';
import { defineService, operation } from '../../core/define-service.ts';
import type { TopicBench } from './fixtures/topics.ts';
import { ACCOUNT, queueArn, startTopics } from './fixtures/topics.ts';
import { sns } from './index.ts';

let bench: TopicBench;
beforeAll(async () => {
  bench = await startTopics();
});
afterAll(() => bench.stop());

const RAW = { Attributes: { RawMessageDelivery: 'true' } };
const attribute = (DataType: string, StringValue: string) => ({ DataType, StringValue });

describe('a queue that is subscribed', () => {
  it('gets what AWS would send, letter by letter', async () => {
    const topic = await bench.topic('letters');
    const url = await bench.queue('letters', topic);
    const subscription = await bench.subscribe(topic, 'sqs', queueArn('letters'));
    const { MessageId } = await bench.publish(topic, 'hello', {
      Subject: 'greeting',
      MessageAttributes: { kind: attribute('String', 'warm') },
      MessageGroupId: 'tenant-1',
    });
    const [message] = await bench.received(url);
    const { Signature } = JSON.parse(message?.Body ?? '{}') as { Signature: string };
    expect(message?.Body).toBe(`{
  "Type" : "Notification",
  "MessageId" : "${MessageId}",
  "TopicArn" : "${topic}",
  "Subject" : "greeting",
  "Message" : "hello",
  "Timestamp" : "${new Date(bench.clock.now()).toISOString()}",
  "SignatureVersion" : "1",
  "Signature" : "${Signature}",
  "SigningCertURL" : "${bench.url}/_aws/sns/SimpleNotificationService.pem",
  "UnsubscribeURL" : "${bench.url}/?Action=Unsubscribe&SubscriptionArn=${subscription}",
  "MessageAttributes" : {
    "kind" : {"Type":"String","Value":"warm"}
  }
}`);
    expect(message?.Attributes).toMatchObject({ MessageGroupId: 'tenant-1' });
    expect(message?.MessageAttributes).toBeUndefined();
  });

  it('gets the bare message when it asks for that, with its attributes', async () => {
    const topic = await bench.topic('raw');
    const url = await bench.queue('raw', topic);
    await bench.subscribe(topic, 'sqs', queueArn('raw'), RAW);
    await bench.publish(topic, JSON.stringify({ default: 'for all', sqs: 'for queues' }), {
      MessageStructure: 'json',
      MessageAttributes: {
        text: attribute('String', 'a'),
        bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(2, 3, 4) },
      },
    });
    const [message] = await bench.received(url);
    expect(message).toMatchObject({
      Body: 'for queues',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'a' },
        bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(2, 3, 4) },
      },
    });
    // More than a queue can take is dropped, and the journal says so.
    const many = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`a${index}`, attribute('String', 'x')]),
    );
    const { MessageId = '' } = await bench.publish(topic, 'too many', { MessageAttributes: many });
    expect(await bench.received(url)).toEqual([]);
    expect(bench.notes(MessageId)[0]).toMatch(/dropped: .*10 message attributes at most.*has 11/);
  });

  it('must allow the topic: its policy decides', async () => {
    const topic = await bench.topic('strangers');
    const url = await bench.queue('strangers', await bench.topic('friends'));
    await bench.subscribe(topic, 'sqs', queueArn('strangers'));
    const { MessageId = '' } = await bench.publish(topic, 'let me in');
    expect(await bench.received(url)).toEqual([]);
    expect(bench.notes(MessageId)[0]).toMatch(/dropped: .*sqs:sendmessage/i);
    expect(await bench.metric(topic, 'NumberOfNotificationsFailed')).toBe(1);
  });

  it('has a queue for what it can not get', async () => {
    const topic = await bench.topic('losing');
    const dead = await bench.queue('dead', topic);
    const url = await bench.queue('gone', topic);
    const SubscriptionArn = await bench.subscribe(topic, 'sqs', queueArn('gone'));
    const raw = await bench.subscribe(topic, 'sqs', queueArn('never'), RAW);
    const set = (arn: string, AttributeName: string, AttributeValue: string) =>
      bench.sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn: arn,
          AttributeName,
          AttributeValue,
        }),
      );
    await expect(set(raw, 'RedrivePolicy', '{"deadLetterTargetArn":"fake-arn"}')).rejects.toThrow(
      'Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn',
    );
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead') });
    await set(raw, 'RedrivePolicy', RedrivePolicy);
    await set(SubscriptionArn, 'RedrivePolicy', RedrivePolicy);
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
    const { MessageId } = await bench.publish(topic, 'lost', {
      MessageAttributes: { a: attribute('Number', '1') },
    });
    const bodies = (await bench.received(dead)).map(({ Body = '', MessageAttributes }) =>
      Body === 'lost'
        ? { Body, MessageAttributes }
        : { MessageId: (JSON.parse(Body) as { MessageId: string }).MessageId },
    );
    expect(bodies).toHaveLength(2);
    expect(bodies).toEqual(
      expect.arrayContaining([
        { MessageId },
        { Body: 'lost', MessageAttributes: { a: { DataType: 'Number', StringValue: '1' } } },
      ]),
    );
    expect(await bench.metric(topic, 'NumberOfNotificationsRedrivenToDlq')).toBe(2);
    // The queue for dead letters is gone, too.
    await bench.sqs.send(new DeleteQueueCommand({ QueueUrl: dead }));
    await bench.publish(topic, 'lost for good');
    expect(await bench.metric(topic, 'NumberOfNotificationsFailedToRedriveToDlq')).toBe(2);
  });
});

describe('a FIFO topic', () => {
  const fifo = (name: string, more: Record<string, string> = {}) =>
    bench.topic(name, { FifoTopic: 'true', ...more });
  const order = (MessageGroupId: string, MessageDeduplicationId?: string) =>
    MessageDeduplicationId === undefined
      ? { MessageGroupId }
      : { MessageGroupId, MessageDeduplicationId };

  it('keeps the order of each group, and forgets a repetition for five minutes', async () => {
    const topic = await fifo('orders.fifo', { ContentBasedDeduplication: 'true' });
    const url = await bench.queue('orders.fifo', topic);
    await bench.subscribe(topic, 'sqs', queueArn('orders.fifo'));
    const first = await bench.publish(topic, 'Test', order('group'));
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(await bench.publish(topic, 'Test', order('group'))).toMatchObject({
      MessageId: first.MessageId,
      SequenceNumber: first.SequenceNumber,
    });
    for (const text of ['a', 'b', 'c']) await bench.publish(topic, text, order('group'));
    const messages = await bench.received(url);
    const bodies = messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, string>);
    expect(bodies.map(({ Message }) => Message)).toEqual(['Test', 'a', 'b', 'c']);
    // As recorded from AWS by LocalStack's snapshot tests: a sequence number, and no signature.
    expect(Object.keys(bodies[0] ?? {})).toEqual([
      'Type',
      'MessageId',
      'SequenceNumber',
      'TopicArn',
      'Message',
      'Timestamp',
      'UnsubscribeURL',
    ]);
    expect(messages[0]?.Attributes).toMatchObject({
      MessageGroupId: 'group',
      MessageDeduplicationId: '532eaabd9574880dbf76b9b8cc00832c20a6ec113d682299550d7a6e0f345e25',
    });
    await bench.clock.advance(300_000);
    expect((await bench.publish(topic, 'Test', order('group'))).MessageId).not.toBe(
      first.MessageId,
    );
  });

  it('delivers to standard queues, too, and to nothing else', async () => {
    const topic = await fifo('wide.fifo');
    const url = await bench.queue('standard', topic);
    await bench.subscribe(topic, 'sqs', queueArn('standard'), RAW);
    await bench.publish(topic, 'x', order('g', '1'));
    const [message] = await bench.received(url);
    expect(message?.Body).toBe('x');
    expect(message?.Attributes).not.toHaveProperty('MessageGroupId');
    await expect(bench.subscribe(topic, 'https', 'https://example.com')).rejects.toThrow(
      'Please use FIFO SQS queue',
    );
    await expect(
      bench.subscribe(await bench.topic('plain'), 'sqs', queueArn('orders.fifo')),
    ).rejects.toThrow(
      'Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
    const SubscriptionArn = await bench.subscribe(topic, 'sqs', queueArn('wide.fifo'));
    await expect(
      bench.sns.send(
        new SetSubscriptionAttributesCommand({
          SubscriptionArn,
          AttributeName: 'RedrivePolicy',
          AttributeValue: JSON.stringify({ deadLetterTargetArn: queueArn('standard') }),
        }),
      ),
    ).rejects.toThrow('must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  });

  it('wants a group, and a way to tell repetitions', async () => {
    const topic = await fifo('strict.fifo');
    const batch = (more: object) =>
      bench.sns.send(
        new PublishBatchCommand({
          TopicArn: topic,
          PublishBatchRequestEntries: [{ Id: '1', Message: 'x', ...more }],
        }),
      );
    const noGroup = 'Invalid parameter: The MessageGroupId parameter is required for FIFO topics';
    const noId =
      'Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
    await expect(bench.publish(topic, 'x')).rejects.toThrow(noGroup);
    await expect(bench.publish(topic, 'x', order('g'))).rejects.toThrow(noId);
    await expect(batch({})).rejects.toThrow(noGroup);
    await expect(batch(order('g'))).rejects.toThrow(noId);
    expect((await batch(order('g', '1'))).Successful).toMatchObject([
      { Id: '1', SequenceNumber: expect.stringMatching(/^\d{20}$/) },
    ]);
    // Repetitions are told apart by group where the topic says so.
    const scoped = await fifo('scoped.fifo', { FifoThroughputScope: 'MessageGroup' });
    const a = await bench.publish(scoped, 'x', order('a', '1'));
    expect((await bench.publish(scoped, 'x', order('b', '1'))).MessageId).not.toBe(a.MessageId);
    expect((await bench.publish(scoped, 'x', order('a', '1'))).MessageId).toBe(a.MessageId);
  });

  it('is one from the beginning', async () => {
    await expect(bench.topic('name', { FifoTopic: 'true' })).rejects.toThrow(
      /Fifo Topic names must end with \.fifo/,
    );
    await expect(bench.topic('name.fifo')).rejects.toThrow('Invalid parameter: Topic Name');
    await expect(bench.topic('std', { ContentBasedDeduplication: 'true' })).rejects.toThrow(
      'can only be set for FIFO topics',
    );
    await expect(
      bench.topic('kept.fifo', {
        FifoTopic: 'true',
        ArchivePolicy: '{"MessageRetentionPeriod":"30"}',
      }),
    ).rejects.toThrow(/ArchivePolicy is not supported/);
    const TopicArn = await fifo('told.fifo');
    expect(
      (await bench.sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes,
    ).toMatchObject({ FifoTopic: 'true', ContentBasedDeduplication: 'false' });
    await expect(
      bench.sns.send(
        new SetTopicAttributesCommand({
          TopicArn,
          AttributeName: 'FifoTopic',
          AttributeValue: 'false',
        }),
      ),
    ).rejects.toThrow('Invalid parameter: AttributeName');
  });
});

it('a function that does not let the topic in has a queue for dead letters', async () => {
  const topic = await bench.topic('to-functions');
  const dead = await bench.queue('dead-events', topic);
  const SubscriptionArn = await bench.subscribe(
    topic,
    'lambda',
    `arn:aws:lambda:us-east-1:${ACCOUNT}:function:nobody`,
    {
      Attributes: {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('dead-events') }),
      },
    },
  );
  const { MessageId } = await bench.publish(topic, 'lost');
  const [letter] = await bench.received(dead);
  expect(JSON.parse(letter?.Body ?? '{}')).toMatchObject({ MessageId, Message: 'lost' });
  expect(
    (await bench.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes,
  ).toMatchObject({ RedrivePolicy: `{"deadLetterTargetArn":"${queueArn('dead-events')}"}` });
});

it('a group waits for the message that is tried again, also in a cloud that was started anew', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'sns-'));
  const sent: string[] = [];
  let broken = true;
  // A queue service that is out of order for one group, and overloaded for another.
  const sqs = defineService<object>({
    id: 'sqs',
    signingName: 'sqs',
    principal: 'sqs.amazonaws.com',
    scope: 'region',
    createState: () => ({}),
    operations: {
      SendMessage: operation<object, { MessageBody: string; MessageGroupId: string }, object>({
        needs: () => [],
        handle: ({ MessageBody, MessageGroupId }) => {
          if (broken && MessageGroupId === 'a')
            throw new AwsError('InternalError', 'out of order', { fault: 'server' });
          // Some services throttle with status 400.
          if (broken && MessageGroupId === 'c')
            throw new AwsError('ThrottlingException', 'Rate exceeded');
          sent.push(MessageBody);
          return {};
        },
      }),
    },
  });
  const start = () => startTopics({ services: [sns, sqs], stateDir });
  const first = await start();
  const topic = await first.topic('lanes.fifo', { FifoTopic: 'true' });
  await first.subscribe(topic, 'sqs', queueArn('lanes.fifo'), RAW);
  for (const [text, MessageGroupId] of [
    ['a1', 'a'],
    ['a2', 'a'],
    ['b1', 'b'],
    ['a3', 'a'],
    ['c1', 'c'],
  ] as const)
    await first.publish(topic, text, { MessageGroupId, MessageDeduplicationId: text });
  await first.cloud.settle();
  expect(sent).toEqual(['b1']);
  await first.stop();
  // Nothing runs on behind a cloud that has stopped.
  broken = false;
  await first.clock.advance(60_000);
  expect(sent).toEqual(['b1']);

  const second = await start();
  await second.clock.advance(60_000);
  await second.cloud.settle();
  expect(sent.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'c1']);
  expect(sent.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
  await second.stop();
  rmSync(stateDir, { recursive: true, force: true });
});
