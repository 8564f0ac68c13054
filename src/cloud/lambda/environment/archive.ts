import { mkdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { LIMITS } from '../limits.ts';
import { invalidParameterValue } from '../errors.ts';

const { inflateRawSync } = process.getBuiltinModule('node:zlib');

/** A file in a ZIP archive. */
export interface ArchiveEntry {
  readonly path: string;
  /** Unix mode, 0 when the archive was made without. */
  readonly mode: number;
  readonly sizeBytes: number;
  content(): Uint8Array;
}

const END_RECORD = 0x06054b50;
const CENTRAL_RECORD = 0x02014b50;
const LOCAL_RECORD = 0x04034b50;
const SYMLINK = 0o120000;
const KIND = 0o170000;

const unreadable = () =>
  invalidParameterValue(
    'Could not unzip uploaded file. Please check your file, then try to upload again.',
  );

/** Observed in AWS's answers, https://github.com/localstack/localstack/blob/main/tests/aws/services/lambda_/test_lambda_api.snapshot.json */
const tooLarge = () =>
  invalidParameterValue(`Unzipped size must be smaller than ${LIMITS.unzippedBytes} bytes`);

/**
 * Reads a ZIP archive's table of contents, and trusts none of it.
 * @throws {InvalidParameterValueException} in AWS's words, for what is no archive, leads out of its folder, or unpacks to over 250 MB
 */
export const readArchive = (archive: Uint8Array): readonly ArchiveEntry[] => {
  const zip = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  try {
    return readCentralDirectory(zip);
  } catch (error) {
    if (error instanceof RangeError) throw unreadable();
    throw error;
  }
};

const readCentralDirectory = (zip: Buffer): readonly ArchiveEntry[] => {
  // The end record is last but for a comment of at most 65,535 bytes.
  const from = Math.max(0, zip.length - 65_557);
  let end = zip.length - 22;
  while (end >= from && zip.readUInt32LE(end) !== END_RECORD) end -= 1;
  if (end < from || end < 0) throw unreadable();
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  const entries: ArchiveEntry[] = [];
  let total = 0;
  for (let index = 0; index < count; index += 1) {
    if (zip.readUInt32LE(at) !== CENTRAL_RECORD) throw unreadable();
    const madeBy = zip.readUInt8(at + 5);
    const flags = zip.readUInt16LE(at + 8);
    const method = zip.readUInt16LE(at + 10);
    const packedSize = zip.readUInt32LE(at + 20);
    const sizeBytes = zip.readUInt32LE(at + 24);
    const nameLength = zip.readUInt16LE(at + 28);
    const extraLength = zip.readUInt16LE(at + 30);
    const commentLength = zip.readUInt16LE(at + 32);
    const mode = madeBy === 3 ? zip.readUInt32LE(at + 38) >>> 16 : 0;
    const local = zip.readUInt32LE(at + 42);
    const path = zip.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extraLength + commentLength;
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) throw unreadable();
    total += sizeBytes;
    if (total > LIMITS.unzippedBytes) throw tooLarge();
    if (path.endsWith('/')) continue;
    assertInside(path);
    entries.push({
      path,
      mode,
      sizeBytes,
      content: () => unpack(zip, { local, method, packedSize, sizeBytes }),
    });
  }
  if (entries.length === 0) throw invalidParameterValue('Uploaded file must be a non-empty zip');
  return entries;
};

const assertInside = (path: string) => {
  const clean = normalize(path);
  if (path.startsWith('/') || path.includes('\\') || clean.startsWith('..') || path.includes('\0'))
    throw unreadable();
};

const unpack = (
  zip: Buffer,
  entry: {
    readonly local: number;
    readonly method: number;
    readonly packedSize: number;
    readonly sizeBytes: number;
  },
): Uint8Array => {
  if (zip.readUInt32LE(entry.local) !== LOCAL_RECORD) throw unreadable();
  const start =
    entry.local + 30 + zip.readUInt16LE(entry.local + 26) + zip.readUInt16LE(entry.local + 28);
  const packed = zip.subarray(start, start + entry.packedSize);
  if (packed.length !== entry.packedSize) throw unreadable();
  if (entry.method === 0) return packed;
  try {
    // An entry that is larger than it says is a bomb, or broken.
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.sizeBytes) });
  } catch {
    throw unreadable();
  }
};

/**
 * Unpacks an archive into `folder`, whole or not at all. Files are read-only.
 * Differs: new files can be made beside them; AWS's `/var/task` is a read-only file system.
 */
export const unpackArchive = (archive: Uint8Array, folder: string): void => {
  const entries = readArchive(archive);
  const draft = `${folder}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    // Links come last: no file is written through one, and each is judged by where all of them together lead.
    for (const entry of entries) if (!isLink(entry)) writeEntry(entry, draft);
    const links = entries.filter(isLink).map((entry) => writeLink(entry, draft));
    for (const link of links) assertLeadsInside(link, realPath(draft));
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // One path twice, or a file that is a folder as well.
    throw MISSHAPEN.has(codeOf(error)) ? unreadable() : error;
  }
};

const MISSHAPEN = new Set(['EEXIST', 'ENOTDIR', 'EISDIR']);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const isLink = ({ mode }: ArchiveEntry) => (mode & KIND) === SYMLINK;

const writeEntry = (entry: ArchiveEntry, root: string) => {
  const target = join(root, entry.path);
  mkdirSync(dirname(target), { recursive: true });
  const mode = (entry.mode & 0o111) === 0 ? 0o444 : 0o555;
  writeFileSync(target, entry.content(), { mode, flag: 'wx' });
};

const writeLink = (entry: ArchiveEntry, root: string): string => {
  const target = join(root, entry.path);
  const leadsTo = Buffer.from(entry.content()).toString('utf8');
  const reached = normalize(join(dirname(target), leadsTo));
  if (leadsTo.startsWith('/') || !isInside(reached, root)) throw unreadable();
  mkdirSync(dirname(target), { recursive: true });
  // A folder on the way may be a link by now.
  if (!isInside(realPath(dirname(target)), realPath(root))) throw unreadable();
  symlinkSync(leadsTo, target);
  return target;
};

/** By way of other links a link may lead elsewhere than its text says. One that leads nowhere does no harm. */
const assertLeadsInside = (link: string, root: string) => {
  let reached: string;
  try {
    reached = realPath(link);
  } catch {
    return;
  }
  if (!isInside(reached, root)) throw unreadable();
};

/** As the system goes: Node's own walk takes `link/..` for the folder that the link stands in. */
const realPath = (path: string) => realpathSync.native(path);

const isInside = (path: string, root: string) => `${path}${sep}`.startsWith(`${root}${sep}`);
