import type { ShardFilter } from '@aws-sdk/client-kinesis';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const id = (index: number) => `shardId-${String(index).padStart(12, '0')}`;
const SPACE = 2n ** 128n;

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

const create = (StreamName: string, ShardCount = 1) =>
  kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
const list = async (StreamName: string, ShardFilter?: ShardFilter) =>
  (await kinesis.send(new ListShardsCommand({ StreamName, ShardFilter }))).Shards ?? [];
const idsOf = async (stream: string, filter?: ShardFilter) =>
  (await list(stream, filter)).map(({ ShardId = '' }) => Number(ShardId.slice(8)));
const split = (StreamName: string, index: number, at: bigint) =>
  kinesis.send(
    new SplitShardCommand({
      StreamName,
      ShardToSplit: id(index),
      NewStartingHashKey: at.toString(),
    }),
  );
const merge = (StreamName: string, one: number, other: number) =>
  kinesis.send(
    new MergeShardsCommand({
      StreamName,
      ShardToMerge: id(one),
      AdjacentShardToMerge: id(other),
    }),
  );
const scale = (StreamName: string, TargetShardCount: number) =>
  kinesis.send(
    new UpdateShardCountCommand({ StreamName, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }),
  );

describe('shards', () => {
  it('are split: the parent is closed, its children come after it', async () => {
    await create('split');
    await kinesis.send(
      new PutRecordCommand({ StreamName: 'split', Data: Buffer.from('x'), PartitionKey: 'k' }),
    );
    await split('split', 0, SPACE / 4n);
    const [parent, left, right] = await list('split');
    expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toMatch(/^\d{56}$/);
    expect(left).toMatchObject({
      ShardId: id(1),
      ParentShardId: id(0),
      HashKeyRange: { StartingHashKey: '0', EndingHashKey: (SPACE / 4n - 1n).toString() },
    });
    expect(right).toMatchObject({
      ShardId: id(2),
      ParentShardId: id(0),
      HashKeyRange: {
        StartingHashKey: (SPACE / 4n).toString(),
        EndingHashKey: (SPACE - 1n).toString(),
      },
    });
    expect(right?.AdjacentParentShardId).toBeUndefined();
    const end = parent?.SequenceNumberRange?.EndingSequenceNumber ?? '';
    expect((left?.SequenceNumberRange?.StartingSequenceNumber ?? '') > end).toBe(true);
    const { ShardId } = await kinesis.send(
      new PutRecordCommand({
        StreamName: 'split',
        Data: Buffer.from('y'),
        PartitionKey: 'k',
        ExplicitHashKey: (SPACE / 2n).toString(),
      }),
    );
    expect(ShardId).toBe(id(2));
  });

  it('tell a reader at their end which shards go on', async () => {
    await create('read');
    await kinesis.send(
      new PutRecordCommand({ StreamName: 'read', Data: Buffer.from('x'), PartitionKey: 'k' }),
    );
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'read',
        ShardId: id(0),
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    await split('read', 0, SPACE / 2n);
    const answer = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
    expect(answer.Records).toHaveLength(1);
    expect(answer.NextShardIterator).toBeUndefined();
    expect(answer.ChildShards).toEqual([
      {
        ShardId: id(1),
        ParentShards: [id(0)],
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: (SPACE / 2n - 1n).toString() },
      },
      {
        ShardId: id(2),
        ParentShards: [id(0)],
        HashKeyRange: {
          StartingHashKey: (SPACE / 2n).toString(),
          EndingHashKey: (SPACE - 1n).toString(),
        },
      },
    ]);
    await merge('read', 2, 1);
    const { ShardIterator: child } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'read',
        ShardId: id(1),
        ShardIteratorType: 'LATEST',
      }),
    );
    const end = await kinesis.send(new GetRecordsCommand({ ShardIterator: child }));
    expect(end.ChildShards).toMatchObject([{ ShardId: id(3), ParentShards: [id(1), id(2)] }]);
  });

  it('are merged when they lie side by side', async () => {
    await create('merge', 3);
    await expect(merge('merge', 0, 2)).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: `Shards ${id(0)} and ${id(2)} in stream merge under account ${ACCOUNT} are not an adjacent pair of shards eligible for merging`,
    });
    await merge('merge', 0, 1);
    const shards = await list('merge');
    expect(shards[3]).toMatchObject({
      ShardId: id(3),
      ParentShardId: id(0),
      AdjacentParentShardId: id(1),
      HashKeyRange: { StartingHashKey: '0' },
    });
    await expect(merge('merge', 0, 1)).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining('has already been merged or split') as string,
    });
    await expect(merge('merge', 3, 9)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Could not find shard ${id(9)} in stream merge under account ${ACCOUNT}.`,
    });
  });

  it('are split inside their range alone', async () => {
    await create('inside', 2);
    const text = `is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey ${SPACE / 2n - 1n}.`;
    for (const at of [0n, 1n, SPACE / 2n - 1n, SPACE / 2n])
      await expect(split('inside', 0, at)).rejects.toMatchObject({
        name: 'InvalidArgumentException',
        message: `NewStartingHashKey ${at} used in SplitShard() on shard ${id(0)} in stream inside under account ${ACCOUNT} ${text}`,
      });
    await split('inside', 0, 2n);
    expect(await idsOf('inside', { Type: 'AT_LATEST' })).toEqual([1, 2, 3]);
  });

  it('are scaled to any number of equal ranges', async () => {
    await create('scale', 2);
    for (const target of [3, 6, 5, 3, 2, 1]) {
      const answer = await scale('scale', target);
      expect(answer.TargetShardCount).toBe(target);
      const open = (await list('scale', { Type: 'AT_LATEST' }))
        .map(({ HashKeyRange }) => BigInt(HashKeyRange?.StartingHashKey ?? -1))
        .sort((a, b) => (a < b ? -1 : 1));
      const step = SPACE / BigInt(target);
      expect(open).toEqual(Array.from({ length: target }, (_, at) => step * BigInt(at)));
    }
    await create('doubling', 2);
    await scale('doubling', 4);
    expect((await list('doubling')).slice(2).map(({ ParentShardId }) => ParentShardId)).toEqual([
      id(0),
      id(0),
      id(1),
      id(1),
    ]);
    await expect(scale('doubling', 9)).rejects.toMatchObject({
      name: 'LimitExceededException',
      message:
        'UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 4, Target shard count: 9',
    });
    await expect(scale('doubling', 1)).rejects.toMatchObject({
      message:
        'UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: 4, Target shard count: 1',
    });
  });
});

describe('the list of shards', () => {
  it('is filtered by when they were open', async () => {
    await create('times');
    await clock.advance(60_000);
    await split('times', 0, SPACE / 2n);
    await clock.advance(60_000);
    const between = new Date(clock.now());
    await clock.advance(60_000);
    await merge('times', 1, 2);
    expect(await idsOf('times')).toEqual([0, 1, 2, 3]);
    expect(await idsOf('times', { Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2, 3]);
    expect(await idsOf('times', { Type: 'AT_TRIM_HORIZON' })).toEqual([0]);
    expect(await idsOf('times', { Type: 'AT_LATEST' })).toEqual([3]);
    expect(await idsOf('times', { Type: 'AT_TIMESTAMP', Timestamp: between })).toEqual([1, 2]);
    expect(await idsOf('times', { Type: 'FROM_TIMESTAMP', Timestamp: between })).toEqual([1, 2, 3]);
    expect(await idsOf('times', { Type: 'AFTER_SHARD_ID', ShardId: id(1) })).toEqual([2, 3]);
    await expect(list('times', { Type: 'AT_TIMESTAMP' })).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: 'ShardFilter of type AT_TIMESTAMP needs a Timestamp.',
    });
    await expect(list('times', { Type: 'AT_LATEST', ShardId: id(1) })).rejects.toMatchObject({
      message: 'ShardFilter of type AT_LATEST takes no ShardId: it is for AFTER_SHARD_ID.',
    });
  });

  it('comes in pages whose tokens live 300 seconds and stand alone', async () => {
    await create('pages', 5);
    const first = await kinesis.send(
      new ListShardsCommand({
        StreamName: 'pages',
        MaxResults: 2,
        ExclusiveStartShardId: id(0),
      }),
    );
    expect(first.Shards?.map(({ ShardId }) => ShardId)).toEqual([id(1), id(2)]);
    const { NextToken } = first;
    const second = await kinesis.send(new ListShardsCommand({ NextToken }));
    expect(second.Shards?.map(({ ShardId }) => ShardId)).toEqual([id(3), id(4)]);
    expect(second.NextToken).toBeUndefined();
    await expect(
      kinesis.send(new ListShardsCommand({ NextToken, StreamName: 'pages' })),
    ).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: 'NextToken and StreamName cannot be provided together.',
    });
    await expect(
      kinesis.send(
        new ListShardsCommand({
          NextToken,
          StreamARN: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/other`,
        }),
      ),
    ).rejects.toMatchObject({
      message: expect.stringContaining('The NextToken is for the stream pages') as string,
    });
    await expect(
      kinesis.send(new ListShardsCommand({ NextToken: 'nonsense' })),
    ).rejects.toMatchObject({ message: 'Invalid NextToken.' });
    await clock.advance(300_001);
    await expect(kinesis.send(new ListShardsCommand({ NextToken }))).rejects.toMatchObject({
      name: 'ExpiredNextTokenException',
    });
    await expect(
      kinesis.send(
        new ListShardsCommand({ StreamName: 'pages', StreamCreationTimestamp: new Date(0) }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
