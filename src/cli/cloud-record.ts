import { homedir } from 'node:os';
import { join } from 'node:path';
import { cloudAt } from './cloud-health.ts';

// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } =
  process.getBuiltinModule('node:fs');

/** A running embedded cloud, as it says of itself in `~/.sparta/cloud.json`. */
export interface CloudRecord {
  readonly pid: number;
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  readonly stateDir?: string;
}

/** The folder of the machine's embedded cloud. @defaultValue `SPARTA_HOME`, else `~/.sparta` */
export const spartaHome = (env: Readonly<Record<string, string | undefined>> = process.env) =>
  env['SPARTA_HOME'] || join(homedir(), '.sparta');

const recordPath = (home: string) => join(home, 'cloud.json');

/** The record, or undefined when there is none that can be read. */
export const readRecord = (home: string): CloudRecord | undefined => {
  try {
    const record: unknown = JSON.parse(readFileSync(recordPath(home), 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is CloudRecord =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'url' in value &&
  typeof value.url === 'string';

/** Whether a process of that id runs; it may be another one by now. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/**
 * Says that this process is the machine's cloud, unless another one has said so and still answers.
 * Answers with whether it is.
 */
export const registerCloud = async (home: string, record: CloudRecord): Promise<boolean> => {
  const other = await runningCloud(home);
  if (other !== undefined && other.pid !== record.pid) return false;
  mkdirSync(home, { recursive: true });
  const draft = `${recordPath(home)}.${record.pid}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(draft, recordPath(home));
  return true;
};

/** The cloud that the record names, if it answers: its process may be gone, and its port another's. */
export const runningCloud = async (home: string): Promise<CloudRecord | undefined> => {
  const record = readRecord(home);
  if (record === undefined || !isAlive(record.pid)) return undefined;
  return (await cloudAt(record.url)) === record.pid ? record : undefined;
};

/** Takes the record back, if it is this process's. */
export const unregisterCloud = (home: string, pid: number): void => {
  if (readRecord(home)?.pid === pid) rmSync(recordPath(home), { force: true });
};
