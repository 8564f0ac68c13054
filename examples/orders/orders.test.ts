import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { lambda, service } from 'sparta';
import type { DisorderOptions, TestCloud } from 'sparta/testing';
import { startCloud, underDisorder } from 'sparta/testing';
import { api, charging, declined, ledger, LIMIT_CENTS, orders, shopping } from './app.ts';

/** Everything is provisioned once; each test has a copy of its own. */
let provisioned: TestCloud;
before(async () => {
  provisioned = await startCloud();
  await provisioned.provision(shopping);
});
after(() => provisioned.stop());

const place = async (cloud: TestCloud, cents: number): Promise<string> => {
  const answer = await cloud.fetch(api, '/orders', {
    method: 'POST',
    body: JSON.stringify({ customer: 'ada', items: [{ sku: 'book', count: 1, cents }] }),
  });
  assert.equal(answer.status, 201);
  return ((await answer.json()) as { readonly id: string }).id;
};

const statusOf = async (cloud: TestCloud, id: string) =>
  (await cloud.use(orders).get({ id }, { consistent: true }))?.status;

const chargesOf = async (cloud: TestCloud, order: string) =>
  (await cloud.use(ledger).scan({ filter: { order }, consistent: true }).all()).length;

describe('an order', () => {
  it('is charged once, and shipped', async () => {
    await using cloud = await provisioned.fork();
    const id = await place(cloud, 4_200);
    await cloud.settle();
    const shown = await cloud.fetch(api, `/orders/${id}`);
    assert.equal(((await shown.json()) as { readonly status: string }).status, 'shipped');
    assert.equal(await chargesOf(cloud, id), 1);
  });

  it('that makes no sense is refused with what is wrong with it', async () => {
    await using cloud = await provisioned.fork();
    const answer = await cloud.fetch(api, '/orders', { method: 'POST', body: '{"items":[]}' });
    assert.equal(answer.status, 400);
    const { issues } = (await answer.json()) as { readonly issues: readonly { path: string }[] };
    assert.deepEqual(
      issues.map(({ path }) => path),
      ['customer', 'items'],
    );
    assert.deepEqual(await cloud.use(orders).scan().all(), []);
  });

  it('that the bank declines three times ends in the dead-letter queue, and the alarm goes off', async () => {
    await using cloud = await provisioned.fork();
    const id = await place(cloud, LIMIT_CENTS + 1);
    await cloud.advance('10 minutes');
    assert.equal(await statusOf(cloud, id), 'placed');
    const [payment] = await cloud.use(declined).receive();
    assert.equal(payment?.body.order, id);
    assert.equal(await chargesOf(cloud, id), 0);
  });

  it('that nobody paid for within a day expires', async () => {
    await using cloud = await provisioned.fork();
    const id = await place(cloud, LIMIT_CENTS + 1);
    await cloud.advance('23 hours');
    assert.equal(await statusOf(cloud, id), 'placed');
    await cloud.advance('2 hours');
    assert.equal(await statusOf(cloud, id), 'expired');
  });
});

// AWS delivers at least once. These points are what a consumer of messages and changes has to live with.
const twice = { points: ['sqs.duplicate', 'lambda.batch-again'], seeds: 20 } as const;

describe('an order whose payment comes twice', () => {
  const chargedOnce = (from: () => TestCloud) => async (disorder: DisorderOptions) => {
    await using cloud = await from().fork({ disorder });
    const id = await place(cloud, 4_200);
    await cloud.advance('10 minutes');
    assert.equal(await chargesOf(cloud, id), 1);
  };

  it('is charged once all the same', async () => {
    await underDisorder(
      chargedOnce(() => provisioned),
      twice,
    );
  });

  it('is charged twice by a function that does not look, and only disorder shows it', async () => {
    const careless = lambda('Charge', charging, async ({ body: { order, cents } }, clients) => {
      await clients.ledger.put({ id: randomUUID(), order, cents });
      await clients.orders.update({ id: order }, { set: { status: 'paid' } });
      await clients.paid.put({ order, cents });
    });
    await using cloud = await startCloud();
    const functions = shopping.functions.map((fn) => (fn.name === 'Charge' ? careless : fn));
    await cloud.provision(service('Orders', { functions }));
    await assert.rejects(
      underDisorder(
        chargedOnce(() => cloud),
        twice,
      ),
      {
        code: 'FAILS_UNDER_DISORDER',
        message: /delivers message|handed over again|only: \[/,
      },
    );
  });
});
