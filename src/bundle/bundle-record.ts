import type { Archive } from './archive.ts';
import { readIfThere, writeAtomically } from './archive-store.ts';
import type { BundlePlan } from './options.ts';
import { isUnchanged, type Snapshot } from './snapshot.ts';

/** What a run leaves for the next one. */
export interface BundleRecord {
  /** Format of this record and everything that was asked for, as JSON: compared as text. */
  readonly settings: string;
  /** What the archive was made from; absent when something changed while it was made. */
  readonly snapshot?: Snapshot;
  /** The packages that turned out to be native. */
  readonly natives: readonly string[];
  /** The archive, its path relative to the folder of the record. */
  readonly archive: Archive;
  /** CRC-32 of the archive. */
  readonly crc: number;
}

const FORMAT = 2;

/** Everything that decides what an archive holds, besides the files themselves; a project that moved is another. */
const settingsOf = (plan: BundlePlan): string => {
  const { relative } = process.getBuiltinModule('node:path');
  const { projectDir } = plan;
  return JSON.stringify({
    ...plan,
    format: FORMAT,
    outDir: '',
    entry: relative(projectDir, plan.entry),
    functions: plan.functions.map(({ name, module }) => [name, relative(projectDir, module)]),
  });
};

/** One record per program and machine, so that a local run and a deployment do not evict each other. */
const recordPath = (plan: BundlePlan): string => {
  const { join, parse, relative } = process.getBuiltinModule('node:path');
  const { dir, name } = parse(relative(plan.projectDir, plan.entry));
  const program = [...dir.split(/[\\/]/), name].filter((part) => part !== '').join('-');
  const { platform, architecture, libc } = plan.machine;
  return join(
    plan.outDir,
    `bundle-${program}-${platform}-${architecture}${libc === 'musl' ? '-musl' : ''}.json`,
  );
};

/** The last run's record, if it can be read at all. */
export const readRecord = (plan: BundlePlan): BundleRecord | undefined => {
  const text = readIfThere(recordPath(plan))?.toString();
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as BundleRecord;
  } catch {
    return undefined; // cut off or not ours: it will be written anew
  }
};

/** Keeps what the next run may reuse. @throws {OUTPUT_NOT_WRITTEN} when there is no space or no permission. */
export const writeRecord = (plan: BundlePlan, record: Omit<BundleRecord, 'settings'>): void => {
  const { relative } = process.getBuiltinModule('node:path');
  const archive = { ...record.archive, path: relative(plan.outDir, record.archive.path) };
  writeAtomically(
    recordPath(plan),
    JSON.stringify({ ...record, archive, settings: settingsOf(plan) }),
  );
};

/** Absolute path of a recorded archive. */
export const recordedPath = (plan: BundlePlan, record: BundleRecord): string =>
  process.getBuiltinModule('node:path').resolve(plan.outDir, record.archive.path);

/** The recorded archive, if nothing that it was made from has changed and it is still there, whole. */
export const unchangedArchive = (
  plan: BundlePlan,
  record: BundleRecord | undefined,
): Archive | undefined => {
  if (record?.snapshot === undefined || record.settings !== settingsOf(plan)) return undefined;
  if (!isUnchanged(record.snapshot)) return undefined;
  const path = recordedPath(plan, record);
  const bytes = readIfThere(path);
  if (bytes?.byteLength !== record.archive.sizeBytes) return undefined;
  if (process.getBuiltinModule('node:zlib').crc32(bytes) !== record.crc) return undefined;
  return { ...record.archive, path, cached: true };
};
