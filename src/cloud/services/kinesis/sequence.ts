/**
 * Sequence numbers: 56 digits that grow within a shard and from parents to children. Their parts, in hexadecimal digits of
 * the number, are those that AWS's have, as kinesalite found them out (https://github.com/mhart/kinesalite, db/index.js):
 * a 2, when the shard was made (9, seconds), its last digit (1), the place in the shard (16), 00, when it was written
 * (9, seconds), the shard (8), a 2 for the version.
 */
export interface SequenceParts {
  /** When its shard was made, in seconds since the epoch. */
  readonly shardCreatedS: number;
  /** Number of the shard in its stream. */
  readonly shard: number;
  /** Place in the shard: 0 is its beginning, the first record has 1. */
  readonly place: number;
  /** When it was written, in seconds since the epoch. */
  readonly writtenS: number;
}

/** The place that ends a closed shard: 2^63 - 1. */
const END_PLACE = '7fffffffffffffff';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const join = (
  { shardCreatedS, shard, writtenS }: Omit<SequenceParts, 'place'>,
  place: string,
): string =>
  BigInt(
    `0x2${hex(shardCreatedS, 9)}${hex(shard & 15, 1)}${place}00${hex(writtenS, 9)}${hex(shard, 8)}2`,
  ).toString();

export const sequenceNumber = (parts: SequenceParts): string => join(parts, hex(parts.place, 16));

/** The sequence number that ends a shard. */
export const endOfShard = (parts: Omit<SequenceParts, 'place'>): string => join(parts, END_PLACE);

/** Undefined when it is no sequence number of ours. */
export const readSequence = (text: string): SequenceParts | undefined => {
  if (!/^\d{56}$/.test(text)) return undefined;
  const digits = BigInt(text).toString(16);
  if (digits.length !== 47 || !digits.startsWith('2') || !digits.endsWith('2')) return undefined;
  const part = (from: number, to: number) => Number.parseInt(digits.slice(from, to), 16);
  return {
    shardCreatedS: part(1, 10),
    place: part(11, 27),
    writtenS: part(29, 38),
    shard: part(38, 46),
  };
};
