import type * as Fflate from 'fflate/browser';
import { BundleError } from './bundle-error.ts';

/** One file to pack. */
export interface ZipEntry {
  /** Path inside the archive, with forward slashes. */
  readonly path: string;
  /** The file's bytes. */
  readonly bytes: Uint8Array;
  /** Unix permissions. @defaultValue 0o644 */
  readonly mode?: number;
}

/** Bytes that were deflated before, as they stand in an archive. */
export interface PackedEntry {
  readonly path: string;
  /** CRC-32 of the bytes before compression. */
  readonly crc: number;
  /** Bytes before compression. */
  readonly sizeBytes: number;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly mode: number;
  /** The bytes as they stand in the archive. */
  readonly packed: Uint8Array;
}

// APPNOTE.TXT 6.3.10, 4.3 and 4.4: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_CENTRAL = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;
const VERSION_NEEDED = 20;
const MADE_BY_UNIX = (3 << 8) | VERSION_NEEDED;
const UTF8_NAMES = 1 << 11;
// 1980-01-01 00:00:00, the first moment the format can say. It has no time zone, so no clock's zone enters.
const DOS_TIME = 0;
const DOS_DATE = (1 << 5) | 1;
const REGULAR_FILE = 0o100000;
const DEFAULT_MODE = 0o644;
// Below this, a file of its own Huffman tree saves little and costs 0.2 ms: an archive of 100 functions has 300 such files.
const STORE_BELOW_BYTES = 1024;
const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffffffff;
// Level 6 in pure JavaScript: Node's zlib is faster, but its output depends on the processor and on its version.
const DEFLATE: Fflate.DeflateOptions = { level: 6 };

/** Loads the compressor, so that it is there when the files are. The browser's build of it: Node's loads worker threads. */
export const loadDeflate = (): Promise<typeof Fflate> => import('fflate/browser');

const crc32 = (bytes: Uint8Array): number => process.getBuiltinModule('node:zlib').crc32(bytes);

const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  Buffer.compare(Buffer.from(a.path), Buffer.from(b.path));

/** The entries of an archive that this module wrote, by path; empty when the bytes are not such an archive. */
export const readPackedEntries = (archive: Uint8Array): ReadonlyMap<string, PackedEntry> => {
  const entries = new Map<string, PackedEntry>();
  const buffer = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = buffer.length - END_BYTES;
  if (end < 0 || buffer.readUInt32LE(end) !== END_OF_CENTRAL) return entries;
  let at = buffer.readUInt32LE(end + 16);
  for (let left = buffer.readUInt16LE(end + 10); left > 0; left--) {
    if (at + CENTRAL_BYTES > end || buffer.readUInt32LE(at) !== CENTRAL_HEADER) return new Map();
    const nameBytes = buffer.readUInt16LE(at + 28);
    const packedBytes = buffer.readUInt32LE(at + 20);
    const start = buffer.readUInt32LE(at + 42) + LOCAL_BYTES + nameBytes;
    if (start + packedBytes > end) return new Map();
    const path = buffer.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    entries.set(path, {
      path,
      crc: buffer.readUInt32LE(at + 16),
      sizeBytes: buffer.readUInt32LE(at + 24),
      method: buffer.readUInt16LE(at + 10),
      mode: (buffer.readUInt32LE(at + 38) >>> 16) & 0o777,
      packed: buffer.subarray(start, start + packedBytes),
    });
    at += CENTRAL_BYTES + nameBytes;
  }
  return entries;
};

/**
 * Compresses files, each on its own.
 *
 * `known` holds entries of an earlier archive: one whose path, size and checksum agree is taken over as it is.
 * That is safe for names that carry a hash of the content, so pass no others.
 */
export const packEntries = async (
  files: readonly ZipEntry[],
  known: ReadonlyMap<string, PackedEntry> = new Map(),
): Promise<readonly PackedEntry[]> => {
  const { deflateSync } = await loadDeflate();
  return files.map((file) => {
    const crc = crc32(file.bytes);
    const mode = file.mode ?? DEFAULT_MODE;
    const sizeBytes = file.bytes.byteLength;
    const before = known.get(file.path);
    if (before?.crc === crc && before.sizeBytes === sizeBytes) return { ...before, mode };
    const deflated = sizeBytes < STORE_BELOW_BYTES ? file.bytes : deflateSync(file.bytes, DEFLATE);
    const smaller = deflated.byteLength < sizeBytes;
    return {
      path: file.path,
      crc,
      sizeBytes,
      method: smaller ? DEFLATED : STORED,
      mode,
      packed: smaller ? deflated : file.bytes,
    };
  });
};

/**
 * Puts packed entries into one archive: sorted by the bytes of their paths, dated 1980, without directories.
 * The same entries make the same bytes on every machine, in every time zone, on any day.
 *
 * @throws {ARCHIVE_TOO_LARGE} when there are more than 65,535 entries or 4 GiB.
 */
export const assembleZip = (entries: readonly PackedEntry[]): Buffer => {
  const sorted = [...entries].sort(byPath);
  const names = sorted.map((entry) => Buffer.from(entry.path));
  let total = END_BYTES;
  sorted.forEach((entry, index) => {
    total +=
      LOCAL_BYTES + CENTRAL_BYTES + 2 * (names[index]?.length ?? 0) + entry.packed.byteLength;
  });
  if (sorted.length > MOST_ENTRIES || total > MOST_BYTES) {
    throw new BundleError(
      'ARCHIVE_TOO_LARGE',
      `An archive of ${sorted.length} files and ${total} bytes was asked for; the format holds 65535 files and 4 GiB.`,
      { hint: 'Leave files out, or keep them in a bucket.' },
    );
  }
  const out = Buffer.alloc(total);
  const offsets: number[] = [];
  let at = 0;
  const common = (entry: PackedEntry, name: Buffer): void => {
    at = out.writeUInt16LE(VERSION_NEEDED, at);
    at = out.writeUInt16LE(UTF8_NAMES, at);
    at = out.writeUInt16LE(entry.method, at);
    at = out.writeUInt16LE(DOS_TIME, at);
    at = out.writeUInt16LE(DOS_DATE, at);
    at = out.writeUInt32LE(entry.crc, at);
    at = out.writeUInt32LE(entry.packed.byteLength, at);
    at = out.writeUInt32LE(entry.sizeBytes, at);
    at = out.writeUInt16LE(name.length, at);
    at = out.writeUInt16LE(0, at); // extra field
  };
  sorted.forEach((entry, index) => {
    const name = names[index] ?? Buffer.alloc(0);
    offsets.push(at);
    at = out.writeUInt32LE(LOCAL_HEADER, at);
    common(entry, name);
    at += name.copy(out, at);
    out.set(entry.packed, at);
    at += entry.packed.byteLength;
  });
  const central = at;
  sorted.forEach((entry, index) => {
    const name = names[index] ?? Buffer.alloc(0);
    at = out.writeUInt32LE(CENTRAL_HEADER, at);
    at = out.writeUInt16LE(MADE_BY_UNIX, at);
    common(entry, name);
    at = out.writeUInt16LE(0, at); // comment
    at = out.writeUInt16LE(0, at); // disk
    at = out.writeUInt16LE(0, at); // internal attributes
    at = out.writeUInt32LE(((REGULAR_FILE | entry.mode) << 16) >>> 0, at);
    at = out.writeUInt32LE(offsets[index] ?? 0, at);
    at += name.copy(out, at);
  });
  const centralBytes = at - central;
  at = out.writeUInt32LE(END_OF_CENTRAL, at);
  at = out.writeUInt32LE(0, at); // disks
  at = out.writeUInt16LE(sorted.length, at);
  at = out.writeUInt16LE(sorted.length, at);
  at = out.writeUInt32LE(centralBytes, at);
  at = out.writeUInt32LE(central, at);
  out.writeUInt16LE(0, at); // comment
  return out;
};

/**
 * Packs files into a deterministic zip archive.
 *
 * @example
 * ```ts
 * const bytes = await zipFiles([{ path: 'index.mjs', bytes: Buffer.from('export {}') }]);
 * ```
 */
export const zipFiles = async (files: readonly ZipEntry[]): Promise<Buffer> =>
  assembleZip(await packEntries(files));
