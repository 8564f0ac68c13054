// A cloud in the process of a test with examples/orders provisioned: the first of a process, which loads everything, and later ones;
// and a fork of it, which each test gets. Beside a start of Node itself. Usage: node bench/testing.ts
import { join } from 'node:path';
import type { TestCloud } from 'sparta/testing';
import { startCloud } from 'sparta/testing';
import { shopping } from '../examples/orders/app.ts';
import { compare, ROOT, table, timeCommand } from './measure.ts';

const ROUNDS = 10;

const timed = async (run: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
};
const provisioned = async (): Promise<TestCloud> => {
  const cloud = await startCloud();
  await cloud.provision(shopping);
  return cloud;
};

if (process.argv.includes('--once')) {
  process.stdout.write(String(await timed(provisioned)));
  process.exit();
}

const origin = await provisioned();
const stopping = async (open: () => Promise<TestCloud>) => {
  let cloud: TestCloud | undefined;
  const took = await timed(async () => (cloud = await open()));
  await cloud?.stop();
  return took;
};
/** In a process of its own, without the start of Node and the import of the program. */
const first = async () => {
  let took = Number.NaN;
  await timeCommand(process.execPath, [join(ROOT, 'bench', 'testing.ts'), '--once'], {
    onOutput: (text) => (took = Number(text)),
  });
  return took;
};

const results = await compare(
  [
    { name: 'node -e 0', run: () => timeCommand(process.execPath, ['-e', '0']) },
    { name: 'orders provisioned, the first of its process', run: first },
    { name: 'orders provisioned, a later one', run: () => stopping(provisioned) },
    { name: 'a fork', run: () => stopping(() => origin.fork()) },
  ],
  ROUNDS,
);
await origin.stop();
process.stdout.write(`${table('A cloud in the process of a test', results)}\n`);
