import { describe, expect, it } from 'vitest';
import { createVirtualClock, oneTurn } from './clock.ts';
import type { Disorder, DisorderOptions } from './disorder.ts';
import { createDisorder, plainName } from './disorder.ts';

const disorderOf = (options: Partial<DisorderOptions> = {}) =>
  createDisorder({ seed: 7, rate: 0.5, ...options }, createVirtualClock(), () => {});

/** Outcomes of so many occasions. */
const outcomes = (disorder: Disorder, about = 'Jobs', times = 40) =>
  Array.from({ length: times }, () =>
    disorder.happens({ point: 'sqs.duplicate', about, says: () => about }),
  );
const idsOf = ({ taken }: Disorder) => taken.map(({ id }) => id);

describe('disorder', () => {
  it('decides by the seed, and about each thing by itself', () => {
    const alone = outcomes(disorderOf());
    expect(outcomes(disorderOf())).toEqual(alone);
    expect(outcomes(disorderOf({ seed: 8 }))).not.toEqual(alone);
    const both = disorderOf();
    const [jobs, others]: boolean[][] = [[], []];
    for (let time = 0; time < 40; time += 1) {
      others?.push(...outcomes(both, 'Others', 1));
      jobs?.push(...outcomes(both, 'Jobs', 1));
    }
    expect(jobs).toEqual(alone);
    expect(others).not.toEqual(alone);
  });

  it('leaves the others as they are when some are left out', () => {
    const all = disorderOf();
    outcomes(all);
    const some = idsOf(all).filter((_, at) => at % 2 === 0);
    const masked = disorderOf({ only: some });
    outcomes(masked);
    expect(idsOf(masked)).toEqual(some);
    expect(some.length).toBeGreaterThan(5);
  });

  it('picks one of the ways there are, the same one when others are left out', () => {
    const pick = (disorder: Disorder, ways: number) =>
      Array.from({ length: 20 }, () =>
        disorder.pick({ point: 'sqs.order', about: 'Jobs', ways, says: String }),
      );
    const all = disorderOf({ rate: 1 });
    const picked = pick(all, 5);
    expect(new Set(picked)).toEqual(new Set([0, 1, 2, 3, 4]));
    const third = disorderOf({ only: ['sqs.order:Jobs:3'] });
    const [, , kept, ...rest] = pick(third, 5);
    expect(kept).toBe(picked[2]);
    expect(rest).toEqual(Array.from({ length: 17 }));
    expect(pick(disorderOf({ rate: 1 }), 0)).toEqual(Array.from({ length: 20 }));
  });

  it('has seeds that never do a thing, and seeds that do it often', () => {
    const share = (seed: number) => {
      const done = outcomes(
        createDisorder({ seed }, createVirtualClock(), () => {}),
        'Jobs',
        400,
      );
      return done.filter(Boolean).length / done.length;
    };
    const shares = Array.from({ length: 30 }, (_, seed) => share(seed));
    expect(shares.filter((one) => one === 0).length).toBeGreaterThan(2);
    expect(shares.filter((one) => one > 0.1 && one < 0.2).length).toBeGreaterThan(5);
    expect(shares.filter((one) => one > 0.25).length).toBeGreaterThan(2);
  });

  it('counts no occasion while order is kept', async () => {
    const disorder = disorderOf();
    await disorder.keepingOrder(async () => {
      expect(outcomes(disorder)).not.toContain(true);
    });
    expect(outcomes(disorder)).toEqual(outcomes(disorderOf()));
  });

  it('lets go on what waits, in an order of the seed, and after enough calls anyway', async () => {
    const clock = createVirtualClock();
    const disorder = createDisorder({ seed: 7, rate: 1 }, clock, () => {});
    const done: number[] = [];
    const wait = (at: number) =>
      disorder
        .late({ point: 's3.order', about: 'Photos', says: () => '' })
        .then(() => done.push(at));
    const all = [0, 1, 2, 3, 4, 5].map(wait);
    expect(clock.sleepers).toBe(6);
    await disorder.settle(oneTurn);
    await Promise.all(all);
    expect(done).not.toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(done)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    const last = wait(6);
    for (let calls = 0; calls < 40; calls += 1) disorder.latecomers.called();
    await last;
    expect(clock.sleepers).toBe(0);
  });
});

it('names things without what CloudFormation puts behind them', () => {
  expect(plainName('Shop-Orders-18JbE6nBYGpT')).toBe('Shop-Orders');
  expect(plainName('shop-photos-daa1aa9c20f7')).toBe('shop-photos');
  expect(plainName('Shop-Orders-18JbE6nBYGpT.fifo')).toBe('Shop-Orders.fifo');
  expect(plainName('my-queue')).toBe('my-queue');
});
