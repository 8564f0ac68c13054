import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { httpApi, lambda, service } from '../../index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const { start: open } = createTestClouds();

const api = httpApi('Api');
const buy = lambda(
  'Buy',
  {
    on: api.post('/shops/{shop}/orders', {
      body: z.object({ item: z.string(), count: z.int().min(1).default(1) }),
      query: z.object({ dry: z.stringbool().default(false) }),
    }),
  },
  async ({ params, body, query }) => {
    expectTypeOf(params).toEqualTypeOf<{ readonly shop: string }>();
    expectTypeOf(body).toEqualTypeOf<{ item: string; count: number }>();
    expectTypeOf(query).toEqualTypeOf<{ dry: boolean }>();
    return { shop: params.shop, body, query };
  },
);
const both = lambda(
  'Both',
  { on: [api.put('/a', { body: z.object({ a: z.number() }) }), api.put('/b'), api.fallback()] },
  async ({ path, body }) => {
    expectTypeOf(body).toEqualTypeOf<{ a: number } | undefined>();
    return { path, body: body ?? null };
  },
);
// A fault of the program itself is no fault of who called.
const faulty = lambda('Faulty', { on: api.get('/faulty') }, async () => {
  const { InvalidMessageError } = await import('../../index.ts');
  throw new InvalidMessageError('a message to Jobs', [{ path: 'id', message: 'missing' }]);
});

describe('a route', () => {
  const start = async () => {
    const cloud = await open();
    await cloud.provision(service('Shop', { functions: [buy, both, faulty] }));
    return cloud;
  };
  const send = (method: string, body: unknown) => ({ method, body: JSON.stringify(body) });

  it('gives its handler body and query as its schemas make them', async () => {
    const cloud = await start();
    const answer = await cloud.fetch(api, '/shops/a/orders?dry=yes', send('POST', { item: 'x' }));
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { shop: 'a', body: { item: 'x', count: 1 }, query: { dry: true } },
    ]);
  });

  it('answers what they refuse with 400 and everything that is wrong, and the handler is not called', async () => {
    const cloud = await start();
    const wrong = await cloud.fetch(api, '/shops/a/orders', send('POST', { count: 0 }));
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      {
        message: expect.stringMatching(/^The body is not what its schema says: item: .*; count: /),
        issues: [
          { path: 'item', message: expect.any(String) },
          { path: 'count', message: expect.any(String) },
        ],
      },
    ]);
    const query = await cloud.fetch(api, '/shops/a/orders?dry=perhaps', send('POST', {}));
    expect([query.status, ((await query.json()) as { message: string }).message]).toEqual([
      400,
      expect.stringMatching(/^The query is not what its schema says: dry: /),
    ]);
    const broken = await cloud.fetch(api, '/shops/a/orders', { method: 'POST', body: '{' });
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { message: 'The body is not JSON that can be read.' },
    ]);
  });

  it('checks its own requests, and not those of the function’s other routes', async () => {
    const cloud = await start();
    const answers = await Promise.all(
      [
        ['/a', { a: 1 }],
        ['/a', { b: 1 }],
        ['/b', { b: 1 }],
        ['/c', { c: 1 }],
      ].map(async ([path, body]) => {
        const answer = await cloud.fetch(api, String(path), send('PUT', body));
        return [answer.status, ((await answer.json()) as { body?: unknown }).body];
      }),
    );
    expect(answers).toEqual([
      [200, { a: 1 }],
      [400, undefined],
      [200, null],
      [200, null],
    ]);
  });

  it('says 500 of what the handler itself did wrong', async () => {
    const cloud = await start();
    expect((await cloud.fetch(api, '/faulty')).status).toBe(500);
  });
});
