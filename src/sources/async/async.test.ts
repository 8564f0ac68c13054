import { describe, expect, expectTypeOf, it } from 'vitest';
import type { FailedInvocation, SucceededInvocation } from '../../index.ts';
import { bucket, failuresOf, lambda, queue, service, successesOf, topic } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const { start } = createTestClouds();

interface Order {
  readonly id: string;
}

describe('what becomes of an event', () => {
  it('starts a function when it failed for good, which may itself call the one that failed', async () => {
    let tries = 0;
    let broken = true;
    const told: unknown[] = [];
    const work = lambda(
      'Work',
      { asyncInvocation: { maximumRetryAttempts: 1 } },
      async (order: Order) => {
        tries += 1;
        if (broken) throw new RangeError(`no ${order.id}`);
        return order.id.length;
      },
    );
    const tell = lambda(
      'Tell',
      { on: failuresOf(work), grants: { work: work.invoke() } },
      async (failed, { work: again }) => {
        expectTypeOf(failed).toEqualTypeOf<FailedInvocation<Order>>();
        told.push(failed);
        broken = false;
        told.push(await again.invoke(failed.event));
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work, tell] }));
    await cloud.use(work).send({ id: 'abc' });
    await cloud.advance('10 minutes');
    expect(tries).toBe(3);
    expect(told).toEqual([
      {
        at: expect.any(Date),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: expect.stringContaining(':function:Shop-Work-'),
        invokeCount: 2,
        event: { id: 'abc' },
        condition: 'RetriesExhausted',
        error: { name: 'RangeError', message: 'no abc' },
      },
      3,
    ]);
  });

  it('starts one function for the successes of two others, each told apart', async () => {
    const told: unknown[] = [];
    const add = lambda('Add', {}, async (n: number) => n + 1);
    const shout = lambda('Shout', {}, async (text: string) => text.toUpperCase());
    const tell = lambda('Tell', { on: [successesOf(add), successesOf(shout)] }, async (done) => {
      expectTypeOf(done).toEqualTypeOf<
        SucceededInvocation<number, number> | SucceededInvocation<string, string>
      >();
      told.push([done.event, done.result]);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [add, shout, tell] }));
    await cloud.use(add).send(1);
    await cloud.use(shout).send('a');
    await cloud.settle();
    expect(new Set(told)).toEqual(
      new Set([
        [1, 2],
        ['a', 'A'],
      ]),
    );
  });

  it('goes to a queue, a topic and a bucket, with what the role needs for that alone', async () => {
    const good = queue('Good');
    const news = topic('News');
    const bad = bucket('Bad');
    const odd = lambda(
      'Odd',
      { asyncInvocation: { maximumRetryAttempts: 0, onSuccess: good, onFailure: bad } },
      async (n: number) => {
        if (n % 2 === 0) throw new Error('even');
        return n;
      },
    );
    const late = lambda(
      'Late',
      { asyncInvocation: { maximumEventAge: 60, onFailure: news } },
      async () => {
        throw new Error('never');
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [odd, late] }));
    await cloud.use(odd).send(1);
    await cloud.use(odd).send(2);
    await cloud.settle();
    const [message] = await cloud.use(good).receive();
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      requestPayload: 1,
      responsePayload: 1,
    });
    const keys: string[] = [];
    for await (const { key } of cloud.use(bad).list()) keys.push(key);
    expect(keys).toHaveLength(1);
    await cloud.use(late).send(undefined as never);
    await cloud.advance('10 minutes');
    const published = cloud
      .journal()
      .filter(({ operation, principal }) => operation === 'Publish' && principal.includes('Late'));
    expect(published).toMatchObject([{ outcome: 'ok' }]);
    expect(cloud.journal().filter(({ outcome }) => outcome === 'denied')).toEqual([]);
  });

  it('has one destination: two are told before anything leaves', () => {
    const good = queue('Good');
    const store = bucket('Store');
    const work = lambda('Work', { asyncInvocation: { onSuccess: good } }, async () => {});
    const tell = lambda('Tell', { on: successesOf(work) }, async () => {});
    const steps = queue('Steps', { fifo: true });
    const ordered = lambda('Ordered', { asyncInvocation: { onFailure: steps } }, async () => {});
    expect(() => synthesise(service('Shop', { functions: [ordered] }))).toThrow(
      /asyncInvocation\.onFailure of Ordered is Steps, which is FIFO/,
    );
    const wrong = lambda('Wrong', { asyncInvocation: { onSuccess: store } }, async () => {});
    expect(() => synthesise(service('Shop', { functions: [work, tell] }))).toThrow(
      /Tell is started by successes of Work, which has another destination/,
    );
    expect(() => synthesise(service('Shop', { functions: [wrong] }))).toThrow(
      /asyncInvocation\.onSuccess of Wrong is the bucket Store; Lambda sends only failures/,
    );
  });
});
