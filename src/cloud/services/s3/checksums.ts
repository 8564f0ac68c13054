import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { badChecksum, badDigest, entityTooLarge } from './errors.ts';
import { LIMITS } from './limits.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */

interface Running {
  update(bytes: Uint8Array): void;
  /** Base64. */
  digest(): string;
}

const hashing = (name: string): Running => {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') };
};

const bigEndian = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
};

const crc32Running = (): Running => {
  let value = 0;
  return {
    update: (bytes) => {
      value = crc32(bytes, value);
    },
    digest: () => bigEndian(value),
  };
};

/** Reflected polynomial of CRC-32C (Castagnoli). */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

const crc32cRunning = (): Running => {
  let value = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) value = (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
    },
    digest: () => bigEndian(~value),
  };
};

/** Reflected polynomial of CRC-64/NVME. Made on first use. */
let crc64Table: BigUint64Array | undefined;
const crc64Running = (): Running => {
  crc64Table ??= BigUint64Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    return value;
  });
  const table = crc64Table;
  let value = 0xffffffffffffffffn;
  return {
    update: (bytes) => {
      for (const byte of bytes)
        value = (table[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n) ^ (value >> 8n);
    },
    digest: () => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(value ^ 0xffffffffffffffffn);
      return bytes.toString('base64');
    },
  };
};

const ALGORITHMS: Readonly<Record<string, () => Running>> = {
  CRC32: crc32Running,
  CRC32C: crc32cRunning,
  CRC64NVME: crc64Running,
  SHA1: () => hashing('sha1'),
  SHA256: () => hashing('sha256'),
};

export const isAlgorithm = (name: string): boolean => name in ALGORITHMS;

/** The checksum of bytes that are there. */
export const checksumOf = (algorithm: string, bytes: Uint8Array): string => {
  const running = (ALGORITHMS[algorithm] ?? crc32Running)();
  running.update(bytes);
  return running.digest();
};

/** A body that is summed while it passes. */
export interface Summed {
  readonly body: AsyncIterable<Uint8Array>;
  /** After the body: size, MD5 in hex, and the checksums that were asked for, by their member's name. */
  result(): {
    readonly sizeBytes: number;
    readonly md5: string;
    readonly checksums: Readonly<Record<string, string>>;
  };
}

export const summing = (
  source: AsyncIterable<Uint8Array>,
  algorithms: readonly string[],
): Summed => {
  const md5: Hash = createHash('md5');
  const running = algorithms.map((name) => [name, (ALGORITHMS[name] ?? crc32Running)()] as const);
  let sizeBytes = 0;
  async function* pass() {
    for await (const piece of source) {
      sizeBytes += piece.byteLength;
      if (sizeBytes > LIMITS.putBytes) throw entityTooLarge();
      md5.update(piece);
      for (const [, sum] of running) sum.update(piece);
      yield piece;
    }
  }
  let done: ReturnType<Summed['result']> | undefined;
  return {
    body: pass(),
    result: () =>
      (done ??= {
        sizeBytes,
        md5: md5.digest('hex'),
        checksums: Object.fromEntries(
          running.map(([name, sum]) => [`Checksum${name}`, sum.digest()]),
        ),
      }),
  };
};

/** Which algorithms a request names: by its header, its trailer, its value, or CRC64NVME, which S3 adds itself. */
export const wantedAlgorithms = (
  headers: Readonly<Record<string, string>>,
  named: string | undefined,
): readonly string[] => {
  const found = new Set<string>();
  if (named !== undefined && isAlgorithm(named)) found.add(named);
  for (const name of Object.keys(ALGORITHMS)) {
    const header = `x-amz-checksum-${name.toLowerCase()}`;
    if (header in headers || (headers['x-amz-trailer'] ?? '').toLowerCase().includes(header))
      found.add(name);
  }
  return [...found];
};

/** @throws {BadDigest} when what was said is not what came */
export const verifySums = (
  sums: { readonly md5: string; readonly checksums: Readonly<Record<string, string>> },
  headers: Readonly<Record<string, string>>,
  trailers: Readonly<Record<string, string>>,
): void => {
  const md5 = headers['content-md5'];
  if (md5 !== undefined && Buffer.from(sums.md5, 'hex').toString('base64') !== md5)
    throw badDigest();
  for (const [member, value] of Object.entries(sums.checksums)) {
    const name = member.slice('Checksum'.length);
    const header = `x-amz-checksum-${name.toLowerCase()}`;
    const said = headers[header] ?? trailers[header];
    if (said !== undefined && said !== value) throw badChecksum(name);
  }
};
