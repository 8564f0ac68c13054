import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { namesIn } from './fixtures/post-office.ts';
import { runNodeTest } from './fixtures/run-node-test.ts';
import { countEach, countOnce, current, keepLast, shop } from './fixtures/shop.ts';
import type { DisorderOptions, TestCloud } from './index.ts';
import { DisorderError, startCloud, TestingError, underDisorder } from './index.ts';

let provisioned: TestCloud;
let name: (logicalId: string) => string;

beforeAll(async () => {
  provisioned = await startCloud();
  await provisioned.provision(shop);
  name = await namesIn(provisioned, 'Shop');
});
afterAll(() => provisioned.stop());
afterEach(() => void vi.unstubAllEnvs());

const send = (cloud: TestCloud, queue: string, MessageBody: string) =>
  new SQSClient(cloud.settings).send(
    new SendMessageCommand({ QueueUrl: name(queue), MessageBody }),
  );
const found = async (cloud: TestCloud, id: string) => {
  const { Item } = await new DynamoDBClient(cloud.settings).send(
    new GetItemCommand({ TableName: name('Sums'), Key: { id: { S: id } } }),
  );
  return Item;
};

/** A test of a shop that takes what comes in this way. */
const counting = (take: typeof current.take) => async (disorder: DisorderOptions) => {
  await using cloud = await provisioned.fork({ disorder });
  Object.assign(current, { take, cloud, table: name('Sums') });
  for (const order of ['a', 'b', 'c']) await send(cloud, 'Orders', order);
  await cloud.advance('5 minutes');
  expect((await found(cloud, 'orders'))?.['sold']?.N).toBe('3');
};

const following = async (disorder: DisorderOptions) => {
  await using cloud = await provisioned.fork({ disorder });
  Object.assign(current, { take: keepLast, cloud, table: name('Sums') });
  for (const state of ['ordered', 'paid', 'sent']) await send(cloud, 'States', state);
  await cloud.settle();
  expect((await found(cloud, 'state'))?.['state']?.S).toBe('sent');
};

const failure = async (...given: Parameters<typeof underDisorder>): Promise<DisorderError> => {
  const error = await underDisorder(...given).catch((thrown: unknown) => thrown);
  if (error instanceof DisorderError) return error;
  throw error instanceof Error ? error : new TypeError('It has passed.');
};

describe('underDisorder', () => {
  it('finds a consumer that counts what comes twice, and needs one thing for it', async () => {
    const error = await failure(counting(countEach));
    expect(error.choices).toHaveLength(1);
    const [choice] = error.choices;
    expect(error.cause).toMatchObject({ message: expect.stringContaining("to be '3'") });
    const seed = String(error.seed);
    expect(error.message).toMatch(`The test fails under disorder, seed ${seed} (found in run `);
    expect(error.message).toMatch(/shrunk from \d+ things out of order to 1 in \d+ runs?\):\n/);
    expect(error.message).toContain(`\n  1. ${choice?.says ?? ''}\n`);
    expect(error.message).toContain(
      `startCloud({ disorder: { seed: ${seed}, only: ['${choice?.id ?? ''}'] } })`,
    );
    // The line that it prints replays it.
    const only = error.choices.map(({ id }) => id);
    await expect(counting(countEach)({ seed: error.seed, only })).rejects.toThrow("to be '3'");
    await counting(countEach)({ seed: error.seed, only: [] });
  });

  it('lets a consumer pass that remembers what it has counted', async () => {
    const { runs, choices } = await underDisorder(counting(countOnce), { seeds: 40 });
    expect(runs).toBe(41);
    expect(choices).toBeGreaterThan(100);
  });

  it('finds a consumer that relies on order', async () => {
    const error = await failure(following);
    expect(error.choices.length).toBeLessThanOrEqual(2);
    expect(error.choices.map(({ point }) => point)).not.toContain('sqs.fewer');
  });

  it('shrinks to what takes part together, whatever stands between', async () => {
    const needed = ['s3.order:Post-Photos to Post-Note:1', 'sqs.duplicate:Shop-Orders:2'];
    const error = await failure(
      async (disorder) => {
        await using cloud = await provisioned.fork({ disorder });
        Object.assign(current, { take: countOnce, cloud, table: name('Sums') });
        for (const order of ['a', 'b', 'c', 'd']) await send(cloud, 'Orders', order);
        await cloud.settle();
        const ids = cloud.disorder().map(({ id }) => id);
        const [, second = ''] = needed;
        expect(ids.includes(second) && ids.includes('sqs.duplicate:Shop-Orders:4')).toBe(false);
      },
      { rate: 0.6 },
    );
    expect(error.choices.map(({ id }) => id)).toEqual([
      'sqs.duplicate:Shop-Orders:2',
      'sqs.duplicate:Shop-Orders:4',
    ]);
  });

  it('says so when it fails in order', async () => {
    await expect(
      underDisorder(async (disorder) => {
        await using cloud = await provisioned.fork({ disorder });
        expect(cloud.now().getTime()).toBe(0);
      }),
    ).rejects.toMatchObject({
      code: 'FAILS_IN_ORDER',
      message: expect.stringContaining('disorder has nothing to do with it: AssertionError: '),
      cause: expect.any(Error),
    });
  });

  it('says so when the test does not take what it is given', async () => {
    await expect(
      underDisorder(async () => {
        await using cloud = await provisioned.fork({ disorder: 7 });
        await cloud.settle();
      }),
    ).rejects.toThrow('The test started no cloud with the disorder that it was given');
  });

  it('says so when a failure does not come again', async () => {
    let runs = 0;
    const error = await failure(async (disorder) => {
      await using cloud = await provisioned.fork({ disorder });
      Object.assign(current, { take: countOnce, cloud, table: name('Sums') });
      await send(cloud, 'Orders', 'a');
      runs += 1;
      expect(runs).not.toBe(3);
    });
    expect(error.message).toContain('it did not fail when it was replayed');
  });

  it('ends a run that does not end', async () => {
    const error = await failure(
      async (disorder) => {
        await using cloud = await provisioned.fork({ disorder });
        if (disorder.seed > 0) await new Promise(() => {});
        await cloud.settle();
      },
      { runLimit: 50, shrinkRuns: 1 },
    );
    expect(error.message).toContain('It did not end in 50 ms.');
  });

  it('does not shrink for ever', async () => {
    const error = await failure(counting(countEach), { shrinkRuns: 1 });
    expect(error.message).toContain('in 1 run, which is as many as there may be');
  });

  it('makes one run alone where the environment names it', async () => {
    const { seed, choices } = await failure(counting(countEach));
    const only = choices.map(({ id }) => id);
    vi.stubEnv('SPARTA_DISORDER', JSON.stringify({ seed, only }));
    const again = await failure(counting(countEach));
    expect(again.choices).toEqual(choices);
    expect(again.message).toContain('(as replayed)');
    vi.stubEnv('SPARTA_DISORDER', '7');
    expect(await underDisorder(counting(countOnce))).toMatchObject({ runs: 1 });
    vi.stubEnv('SPARTA_DISORDER', 'seven');
    await expect(underDisorder(counting(countOnce))).rejects.toThrow(TestingError);
  });

  it('works under node:test', async () => {
    const printed = await runNodeTest('./disorder.node-test.ts');
    expect(printed).toContain('The test fails under disorder, seed');
    expect(printed).toContain('Shop-Orders hands out "a" twice');
  });
});
