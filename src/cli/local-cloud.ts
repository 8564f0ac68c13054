import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from './cli-error.ts';
import type { CloudRecord } from './cloud-record.ts';
import { isAlive, runningCloud } from './cloud-record.ts';

// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } =
  process.getBuiltinModule('node:fs');

/** Port of a cloud that is started for `--local`, when it is free: the one that local AWS tools expect. */
const USUAL_PORT = 4566;
const START_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 10;
const LOG_LINES = 12;

/** How the machine's cloud is found or started. */
export interface LocalCloudOptions {
  /** Folder of its record, lock, log and state. */
  readonly home: string;
  readonly signal: AbortSignal;
  /** Told when none runs and one is started. */
  readonly onStarting: () => void;
}

/**
 * The URL of the machine's embedded cloud, started when none runs. Any number of programs may ask at once: one starts
 * it, the others wait for that one.
 *
 * @throws {CLOUD_NOT_STARTED} when it does not come up
 */
export const localCloud = async (options: LocalCloudOptions): Promise<string> => {
  const running = await runningCloud(options.home);
  if (running !== undefined) return running.url;
  makeHome(options.home);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!takeLock(options.home)) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: options.signal });
    const other = await runningCloud(options.home);
    if (other !== undefined) return other.url;
    if (performance.now() > deadline)
      throw notStarted(options.home, 'it is being started elsewhere and does not come up');
  }
  try {
    const meanwhile = await runningCloud(options.home);
    return (meanwhile ?? (await startDetached(options, deadline))).url;
  } finally {
    rmSync(lockPath(options.home), { force: true });
  }
};

const makeHome = (home: string) => {
  try {
    mkdirSync(home, { recursive: true });
  } catch (error) {
    throw new CliError(
      'STATE_UNUSABLE',
      `${home} cannot be made: ${error instanceof Error ? error.message : String(error)}.`,
      {
        hint: 'The embedded cloud keeps its state there. Set SPARTA_HOME to a folder that this user can write.',
        cause: error,
      },
    );
  }
};

const lockPath = (home: string) => join(home, 'cloud.lock');

const takeLock = (home: string): boolean => {
  try {
    const file = openSync(lockPath(home), 'wx', 0o600);
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = Number(readText(lockPath(home)));
    // Empty for the moment between its creation and its first byte; a dead holder left it behind.
    if (holder > 0 && !isAlive(holder)) rmSync(lockPath(home), { force: true });
    return false;
  }
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const logPath = (home: string) => join(home, 'cloud.log');

const startDetached = async (
  { home, signal, onStarting }: LocalCloudOptions,
  deadline: number,
): Promise<CloudRecord> => {
  onStarting();
  const log = openSync(logPath(home), 'w', 0o600);
  const bin = fileURLToPath(new URL('../../bin/sparta.mjs', import.meta.url));
  const child = process
    .getBuiltinModule('node:child_process')
    .spawn(
      process.execPath,
      [bin, 'cloud', '--port', String(USUAL_PORT), '--shared', '--state', join(home, 'state')],
      {
        detached: true,
        stdio: ['ignore', log, log],
        cwd: home,
        env: { ...process.env, SPARTA_HOME: home },
      },
    );
  closeSync(log);
  let gone: string | undefined;
  child.once('error', (error) => {
    gone = error.message;
  });
  child.once('exit', (code, name) => {
    gone = `it ended with ${name ?? `exit code ${code ?? 'unknown'}`}`;
  });
  child.unref();
  for (;;) {
    const record = await runningCloud(home);
    if (record !== undefined) return record;
    if (gone !== undefined) throw notStarted(home, gone);
    if (performance.now() > deadline) {
      child.kill();
      throw notStarted(home, `it was not ready after ${START_TIMEOUT_MS / 1000} s`);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
};

const notStarted = (home: string, why: string): CliError => {
  const log = readText(logPath(home)).trim().split('\n').slice(-LOG_LINES).join('\n');
  return new CliError(
    'CLOUD_NOT_STARTED',
    `The embedded cloud could not be started: ${why}.${log === '' ? '' : `\n${log}`}`,
    {
      hint: `Its log is ${logPath(home)}. Start it by hand to see more: npx sparta cloud --port ${USUAL_PORT}`,
    },
  );
};
