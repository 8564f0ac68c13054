import { check, oneOf, sequenced } from './constraints.ts';
import { invalidArgument, shardDoesNotExist, shardNotFound } from './errors.ts';
import type { ReaderPlace } from './iterator.ts';
import type { Place } from './names.ts';
import { readSequence } from './sequence.ts';
import type { ShardLog } from './shard-log.ts';
import { shardId } from './shard-log.ts';
import type { KinesisState, Stream } from './state.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartingPosition.html */
export interface StartingPoint {
  readonly type: string | undefined;
  readonly sequence: string | undefined;
  readonly timestamp: Date | undefined;
}

const TYPES = [
  'AFTER_SEQUENCE_NUMBER',
  'LATEST',
  'AT_TIMESTAMP',
  'AT_SEQUENCE_NUMBER',
  'TRIM_HORIZON',
];

/** Operations take `7` and `shardId-7` for `shardId-000000000007`, as AWS does. Undefined when it is neither. */
export const shardIndex = (text: string): number | undefined => {
  const digits = /^(?:[^-]*-)?(\d{1,12})$/.exec(text)?.[1];
  const index = digits === undefined ? Number.NaN : Number(digits);
  return index <= 2_147_483_647 ? index : undefined;
};

interface Within extends Place {
  readonly state: KinesisState;
  readonly now: number;
}

/** The shard of a reader. @throws {ResourceNotFoundException} */
export const readableShard = (
  stream: Stream,
  text: string,
  { state, accountId, now }: Within,
): ShardLog => {
  const index = shardIndex(text);
  if (index === undefined) throw shardNotFound(text, stream.name, accountId);
  const log = state.shard(stream, index, now);
  if (log === undefined) throw shardDoesNotExist(shardId(index), stream.name, accountId);
  return log;
};

/** Texts as recorded from AWS by kinesalite's tests, that of AT_TIMESTAMP excepted. @throws {InvalidArgumentException} */
export const startingPlace = (
  stream: Stream,
  log: ShardLog,
  { type = '', sequence, timestamp }: StartingPoint,
  { accountId, operation }: { readonly accountId: string; readonly operation: string },
): ReaderPlace => {
  check(oneOf('shardIteratorType', type, TYPES), sequenced('startingSequenceNumber', sequence));
  const at = (place: number): ReaderPlace => ({
    stream: stream.name,
    shard: log.shard.index,
    place,
  });
  if (type === 'AT_TIMESTAMP') {
    if (timestamp === undefined)
      throw invalidArgument('Must specify timestamp parameter for iterator of type AT_TIMESTAMP.');
    return at(log.placeAt(timestamp.getTime()));
  }
  const bySequence = type.endsWith('_SEQUENCE_NUMBER');
  if (bySequence !== (sequence !== undefined))
    throw invalidArgument(
      `Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${type} and ${bySequence ? 'no' : 'also a'} StartingSequenceNumber.`,
    );
  if (sequence === undefined) return at(type === 'LATEST' ? log.next : log.first);
  const parts = readSequence(sequence);
  const where = `used in ${operation} on shard ${log.id} in stream ${stream.name} under account ${accountId} is invalid`;
  if (parts === undefined) throw invalidArgument(`StartingSequenceNumber ${sequence} ${where}.`);
  if (parts.shard !== log.shard.index)
    throw invalidArgument(
      `Invalid StartingSequenceNumber. It encodes ${shardId(parts.shard)}, while it was used in a call to a shard with ${log.id}`,
    );
  if (parts.shardCreatedS !== log.shard.createdS)
    throw invalidArgument(
      `StartingSequenceNumber ${sequence} ${where} because it did not come from this stream.`,
    );
  const place = parts.place + (type === 'AT_SEQUENCE_NUMBER' ? 0 : 1);
  return at(Math.min(place, log.next));
};
