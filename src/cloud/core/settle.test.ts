import { expect, it } from 'vitest';
import { createVirtualClock, oneTurn } from './clock.ts';
import { createCloud, developer } from './cloud.ts';
import type { ServiceContext } from './define-service.ts';
import { defineService, operation } from './define-service.ts';

/** A service that does nothing but work in the background. */
const worker = (begin: (context: ServiceContext<object>) => void) =>
  defineService<object>({
    id: 'worker',
    signingName: 'worker',
    principal: 'worker.amazonaws.com',
    scope: 'global',
    createState: () => ({}),
    operations: {
      Begin: operation<object, object, object>({
        needs: () => [],
        handle: (_input, context) => {
          begin(context);
          return {};
        },
      }),
    },
  });

it('is settled when what is left sleeps, though something else has ended meanwhile', async () => {
  const clock = createVirtualClock();
  const done: string[] = [];
  const cloud = createCloud({
    clock,
    services: [
      worker((context) => {
        context.background('sleeping', async () => {
          await context.clock.sleep(1_000);
          done.push('slept');
        });
        context.background('working', async () => {
          await oneTurn();
          done.push('worked');
        });
      }),
    ],
  });
  await cloud.dispatch({
    service: 'worker',
    operation: 'Begin',
    input: {},
    principal: developer(cloud),
    accountId: cloud.accountId,
    region: cloud.region,
    requestId: '1',
  });
  expect(cloud.busy).toBe(true);
  await cloud.settle();
  expect(done).toEqual(['worked']);
  expect(cloud.busy).toBe(false);
  await clock.advance(1_000);
  await cloud.settle();
  expect(done).toEqual(['worked', 'slept']);
  await cloud.stop();
});
