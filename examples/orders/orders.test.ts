import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { lambda, service } from 'sparta';
import { findDisorder, startCloud } from 'sparta/testing';
import type { TestCloud } from 'sparta/testing';
import { api, charging, declined, ledger, orders, payments, shop } from './app.ts';

/** Everything is provisioned once; each test has a copy. */
let provisioned: TestCloud;
before(async () => {
  provisioned = await startCloud();
  await provisioned.provision(shop);
});
after(() => provisioned.stop());

const place = async (cloud: TestCloud, customer: string, cents: number): Promise<string> => {
  const answer = await cloud.fetch(api, '/orders', {
    method: 'POST',
    body: JSON.stringify({ customer, items: [{ sku: 'book', count: 1, cents }] }),
  });
  assert.equal(answer.status, 201);
  return ((await answer.json()) as { id: string }).id;
};

const statusOf = async (cloud: TestCloud, id: string) =>
  (await cloud.use(orders).get({ id }, { consistent: true }))?.status;

const chargesOf = async (cloud: TestCloud, order: string) =>
  (await cloud.use(ledger).scan({ filter: { order }, consistent: true }).all()).length;
