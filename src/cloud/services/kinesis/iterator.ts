import { invalidArgument, iteratorExpired } from './errors.ts';
import { ITERATOR_MS } from './limits.ts';

/** A reader's place in a shard. */
export interface ReaderPlace {
  readonly stream: string;
  readonly shard: number;
  /** Place of the next record that it wants. */
  readonly place: number;
}

/** AWS's iterators begin with these bytes too, as kinesalite found out; what follows is encrypted there and plain here. */
const VERSION = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]);

export const writeIterator = (
  { stream, shard, place }: ReaderPlace,
  now: number,
  salt: string,
): string =>
  Buffer.concat([VERSION, Buffer.from([now, stream, shard, place, salt].join('/'))]).toString(
    'base64',
  );

/** @throws {InvalidArgumentException | ExpiredIteratorException} */
export const readIterator = (text: string, now: number): ReaderPlace => {
  const { createdAt, ...place } = peekIterator(text);
  if (now - createdAt > ITERATOR_MS) throw iteratorExpired(createdAt, now);
  return place;
};

/** What an iterator says, expired or not. @throws {InvalidArgumentException} */
export const peekIterator = (text: string): ReaderPlace & { readonly createdAt: number } => {
  const bytes = Buffer.from(text, 'base64');
  const [createdAt, stream, shard, place] = bytes.subarray(VERSION.length).toString().split('/');
  const numbers = [createdAt, shard, place].every((part) => /^\d{1,16}$/.test(part ?? ''));
  if (!bytes.subarray(0, VERSION.length).equals(VERSION) || !numbers || stream === undefined)
    throw invalidArgument('Invalid ShardIterator.');
  return { createdAt: Number(createdAt), stream, shard: Number(shard), place: Number(place) };
};
