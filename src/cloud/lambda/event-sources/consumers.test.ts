import {
  CreateStreamCommand,
  DeregisterStreamConsumerCommand,
  KinesisClient,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FeedingBench } from './fixtures/feeding-bench.ts';
import { ACCOUNT, startFeedingBench } from './fixtures/feeding-bench.ts';

interface StreamEvent {
  readonly Records: readonly {
    readonly eventSourceARN: string;
    readonly eventID: string;
    readonly kinesis: { readonly data: string };
  }[];
}

const START = Date.UTC(2026, 0, 1);
const STREAM = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/clicks`;
let bench: FeedingBench;
let kinesis: KinesisClient;
let consumer: string;
beforeEach(async () => {
  bench = await startFeedingBench({ startMs: START });
  kinesis = new KinesisClient(bench.settings);
  await kinesis.send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount: 1 }));
  const { Consumer } = await kinesis.send(
    new RegisterStreamConsumerCommand({ StreamARN: STREAM, ConsumerName: 'fast' }),
  );
  consumer = Consumer?.ConsumerARN ?? '';
});
afterEach(async () => {
  kinesis.destroy();
  await bench.stop();
});

const put = (data: string, PartitionKey = 'k') =>
  kinesis.send(
    new PutRecordCommand({ StreamName: 'clicks', PartitionKey, Data: Buffer.from(data) }),
  );
const texts = (events: readonly StreamEvent[]) =>
  events.map(({ Records }) =>
    Records.map(({ kinesis: { data } }) => Buffer.from(data, 'base64').toString('utf8')),
  );
const map = (more: object = {}) =>
  bench.map({
    FunctionName: 'worker',
    EventSourceArn: consumer,
    StartingPosition: 'TRIM_HORIZON',
    ...more,
  });

it('a consumer feeds a function, in order, through a split, beside one that polls', async () => {
  const seen = await bench.fn<StreamEvent>('worker', () => undefined);
  const polled = await bench.fn<StreamEvent>('other', () => undefined);
  await put('first');
  expect(await map()).toMatchObject({ EventSourceArn: consumer, State: 'Creating' });
  await map({ FunctionName: 'other', EventSourceArn: STREAM });
  await bench.settle();
  await put('second');
  await bench.settle();
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 'clicks',
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: (2n ** 127n).toString(),
    }),
  );
  await put('third', 'a');
  await put('fourth', 'b');
  await bench.settle();
  expect(texts(seen).flat()).toEqual(['first', 'second', 'third', 'fourth']);
  expect(texts(polled).flat()).toEqual(['first', 'second', 'third', 'fourth']);
  expect(seen.map(({ Records }) => Records[0]?.eventSourceARN)).toEqual(seen.map(() => consumer));
});

it.each([
  ['AT_TIMESTAMP', { StartingPositionTimestamp: new Date(START + 500) }, ['between', 'after']],
  ['LATEST', {}, ['after']],
] as const)('begins at %s', async (StartingPosition, more, expected) => {
  const seen = await bench.fn<StreamEvent>('worker', () => undefined);
  await put('before');
  await bench.clock.advance(1_000);
  await put('between');
  await map({ StartingPosition, ...more });
  await put('after');
  await bench.settle();
  expect(texts(seen).flat()).toEqual(expected);
});

it('tells a destination what was given up, with the name of the stream', async () => {
  const sqs = new SQSClient(bench.settings);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'lost' }));
  await bench.fn<StreamEvent>('worker', () => {
    throw new Error('cannot');
  });
  await map({
    MaximumRetryAttempts: 0,
    DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:${ACCOUNT}:lost` } },
  });
  await put('bad');
  await bench.settle();
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    KinesisBatchInfo: { streamArn: STREAM, batchSize: 1 },
  });
});

const allowing = async (RoleName: string, ...actions: readonly string[]) => {
  const role = await bench.role(RoleName);
  await bench.iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'reading',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: actions.map((Action) => ({
          Effect: 'Allow',
          Action,
          Resource: Action === 'kinesis:SubscribeToShard' ? `${STREAM}/consumer/fast:*` : STREAM,
        })),
      }),
    }),
  );
  return role;
};

it('needs to subscribe as the consumer, and to know the shards of the stream, no more', async () => {
  const reading = ['kinesis:DescribeStreamSummary', 'kinesis:ListShards'];
  const role = await allowing('fan', ...reading, 'kinesis:SubscribeToShard');
  const seen = await bench.fn<StreamEvent>('worker', () => undefined, { role });
  await map();
  await put('x');
  await bench.settle();
  expect(texts(seen)).toEqual([['x']]);
});

it.each([
  [
    ['kinesis:DescribeStreamSummary', 'kinesis:ListShards'],
    /^Cannot access consumer .*SubscribeToShard/,
  ],
  [['kinesis:SubscribeToShard', 'kinesis:ListShards'], /^Cannot access stream /],
])('is refused to a role that may %j', async (actions, message) => {
  const role = await allowing('fan', ...actions);
  await bench.fn<StreamEvent>('worker', () => undefined, { role });
  await expect(map()).rejects.toThrow(message);
});

it('is left alone when the consumer is gone', async () => {
  await bench.fn<StreamEvent>('worker', () => undefined);
  const { UUID } = await map();
  await bench.settle();
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: consumer }));
  await put('x');
  await bench.settle();
  expect((await bench.look(UUID)).LastProcessingResult).toMatch(/^PROBLEM: Consumer .*not found/);
});
