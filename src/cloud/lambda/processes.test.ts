import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVirtualClock } from '../core/clock.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { connectLambdaBench, startLambdaBench } from './fixtures/lambda-bench.ts';

const INDEX = new URL('../index.ts', import.meta.url).href;
const PID = { 'index.mjs': 'export const handler = async () => process.pid;' };

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A process that has ended and was not yet waited for is no process any more.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const stateOf = (pid: number): string =>
  /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';

/** Waits for something that the system does in its own time. */
const until = async (what: () => boolean): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!what() && performance.now() < deadline) await pause(10);
  expect(what()).toBe(true);
};

/** A cloud in a process of its own, so that it can be killed. */
const cloudProcess = async (stateDir?: string) => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startCloud } from ${JSON.stringify(INDEX)};
       const { url } = await startCloud(${JSON.stringify(stateDir === undefined ? {} : { stateDir })});
       console.log(url);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
};

const bench = async (options?: Parameters<typeof startLambdaBench>[0]): Promise<LambdaBench> => {
  const started = await startLambdaBench(options);
  onTestFinished(() => started.stop());
  return started;
};

describe.skipIf(process.platform !== 'linux')('environments', () => {
  it('are frozen when they have nothing to do, and wake for the next event', async () => {
    const { create, invoke } = await bench();
    await create('sleepy', PID);
    const pid = (await invoke('sleepy')).payload as number;
    await until(() => stateOf(pid) === 'T');
    expect((await invoke('sleepy')).payload).toBe(pid);
    expect(stateOf(pid)).not.toBe('T');
  });

  it('end with the cloud', async () => {
    const running = await startLambdaBench();
    await running.create('short', PID);
    const pid = (await running.invoke('short')).payload as number;
    expect(isAlive(pid)).toBe(true);
    await running.stop();
    await until(() => !isAlive(pid));
  });

  it('end with a cloud that is killed, frozen or busy, and what they started ends too', async () => {
    const { child, url } = await cloudProcess();
    const { create, invoke } = await connectLambdaBench(url);
    await create('frozen', PID);
    await create('parent', {
      'index.mjs': `import { spawn } from 'node:child_process';
        const child = spawn('sleep', ['600'], { stdio: 'ignore' });
        export const handler = async () => [process.pid, child.pid];`,
    });
    const frozen = (await invoke('frozen')).payload as number;
    const family = (await invoke('parent')).payload as number[];
    await until(() => stateOf(frozen) === 'T');
    child.kill('SIGKILL');
    await until(() => [frozen, ...family].every((pid) => !isAlive(pid)));
  });

  it('are reaped when nobody has needed them for ten minutes', async () => {
    const clock = createVirtualClock(Date.now());
    const { create, invoke } = await bench({ clock });
    await create('idle', PID);
    const pid = (await invoke('idle')).payload as number;
    await clock.advance(9 * 60_000);
    expect(isAlive(pid)).toBe(true);
    await clock.advance(2 * 60_000);
    await until(() => !isAlive(pid));
  });

  it('finish what they do with the old settings, and take no new event', async () => {
    const { create, invoke, lambda } = await bench();
    await create('drained', {
      'index.mjs':
        'export const handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return [process.pid, process.env.MODE ?? "old"]; };',
    });
    const [pid] = (await invoke('drained', { ms: 0 })).payload as [number];
    const slow = invoke('drained', { ms: 300 });
    // The slow one is with its environment before the update is.
    await until(() => stateOf(pid) === 'S');
    await lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'drained',
        Environment: { Variables: { MODE: 'new' } },
      }),
    );
    const [other, mode] = (await invoke('drained', { ms: 0 })).payload as [number, string];
    expect([mode, other === pid]).toEqual(['new', false]);
    expect((await slow).payload).toEqual([pid, 'old']);
    await until(() => !isAlive(pid));
  });

  it('are ended whole at their timeout, forks included', async () => {
    const { create, invoke } = await bench();
    await create(
      'forks',
      {
        'index.mjs': `import { spawn } from 'node:child_process';
        export const handler = () => { for (let i = 0; i < 5; i++) console.log('child', spawn('sleep', ['600']).pid); for (;;) {} };`,
      },
      { Timeout: 1 },
    );
    const { log, payload } = await invoke('forks');
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    const pids = [...log.matchAll(/child (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(5);
    await until(() => pids.every((pid) => !isAlive(pid)));
  });
});

it('an accepted event outlives a cloud that is killed', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'sparta-test-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const first = await cloudProcess(stateDir);
  const { create, invoke } = await connectLambdaBench(first.url);
  await create('kept', {
    'index.mjs': `export const handler = async ({ n }) => { if (process.env.AWS_ENDPOINT_URL === '${first.url}') await new Promise((r) => setTimeout(r, 2000)); console.log('ran', n); };`,
  });
  expect(
    (await invoke('kept', { n: 7 }, { InvocationType: 'Event', LogType: undefined })).status,
  ).toBe(202);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await bench({ stateDir });
  await second.cloud.settle();
  const { events = [] } = await second.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/kept', filterPattern: '"ran 7"' }),
  );
  expect(events).toHaveLength(1);
});
