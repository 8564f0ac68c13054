// `sparta cloud` until ready, beside `node -e 0`; and the resident memory of an idle cloud.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, ROOT, table, timeCommand } from './measure.ts';

const node = process.execPath;
const bin = join(ROOT, 'bin', 'sparta.mjs');

/** Starts a cloud; answers with the time until it said that it is ready. */
const start = () => {
  const startedAt = performance.now();
  const child = spawn(node, [bin, 'cloud', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = new Promise<number>((resolve, reject) => {
    child.stdout.once('data', () => resolve(performance.now() - startedAt));
    child.once('exit', (code) => reject(new Error(`the cloud exited with ${code}`)));
  });
  return { child, ready };
};

const results = await compare(
  [
    { name: 'node -e 0', run: () => timeCommand(node, ['-e', '0']) },
    {
      name: 'sparta cloud until ready',
      run: async () => {
        const { child, ready } = start();
        const took = await ready;
        child.removeAllListeners('exit');
        const gone = new Promise((resolve) => child.once('close', resolve));
        child.kill('SIGKILL');
        await gone;
        return took;
      },
    },
  ],
  15,
);
process.stdout.write(`${table('Start of the embedded cloud', results)}\n`);

const { child, ready } = start();
await ready;
await new Promise((resolve) => setTimeout(resolve, 3_000));
const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
process.stdout.write(
  `idle cloud, resident: ${Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB\n`,
);
child.removeAllListeners('exit');
child.kill('SIGTERM');
