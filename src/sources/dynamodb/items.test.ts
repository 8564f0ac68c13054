import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { service, table, typed } from '../../index.ts';
import type { Items, TableReference } from '../../index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Order = z.object({
  id: z.string(),
  customer: z.string(),
  at: z.number(),
  status: z.enum(['open', 'paid']).default('open'),
  total: z.bigint().exactOptional(),
  tags: z.set(z.string()).exactOptional(),
  lines: z.array(z.object({ sku: z.string(), n: z.number() })).default([]),
  address: z.object({ city: z.string(), zip: z.string().exactOptional() }).exactOptional(),
});
const orders = table('Orders', {
  schema: Order,
  partitionKey: 'id',
  indexes: {
    byCustomer: { partitionKey: 'customer', sortKey: { name: 'at', type: 'N' } },
    keysByCustomer: { partitionKey: 'customer', sortKey: 'id', projection: 'KEYS_ONLY' },
  },
});
const anything = table('Anything', {
  partitionKey: 'id',
  sortKey: { name: 'n', type: 'N' },
  localIndexes: { byName: { sortKey: 'name' } },
});

const { start } = createTestClouds();
const provision = async (...tables: readonly TableReference[]) => {
  const cloud = await start();
  await cloud.provision(service('Shop', { resources: tables }));
  return cloud;
};
const useOrders = async () => (await provision(orders)).use(orders);
const useAnything = async () => (await provision(anything)).use(anything);

const order = (id: string, more: object = {}) => ({ id, customer: 'ann', at: 1, ...more });
const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
const errorOf = (sent: Promise<unknown>): Promise<Record<string, unknown>> =>
  sent.then(
    () => ({ name: 'none' }),
    ({ name, message, ...more }: Error) => ({ name, message, ...more }),
  );

describe('an item', () => {
  it('is stored as its schema makes it, and comes back as it is stored', async () => {
    const client = await useOrders();
    const stored = await client.put(order('a', { total: 7n, tags: new Set(['x', 'y']) }));
    expect(stored).toEqual({
      id: 'a',
      customer: 'ann',
      at: 1,
      status: 'open',
      lines: [],
      total: 7,
      tags: new Set(['x', 'y']),
    });
    expect(await client.get({ id: 'a' }, { consistent: true })).toEqual(stored);
    expect(await client.get({ id: 'b' })).toBeUndefined();
    expect(await client.get({ id: 'a' }, { attributes: ['status', 'total', 'address'] })).toEqual({
      status: 'open',
      total: 7,
    });
  });

  it('that the schema refuses is not stored', async () => {
    const client = await useOrders();
    const error = await errorOf(client.put({ id: 'a', customer: 3, at: 1 } as never));
    expect(error).toMatchObject({
      name: 'InvalidMessageError',
      message: expect.stringMatching(/^an item for Orders is not what its schema says: customer: /),
    });
    await errorOf(client.putAll([order('b'), { id: 'c' } as never]));
    expect(await client.scan().all()).toEqual([]);
  });

  it('keeps every kind of value', async () => {
    const client = await useAnything();
    const item = {
      id: 'a',
      n: 1.5,
      text: '',
      big: 12_345_678_901_234_567_890n,
      small: -0.000_000_1,
      yes: true,
      nothing: null,
      bytes: new Uint8Array([1, 2, 255]),
      list: [1, 'x', [], { deep: null }],
      map: { a: { 'b.c': [1] } },
      texts: new Set(['a', 'b']),
      numbers: new Set<number | bigint>([1, 2.5, 12_345_678_901_234_567_890n]),
      manyBytes: new Set([new Uint8Array([7])]),
      missing: undefined,
    };
    await client.put(item);
    const { missing: _missing, ...kept } = item;
    expect(await client.get({ id: 'a', n: 1.5 })).toEqual(kept);
  });

  it.each([
    ['a Date', { made: { at: new Date(0) } }, 'made.at', /is a Date.*toISOString/],
    ['an empty set', { tags: new Set() }, 'tags', /empty set.*optional/],
    ['a mixed set', { tags: new Set(['a', 1]) }, 'tags', /texts alone, numbers alone/],
    ['no number', { n: Number.NaN }, 'n', /is NaN/],
    [
      'a number that is not exact',
      { lines: [{ n: 2 ** 60 }] },
      'lines[0].n',
      /1152921504606846976n/,
    ],
    ['a hole', { list: [1, undefined] }, 'list[1]', /no holes/],
    ['an object with a class', { list: [new Map()] }, 'list[0]', /is a Map/],
    ['a function', { list: [() => 1] }, 'list[0]', /is function/],
  ])('tells of %s where it stands', async (_what, members, path, message) => {
    const client = await useAnything();
    expect(await errorOf(client.put({ id: 'a', n: 1, ...members }))).toMatchObject({
      name: 'UnstorableError',
      path,
      message: expect.stringMatching(message),
    });
  });
});

describe('conditions', () => {
  it('that do not hold are an error with the item that is there', async () => {
    const client = await useOrders();
    await client.put(order('a'), { ifAbsent: true });
    expect(await errorOf(client.put(order('a', { at: 2 }), { ifAbsent: true }))).toMatchObject({
      name: 'ConditionFailedError',
      item: { id: 'a', at: 1 },
      failures: [{ index: 0 }],
    });
    expect(
      await errorOf(client.update({ id: 'b' }, { set: { at: 3 }, ifPresent: true })),
    ).toMatchObject({ name: 'ConditionFailedError', item: undefined });
    expect(await errorOf(client.delete({ id: 'a' }, { when: { status: 'paid' } }))).toMatchObject({
      name: 'ConditionFailedError',
      item: { status: 'open' },
    });
    expect(await client.delete({ id: 'a' }, { ifPresent: true, when: { at: 1 } })).toMatchObject({
      id: 'a',
    });
    expect(await client.delete({ id: 'a' })).toBeUndefined();
    // An error that is no failed condition stays what it is.
    expect(await errorOf(client.delete({ id: '' }))).toMatchObject({ name: 'ValidationException' });
  });

  it('know every comparison, and words that are reserved', async () => {
    const client = await useAnything();
    const item = {
      id: 'a',
      n: 5,
      name: 'Ann Lee',
      size: [1, 2, 3],
      data: { status: 'new', 'a.b': 1 },
      values: new Set(['x', 'y']),
      raw: new Uint8Array([1, 2, 3]),
      nil: null,
    };
    await client.put(item);
    const holds = async (filter: object) =>
      (await client.scan({ filter: filter as never }).all()).length === 1;
    for (const filter of [
      { n: 5 },
      { n: { '=': 5, '<>': 4, '<': 6, '<=': 5, '>': 4, '>=': 5 } },
      { n: { between: [5, 6] } },
      { n: { in: [1, 5n] } },
      { name: { beginsWith: 'Ann', contains: 'n L' } },
      { values: { contains: 'x', size: 2 } },
      { values: new Set(['y', 'x']) },
      { size: [1, 2, 3] },
      { size: { size: { '>': 2, '<=': 3 } } },
      { 'size[1]': 2 },
      { data: { '=': { status: 'new', 'a.b': 1 } } },
      { 'data.status': { in: ['old', 'new'] } },
      { data: { type: 'M' }, nil: null, 'data.other': { exists: false }, name: { exists: true } },
      { raw: { beginsWith: new Uint8Array([1, 2]) } },
      { $or: [{ n: 1 }, { n: 5, name: { '<>': 'x' } }] },
      { $or: [{ n: 5 }] },
      { $and: [{ n: { '>': 1 } }, { $or: [{ n: 6 }, { n: 5 }] }] },
      { $not: { n: 6 }, name: 'Ann Lee' },
      { $not: { $or: [{ n: 6 }, { n: 7 }] } },
      {
        $raw: {
          expression: '#d.#ab = :one',
          names: { '#d': 'data', '#ab': 'a.b' },
          values: { ':one': 1 },
        },
      },
      { $or: [{ $raw: { expression: '(size(id) = :n)', values: { ':n': 1 } } }, { n: 0 }] },
    ])
      expect([filter, await holds(filter)]).toEqual([filter, true]);
    for (const filter of [
      { n: 6 },
      { n: { '>': 4, '<': 5 } },
      { name: { beginsWith: 'Lee' } },
      { $or: [{ n: 1 }, { n: 2 }], name: 'Ann Lee' },
      { $not: { n: 5 } },
      { values: { contains: 'z' } },
    ])
      expect([filter, await holds(filter)]).toEqual([filter, false]);
  });

  it.each([
    ['nothing', { name: undefined }, /the condition on name is undefined/],
    ['an unknown comparison', { name: { like: 'x' } }, /has like; there are =, <>/],
    ['an empty list', { name: { in: [] } }, /nothing ever is/],
    ['an empty comparison', { name: {} }, /is empty/],
    ['no alternatives', { $or: [] }, /\$or has no conditions/],
    ['an empty alternative', { $or: [{}] }, /\$or has a condition that is empty/],
    ['no path', { 'a..b': 1 }, /"a\.\.b" is given as a path/],
    ['a placeholder of ours', { $raw: { expression: '#_0 = #_0', names: { '#_0': 'a' } } }, /#_0/],
  ])('refuse %s in words', async (_what, filter, message) => {
    const client = await useAnything();
    await client.put({ id: 'a', n: 1 });
    await expect(
      Promise.resolve().then(() => client.scan({ filter: filter as never }).all()),
    ).rejects.toThrow(message);
  });
});

describe('changes', () => {
  it('set, add, append, remove, and answer with what is there now', async () => {
    const client = await useOrders();
    await client.put(
      order('a', { total: 5n, tags: new Set(['x']), address: { city: 'Zug', zip: '1' } }),
    );
    expect(
      await client.update(
        { id: 'a' },
        {
          set: { status: 'paid', 'address.city': 'Bern', customer: undefined },
          setIfAbsent: { at: 99 },
          add: { total: 2, tags: new Set(['y', 'z']) },
          append: { lines: [{ sku: 's', n: 1 }] },
          remove: ['address.zip'],
        },
      ),
    ).toEqual({
      id: 'a',
      customer: 'ann',
      at: 1,
      status: 'paid',
      total: 7,
      tags: new Set(['x', 'y', 'z']),
      lines: [{ sku: 's', n: 1 }],
      address: { city: 'Bern' },
    });
    expect(
      await client.update(
        { id: 'a' },
        {
          set: { 'lines[0].n': 4 },
          deleteFrom: { tags: new Set(['x', 'y']) },
          remove: ['address'],
          when: { 'lines[0].sku': 's' },
        },
      ),
    ).toMatchObject({ lines: [{ sku: 's', n: 4 }], tags: new Set(['z']) });
  });

  it('make an item where there is none, and lists where there are none', async () => {
    const client = await useAnything();
    expect(
      await client.update(
        { id: 'a', n: 1 },
        { add: { count: 1 }, append: { log: ['x'] }, setIfAbsent: { made: 'now' } },
      ),
    ).toEqual({ id: 'a', n: 1, count: 1, log: ['x'], made: 'now' });
    expect(await client.update({ id: 'b', n: 1 }, { set: { x: undefined } })).toEqual({
      id: 'b',
      n: 1,
    });
  });
});

describe('lists', () => {
  const fill = async () => {
    const client = await useOrders();
    await client.putAll(
      Array.from({ length: 60 }, (_one, at) =>
        order(`o${at}`, { at, status: at % 3 === 0 ? 'paid' : 'open' }),
      ),
    );
    await client.put(order('other', { customer: 'bob' }));
    return client;
  };

  it('are queried in order, by ranges, backwards, up to a limit, with members that are wanted', async () => {
    const client = await fill();
    const index = 'byCustomer';
    const found = async (items: Items<{ readonly id: string }>) => idsOf(await items.all());
    expect((await found(client.query({ customer: 'ann' }, { index }))).length).toBe(60);
    expect(
      await found(client.query({ customer: 'ann', at: { between: [3, 5] } }, { index })),
    ).toEqual(['o3', 'o4', 'o5']);
    expect(await found(client.query({ customer: 'ann', at: 7 }, { index }))).toEqual(['o7']);
    expect(await found(client.query({ customer: 'ann', at: { '>=': 58 } }, { index }))).toEqual([
      'o58',
      'o59',
    ]);
    expect(
      await found(client.query({ customer: 'ann' }, { index, descending: true, limit: 2 })),
    ).toEqual(['o59', 'o58']);
    expect(
      await found(
        client.query({ customer: 'ann' }, { index, filter: { status: 'paid' }, limit: 3 }),
      ),
    ).toEqual(['o0', 'o3', 'o6']);
    expect(await found(client.query({ customer: 'ann' }, { index, limit: 0 }))).toEqual([]);
    expect(
      await client
        .query({ customer: 'ann', id: { beginsWith: 'o5' } }, { index: 'keysByCustomer', limit: 2 })
        .all(),
    ).toEqual([
      { id: 'o5', customer: 'ann' },
      { id: 'o50', customer: 'ann' },
    ]);
    expect(
      await client.query({ customer: 'bob' }, { index, attributes: ['status'] }).all(),
    ).toEqual([{ status: 'open' }]);
    expect(idsOf(await client.query({ id: 'o1' }, { consistent: true }).all())).toEqual(['o1']);
  });

  it('go on page by page, filtered or not, from where they were', async () => {
    const client = await fill();
    for (const [filter, each] of [
      [undefined, 1],
      [{ status: 'paid' }, 3],
    ] as const) {
      const list = client.query(
        { customer: 'ann' },
        {
          index: 'byCustomer',
          limit: 7,
          attributes: ['id'],
          ...(filter === undefined ? {} : { filter }),
        },
      );
      const ids: string[] = [];
      let next: string | undefined;
      let pages = 0;
      do {
        const page = await list.page(next);
        expect(page.items.length).toBeLessThanOrEqual(7);
        ids.push(...idsOf(page.items));
        next = page.next;
        pages += 1;
      } while (next !== undefined);
      expect(ids).toEqual(Array.from({ length: 60 / each }, (_one, at) => `o${at * each}`));
      expect(pages).toBeLessThanOrEqual(Math.ceil(60 / each / 7) + 1);
    }
    const scan = client.scan({ limit: 50 });
    const first = await scan.page();
    const second = await scan.page(first.next);
    expect([first.items.length, second.items.length, second.next]).toEqual([50, 11, undefined]);
    const whole = await client.scan({ filter: { customer: 'bob' } }).page();
    expect([idsOf(whole.items), whole.next]).toEqual([['other'], undefined]);
  });

  it('refuse what is no place in them', async () => {
    const client = await useOrders();
    for (const wrong of ['x', '', Buffer.from('{"id":5}').toString('base64url')])
      await expect(client.scan().page(wrong)).rejects.toThrow(
        /it takes the next of an earlier page/,
      );
  });

  it('read pages as they are wanted', async () => {
    const client = await useAnything();
    const text = 'x'.repeat(300_000);
    await client.putAll(
      Array.from({ length: 9 }, (_one, n) => ({ id: 'a', n, name: `${9 - n}`, text })),
    );
    const seen: unknown[] = [];
    for await (const { n } of client.query({ id: 'a' })) {
      seen.push(n);
      if (n === 4) break;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    const byName = client.query(
      { id: 'a', name: { '<': '8' } },
      { index: 'byName', consistent: true, attributes: ['n'] },
    );
    expect(await byName.all()).toEqual([
      { n: 8 },
      { n: 7 },
      { n: 6 },
      { n: 5 },
      { n: 4 },
      { n: 3 },
      { n: 2 },
    ]);
  });
});

describe('several at once', () => {
  it('are read in the order of their keys, each once, however many and large', async () => {
    const client = await useAnything();
    const text = 'x'.repeat(390_000);
    await client.putAll(Array.from({ length: 60 }, (_one, n) => ({ id: 'a', n, text })));
    await client.putAll(Array.from({ length: 60 }, (_one, n) => ({ id: 'b', n })));
    const keys = [
      { id: 'b', n: 59 },
      { id: 'none', n: 0 },
      ...Array.from({ length: 60 }, (_one, n) => ({ id: 'a', n })),
      ...Array.from({ length: 59 }, (_one, n) => ({ id: 'b', n })),
      { id: 'b', n: 59 },
    ];
    const found = await client.getAll(keys, { attributes: ['n', 'text'] });
    expect(found.map((item) => item?.['n'])).toEqual(
      keys.map(({ id, n }) => (id === 'none' ? undefined : n)),
    );
    expect(found[2]).toEqual({ n: 0, text });
    expect(await client.getAll([])).toEqual([]);
    const together = await client.getAll([keys[0], keys[1], keys[0]] as typeof keys, {
      transactional: true,
    });
    expect(together.map((item) => item?.['n'])).toEqual([59, undefined, 59]);
    await client.deleteAll(keys);
    expect(await client.scan().all()).toEqual([]);
  });

  it('are put, and the last of one key counts', async () => {
    const client = await useOrders();
    await client.putAll([order('a', { at: 1 }), order('a', { at: 2 })]);
    expect(await client.scan({ attributes: ['id', 'at'] }).all()).toEqual([{ id: 'a', at: 2 }]);
  });
});

describe('transactions', () => {
  it('write all or nothing, over tables', async () => {
    const stock = table('Stock', {
      schema: typed<{ sku: string; left: number }>(),
      partitionKey: 'sku',
    });
    const cloud = await provision(orders, stock);
    const [client, shelf] = [cloud.use(orders), cloud.use(stock)];
    await shelf.put({ sku: 's', left: 1 });
    await client.put(order('old'));
    const buy = (id: string) =>
      client.transact(
        [
          { put: order(id), ifAbsent: true },
          { check: { id: 'old' }, ifPresent: true },
        ],
        {
          with: [
            shelf.steps([{ update: { sku: 's' }, add: { left: -1 }, when: { left: { '>': 0 } } }]),
          ],
        },
      );
    await buy('a');
    expect(await errorOf(buy('b'))).toMatchObject({
      name: 'ConditionFailedError',
      failures: [{ index: 2, item: { sku: 's', left: 0 } }],
    });
    expect(idsOf(await client.scan().all()).toSorted()).toEqual(['a', 'old']);
    await client.transact([{ delete: { id: 'old' }, ifPresent: true }], { token: 'once' });
    await client.transact([{ delete: { id: 'old' }, ifPresent: true }], { token: 'once' });
    expect(idsOf(await client.scan().all())).toEqual(['a']);
    expect(await errorOf(client.transact([{ put: { id: 'x' } as never }]))).toMatchObject({
      name: 'InvalidMessageError',
    });
  });
});
