import { describe, expect, expectTypeOf, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import type { QueueMessage } from '../../index.ts';
import { alarm, lambda, queue, service } from '../../index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Job = z.object({ id: z.string(), times: z.coerce.number().default(1) });

const { start } = createTestClouds();

describe('messages', () => {
  it('are checked, typed as the schema makes them, and fail one by one into the dead-letter queue', async () => {
    const dead = queue('Dead');
    const jobs = queue('Jobs', { schema: Job, deadLetter: { queue: dead, maxReceiveCount: 2 } });
    const seen: unknown[] = [];
    const work = lambda('Work', { on: jobs.messages() }, async (message) => {
      expectTypeOf(message).toEqualTypeOf<QueueMessage<{ id: string; times: number }>>();
      seen.push([message.body, message.receiveCount, message.attributes]);
      if (message.body.id === 'bad') throw new Error('cannot');
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    const client = cloud.use(jobs);
    await client.sendAll([
      { body: { id: 'good', times: '3' }, attributes: { kind: 'x', weight: 2 } },
      { body: { id: 'bad' } },
    ]);
    await cloud.settle();
    expect(seen).toEqual([
      [{ id: 'good', times: 3 }, 1, { kind: 'x', weight: 2 }],
      [{ id: 'bad', times: 1 }, 1, {}],
    ]);
    await cloud.advance('1 minute');
    expect(seen.slice(2)).toEqual([[{ id: 'bad', times: 1 }, 2, {}]]);
    await cloud.advance('1 minute');
    expect(await cloud.use(dead).depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await client.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const [message] = await cloud.use(dead).receive();
    expect(JSON.parse(message?.body ?? '')).toEqual({ id: 'bad' });
  });

  it('that the schema refuses never reach the handler, from either side', async () => {
    const jobs = queue('Jobs', { schema: Job });
    const raw = queue('Raw');
    const seen: unknown[] = [];
    const work = lambda(
      'Work',
      { on: raw.messages({ schema: Job, invalid: 'drop' }) },
      async ({ body }) => {
        seen.push(body);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work], resources: [jobs] }));
    await expect(cloud.use(jobs).send({ id: 7 } as never)).rejects.toThrow(
      /^a message to Jobs is not what its schema says: id: .*string/,
    );
    await cloud.use(raw).send('{ no json');
    await cloud.use(raw).send('{"id":3}');
    await cloud.use(raw).send('{"id":"yes"}');
    await cloud.settle();
    expect(seen).toEqual([{ id: 'yes', times: 1 }]);
    expect(await cloud.use(raw).depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('of a FIFO group wait for the one that failed, other groups go on', async () => {
    const steps = queue('Steps', { fifo: true, contentBasedDeduplication: true });
    const seen: string[] = [];
    let broken = true;
    const work = lambda('Work', { on: steps.messages() }, async ({ body, messageGroupId }) => {
      expectTypeOf(body).toEqualTypeOf<string>();
      if (body === 'a2' && broken) throw new Error('not yet');
      seen.push(`${messageGroupId}: ${body}`);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(steps).sendAll([
      { body: 'a1', messageGroupId: 'a' },
      { body: 'a2', messageGroupId: 'a' },
      { body: 'b1', messageGroupId: 'b' },
      { body: 'a3', messageGroupId: 'a' },
    ]);
    await cloud.settle();
    expect(seen.toSorted()).toEqual(['a: a1', 'b: b1']);
    broken = false;
    await cloud.advance('30 seconds');
    expect(seen.slice(2)).toEqual(['a: a2', 'a: a3']);
  });

  it('come to the queue of theirs, where one function reads several', async () => {
    const one = queue('One', { schema: z.object({ one: z.number() }) });
    const two = queue('Two', { schema: v.object({ two: v.number() }) });
    const seen: unknown[] = [];
    const work = lambda('Work', { on: [one.messages(), two.messages()] }, async ({ body }) => {
      expectTypeOf(body).toEqualTypeOf<{ one: number } | { two: number }>();
      seen.push(body);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(one).send({ one: 1 });
    await cloud.settle();
    await cloud.use(two).send({ two: 2 });
    await cloud.settle();
    expect(seen).toEqual([{ one: 1 }, { two: 2 }]);
  });

  it('are filtered before they start anything', async () => {
    const jobs = queue('Jobs', { schema: Job });
    const seen: string[] = [];
    const work = lambda(
      'Work',
      { on: jobs.messages({ filter: { id: [{ prefix: 'a' }, 'z'] } }) },
      async ({ body }) => {
        seen.push(body.id);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(jobs).sendAll(['a1', 'b', 'z', 'za'].map((id) => ({ body: { id } })));
    await cloud.settle();
    expect(seen).toEqual(['a1', 'z']);
  });
});

it('gives a batch whole, whose handler says what failed', async () => {
  const jobs = queue('Jobs', { schema: Job });
  const batches: string[][] = [];
  const work = lambda(
    'Work',
    { on: jobs.batches({ batchSize: 100, batchWindow: 5 }) },
    async (batch, { raw }) => {
      batches.push(batch.messages.map(({ body }) => body.id));
      for (const message of batch.messages) if (message.body.id === 'bad') batch.fail(message);
      expect((raw.event as { readonly Records: readonly unknown[] }).Records).toHaveLength(
        batch.messages.length,
      );
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work] }));
  await cloud.use(jobs).sendAll(['a', 'bad', 'c'].map((id) => ({ body: { id } })));
  await cloud.settle();
  expect(batches).toEqual([]);
  await cloud.advance('5 seconds');
  expect(batches).toEqual([['a', 'bad', 'c']]);
  await cloud.advance('40 seconds');
  expect(batches.slice(1)).toEqual([['bad']]);
});

it('hands the event over as it is', async () => {
  const jobs = queue('Jobs');
  const bodies: string[] = [];
  const work = lambda('Work', { on: jobs.events() }, async ({ Records }) => {
    bodies.push(...Records.map(({ body }) => body));
    return {
      batchItemFailures: Records.slice(1).map(({ messageId: itemIdentifier }) => ({
        itemIdentifier,
      })),
    };
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work] }));
  await cloud.use(jobs).sendAll([{ body: 'a' }, { body: 'b' }]);
  await cloud.settle();
  expect(bodies).toEqual(['a', 'b']);
  expect((await cloud.use(jobs).depth()).inFlight).toBe(1);
});

it('gives a function what it was granted, and no more', async () => {
  const jobs = queue('Jobs', { schema: Job });
  const failed = queue('Failed');
  const asker = lambda(
    'Asker',
    { grants: { jobs: jobs.access('send', 'inspect'), failed: failed.receive() } },
    async (_event, { jobs: to, failed: from }) => {
      expectTypeOf(to).not.toHaveProperty('purge');
      await to.send({ id: 'a' });
      const sent = await to.depth();
      const [message] = await from.receive();
      await message?.delete();
      const refused = await (to as unknown as { purge(): Promise<void> }).purge().then(
        () => 'purged',
        (error: Error) => error.name,
      );
      return { sent: sent.visible, received: message?.body, refused };
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [asker] }));
  await cloud.use(failed).send('late');
  expect(await cloud.invoke(asker, undefined)).toEqual({
    sent: 1,
    received: 'late',
    refused: 'AccessDenied',
  });
});

it('moves messages of a dead-letter queue back', async () => {
  const dead = queue('Dead');
  const jobs = queue('Jobs', { deadLetter: { queue: dead, maxReceiveCount: 1 } });
  const seen: string[] = [];
  let broken = true;
  const work = lambda('Work', { on: jobs.messages() }, async ({ body }) => {
    if (broken) throw new Error('cannot');
    seen.push(body);
  });
  const mend = lambda('Mend', { grants: { dead: dead.redrive(jobs) } }, async (_event, grants) =>
    grants.dead.redrive(),
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work, mend] }));
  await cloud.use(jobs).send('x');
  await cloud.settle();
  await cloud.advance('1 minute');
  expect((await cloud.use(dead).depth()).visible).toBe(1);
  broken = false;
  await cloud.invoke(mend, undefined);
  await cloud.advance('1 minute');
  expect(seen).toEqual(['x']);
});

it('tells an alarm how deep it is', async () => {
  const jobs = queue('Jobs');
  const deep = alarm(jobs.depth, { threshold: 3 });
  const cloud = await start();
  await cloud.provision(service('Shop', { resources: [jobs], alarms: [deep] }));
  const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
  const state = async () => {
    const { MetricAlarms = [] } = await new CloudWatchClient(cloud.settings).send(
      new DescribeAlarmsCommand({}),
    );
    return MetricAlarms[0]?.StateValue;
  };
  await cloud.advance('5 minutes');
  expect(await state()).toBe('OK');
  await cloud.use(jobs).sendAll(['a', 'b', 'c'].map((body) => ({ body })));
  await cloud.advance('5 minutes');
  expect(await state()).toBe('ALARM');
});
