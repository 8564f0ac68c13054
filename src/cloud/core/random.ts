import { randomBytes } from 'node:crypto';

/** The only source of chance in the cloud. */
export interface Random {
  /** `count` bytes. */
  bytes(count: number): Uint8Array;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string;
  /** At least 0, less than 1. */
  fraction(): number;
}

export const UPPER_ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const over = (bytes: (count: number) => Uint8Array): Random => {
  const hex = (length: number) =>
    Buffer.from(bytes(Math.ceil(length / 2)))
      .toString('hex')
      .slice(0, length);
  return {
    bytes,
    hex,
    uuid: () => {
      const digits = hex(32);
      const variant = '89ab'[Number.parseInt(digits[16] ?? '0', 16) & 3];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
    text: (length, alphabet) =>
      Array.from(bytes(length), (byte) => alphabet[byte % alphabet.length]).join(''),
    fraction: () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48,
  };
};

/** Chance from the operating system, drawn in pages because a draw costs more than a copy. */
export const createSystemRandom = (): Random => {
  const PAGE_BYTES = 4096;
  let page: Uint8Array = new Uint8Array(0);
  let used = 0;
  return over((count) => {
    if (count > PAGE_BYTES) return randomBytes(count);
    if (used + count > page.length) {
      page = randomBytes(PAGE_BYTES);
      used = 0;
    }
    used += count;
    return page.subarray(used - count, used);
  });
};

/** Chance that can be gone on with elsewhere. */
export interface SeededRandom extends Random {
  /** The seed of all draws that are still to come. */
  readonly state: number;
}

/** The same draws for the same seed, for tests that replay. Not for secrets. */
export const createSeededRandom = (seed: number): SeededRandom => {
  // splitmix32: https://prng.di.unimi.it/splitmix64.c, the 32-bit variant
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    ...over((count) => Uint8Array.from({ length: count }, () => next() & 0xff)),
    get state() {
      return state;
    },
  };
};

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
export const hash32 = (text: string): number => {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value;
};
