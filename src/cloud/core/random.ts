import { randomBytes, randomFillSync } from 'node:crypto';

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

const DIGITS = Buffer.from('0123456789abcdef');
const DASH = 0x2d;
const UUID_BYTES = 16;
const uuidText = Buffer.alloc(36, DASH);

/** Written digit by digit into one text: joined from parts it costs twice that, and every request has one. */
const uuidOf = (bytes: Uint8Array, start = 0): string => {
  let at = 0;
  for (let index = 0; index < UUID_BYTES; index += 1) {
    const drawn = bytes[start + index] ?? 0;
    // Version 4 and its variant: https://www.rfc-editor.org/rfc/rfc9562#section-5.4
    const byte = index === 6 ? (drawn & 0x0f) | 0x40 : index === 8 ? (drawn & 0x3f) | 0x80 : drawn;
    uuidText[at] = DIGITS[byte >> 4] ?? 0;
    uuidText[at + 1] = DIGITS[byte & 0x0f] ?? 0;
    at += index === 3 || index === 5 || index === 7 || index === 9 ? 3 : 2;
  }
  return uuidText.toString('latin1');
};

const over = (bytes: (count: number) => Uint8Array): Random => {
  const hex = (length: number) =>
    Buffer.from(bytes(Math.ceil(length / 2)))
      .toString('hex')
      .slice(0, length);
  return {
    bytes,
    hex,
    uuid: () => uuidOf(bytes(UUID_BYTES)),
    text: (length, alphabet) =>
      Array.from(bytes(length), (byte) => alphabet[byte % alphabet.length]).join(''),
    fraction: () => Buffer.from(bytes(6)).readUIntBE(0, 6) / 2 ** 48,
  };
};

/** Chance from the operating system, drawn in pages because a draw costs more than a copy. */
export const createSystemRandom = (): Random => {
  const page = new Uint8Array(4096);
  let used = page.length;
  /** Where the next `count` bytes of the page begin; nobody has had them. */
  const draw = (count: number): number => {
    if (used + count > page.length) {
      randomFillSync(page);
      used = 0;
    }
    used += count;
    return used - count;
  };
  const bytes = (count: number): Uint8Array => {
    if (count > page.length) return randomBytes(count);
    const start = draw(count);
    return page.slice(start, start + count);
  };
  return { ...over(bytes), uuid: () => uuidOf(page, draw(UUID_BYTES)) };
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
