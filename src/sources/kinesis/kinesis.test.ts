import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { RecordData, StreamRecord } from '../../index.ts';
import { alarm, lambda, queue, service, stream } from '../../index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Click = z.object({ user: z.string(), times: z.number().default(1) });

const { start } = createTestClouds();

describe('records', () => {
  it('are checked, typed as the schema makes them, and come in order', async () => {
    const clicks = stream('Clicks', { schema: Click, partitionKey: ({ user }) => user });
    const seen: StreamRecord<{ user: string; times: number }>[] = [];
    const follow = lambda('Follow', { on: clicks.records() }, async (record) => {
      expectTypeOf(record).toEqualTypeOf<StreamRecord<{ user: string; times: number }>>();
      seen.push(record);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [follow] }));
    const places = await cloud
      .use(clicks)
      .putAll([{ data: { user: 'a' } }, { data: { user: 'a', times: 2 } }]);
    await cloud.settle();
    expect(seen).toMatchObject([
      { data: { user: 'a', times: 1 }, partitionKey: 'a', ...places[0] },
      { data: { user: 'a', times: 2 }, partitionKey: 'a', ...places[1] },
    ]);
    expect(seen[0]?.approximateArrivalAt).toEqual(cloud.now());
    expect(seen[0]?.record.eventSource).toBe('aws:kinesis');
  });

  it('without a schema are bytes', async () => {
    const raw = stream('Raw');
    const seen: unknown[] = [];
    const read = lambda('Read', { on: raw.records() }, async ({ data, partitionKey }) => {
      expectTypeOf(data).toEqualTypeOf<RecordData>();
      seen.push([[...data], data.text(), partitionKey]);
      if (partitionKey === 'json') seen.push(data.json<{ n: number }>().n);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [read] }));
    const client = cloud.use(raw);
    await client.put('ä', { partitionKey: 'text' });
    await client.put(new Uint8Array([0, 255]), { partitionKey: 'bytes' });
    await client.put({ n: 1 }, { partitionKey: 'json' });
    await cloud.settle();
    expect(seen).toEqual(
      expect.arrayContaining([
        [[195, 164], 'ä', 'text'],
        [[0, 255], '\0\uFFFD', 'bytes'],
        [[...Buffer.from('{"n":1}')], '{"n":1}', 'json'],
        1,
      ]),
    );
  });

  it('wait behind the one that failed, in its shard alone, and come again from there on', async () => {
    const steps = stream('Steps', { shardCount: 2 });
    const seen: string[] = [];
    let broken = true;
    const work = lambda('Work', { on: steps.records() }, async ({ data }) => {
      if (data.text() === 'a2' && broken) throw new Error('not yet');
      seen.push(data.text());
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    const half = (2n ** 127n).toString();
    const lines = { a: '0', b: half };
    await cloud.use(steps).putAll(
      (['a1', 'a2', 'a3', 'b1', 'b2'] as const).map((data) => ({
        data,
        partitionKey: 'k',
        explicitHashKey: lines[data.startsWith('a') ? 'a' : 'b'],
      })),
    );
    await cloud.settle();
    expect(seen.toSorted()).toEqual(['a1', 'b1', 'b2']);
    broken = false;
    await cloud.advance('1 second');
    expect(seen.slice(3)).toEqual(['a2', 'a3']);
  });

  it('that the schema refuses never reach the handler, from either side', async () => {
    const clicks = stream('Clicks', { schema: Click, partitionKey: ({ user }) => user });
    const raw = stream('Raw');
    const seen: unknown[] = [];
    const read = lambda(
      'Read',
      { on: raw.records({ schema: Click, invalid: 'drop' }) },
      async ({ data }) => {
        expectTypeOf(data).toEqualTypeOf<{ user: string; times: number }>();
        seen.push(data);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [read], resources: [clicks] }));
    await expect(cloud.use(clicks).put({ user: 7 } as never)).rejects.toThrow(
      /^a record for Clicks is not what its schema says: user: .*string/,
    );
    await cloud.use(raw).put('{ no json', { partitionKey: 'k' });
    await cloud.use(raw).put('{"user":3}', { partitionKey: 'k' });
    await cloud.use(raw).put('{"user":"yes"}', { partitionKey: 'k' });
    await cloud.settle();
    expect(seen).toEqual([{ user: 'yes', times: 1 }]);
  });

  it('that the schema refuses fail otherwise, and are given up as the source says', async () => {
    const lost = queue('Lost');
    const clicks = stream('Clicks', { shardCount: 1 });
    const seen: string[] = [];
    const read = lambda(
      'Read',
      { on: clicks.records({ schema: Click, maximumRetryAttempts: 0, onFailure: lost }) },
      async ({ data }) => {
        seen.push(data.user);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [read] }));
    await cloud
      .use(clicks)
      .putAll(
        ['{"user":"a"}', '{"user":3}', '{"user":"b"}'].map((data) => ({ data, partitionKey: 'k' })),
      );
    await cloud.settle();
    await cloud.advance('1 minute');
    expect(seen).toEqual(['a', 'b']);
    expect((await cloud.use(lost).depth()).visible).toBe(1);
  });

  it('are filtered before they start anything, by patterns that the schema types', async () => {
    const clicks = stream('Clicks', { schema: Click, partitionKey: () => 'k' });
    const seen: unknown[] = [];
    // @ts-expect-error -- the data has no such member
    clicks.records({ filter: { page: ['/'] } });
    const filter = { user: [{ prefix: 'a' }, 'z'], times: [{ numeric: ['>', 1] }] } as const;
    const read = lambda('Read', { on: clicks.records({ filter }) }, async ({ data }) => {
      seen.push(data);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [read] }));
    await cloud
      .use(clicks)
      .putAll(
        ['ab', 'ba', 'z'].flatMap((user) => [
          { data: { user, times: 1 } },
          { data: { user, times: 2 } },
        ]),
      );
    await cloud.settle();
    expect(seen).toEqual([
      { user: 'ab', times: 2 },
      { user: 'z', times: 2 },
    ]);
  });

  it('come to the stream of theirs, where one function reads several, one of them not the stack’s', async () => {
    const one = stream('One', { schema: z.object({ one: z.number() }), partitionKey: () => 'k' });
    const two = stream('Two', { schema: z.object({ two: z.number() }), partitionKey: () => 'k' });
    const shared = stream('Shared', { streamName: 'shared', partitionKey: () => 'k' });
    const there = stream('There', {
      existing: 'arn:aws:kinesis:us-east-1:000000000000:stream/shared',
      schema: z.object({ three: z.number() }),
      partitionKey: () => 'k',
    });
    const seen: unknown[] = [];
    const work = lambda(
      'Work',
      { on: [one.records(), two.records(), there.records()], grants: { there: there.read() } },
      async ({ data, record }, clients) => {
        expectTypeOf(data).toEqualTypeOf<{ one: number } | { two: number } | { three: number }>();
        seen.push(data);
        for await (const listed of clients.there.list()) seen.push(listed.data);
        expect(record.eventSourceARN).toMatch(/:stream\//);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Owner', { resources: [shared] }));
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(one).put({ one: 1 });
    await cloud.settle();
    await cloud.use(two).put({ two: 2 });
    await cloud.settle();
    await cloud.use(there).put({ three: 3 });
    await cloud.settle();
    expect(seen).toEqual([{ one: 1 }, { two: 2 }, { three: 3 }, { three: 3 }]);
  });
});

describe('batches', () => {
  it('come whole, and their handler says where to go on', async () => {
    const clicks = stream('Clicks', { shardCount: 1, schema: Click, partitionKey: () => 'k' });
    const batches: string[][] = [];
    const work = lambda(
      'Work',
      { on: clicks.batches({ batchSize: 3, batchWindow: 5 }) },
      async ({ records, fail }, { raw }) => {
        batches.push(records.map(({ data }) => data.user));
        for (const record of records) if (record.data.user === 'bad') fail(record);
        expect((raw.event as { readonly Records: readonly unknown[] }).Records).toHaveLength(
          records.length,
        );
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    const put = (...users: readonly string[]) =>
      cloud.use(clicks).putAll(users.map((user) => ({ data: { user } })));
    await put('a', 'bad', 'c', 'd');
    await cloud.settle();
    expect(batches).toEqual([['a', 'bad', 'c']]);
    await cloud.advance('1 second');
    expect(batches.slice(1)).toEqual([['bad', 'c']]);
  });

  it('wait to fill up', async () => {
    const clicks = stream('Clicks', { shardCount: 1, partitionKey: () => 'k' });
    const sizes: number[] = [];
    const work = lambda(
      'Work',
      { on: clicks.batches({ batchSize: 2, batchWindow: 30 }) },
      async ({ records }) => {
        sizes.push(records.length);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(clicks).put('a');
    await cloud.advance('10 seconds');
    expect(sizes).toEqual([]);
    await cloud.use(clicks).put('b');
    await cloud.settle();
    expect(sizes).toEqual([2]);
    await cloud.use(clicks).put('c');
    await cloud.advance('30 seconds');
    expect(sizes).toEqual([2, 1]);
  });
});

it('gives windows their state, typed, from batch to batch and to the end', async () => {
  const clicks = stream('Clicks', { shardCount: 1, schema: Click, partitionKey: () => 'k' });
  const seen: unknown[] = [];
  const on = clicks.windows({ tumblingWindow: 60, initialState: { total: 0 } });
  // @ts-expect-error -- that is no state of this window
  lambda('Other', { on }, async () => ({ total: 'many' }));
  const count = lambda(
    'Count',
    { on },
    async ({ state, records, start: begins, end, isFinal, shardId }) => {
      expectTypeOf(state).toEqualTypeOf<{ total: number }>();
      const total = records.reduce((sum, { data }) => sum + data.times, state.total);
      seen.push([total, isFinal, records.length, end.getTime() - begins.getTime(), shardId]);
      return { total };
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [count] }));
  const put = (times: number) => cloud.use(clicks).put({ user: 'a', times });
  await put(2);
  await cloud.settle();
  await put(3);
  await cloud.settle();
  await cloud.advance('1 minute');
  await put(7);
  await cloud.settle();
  const shard = 'shardId-000000000000';
  expect(seen).toEqual([
    [2, false, 1, 60_000, shard],
    [5, false, 1, 60_000, shard],
    [5, true, 0, 60_000, shard],
    [7, false, 1, 60_000, shard],
  ]);
});

it('hands the event over as it is, and what the handler answers to Lambda', async () => {
  const clicks = stream('Clicks', { shardCount: 1, partitionKey: () => 'k' });
  const seen: string[][] = [];
  const work = lambda('Work', { on: clicks.events() }, async ({ Records }) => {
    seen.push(Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()));
    return {
      batchItemFailures: Records.slice(1).map(({ kinesis }) => ({
        itemIdentifier: kinesis.sequenceNumber,
      })),
    };
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work] }));
  await cloud.use(clicks).putAll([{ data: 'a' }, { data: 'b' }]);
  await cloud.settle();
  await cloud.advance('1 second');
  expect(seen).toEqual([['a', 'b'], ['b']]);
});

it('gives a function what it was granted, and no more', async () => {
  const clicks = stream('Clicks', { schema: Click, partitionKey: ({ user }) => user });
  const raw = stream('Raw', { shardCount: 1 });
  const refusalOf = (call: Promise<unknown>) =>
    call.then(
      () => 'done',
      (error: Error) => error.name,
    );
  const writer = lambda(
    'Writer',
    { grants: { clicks: clicks.put(), loose: raw.put() } },
    async (_event, clients) => {
      expectTypeOf(clients.clicks).not.toHaveProperty('list');
      await clients.clicks.put({ user: 'a' });
      await clients.clicks.putAll([{ data: { user: 'b' }, partitionKey: 'own' }]);
      // @ts-expect-error -- this stream does not say which key its data has
      const refused = await refusalOf(clients.loose.put('x'));
      const { shards } = clients.loose as unknown as { shards(): Promise<unknown> };
      return [refused, await refusalOf(shards())];
    },
  );
  const reader = lambda('Reader', { grants: { clicks: clicks.read() } }, async (_event, own) => {
    expectTypeOf(own.clicks).not.toHaveProperty('put');
    const found: unknown[] = [];
    for await (const { data, partitionKey } of own.clicks.list()) {
      expectTypeOf(data).toEqualTypeOf<{ user: string; times: number }>();
      found.push([data, partitionKey]);
    }
    const { put } = own.clicks as unknown as { put(data: unknown): Promise<unknown> };
    return [found, (await own.clicks.shards()).length, await refusalOf(put({ user: 'a' }))];
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [writer, reader] }));
  expect(await cloud.invoke(writer, undefined)).toEqual([
    'ValidationException',
    'AccessDeniedException',
  ]);
  const [found, shards, refused] = (await cloud.invoke(reader, undefined)) as unknown[];
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      [{ user: 'a', times: 1 }, 'a'],
      [{ user: 'b', times: 1 }, 'own'],
    ]),
  );
  expect([shards, refused]).toEqual([4, 'AccessDeniedException']);
});

it('tells alarms how much comes in, and how far a function is behind', async () => {
  const clicks = stream('Clicks', { shardCount: 1, partitionKey: () => 'k' });
  let broken = true;
  const work = lambda('Work', { on: clicks.records() }, async () => {
    if (broken) throw new Error('not yet');
  });
  const busy = alarm(clicks.incomingRecords, { threshold: 3 });
  const unread = alarm(clicks.iteratorAge, { threshold: 60_000 });
  const late = alarm(work.iteratorAge, { threshold: 60_000 });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work], alarms: [busy, late, unread] }));
  const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const states = async () => {
    const { MetricAlarms = [] } = await new CloudWatchClient(cloud.settings).send(
      new DescribeAlarmsCommand({}),
    );
    return Object.fromEntries(
      MetricAlarms.map(({ MetricName = '', StateValue }) => [MetricName, StateValue]),
    );
  };
  await cloud.use(clicks).putAll([{ data: 'a' }, { data: 'b' }, { data: 'c' }]);
  await cloud.advance('1 minute 30 seconds');
  expect(await states()).toEqual({
    IncomingRecords: 'ALARM',
    IteratorAge: 'ALARM',
    'GetRecords.IteratorAgeMilliseconds': 'OK',
  });
  broken = false;
  await cloud.advance('5 minutes');
  expect(await states()).toMatchObject({ IncomingRecords: 'OK', IteratorAge: 'OK' });
});
