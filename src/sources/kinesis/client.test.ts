import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ListedRecord } from '../../index.ts';
import { service, stream } from '../../index.ts';
import type { RunningCloud, VirtualClock } from '../../cloud/index.ts';
import {
  createRealClock,
  createServices,
  createVirtualClock,
  startCloud as startPlainCloud,
} from '../../cloud/index.ts';
import { make } from '../../runtime/clients/stream.ts';
import type { TestCloud } from '../../testing/index.ts';
import { startCloud } from '../../testing/index.ts';

const all = async <T>(records: AsyncIterable<ListedRecord<T>>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const { data } of records) found.push(data);
  return found;
};

describe('a client', () => {
  let cloud: TestCloud;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.stop());

  it('puts as many as it is given, in order, and lists them', async () => {
    const numbers = stream('Numbers', {
      schema: z.number(),
      shardCount: 1,
      partitionKey: (n) => String(n % 7),
    });
    await cloud.provision(service('Shop', { resources: [numbers] }));
    const client = cloud.use(numbers);
    const given = Array.from({ length: 1_234 }, (_, n) => n);
    const places = await client.putAll(given.map((data) => ({ data })));
    expect(places).toHaveLength(given.length);
    expect(await all(client.list())).toEqual(given);
    const puts = cloud.journal().filter(({ operation }) => operation === 'PutRecords');
    expect(puts).toHaveLength(3);
    await expect(client.putAll([{ data: 1 }, { data: 'x' as never }])).rejects.toThrow(
      /^a record for Numbers is not what its schema says/,
    );
    expect(await all(client.list())).toHaveLength(given.length);
  });

  it('divides what is over 10 MiB', async () => {
    const large = stream('Large', { shardCount: 1, partitionKey: () => 'k' });
    await cloud.provision(service('Shop', { resources: [large] }));
    const client = cloud.use(large);
    await client.putAll(Array.from({ length: 12 }, () => ({ data: Buffer.alloc(1_048_000) })));
    const puts = cloud.journal().filter(({ operation }) => operation === 'PutRecords');
    expect(puts).toHaveLength(2);
    expect(await all(client.list())).toHaveLength(12);
  });

  it('lists a shard, from a record or a time on', async () => {
    const clicks = stream('Clicks', { shardCount: 2 });
    await cloud.provision(service('Shop', { resources: [clicks] }));
    const client = cloud.use(clicks);
    const put = (data: string, explicitHashKey: string) =>
      client.put(data, { partitionKey: 'k', explicitHashKey });
    const other = (2n ** 127n).toString();
    await put('a', '0');
    const second = await put('b', '0');
    await put('z', other);
    await cloud.advance('1 minute');
    await put('c', '0');
    const texts = async (options: Parameters<typeof client.list>[0]) =>
      (await all(client.list(options))).map((data) => data.text());
    expect(await client.shards()).toEqual(['shardId-000000000000', 'shardId-000000000001']);
    expect(await texts({})).toEqual(['a', 'b', 'c', 'z']);
    expect(await texts({ shardId: 'shardId-000000000001' })).toEqual(['z']);
    expect(await texts({ shardId: second.shardId, after: second.sequenceNumber })).toEqual(['c']);
    expect(await texts({ since: cloud.now() })).toEqual(['c']);
  });
});

describe('what a shard does not take', () => {
  const START = Date.UTC(2026, 0, 1);
  let clock: VirtualClock;
  let cloud: RunningCloud;
  let kinesis: KinesisClient;
  /** Seconds that pass with every request. */
  let passing: number;

  const settings = () => {
    const handler = new NodeHttpHandler();
    return {
      endpoint: cloud.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: {
        handle: async (...given: Parameters<NodeHttpHandler['handle']>) => {
          const answer = await handler.handle(...given);
          await clock.advance(passing * 1_000);
          return answer;
        },
        destroy: () => handler.destroy(),
      },
    };
  };
  const client = () => make('tight', { kind: 'stream', resource: 'Tight', modes: [] }, settings());
  beforeEach(async () => {
    passing = 0;
    clock = createVirtualClock(START);
    cloud = await startPlainCloud({
      clock,
      signatureClock: createRealClock(),
      services: createServices({ shardLimits: true }),
    });
    kinesis = new KinesisClient(settings());
    await kinesis.send(new CreateStreamCommand({ StreamName: 'tight', ShardCount: 1 }));
  });
  afterEach(async () => {
    kinesis.destroy();
    await cloud.stop();
  });

  /** Four of 400 kB: a shard takes two of them in a second. */
  const entries = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      data: Buffer.alloc(400_000, n),
      partitionKey: 'k',
    }));

  it('is tried again, and keeps its place in the answer', async () => {
    passing = 1;
    const places = await client().putAll(entries(4));
    const numbers = places.map(({ sequenceNumber }) => BigInt(sequenceNumber));
    expect(numbers).toHaveLength(4);
    expect(numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0n))).toBe(true);
  });

  it('is told to the sender in the end, with what was to follow it', async () => {
    const given = [
      ...entries(4),
      ...Array.from({ length: 500 }, () => ({ data: 'x', partitionKey: 'k' })),
    ];
    const error: unknown = await client()
      .putAll(given)
      .catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({
      name: 'SendError',
      message: expect.stringMatching(
        /^Tight did not take \d+ of 504: ProvisionedThroughputExceededException Rate exceeded for shard/,
      ) as string,
    });
    const { failures } = error as {
      readonly failures: readonly { readonly index: number; readonly code: string }[];
    };
    expect(failures[0]).toMatchObject({ index: 2, code: 'ProvisionedThroughputExceededException' });
    expect(failures.at(-1)).toMatchObject({ index: 503, code: 'NotSent' });
    passing = 1;
    const left = failures.map(({ index }) => given[index] ?? { data: '', partitionKey: 'k' });
    expect(await client().putAll(left)).toHaveLength(failures.length);
    const held: string[] = [];
    for await (const { data } of client().list())
      held.push((data as Uint8Array).byteLength === 1 ? 'x' : String((data as Uint8Array)[0]));
    expect(held.filter((one) => one !== 'x')).toEqual(['0', '1', '2', '3']);
    expect(held).toHaveLength(504);
  });
});

it('works in an archive, as readers and clients do', async () => {
  const { echoing } = await import('./fixtures/echoes.ts');
  const { startCloud: startPacked } = await import('sparta/testing');
  await using cloud = await startPacked({ handlers: 'processes' });
  await cloud.provision(echoing.service);
  await cloud.use(echoing.clicks).put({ user: 'a' });
  await cloud.settle();
  const echoes: string[] = [];
  for await (const { data } of cloud.use(echoing.echoes).list()) echoes.push(data.text());
  expect(echoes).toEqual(['a again', 'z again']);
});
