import type { StartingPosition, SubscribeToShardEvent } from '@aws-sdk/client-kinesis';
import {
  CreateStreamCommand,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListStreamConsumersCommand,
  ListTagsForResourceCommand,
  PutRecordCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const FIRST = 'shardId-000000000000';
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${name}`;

const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let kinesis: KinesisClient;
beforeAll(async () => {
  running = await startCloud({ clock, signatureClock: createRealClock() });
  kinesis = new KinesisClient({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  kinesis.destroy();
  await running.stop();
});

const create = (StreamName: string) =>
  kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
const register = async (stream: string, ConsumerName: string) =>
  (
    await kinesis.send(
      new RegisterStreamConsumerCommand({ StreamARN: arnOf(stream), ConsumerName }),
    )
  ).Consumer;
const put = (StreamName: string, text: string) =>
  kinesis.send(new PutRecordCommand({ StreamName, Data: Buffer.from(text), PartitionKey: 'k' }));

/** A subscription, event by event. */
const subscribe = async (
  ConsumerARN: string | undefined,
  StartingPosition: StartingPosition = { Type: 'TRIM_HORIZON' },
) => {
  const { EventStream } = await kinesis.send(
    new SubscribeToShardCommand({ ConsumerARN, ShardId: FIRST, StartingPosition }),
  );
  const events = EventStream?.[Symbol.asyncIterator]();
  const next = async (): Promise<SubscribeToShardEvent | undefined> =>
    (await events?.next())?.value?.SubscribeToShardEvent;
  const texts = async () =>
    (await next())?.Records?.map(({ Data }) => Buffer.from(Data ?? []).toString());
  return {
    next,
    texts,
    ended: async () => (await events?.next())?.done === true,
    end: () => events?.return?.(),
  };
};

describe('consumers', () => {
  it('are registered once, described by name and by ARN, listed and deregistered', async () => {
    await create('read');
    const consumer = await register('read', 'b');
    const made = Math.floor(clock.now() / 1000);
    expect(consumer).toMatchObject({
      ConsumerName: 'b',
      ConsumerARN: `${arnOf('read')}/consumer/b:${made}`,
      ConsumerStatus: 'ACTIVE',
    });
    await expect(register('read', 'b')).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await kinesis.send(
      new RegisterStreamConsumerCommand({
        StreamARN: arnOf('read'),
        ConsumerName: 'a',
        Tags: { team: 'x' },
      }),
    );
    const byName = await kinesis.send(
      new DescribeStreamConsumerCommand({ StreamARN: arnOf('read'), ConsumerName: 'b' }),
    );
    expect(byName.ConsumerDescription).toMatchObject({ StreamARN: arnOf('read') });
    const byArn = await kinesis.send(
      new DescribeStreamConsumerCommand({ ConsumerARN: consumer?.ConsumerARN }),
    );
    expect(byArn.ConsumerDescription).toEqual(byName.ConsumerDescription);
    const first = await kinesis.send(
      new ListStreamConsumersCommand({ StreamARN: arnOf('read'), MaxResults: 1 }),
    );
    expect(first.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['a']);
    const tags = await kinesis.send(
      new ListTagsForResourceCommand({ ResourceARN: first.Consumers?.[0]?.ConsumerARN }),
    );
    expect(tags.Tags).toEqual([{ Key: 'team', Value: 'x' }]);
    const second = await kinesis.send(
      new ListStreamConsumersCommand({ StreamARN: arnOf('read'), NextToken: first.NextToken }),
    );
    expect(second.Consumers?.map(({ ConsumerName }) => ConsumerName)).toEqual(['b']);
    expect(second.NextToken).toBeUndefined();
    await kinesis.send(
      new DeregisterStreamConsumerCommand({ StreamARN: arnOf('read'), ConsumerName: 'b' }),
    );
    await expect(
      kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN: consumer?.ConsumerARN })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: 'read' }),
    );
    expect(StreamDescriptionSummary?.ConsumerCount).toBe(1);
    await expect(
      kinesis.send(new DescribeStreamConsumerCommand({ ConsumerName: 'a' })),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('are twenty at most', async () => {
    await create('twenty');
    for (let count = 0; count < 20; count += 1) await register('twenty', `c${count}`);
    await expect(register('twenty', 'more')).rejects.toMatchObject({
      name: 'LimitExceededException',
    });
  });
});

describe('a subscription', () => {
  it('is pushed what is there and what comes', async () => {
    await create('pushed');
    const consumer = await register('pushed', 'c');
    await put('pushed', 'before');
    const { next, texts, end } = await subscribe(consumer?.ConsumerARN);
    const first = await next();
    expect(first?.Records).toHaveLength(1);
    expect(first).toMatchObject({
      MillisBehindLatest: 0,
      ContinuationSequenceNumber: first?.Records?.[0]?.SequenceNumber,
    });
    await put('pushed', 'after');
    expect(await texts()).toEqual(['after']);
    await put('pushed', 'more');
    expect(await texts()).toEqual(['more']);
    await end();
  });

  it('begins where it is told, an event without records when there is nothing', async () => {
    await create('latest');
    const consumer = await register('latest', 'c');
    await put('latest', 'old');
    const one = await subscribe(consumer?.ConsumerARN, { Type: 'LATEST' });
    const empty = await one.next();
    expect(empty).toMatchObject({ Records: [], MillisBehindLatest: 0 });
    await put('latest', 'new');
    const event = await one.next();
    expect(event?.Records).toHaveLength(1);
    await one.end();
    await clock.advance(5_000);
    const two = await subscribe(consumer?.ConsumerARN, {
      Type: 'AFTER_SEQUENCE_NUMBER',
      SequenceNumber: empty?.ContinuationSequenceNumber,
    });
    expect(await two.texts()).toEqual(['new']);
    await two.end();
  });

  it('lives five minutes, with a sign of life now and then', async () => {
    await create('living');
    const consumer = await register('living', 'c');
    const { next, ended } = await subscribe(consumer?.ConsumerARN);
    expect(await next()).toMatchObject({ Records: [] });
    await clock.advance(5_000);
    expect(await next()).toMatchObject({ Records: [] });
    await put('living', 'x');
    expect((await next())?.Records).toHaveLength(1);
    await clock.advance(400_000);
    let last = false;
    for (let events = 0; events < 100 && !last; events += 1) last = await ended();
    expect(last).toBe(true);
  });

  it('is one of a consumer and shard: refused at first, later taken over', async () => {
    await create('single');
    const consumer = await register('single', 'c');
    const one = await subscribe(consumer?.ConsumerARN);
    await one.next();
    await expect(subscribe(consumer?.ConsumerARN)).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await clock.advance(4_999);
    await clock.advance(1);
    const two = await subscribe(consumer?.ConsumerARN);
    expect(await two.next()).toMatchObject({ Records: [] });
    const lost = async () => {
      for (;;) if ((await one.next()) === undefined) return;
    };
    await expect(lost()).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await put('single', 'x');
    expect(await two.texts()).toEqual(['x']);
    await two.end();
  });

  it('ends with its shard, and tells which go on', async () => {
    await create('closing');
    const consumer = await register('closing', 'c');
    const { next, ended } = await subscribe(consumer?.ConsumerARN);
    await next();
    await put('closing', 'last');
    expect((await next())?.Records).toHaveLength(1);
    await kinesis.send(
      new SplitShardCommand({
        StreamName: 'closing',
        ShardToSplit: FIRST,
        NewStartingHashKey: '1000',
      }),
    );
    const event = await next();
    expect(event?.ContinuationSequenceNumber).toBeUndefined();
    expect(event?.ChildShards?.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000001',
      'shardId-000000000002',
    ]);
    expect(await ended()).toBe(true);
  });

  it('ends when its consumer is deregistered', async () => {
    await create('leaving');
    const consumer = await register('leaving', 'c');
    const { next } = await subscribe(consumer?.ConsumerARN);
    await next();
    await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: consumer?.ConsumerARN }));
    await expect(next()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('of nobody is refused', async () => {
    await create('nobody');
    await expect(subscribe(`${arnOf('nobody')}/consumer/none:1`)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
