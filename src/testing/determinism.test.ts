import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busy, diary, keepBusy } from './fixtures/busy-service.ts';
import { namesIn } from './fixtures/post-office.ts';
import type { TestCloud } from './index.ts';
import { startCloud } from './index.ts';

let provisioned: TestCloud;

beforeAll(async () => {
  provisioned = await startCloud({ seed: 11 });
  await provisioned.provision(busy);
});
afterAll(() => provisioned.stop());

/** Everything that happened: the journal as it is, and what handlers were given. */
const historyOf = async (cloud: TestCloud): Promise<string> => {
  diary.splice(0);
  await keepBusy(cloud, await namesIn(cloud, 'Busy'), 1);
  await cloud.advance('10 minutes');
  return [...cloud.journal().map((entry) => JSON.stringify(entry)), ...diary].join('\n');
};

/** Tells the first line that differs, not two journals. */
const expectSame = (history: string, first: string, run: number) => {
  if (history === first) return;
  const [lines, before] = [history.split('\n'), first.split('\n')];
  const at = lines.findIndex((line, index) => line !== before[index]);
  expect({ run, line: lines[at] }).toEqual({ run, line: before[at] });
};

const TIMES = 100;

describe('the same seed', () => {
  it('makes the same history, a hundred times over', async () => {
    let first: string | undefined;
    for (let run = 1; run <= TIMES; run += 1) {
      await using cloud = await provisioned.fork();
      const history = await historyOf(cloud);
      expectSame(history, (first ??= history), run);
    }
    // As much as a test would look at.
    expect(first?.split('\n').length).toBeGreaterThan(150);
  }, 300_000);

  it('makes the same disorder, a hundred times over', async () => {
    let first: string | undefined;
    for (let run = 1; run <= TIMES; run += 1) {
      await using cloud = await provisioned.fork({ disorder: 5 });
      const history = await historyOf(cloud);
      expectSame(history, (first ??= history), run);
      expect(cloud.disorder().length).toBeGreaterThan(10);
    }
  }, 300_000);

  it('makes the same stack, from the first call on', async () => {
    let first: string | undefined;
    for (let run = 1; run <= 10; run += 1) {
      await using cloud = await startCloud({ seed: 12, disorder: 12 });
      await cloud.provision(busy);
      const history = await historyOf(cloud);
      expectSame(history, (first ??= history), run);
    }
  }, 120_000);
});
