import { createHash } from 'node:crypto';

/**
 * Hash keys are numbers of 128 bits. They are kept as 32 hexadecimal digits: texts of one length compare as their numbers do,
 * and a digest is one already.
 */

export const HIGHEST = 'f'.repeat(32);
const SIZE = 2n ** 128n;

/**
 * "An MD5 hash function is used to map partition keys to 128-bit integer values".
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
 */
export const hashOf = (partitionKey: string): string =>
  createHash('md5').update(partitionKey, 'utf8').digest('hex');

const fromNumber = (value: bigint): string => value.toString(16).padStart(32, '0');

/** Undefined when the number has more than 128 bits. */
export const fromDecimal = (decimal: string): string | undefined => {
  const value = BigInt(decimal);
  return value < SIZE ? fromNumber(value) : undefined;
};

export const toDecimal = (hash: string): string => BigInt(`0x${hash}`).toString();

export const before = (hash: string): string => fromNumber(BigInt(`0x${hash}`) - 1n);
export const after = (hash: string): string => fromNumber(BigInt(`0x${hash}`) + 1n);

/** Where each of `count` equal ranges begins. */
export const evenStarts = (count: number): readonly string[] => {
  const step = SIZE / BigInt(count);
  return Array.from({ length: count }, (_, index) => fromNumber(step * BigInt(index)));
};
