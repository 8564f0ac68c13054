import { createHash } from 'node:crypto';
import type { GetShardIteratorCommandInput, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  UpdateMaxRecordSizeCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { createServices, startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const HOUR_MS = 3_600_000;
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${name}`;
const FIRST = 'shardId-000000000000';

const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let kinesis: KinesisClient;
const clientOf = ({ url }: RunningCloud) =>
  new KinesisClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
beforeAll(async () => {
  running = await startCloud({ clock, signatureClock: createRealClock() });
  kinesis = clientOf(running);
});
afterAll(async () => {
  kinesis.destroy();
  await running.stop();
});

const bytes = (text: string) => Buffer.from(text);
const create = (StreamName: string, ShardCount = 1) =>
  kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
const put = async (StreamName: string, text: string, more: { readonly key?: string } = {}) => {
  const { SequenceNumber, ShardId } = await kinesis.send(
    new PutRecordCommand({ StreamName, Data: bytes(text), PartitionKey: more.key ?? 'k' }),
  );
  return { sequence: SequenceNumber ?? '', shard: ShardId };
};
const iteratorAt = async (
  StreamName: string,
  where: Omit<GetShardIteratorCommandInput, 'StreamName' | 'ShardId'> & {
    readonly ShardId?: string;
  },
) =>
  (
    await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId: where.ShardId ?? FIRST, ...where }),
    )
  ).ShardIterator;
const read = async (ShardIterator: string | undefined, Limit?: number) => {
  const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit }));
  return {
    texts: (answer.Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString()),
    records: answer.Records ?? [],
    next: answer.NextShardIterator,
    behind: answer.MillisBehindLatest,
    children: answer.ChildShards,
  };
};

describe('records', () => {
  it('come as they were put, in order, with numbers that grow', async () => {
    await create('order');
    const sequences = [];
    for (const text of ['', 'a'.repeat(1_000), 'ünicödé 统一码 💣', 'test'])
      sequences.push((await put('order', text)).sequence);
    expect([...sequences].sort()).toEqual(sequences);
    for (const sequence of sequences) expect(sequence).toMatch(/^\d{56}$/);
    const { texts, records, behind, next, children } = await read(
      await iteratorAt('order', { ShardIteratorType: 'TRIM_HORIZON' }),
    );
    expect(texts).toEqual(['', 'a'.repeat(1_000), 'ünicödé 统一码 💣', 'test']);
    expect(records.map(({ SequenceNumber }) => SequenceNumber)).toEqual(sequences);
    expect(records[0]).toMatchObject({
      PartitionKey: 'k',
      ApproximateArrivalTimestamp: new Date(clock.now()),
    });
    expect(records[0]?.EncryptionType).toBeUndefined();
    expect([behind, children]).toEqual([0, undefined]);
    expect(await read(next)).toMatchObject({ texts: [] });
  });

  it('go to the shard of their key’s MD5, or of the hash key that was given', async () => {
    await create('spread', 4);
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
      const first = createHash('md5').update(key).digest()[0] ?? 0;
      const { shard } = await put('spread', key, { key });
      expect(shard).toBe(`shardId-00000000000${Math.floor(first / 64)}`);
    }
    const explicit = async (ExplicitHashKey: string) =>
      kinesis.send(
        new PutRecordCommand({
          StreamARN: arnOf('spread'),
          Data: bytes('x'),
          PartitionKey: 'a',
          ExplicitHashKey,
        }),
      );
    expect((await explicit('0')).ShardId).toBe(FIRST);
    expect((await explicit((2n ** 128n - 1n).toString())).ShardId).toBe('shardId-000000000003');
    await expect(explicit((2n ** 128n).toString())).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message:
        'Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456',
    });
    await expect(explicit('-1')).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '-1' at 'explicitHashKey' failed to satisfy constraint: Member must satisfy regular expression pattern: 0|([1-9]\\d{0,38})",
    });
  });

  it('are put by the hundred, and refused beyond', async () => {
    await create('batch', 2);
    const many = (count: number, size = 1): PutRecordsRequestEntry[] =>
      Array.from({ length: count }, (_, at) => ({
        Data: Buffer.alloc(size, 'x'),
        PartitionKey: `k${at}`,
      }));
    const send = (Records: PutRecordsRequestEntry[]) =>
      kinesis.send(new PutRecordsCommand({ StreamName: 'batch', Records }));
    const answer = await send(many(500));
    expect(answer.FailedRecordCount).toBe(0);
    expect(answer.Records).toHaveLength(500);
    expect(new Set(answer.Records?.map(({ ShardId }) => ShardId)).size).toBe(2);
    await expect(send(many(501))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(
        "at 'records' failed to satisfy constraint: Member must have length less than or equal to 500",
      ) as string,
    });
    await expect(send([{ Data: bytes('x'), PartitionKey: undefined }])).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'records.1.member.partitionKey' failed to satisfy constraint: Member must not be null",
    });
    await expect(send([{ Data: bytes('x'), PartitionKey: '' }])).rejects.toMatchObject({
      message: expect.stringContaining("at 'records.1.member.partitionKey'") as string,
    });
    await expect(send(many(1, 1_048_576))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining('the stream batch takes 1048576') as string,
    });
    await expect(send(many(11, 1_000_000))).rejects.toMatchObject({
      message: expect.stringContaining('Records size exceeds 10 MB limit') as string,
    });
    await kinesis.send(
      new UpdateMaxRecordSizeCommand({ StreamARN: arnOf('batch'), MaxRecordSizeInKiB: 10_240 }),
    );
    expect(await send(many(1, 10 * 1_048_576 - 2))).toMatchObject({ FailedRecordCount: 0 });
  });

  it('are not put where no stream is', async () => {
    await expect(put('nowhere', 'x')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Stream nowhere under account ${ACCOUNT} not found.`,
    });
    await create('dry');
    await expect(
      kinesis.send(
        new PutRecordCommand({
          StreamName: 'dry',
          Data: bytes('x'),
          PartitionKey: 'k',
          DryRun: true,
        }),
      ),
    ).rejects.toMatchObject({ name: 'DryRunOperationException' });
    await expect(
      kinesis.send(
        new PutRecordCommand({
          StreamName: 'dry',
          Data: bytes('x'),
          PartitionKey: 'k',
          SequenceNumberForOrdering: '12',
        }),
      ),
    ).rejects.toMatchObject({
      message: `ExclusiveMinimumSequenceNumber 12 used in PutRecord on stream dry under account ${ACCOUNT} is invalid.`,
    });
    expect(
      await read(await iteratorAt('dry', { ShardIteratorType: 'TRIM_HORIZON' })),
    ).toMatchObject({ texts: [] });
  });
});

describe('shard iterators', () => {
  it('begin wherever a reader wants', async () => {
    await create('places');
    const a = await put('places', 'a');
    await clock.advance(10_000);
    const middle = new Date(clock.now());
    const b = await put('places', 'b');
    const latest = await iteratorAt('places', { ShardIteratorType: 'LATEST' });
    await clock.advance(5_000);
    await put('places', 'c');
    const from = async (where: Omit<GetShardIteratorCommandInput, 'StreamName' | 'ShardId'>) =>
      (await read(await iteratorAt('places', where))).texts.join('');
    expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toBe('abc');
    expect((await read(latest)).texts).toEqual(['c']);
    expect(
      await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: b.sequence }),
    ).toBe('bc');
    expect(
      await from({
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        StartingSequenceNumber: a.sequence,
      }),
    ).toBe('bc');
    expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: middle })).toBe('bc');
    expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(0) })).toBe('abc');
    expect(
      await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(clock.now() + 1) }),
    ).toBe('');
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: 'places' }));
    expect(
      await from({
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: Shards[0]?.SequenceNumberRange?.StartingSequenceNumber,
      }),
    ).toBe('abc');
  });

  it('tell how far behind a reader is', async () => {
    await create('behind');
    await put('behind', 'a');
    await clock.advance(1_000);
    await put('behind', 'b');
    await clock.advance(2_000);
    const first = await read(await iteratorAt('behind', { ShardIteratorType: 'TRIM_HORIZON' }), 1);
    expect(first).toMatchObject({ texts: ['a'], behind: 2_000 });
    expect(await read(first.next, 1)).toMatchObject({ texts: ['b'], behind: 0 });
  });

  it('are refused when they make no sense', async () => {
    await create('wrong', 2);
    const { sequence } = await put('wrong', 'x', { key: 'a' });
    const at = (where: Partial<GetShardIteratorCommandInput>) =>
      kinesis.send(
        new GetShardIteratorCommand({
          StreamName: 'wrong',
          ShardId: FIRST,
          ShardIteratorType: 'LATEST',
          ...where,
        }),
      );
    const combination =
      'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ';
    await expect(at({ StartingSequenceNumber: sequence })).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: `${combination}LATEST and also a StartingSequenceNumber.`,
    });
    await expect(at({ ShardIteratorType: 'AT_SEQUENCE_NUMBER' })).rejects.toMatchObject({
      message: `${combination}AT_SEQUENCE_NUMBER and no StartingSequenceNumber.`,
    });
    await expect(
      at({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '7' }),
    ).rejects.toMatchObject({
      message: `StartingSequenceNumber 7 used in GetShardIterator on shard ${FIRST} in stream wrong under account ${ACCOUNT} is invalid.`,
    });
    await expect(
      at({
        ShardId: 'shardId-000000000001',
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: sequence,
      }),
    ).rejects.toMatchObject({
      message: `Invalid StartingSequenceNumber. It encodes ${FIRST}, while it was used in a call to a shard with shardId-000000000001`,
    });
    await expect(at({ ShardIteratorType: 'AT_TIMESTAMP' })).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
    await expect(at({ ShardId: 'shardId-2' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Shard shardId-000000000002 in stream wrong under account ${ACCOUNT} does not exist`,
    });
    await expect(at({ ShardId: 'nonsense' })).rejects.toMatchObject({
      message: `Could not find shard nonsense in stream wrong under account ${ACCOUNT}.`,
    });
    await expect(read('bm9uc2Vuc2U=')).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: 'Invalid ShardIterator.',
    });
    const here = await iteratorAt('wrong', { ShardIteratorType: 'LATEST' });
    await expect(
      kinesis.send(new GetRecordsCommand({ ShardIterator: here, StreamARN: arnOf('other') })),
    ).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: `The ShardIterator is for the stream wrong, the StreamARN is ${arnOf('other')}.`,
    });
    await expect(read(here, 10_001)).rejects.toMatchObject({
      message:
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    });
  });

  it('live five minutes', async () => {
    await create('short');
    const iterator = await iteratorAt('short', { ShardIteratorType: 'LATEST' });
    await clock.advance(300_000);
    expect(await read(iterator)).toMatchObject({ texts: [] });
    await clock.advance(1);
    await expect(read(iterator)).rejects.toMatchObject({
      name: 'ExpiredIteratorException',
      message: expect.stringMatching(
        /^Iterator expired\. The iterator was created at time \w{3} \w{3} \d{2} \d{2}:\d{2}:\d{2} UTC \d{4} while right now it is \w{3} \w{3} \d{2} \d{2}:\d{2}:\d{2} UTC \d{4} which is further in the future than the tolerated delay of 300000 milliseconds\.$/,
      ) as string,
    });
  });

  it('end with their stream', async () => {
    await create('ending');
    const iterator = await iteratorAt('ending', { ShardIteratorType: 'LATEST' });
    await kinesis.send(new DeleteStreamCommand({ StreamName: 'ending' }));
    await expect(read(iterator)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Shard ${FIRST} in stream ending under account ${ACCOUNT} does not exist`,
    });
  });
});

describe('one answer', () => {
  it('holds ten megabytes', async () => {
    await create('heavy');
    for (let call = 0; call < 3; call += 1)
      await kinesis.send(
        new PutRecordsCommand({
          StreamName: 'heavy',
          Records: Array.from({ length: 5 }, () => ({
            Data: Buffer.alloc(1_000_000, 'x'),
            PartitionKey: 'k',
          })),
        }),
      );
    const first = await read(await iteratorAt('heavy', { ShardIteratorType: 'TRIM_HORIZON' }));
    expect(first.records).toHaveLength(10);
    expect((await read(first.next)).records).toHaveLength(5);
  });
});

describe('retention', () => {
  it('trims on the cloud’s clock, and sequence numbers grow on', async () => {
    await create('trimmed');
    const old = await put('trimmed', 'old');
    await clock.advance(12 * HOUR_MS);
    await put('trimmed', 'young');
    const all = () => iteratorAt('trimmed', { ShardIteratorType: 'TRIM_HORIZON' });
    expect((await read(await all())).texts).toEqual(['old', 'young']);
    await clock.advance(12 * HOUR_MS + 1);
    expect((await read(await all())).texts).toEqual(['young']);
    expect(
      (
        await read(
          await iteratorAt('trimmed', {
            ShardIteratorType: 'AT_SEQUENCE_NUMBER',
            StartingSequenceNumber: old.sequence,
          }),
        )
      ).texts,
    ).toEqual(['young']);
    await clock.advance(24 * HOUR_MS);
    expect((await read(await all())).texts).toEqual([]);
    const next = await put('trimmed', 'next');
    expect(next.sequence > old.sequence).toBe(true);
    expect((await read(await all())).texts).toEqual(['next']);
  });

  it('is as long as the stream says, and shards that were closed go with it', async () => {
    await create('long', 2);
    await kinesis.send(
      new IncreaseStreamRetentionPeriodCommand({ StreamName: 'long', RetentionPeriodHours: 48 }),
    );
    await put('long', 'kept', { key: 'a' });
    await kinesis.send(
      new MergeShardsCommand({
        StreamName: 'long',
        ShardToMerge: FIRST,
        AdjacentShardToMerge: 'shardId-000000000001',
      }),
    );
    await clock.advance(47 * HOUR_MS);
    const ids = async () =>
      (await kinesis.send(new ListShardsCommand({ StreamName: 'long' }))).Shards?.map(
        ({ ShardId }) => ShardId,
      );
    expect(await ids()).toEqual([FIRST, 'shardId-000000000001', 'shardId-000000000002']);
    expect(
      (await read(await iteratorAt('long', { ShardIteratorType: 'TRIM_HORIZON' }))).texts,
    ).toEqual(['kept']);
    await clock.advance(2 * HOUR_MS);
    expect(await ids()).toEqual(['shardId-000000000002']);
    await expect(iteratorAt('long', { ShardIteratorType: 'TRIM_HORIZON' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('shards that are held to their throughput', () => {
  it('refuse records one by one, and readings', async () => {
    const limited = await startCloud({
      clock,
      signatureClock: createRealClock(),
      services: createServices({ shardLimits: true }),
    });
    const client = clientOf(limited);
    const send = (count: number, size: number) =>
      client.send(
        new PutRecordsCommand({
          StreamName: 'tight',
          Records: Array.from({ length: count }, () => ({
            Data: Buffer.alloc(size),
            PartitionKey: 'k',
          })),
        }),
      );
    await client.send(new CreateStreamCommand({ StreamName: 'tight', ShardCount: 1 }));
    await clock.advance(1_000);
    const answer = await send(3, 500_000);
    expect(answer).toMatchObject({
      FailedRecordCount: 1,
      Records: [
        { ShardId: FIRST },
        { ShardId: FIRST },
        {
          ErrorCode: 'ProvisionedThroughputExceededException',
          ErrorMessage: `Rate exceeded for shard ${FIRST} in stream tight under account ${ACCOUNT}.`,
        },
      ],
    });
    await clock.advance(1_000);
    expect(await send(500, 1)).toMatchObject({ FailedRecordCount: 0 });
    expect(await send(500, 1)).toMatchObject({ FailedRecordCount: 0 });
    expect(await send(2, 1)).toMatchObject({ FailedRecordCount: 2 });
    await expect(
      client.send(
        new PutRecordCommand({ StreamName: 'tight', Data: bytes('x'), PartitionKey: 'k' }),
      ),
    ).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await clock.advance(1_000);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: 'tight',
        ShardId: FIRST,
        ShardIteratorType: 'LATEST',
      }),
    );
    for (let call = 0; call < 5; call += 1)
      await client.send(new GetRecordsCommand({ ShardIterator }));
    await expect(client.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
    });
    await clock.advance(1_000);
    await client.send(new GetRecordsCommand({ ShardIterator }));
    client.destroy();
    await limited.stop();
  });
});
