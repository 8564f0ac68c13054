import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ListStreamConsumersCommand,
  PutRecordCommand,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud, StartCloudOptions } from '../../index.ts';
import { startCloud } from '../../index.ts';

const arn = 'arn:aws:kinesis:us-east-1:000000000000:stream/s';
const clock = createVirtualClock(Date.now());
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const start = async (options: StartCloudOptions) => {
  const running: RunningCloud = await startCloud({
    clock,
    signatureClock: createRealClock(),
    ...options,
  });
  const kinesis = new KinesisClient({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const stop = async () => {
    kinesis.destroy();
    await running.stop();
  };
  open.push({ stop });
  return {
    ...running,
    kinesis,
    stop: async () => {
      open.splice(0);
      await stop();
    },
    put: async (text: string) =>
      (
        await kinesis.send(
          new PutRecordCommand({
            StreamName: 's',
            Data: Buffer.from(text),
            PartitionKey: 'k',
            ExplicitHashKey: '0',
          }),
        )
      ).SequenceNumber ?? '',
    texts: async (ShardId: string) => {
      const { ShardIterator } = await kinesis.send(
        new GetShardIteratorCommand({
          StreamName: 's',
          ShardId,
          ShardIteratorType: 'TRIM_HORIZON',
        }),
      );
      const { Records } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
      return Records?.map(({ Data }) => Buffer.from(Data ?? []).toString());
    },
  };
};

const fill = async ({ kinesis, put }: Awaited<ReturnType<typeof start>>) => {
  await kinesis.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }));
  await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN: arn, ConsumerName: 'c' }));
  await put('gone');
  await clock.advance(24 * 3_600_000 + 1);
  const last = await put('a');
  await kinesis.send(
    new SplitShardCommand({
      StreamName: 's',
      ShardToSplit: 'shardId-0',
      NewStartingHashKey: '1000',
    }),
  );
  return last > (await put('b')) ? 'shrunk' : 'grown';
};

it('a stream is there after a restart: shards, records, consumers, and numbers that grow on', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'kinesis-'));
  const first = await start({ stateDir });
  expect(await fill(first)).toBe('grown');
  const before = await first.put('c');
  await first.stop();
  const second = await start({ stateDir });
  const { Shards } = await second.kinesis.send(new ListShardsCommand({ StreamName: 's' }));
  expect(Shards?.map(({ ParentShardId }) => ParentShardId)).toEqual([
    undefined,
    'shardId-000000000000',
    'shardId-000000000000',
  ]);
  expect(await second.texts('shardId-000000000000')).toEqual(['a']);
  expect((await second.put('d')) > before).toBe(true);
  expect(await second.texts('shardId-000000000001')).toEqual(['b', 'c', 'd']);
  const { Consumers } = await second.kinesis.send(
    new ListStreamConsumersCommand({ StreamARN: arn }),
  );
  expect(Consumers).toHaveLength(1);
  await second.stop();
  rmSync(stateDir, { recursive: true });
});

it('a fork goes its own way', async () => {
  const first = await start({});
  await fill(first);
  await first.cloud.settle();
  const fork = await start({ state: first.cloud.fork() });
  await first.put('here');
  await fork.put('there');
  expect(await first.texts('shardId-000000000001')).toEqual(['b', 'here']);
  expect(await fork.texts('shardId-000000000001')).toEqual(['b', 'there']);
});

it('who waits at a stream is told of what is put there', async () => {
  const { kinesis, put, cloud } = await start({});
  await kinesis.send(new CreateStreamCommand({ StreamName: 's', ShardCount: 1 }));
  const context = cloud.contextOf(
    cloud.services.get('kinesis') ?? expect.fail('no kinesis'),
    cloud.accountId,
    cloud.region,
  );
  let told = 0;
  const cease = context.arrivals.listen(arn, () => {
    told += 1;
  });
  await put('a');
  await kinesis.send(
    new PutRecordsCommand({
      StreamName: 's',
      Records: [
        { Data: Buffer.from('b'), PartitionKey: 'k' },
        { Data: Buffer.from('c'), PartitionKey: 'k' },
      ],
    }),
  );
  expect(told).toBe(2);
  cease();
});
