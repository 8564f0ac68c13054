import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { lambda, table, typed } from '../../src/index.ts';

const Order = z.object({
  id: z.string(),
  customer: z.string(),
  at: z.number(),
  status: z.enum(['open', 'paid']).default('open'),
  total: z.bigint().exactOptional(),
  tags: z.set(z.string()).exactOptional(),
  lines: z.array(z.object({ sku: z.string(), n: z.number() })),
  address: z.object({ city: z.string(), zip: z.string().exactOptional() }).exactOptional(),
});
const orders = table('Orders', {
  schema: Order,
  partitionKey: 'id',
  sortKey: { name: 'at', type: 'N' },
  indexes: {
    byCustomer: {
      partitionKey: 'customer',
      sortKey: { name: 'at', type: 'N' },
      projection: ['total'],
    },
    byCity: { partitionKey: 'status', projection: 'KEYS_ONLY' },
  },
  localIndexes: { byStatus: { sortKey: 'status' } },
  ttl: 'at',
});

interface StoredOrder {
  id: string;
  customer: string;
  at: number;
  status: 'open' | 'paid';
  total?: number | bigint;
  tags?: Set<string>;
  lines: { sku: string; n: number }[];
  address?: { city: string; zip?: string };
}

describe('keys', () => {
  it('are members of the items, of their types', () => {
    // @ts-expect-error a number must be said to be one
    table('A', { schema: Order, partitionKey: 'at' });
    // @ts-expect-error no such member
    table('B', { schema: Order, partitionKey: 'nope' });
    // @ts-expect-error a text is no number
    table('C', { schema: Order, partitionKey: { name: 'id', type: 'N' } });
    // @ts-expect-error a list is no key
    table('D', { schema: Order, partitionKey: 'id', sortKey: 'lines' });
    // @ts-expect-error a time is a number
    table('E', { schema: Order, partitionKey: 'id', ttl: 'customer' });
    table('F', {
      schema: Order,
      partitionKey: 'id',
      // @ts-expect-error a number must be said to be one
      indexes: { byTime: { partitionKey: 'at' } },
    });
    table('G', {
      schema: Order,
      partitionKey: 'id',
      // @ts-expect-error no such member
      indexes: { byCustomer: { partitionKey: 'customer', projection: ['nope'] } },
    });
    // @ts-expect-error no such option
    table('H', { schema: Order, partitionKey: 'id', deletionProtecton: true });
    table('I', {
      schema: Order,
      partitionKey: 'id',
      // @ts-expect-error no such option
      indexes: { byCustomer: { partitionKey: 'customer', projecton: 'ALL' } },
    });
    table('J', { partitionKey: 'anything', sortKey: { name: 'at all', type: 'B' }, ttl: 'over' });
  });

  it('of items that are one of several are members of any of them', () => {
    const single = table('Single', {
      schema: typed<
        | { pk: string; kind: 'user'; email: string }
        | { pk: string; kind: 'order'; total: number; user: string }
      >(),
      partitionKey: 'pk',
      indexes: { byEmail: { partitionKey: 'email' }, byUser: { partitionKey: 'user' } },
    });
    lambda('Look', { grants: { single: single.read() } }, async (_event, { single: items }) => {
      const found = await items.get({ pk: 'a' });
      if (found?.kind === 'order') expectTypeOf(found.total).toEqualTypeOf<number>();
    });
    // @ts-expect-error a key of the table is in every item
    table('Wrong', { schema: typed<{ a: string } | { b: string }>(), partitionKey: 'c' });
  });
});

describe('clients', () => {
  it('read what was granted, as it is stored', () => {
    lambda('Reader', { grants: { orders: orders.read() } }, async (_event, { orders: all }) => {
      const key = { id: 'a', at: 1 };
      expectTypeOf(await all.get(key)).toEqualTypeOf<StoredOrder | undefined>();
      expectTypeOf(await all.get(key, { attributes: ['id', 'total'] })).toEqualTypeOf<
        Pick<StoredOrder, 'id' | 'total'> | undefined
      >();
      expectTypeOf(await all.getAll([key])).toEqualTypeOf<readonly (StoredOrder | undefined)[]>();
      for await (const order of all.query({ id: 'a', at: { between: [1, 2] } }))
        expectTypeOf(order).toEqualTypeOf<StoredOrder>();
      // @ts-expect-error the sort key is part of the key
      await all.get({ id: 'a' });
      // @ts-expect-error a key of another type
      await all.get({ id: 'a', at: '1' });
      // @ts-expect-error not the partition key
      all.query({ customer: 'a' });
      // @ts-expect-error a sort key has one range
      all.query({ id: 'a', at: { '>': 1, '<': 2 } });
      // @ts-expect-error a number begins with nothing
      all.query({ id: 'a', at: { beginsWith: 1 } });
      // @ts-expect-error the index was not granted
      all.query({ customer: 'a' }, { index: 'byCustomer' });
      // @ts-expect-error only read was granted
      await all.put({ id: 'a', customer: 'c', at: 1, lines: [] });
      // @ts-expect-error only read was granted
      all.scan();
    });
  });

  it('query indexes that were granted, for what these have', () => {
    lambda(
      'Asker',
      { grants: { orders: orders.read('byCustomer', 'byStatus') } },
      async (_event, { orders: all }) => {
        const where = { customer: 'a', at: { '>': 1 } } as const;
        for await (const order of all.query(where, { index: 'byCustomer' }))
          expectTypeOf(order).toEqualTypeOf<
            Pick<StoredOrder, 'id' | 'at' | 'customer' | 'total'>
          >();
        all.query({ id: 'a', status: 'open' }, { index: 'byStatus', consistent: true });
        // @ts-expect-error a global index has no consistent reads
        all.query(where, { index: 'byCustomer', consistent: true });
        // @ts-expect-error this index was not granted
        all.query({ status: 'open' }, { index: 'byCity' });
      },
    );
    lambda(
      'Only',
      { grants: { orders: orders.access('index:byCity') } },
      async (_event, { orders: all }) => {
        all.query({ status: 'open' }, { index: 'byCity' });
        // @ts-expect-error the index alone was granted
        all.query({ id: 'a' });
        // @ts-expect-error the index alone was granted
        await all.get({ id: 'a', at: 1 });
      },
    );
    // @ts-expect-error no such index
    orders.read('nope');
  });

  it('filter by paths, with values of theirs', () => {
    lambda('Filter', { grants: { orders: orders.scan() } }, async (_event, { orders: all }) => {
      all.scan({
        filter: {
          'address.city': { beginsWith: 'Z' },
          'lines[0].n': { '>': 3 },
          total: { '>=': 5n, '<': 10 },
          tags: { contains: 'new', size: { '>': 1 } },
          address: { exists: true },
          $or: [{ status: 'paid' }, { customer: { in: ['a', 'b'] } }],
          $not: { id: 'x' },
        },
      });
      // @ts-expect-error no such path
      all.scan({ filter: { 'address.street': 'x' } });
      // @ts-expect-error no such value
      all.scan({ filter: { status: 'closed' } });
      // @ts-expect-error no such comparison
      all.scan({ filter: { status: { like: 'x' } } });
      // @ts-expect-error a list begins with nothing
      all.scan({ filter: { lines: { beginsWith: 'x' } } });
    });
  });

  it('write what was granted', () => {
    lambda('Writer', { grants: { orders: orders.write() } }, async (_event, { orders: all }) => {
      const order = { id: 'a', customer: 'c', at: 1, lines: [] };
      expectTypeOf(await all.put(order, { ifAbsent: true })).toEqualTypeOf<StoredOrder>();
      const key = { id: 'a', at: 1 };
      await all.update(key, {
        set: { status: 'paid', 'address.city': 'Zug', total: undefined },
        setIfAbsent: { 'lines[0].sku': 'x' },
        add: { total: 1, 'lines[1].n': 2, tags: new Set(['x']) },
        append: { lines: [{ sku: 'x', n: 1 }] },
        remove: ['address.zip', 'total'],
        deleteFrom: { tags: new Set(['y']) },
        when: { status: 'open' },
        ifPresent: true,
      });
      await all.transact([
        { put: order, ifAbsent: true },
        { update: key, set: { status: 'paid' } },
        { check: key, when: { status: 'open' } },
      ]);
      // @ts-expect-error a step is one thing
      await all.transact([{ put: order, check: key }]);
      // @ts-expect-error a member is missing
      await all.put({ id: 'a', customer: 'c', at: 1 });
      // @ts-expect-error a key does not change
      await all.update(key, { set: { id: 'b' } });
      // @ts-expect-error every order has a customer
      await all.update(key, { remove: ['customer'] });
      // @ts-expect-error a text is no sum
      await all.update(key, { add: { customer: 1 } });
      // @ts-expect-error a text is no list
      await all.update(key, { append: { customer: ['x'] } });
      // @ts-expect-error delete was not granted
      await all.delete(key);
      // @ts-expect-error delete was not granted
      await all.transact([{ delete: key }]);
      // @ts-expect-error only write was granted
      await all.get(key);
    });
  });

  it('of items of which nothing is known take anything under their keys', () => {
    const any = table('Any', { partitionKey: 'id' });
    lambda(
      'Anyone',
      { grants: { any: any.access('read', 'write') } },
      async (_event, { any: all }) => {
        await all.put({ id: 'a', whatever: [1, { x: new Set([1]) }] });
        const found = await all.get({ id: 'a' });
        expectTypeOf(found?.id).toEqualTypeOf<string | undefined>();
        expectTypeOf(found?.['whatever']).toEqualTypeOf<unknown>();
        // @ts-expect-error the key is missing
        await all.put({ whatever: 1 });
        // @ts-expect-error the key is a text
        await all.get({ id: 1 });
        await all.update({ id: 'a' }, { set: { 'a.b[1]': 1 }, remove: ['c'], add: { n: 1 } });
        all.query({ id: 'a' }, { filter: { x: { '>': 1 } } });
        // @ts-expect-error the key is id
        await all.get({ key: 'a' });
      },
    );
  });
});

describe('changes', () => {
  it('have the images of what happened', () => {
    lambda('All', { on: orders.changes() }, async (change) => {
      expectTypeOf(change.keys).toEqualTypeOf<
        Readonly<Record<'id', string> & Record<'at', number>>
      >();
      if (change.eventName === 'INSERT') {
        expectTypeOf(change.newImage).toEqualTypeOf<StoredOrder>();
        expectTypeOf(change.oldImage).toEqualTypeOf<undefined>();
      }
      if (change.eventName === 'REMOVE') expectTypeOf(change.oldImage).toEqualTypeOf<StoredOrder>();
    });
    lambda('Some', { on: orders.changes({ eventNames: ['MODIFY'] }) }, async (change) => {
      expectTypeOf(change.newImage).toEqualTypeOf<StoredOrder>();
      expectTypeOf(change.oldImage).toEqualTypeOf<StoredOrder>();
    });
    lambda('New', { on: orders.changes({ streamViewType: 'NEW_IMAGE' }) }, async (change) => {
      expectTypeOf(change.oldImage).toEqualTypeOf<undefined>();
    });
    lambda('Batch', { on: orders.batches({ eventNames: ['INSERT'] }) }, async ({ records }) => {
      for (const { newImage } of records) expectTypeOf(newImage).toEqualTypeOf<StoredOrder>();
    });
  });

  it('are filtered by members of the items', () => {
    orders.changes({
      filter: [
        {
          eventNames: ['INSERT'],
          newImage: {
            status: ['paid'],
            at: [1, { 'anything-but': [2] }],
            address: { city: ['Zug'] },
          },
          keys: { id: [{ prefix: 'a' }] },
        },
        { byTimeToLive: true },
      ],
    });
    // @ts-expect-error no such member
    orders.changes({ filter: { newImage: { nope: ['x'] } } });
    // @ts-expect-error no such value
    orders.changes({ filter: { newImage: { status: ['closed'] } } });
    // @ts-expect-error Lambda finds no number in a range
    orders.changes({ filter: { newImage: { at: [{ numeric: ['>', 1] }] } } });
    // @ts-expect-error not a key
    orders.changes({ filter: { keys: { status: ['paid'] } } });
  });

  it('in windows keep their state', () => {
    const windows = orders.windows({ tumblingWindow: 60, initialState: { count: 0 } });
    lambda('Count', { on: windows }, async ({ records, state }) => {
      expectTypeOf(state).toEqualTypeOf<{ count: number }>();
      return { count: state.count + records.length };
    });
    // @ts-expect-error not the state
    lambda('Wrong', { on: windows }, async () => ({ sum: 1 }));
    // @ts-expect-error the answer of a handler that is called for each change has no state
    orders.changes({ tumblingWindow: 60 });
  });
});
