import assert from 'node:assert/strict';
import type { TestCloud, TestCloudOptions } from 'sparta/testing';
import { startCloud } from 'sparta/testing';
import { api, filing, idle, intake, orders, placed, receipts, shop, worker } from './shop.ts';

/** Where handlers run: everything below holds in both. */
export const HANDLERS = ['in-process', 'processes'] as const;

const order = (cloud: TestCloud, body: object) =>
  cloud.fetch(api, '/orders', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** One scenario in the words of no test runner. */
export const orderingGoesItsWay = async (handlers: TestCloudOptions['handlers']): Promise<void> => {
  await using cloud = await startCloud({ handlers: handlers ?? 'in-process' });
  await cloud.provision(shop);
  const answer = await order(cloud, { id: 'a1' });
  assert.equal(answer.status, 200);
  await cloud.settle();

  const path = cloud.expectPath(api).to(intake).to(placed).to(orders).to(worker).to(receipts);
  assert.equal(path.to(filing).entries.length, 1);
  // What lies between may be left out.
  cloud.expectPath(api).to(filing);
  assert.deepEqual(cloud.denials(), []);
  assert.deepEqual(
    cloud.deliveries().map(({ from, to, outcome }) => `${from} → ${to} ${outcome}`),
    [
      'Api → Intake delivered',
      'Intake → Placed delivered',
      'Placed → Orders delivered',
      'Orders → Worker delivered',
      'Receipts → Filing delivered',
    ],
  );

  const [run] = cloud.invocations(worker);
  assert.equal(run?.from, 'Orders');
  assert.equal(run.coldStart, true);
  assert.equal(run.error, undefined);
  const [line, ...more] = await cloud.logs(worker);
  assert.deepEqual(
    [line?.level, line?.message, line?.fields, line?.requestId, more],
    ['WARN', 'worked', { order: 'a1' }, run.requestId, []],
  );
  assert.equal((await cloud.metrics(worker.invocations)).sum, 1);
  assert.equal((await cloud.metrics(worker.errors)).sum, 0);

  // What does not come of it is no path, and the message tells the story.
  assert.throws(() => cloud.expectPath(api).to(idle), {
    name: 'AssertionError',
    message: /^Api → Idle: the path ends at Api[^]*Filing ran\nIdle never ran\./,
  });
};

/** A handler that throws: the same error, log and attempts wherever it runs. */
export const failuresAreSeen = async (handlers: TestCloudOptions['handlers']): Promise<void> => {
  await using cloud = await startCloud({ handlers: handlers ?? 'in-process' });
  await cloud.provision(shop);
  await order(cloud, { id: 'a1', broken: true });
  await cloud.advance('45 seconds');
  cloud.expectPath(api).to(worker);
  assert.throws(
    () => cloud.expectPath(api).to(receipts),
    /Worker ran with 1 record and failed: TypeError: order a1 cannot be read/,
  );
  assert.deepEqual(
    cloud
      .invocations(worker)
      .map(({ error, coldStart }) => [error?.type, error?.message, coldStart]),
    [
      ['TypeError', 'order a1 cannot be read', true],
      ['TypeError', 'order a1 cannot be read', false],
    ],
  );
  const [delivery, ...others] = cloud.deliveries({ from: orders, to: worker });
  assert.deepEqual(
    [delivery?.outcome, delivery?.attempts, delivery?.message, others],
    ['failed', 2, 'TypeError: order a1 cannot be read', []],
  );
  const errors = (await cloud.logs(worker)).filter(({ level }) => level === 'ERROR');
  assert.deepEqual(
    errors.map(({ message, fields }) => [message, fields['errorType']]),
    [
      ['TypeError: order a1 cannot be read', 'TypeError'],
      ['TypeError: order a1 cannot be read', 'TypeError'],
    ],
  );
  assert.equal((await cloud.metrics(worker.errors)).sum, 2);
};
