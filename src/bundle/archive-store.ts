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

/** Removes what earlier runs left: all but the newest archives, and only those that no run of the last hour made. */
export const pruneArchives = (folder: string): void => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  try {
    const old = Date.now() - KEEP_MS;
    const made = fs
      .readdirSync(folder)
      .map((name) => ({
        path: join(folder, name),
        mtimeMs: fs.statSync(join(folder, name)).mtimeMs,
      }))
      .sort((a, b) => b.mtimeMs - a.mtimeMs);
    made.forEach(({ path, mtimeMs }, index) => {
      if (mtimeMs < old && (index >= KEEP_NEWEST || path.endsWith('.tmp')))
        fs.rmSync(path, { force: true });
    });
  } catch {
    // another run prunes at the same moment; nothing depends on it
  }
};
