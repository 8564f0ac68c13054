import { BundleError, notWritten } from './bundle-error.ts';

const KEEP_NEWEST = 8;
const KEEP_MS = 60 * 60 * 1000;
let serial = 0;

/**
 * Writes a file so that a reader sees the old one or the new one, never half of it, whoever else writes it too.
 *
 * @throws {OUTPUT_NOT_WRITTEN} when there is no space or no permission.
 */
export const writeAtomically = (path: string, bytes: string | Uint8Array): void => {
  const fs = process.getBuiltinModule('node:fs');
  const { dirname } = process.getBuiltinModule('node:path');
  const temporary = `${path}.${process.pid}.${serial++}.tmp`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(temporary, bytes);
    fs.renameSync(temporary, path);
  } catch (error) {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // the first failure is the one to report
    }
    throw notWritten(path, error);
  }
};

/** A folder of ours in a project is not for its repository. */
export const keepOutOfGit = (outDir: string): void => {
  const fs = process.getBuiltinModule('node:fs');
  const { basename, join } = process.getBuiltinModule('node:path');
  const path = join(outDir, '.gitignore');
  if (basename(outDir) === '.sparta' && !fs.existsSync(path)) writeAtomically(path, '*\n');
};

/** Reads a file, or answers `undefined` when it is not there. */
export const readIfThere = (path: string): Buffer | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined; // missing or unreadable: it will be made anew
  }
};

/** Reads a file that belongs into the archive. @throws {SOURCE_NOT_READ} when it cannot be read. */
export const readSource = (path: string): Buffer => {
  try {
    return process.getBuiltinModule('node:fs').readFileSync(path);
  } catch (cause) {
    throw new BundleError(
      'SOURCE_NOT_READ',
      `${path} belongs into the archive and cannot be read.`,
      {
        hint: 'Check its permissions, or run npm install again.',
        cause,
      },
    );
  }
};

interface Leftover {
  readonly path: string;
  readonly name: string;
}

/** What a folder holds that no run of the last hour made, the newest first after `keep` of any age. */
const leftovers = (folder: string, keep: number): readonly Leftover[] => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  const old = Date.now() - KEEP_MS;
  try {
    return fs
      .readdirSync(folder)
      .map((name) => ({ name, path: join(folder, name) }))
      .map((item) => ({ ...item, mtimeMs: fs.statSync(item.path).mtimeMs }))
      .sort((a, b) => b.mtimeMs - a.mtimeMs)
      .slice(keep)
      .filter(({ mtimeMs }) => mtimeMs < old);
  } catch {
    return []; // not there, or another run tidies at the same moment; nothing depends on it
  }
};

const remove = (items: readonly Leftover[]): void => {
  const fs = process.getBuiltinModule('node:fs');
  for (const { path } of items) {
    try {
      fs.rmSync(path, { recursive: true, force: true });
    } catch {
      // another run's to remove
    }
  }
};

/** Removes old archives: all but the newest, and only those that no run of the last hour made. */
export const pruneArchives = (folder: string): void => {
  remove(leftovers(folder, KEEP_NEWEST));
};

/** Removes what runs left that were killed while they wrote. */
export const pruneTemporary = (folder: string): void => {
  remove(
    leftovers(folder, 0).filter(({ name }) => name.endsWith('.tmp') || name.startsWith('.tmp-')),
  );
};
