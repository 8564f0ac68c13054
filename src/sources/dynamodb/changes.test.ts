import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bucket, lambda, queue, service, table, topic } from '../../index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Order = z.object({
  id: z.string(),
  status: z.enum(['open', 'paid']).default('open'),
  total: z.number().default(0),
  raw: z.instanceof(Uint8Array).exactOptional(),
  tags: z.set(z.string()).exactOptional(),
  address: z.object({ city: z.string() }).exactOptional(),
  over: z.number().exactOptional(),
});
const declare = () => table('Orders', { schema: Order, partitionKey: 'id', ttl: 'over' });

const { start } = createTestClouds();

describe('changes', () => {
  it('come one by one, with what was and what is', async () => {
    const orders = declare();
    const seen: unknown[] = [];
    const watch = lambda('Watch', { on: orders.changes() }, async (change, { raw }) => {
      const { record, sequenceNumber, ...rest } = change;
      seen.push(rest);
      expect(record.dynamodb.SequenceNumber).toBe(sequenceNumber);
      expect((raw.event as { readonly Records: readonly unknown[] }).Records).toContain(record);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch] }));
    const client = cloud.use(orders);
    const item = { id: 'a', total: 5, raw: new Uint8Array([1, 255]), tags: new Set(['x']) };
    await client.put(item);
    await client.update({ id: 'a' }, { set: { status: 'paid' }, remove: ['raw', 'tags'] });
    await client.delete({ id: 'a' });
    await cloud.settle();
    const at = new Date('2026-01-01T00:00:00Z');
    const open = { ...item, status: 'open' };
    const paid = { id: 'a', total: 5, status: 'paid' };
    const common = { keys: { id: 'a' }, byTimeToLive: false };
    expect(seen).toEqual([
      { ...common, at: expect.any(Date), eventName: 'INSERT', newImage: open, oldImage: undefined },
      { ...common, at: expect.any(Date), eventName: 'MODIFY', newImage: paid, oldImage: open },
      { ...common, at: expect.any(Date), eventName: 'REMOVE', newImage: undefined, oldImage: paid },
    ]);
    expect((seen[0] as { readonly at: Date }).at.getTime()).toBeGreaterThanOrEqual(at.getTime());
  });

  it('that the handler fails hold those behind them, and come again', async () => {
    const orders = declare();
    const seen: string[] = [];
    let broken = true;
    const watch = lambda('Watch', { on: orders.changes({ batchWindow: 1 }) }, async ({ keys }) => {
      if (keys.id === 'b' && broken) throw new Error('not yet');
      seen.push(keys.id);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch] }));
    const client = cloud.use(orders);
    for (const id of ['a', 'b', 'c']) await client.put({ id });
    await cloud.advance('1 second');
    expect(seen).toEqual(['a']);
    broken = false;
    await cloud.advance('1 minute');
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('that are given up take no others with them, and are told', async () => {
    const orders = declare();
    const failed = queue('Failed', { schema: z.unknown() });
    const seen: string[] = [];
    const watch = lambda(
      'Watch',
      {
        on: orders.changes({ batchWindow: 1, maximumRetryAttempts: 1, onFailure: failed }),
      },
      async ({ keys }) => {
        if (keys.id === 'b') throw new Error('never');
        seen.push(keys.id);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch] }));
    for (const id of ['a', 'b', 'c', 'd']) await cloud.use(orders).put({ id });
    await cloud.advance('5 minutes');
    expect(seen).toEqual(['a', 'c', 'd']);
    const [told] = await cloud.use(failed).receive();
    expect(told?.body).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  it('are tried once where no retry is wanted, which Sparta for Go could not say', async () => {
    const orders = declare();
    let tries = 0;
    const watch = lambda(
      'Watch',
      { on: orders.changes({ maximumRetryAttempts: 0, bisectBatchOnFunctionError: false }) },
      async () => {
        tries += 1;
        throw new Error('never');
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch] }));
    await cloud.use(orders).put({ id: 'a' });
    await cloud.advance('1 hour');
    expect(tries).toBe(1);
  });

  it.each([
    ['topic', () => topic('Told')],
    ['bucket', () => bucket('Told')],
  ] as const)(
    'that are given up are told to a %s under the function’s own role',
    async (_kind, make) => {
      const orders = declare();
      const told = make();
      const watch = lambda(
        'Watch',
        { on: orders.changes({ maximumRetryAttempts: 0, onFailure: told }) },
        async () => {
          throw new Error('never');
        },
      );
      const heard: unknown[] = [];
      const hear =
        told.kind === 'topic'
          ? lambda('Hear', { on: told.messages() }, async ({ body }) => {
              heard.push(JSON.parse(body));
            })
          : lambda(
              'Hear',
              { on: told.objectCreated(), grants: { told: told.read() } },
              async ({ Records }, { told: from }) => {
                for (const { s3 } of Records) heard.push(await from.json(s3.object.key));
              },
            );
      const cloud = await start();
      await cloud.provision(service('Shop', { functions: [watch, hear] }));
      await cloud.use(orders).put({ id: 'a' });
      await cloud.advance('1 minute');
      expect(heard).toMatchObject([{ requestContext: { condition: 'RetryAttemptsExhausted' } }]);
    },
  );

  it('are read from the first one on, or from what comes next', async () => {
    const orders = table('Orders', { partitionKey: 'id', stream: 'NEW_IMAGE' });
    const cloud = await start();
    await cloud.provision(service('Shop', { resources: [orders] }));
    await cloud.use(orders).put({ id: 'before' });
    await cloud.advance('1 minute');
    const seen: string[] = [];
    const reader = (name: string, startingPosition?: 'LATEST') =>
      lambda(
        name,
        {
          on: orders.changes({
            streamViewType: 'NEW_IMAGE',
            ...(startingPosition === undefined ? {} : { startingPosition }),
          }),
        },
        async ({ keys }) => {
          seen.push(`${name} ${String(keys.id)}`);
        },
      );
    await cloud.provision(service('Shop', { functions: [reader('All'), reader('New', 'LATEST')] }));
    await cloud.use(orders).put({ id: 'after' });
    await cloud.advance('1 minute');
    expect(seen.toSorted()).toEqual(['All after', 'All before', 'New after']);
  });

  it('by the time to live are told apart', async () => {
    const orders = declare();
    const seen: unknown[] = [];
    const watch = lambda(
      'Watch',
      { on: orders.changes({ eventNames: ['REMOVE'] }) },
      async ({ keys, byTimeToLive, oldImage }) => {
        seen.push([keys.id, byTimeToLive, oldImage.over]);
      },
    );
    const expired: string[] = [];
    const expire = lambda(
      'Expire',
      { on: orders.changes({ filter: { byTimeToLive: true } }) },
      async ({ keys }) => {
        expired.push(keys.id);
      },
    );
    const removed: string[] = [];
    const remove = lambda(
      'Remove',
      { on: orders.changes({ eventNames: ['REMOVE'], filter: { byTimeToLive: false } }) },
      async ({ keys }) => {
        removed.push(keys.id);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch, expire, remove] }));
    const over = cloud.now().getTime() / 1000 + 60;
    await cloud.use(orders).putAll([{ id: 'old', over }, { id: 'gone' }]);
    await cloud.use(orders).delete({ id: 'gone' });
    await cloud.advance('1 hour');
    expect(seen).toEqual([
      ['gone', false, undefined],
      ['old', true, over],
    ]);
    expect(expired).toEqual(['old']);
    expect(removed).toEqual(['gone']);
  });
});

it('come in batches, whose handler says where to go on', async () => {
  const orders = declare();
  const batches: (readonly string[])[] = [];
  let broken = true;
  const watch = lambda(
    'Watch',
    { on: orders.batches({ batchWindow: 5, batchSize: 4 }) },
    async ({ records, fail }) => {
      batches.push(records.map(({ keys }) => keys.id));
      for (const record of records.toReversed())
        if (broken && (record.keys.id === 'c' || record.keys.id === 'd')) fail(record);
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [watch] }));
  for (const id of ['a', 'b', 'c', 'd', 'e']) await cloud.use(orders).put({ id });
  await cloud.settle();
  expect(batches).toEqual([['a', 'b', 'c', 'd']]);
  broken = false;
  await cloud.advance('1 minute');
  expect(batches.slice(1)).toEqual([['c', 'd'], ['e']]);
});

describe('windows', () => {
  it('know what was so far, and end with all of it', async () => {
    const orders = declare();
    const seen: unknown[] = [];
    const count = lambda(
      'Count',
      { on: orders.windows({ tumblingWindow: 60, initialState: { ids: [] as string[] } }) },
      async ({ records, state, start: from, end, isFinal, endedEarly, shardId }) => {
        seen.push([records.length, state.ids.length, isFinal]);
        if (isFinal) {
          expect(end.getTime() - from.getTime()).toBe(60_000);
          expect([endedEarly, shardId]).toEqual([false, expect.stringContaining('shardId-')]);
          return undefined;
        }
        return { ids: [...state.ids, ...records.map(({ keys }) => keys.id)] };
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [count] }));
    const client = cloud.use(orders);
    await client.put({ id: 'a' });
    await cloud.settle();
    await client.putAll([{ id: 'b' }, { id: 'c' }]);
    await cloud.advance('1 minute');
    await client.put({ id: 'd' });
    await cloud.advance('2 minutes');
    expect(seen).toEqual([
      [1, 0, false],
      [2, 1, false],
      [0, 3, true],
      [1, 0, false],
      [0, 1, true],
    ]);
  });

  it('keep what was known when a record fails', async () => {
    const orders = declare();
    const sums: number[] = [];
    let broken = true;
    const sum = lambda(
      'Sum',
      { on: orders.windows({ tumblingWindow: 60, initialState: { total: 0 }, batchWindow: 1 }) },
      async ({ records, state, isFinal, fail }) => {
        for (const record of records) {
          if (record.keys.id === 'bad' && broken) {
            broken = false;
            fail(record, new Error('not yet'));
            break;
          }
          state.total += record.newImage?.total ?? 0;
        }
        if (isFinal) sums.push(state.total);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [sum] }));
    for (const [id, total] of [
      ['a', 1],
      ['bad', 10],
      ['c', 100],
    ] as const)
      await cloud.use(orders).put({ id, total });
    await cloud.advance('3 minutes');
    expect(sums).toEqual([111]);
  });
});

it('hands the event over as it is, and takes Lambda’s own answer', async () => {
  const orders = declare();
  const seen: unknown[] = [];
  let broken = true;
  const watch = lambda('Watch', { on: orders.events({ batchWindow: 1 }) }, async ({ Records }) => {
    seen.push(Records.map(({ eventName, dynamodb }) => [eventName, dynamodb.Keys]));
    const failed = Records.slice(1).map(({ dynamodb }) => dynamodb.SequenceNumber);
    if (!broken) return undefined;
    broken = false;
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [watch] }));
  for (const id of ['a', 'b']) await cloud.use(orders).put({ id });
  await cloud.advance('1 minute');
  const change = (id: string) => ['INSERT', { id: { S: id } }];
  expect(seen).toEqual([[change('a'), change('b')], [change('b')]]);
});

it('come to the reader of their table, where one function reads several', async () => {
  const orders = declare();
  const stock = table('Stock', {
    schema: z.object({ sku: z.string(), left: z.number() }),
    partitionKey: 'sku',
  });
  const seen: unknown[] = [];
  const watch = lambda(
    'Watch',
    { on: [orders.changes(), stock.windows({ tumblingWindow: 60, initialState: { n: 0 } })] },
    async (given) => {
      if ('keys' in given) seen.push(given.keys);
      else seen.push([given.isFinal, given.records.map(({ keys }) => keys.sku)]);
      return undefined;
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [watch] }));
  await cloud.use(orders).put({ id: 'a' });
  await cloud.use(stock).put({ sku: 's', left: 1 });
  await cloud.advance('2 minutes');
  expect(seen).toContainEqual({ id: 'a' });
  expect(seen.filter(Array.isArray)).toEqual([
    [false, ['s']],
    [true, []],
  ]);
});

describe('filters', () => {
  const passed = async (
    filter: Parameters<ReturnType<typeof declare>['changes']>[0],
  ): Promise<readonly string[]> => {
    const orders = declare();
    const seen: string[] = [];
    const watch = lambda('Watch', { on: orders.changes(filter) }, async ({ keys, eventName }) => {
      seen.push(`${eventName} ${keys.id}`);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [watch] }));
    const client = cloud.use(orders);
    await client.put({ id: 'a1', total: 5, address: { city: 'Zug' } });
    await client.put({ id: 'a2', status: 'paid', total: 0.000_000_1 });
    await client.put({ id: 'b', total: 7, tags: new Set(['x']), address: { city: 'Bern' } });
    await client.update({ id: 'a1' }, { set: { status: 'paid' } });
    await client.delete({ id: 'b' });
    await cloud.settle();
    return seen;
  };

  it.each([
    ['what happened', { eventNames: ['REMOVE'] }, ['REMOVE b']],
    [
      'values now and before',
      { filter: { newImage: { status: ['paid'] }, oldImage: { status: ['open'] } } },
      ['MODIFY a1'],
    ],
    [
      'numbers',
      { filter: { newImage: { total: [5, 0.000_000_1] } } },
      ['INSERT a1', 'INSERT a2', 'MODIFY a1'],
    ],
    [
      'other numbers',
      { filter: { newImage: { total: [{ 'anything-but': [5, 7] }] } } },
      ['INSERT a2'],
    ],
    [
      'keys by their beginning',
      { eventNames: ['INSERT'], filter: { keys: { id: [{ prefix: 'a' }] } } },
      ['INSERT a1', 'INSERT a2'],
    ],
    [
      'members of maps',
      { filter: { newImage: { address: { city: ['Bern', 'Basel'] } } } },
      ['INSERT b'],
    ],
    [
      'one of several',
      { filter: [{ eventNames: ['REMOVE'] }, { newImage: { status: ['paid'], total: [5] } }] },
      ['MODIFY a1', 'REMOVE b'],
    ],
    [
      'what is there, whatever it is',
      { filter: { eventNames: ['INSERT', 'MODIFY'], oldImage: { total: [{ exists: true }] } } },
      ['MODIFY a1'],
    ],
    [
      'what is not there',
      { filter: { newImage: { id: ['a2'] }, oldImage: { id: [{ exists: false }] } } },
      ['INSERT a2'],
    ],
    [
      'AWS’s own words',
      { filter: { raw: { dynamodb: { NewImage: { tags: { SS: ['x'] } } } } } },
      ['INSERT b'],
    ],
  ] as const)('look at %s', async (_what, filter, expected) => {
    expect(await passed(filter)).toEqual(expected);
  });
});
