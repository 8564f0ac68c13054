import type { Table } from '../../core/store.ts';
import { endOfShard, readSequence, sequenceNumber } from './sequence.ts';
import type { Shard } from './state.ts';

/** A record as it lies in a shard. */
export interface StoredRecord {
  readonly sequence: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAt: number;
  /** Id of the data key that it was written under, in an encrypted stream. */
  readonly dataKey?: string;
  /** Journal id of the call that put it. */
  readonly cause?: number;
}

/**
 * The records of one shard in order. Places in it are whole numbers without gaps, so that a reader's place is found at once,
 * however many records there are.
 */
export interface ShardLog {
  shard: Shard;
  readonly id: string;
  /** Sequence number of its beginning. */
  readonly startingSequence: string;
  append(record: Omit<StoredRecord, 'sequence'>): StoredRecord;
  /** The record at a place; undefined before the oldest and after the newest. */
  at(place: number): StoredRecord | undefined;
  /** Place of the oldest record that is left. */
  readonly first: number;
  /** Place that the next record gets. */
  readonly next: number;
  /** Place of the first record that arrived at this time or later. */
  placeAt(arrivedAt: number): number;
  /** Forgets what arrived before. */
  trim(horizon: number): void;
  /** The sequence number that ends the shard when it is closed now. */
  endingSequence(now: number): string;
  /** Takes a record of an earlier run; in order. */
  restore(record: StoredRecord): void;
  clear(): void;
}

export const shardId = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Records that are forgotten make way in slices: taking them off the front one by one would move all others each time. */
const SLICE = 1_024;

/**
 * @param key - Of the shard in its table; its records' keys begin with it.
 * @param save - Writes the shard's record when it has changed.
 */
export const createShardLog = (
  given: Shard,
  key: string,
  table: Table<StoredRecord>,
  save: (shard: Shard) => void,
): ShardLog => {
  let kept: StoredRecord[] = [];
  // Records that lie in `kept` before the oldest one.
  let forgotten = 0;
  let first = given.trimmedTo;
  const { index, createdS } = given;
  const rowKey = (sequence: string) => `${key}\n${sequence}`;
  const next = () => first + kept.length - forgotten;

  const log: ShardLog = {
    shard: given,
    id: shardId(index),
    startingSequence: sequenceNumber({
      shardCreatedS: createdS,
      shard: index,
      place: 0,
      writtenS: createdS,
    }),
    append: (record) => {
      const sequence = sequenceNumber({
        shardCreatedS: createdS,
        shard: index,
        place: next(),
        writtenS: seconds(record.arrivedAt),
      });
      const stored = { sequence, ...record };
      table.set(rowKey(sequence), stored);
      kept.push(stored);
      return stored;
    },
    at: (place) => (place < first ? undefined : kept[place - first + forgotten]),
    get first() {
      return first;
    },
    get next() {
      return next();
    },
    placeAt: (arrivedAt) => {
      let [low, high] = [forgotten, kept.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((kept[middle]?.arrivedAt ?? 0) < arrivedAt) low = middle + 1;
        else high = middle;
      }
      return low - forgotten + first;
    },
    trim: (horizon) => {
      const before = first;
      for (
        let oldest = kept[forgotten];
        oldest !== undefined && oldest.arrivedAt < horizon;
        oldest = kept[forgotten]
      ) {
        table.delete(rowKey(oldest.sequence));
        forgotten += 1;
        first += 1;
      }
      if (first === before) return;
      if (forgotten >= SLICE || forgotten === kept.length) {
        kept = kept.slice(forgotten);
        forgotten = 0;
      }
      log.shard = { ...log.shard, trimmedTo: first };
      save(log.shard);
    },
    endingSequence: (now) =>
      endOfShard({ shardCreatedS: createdS, shard: index, writtenS: seconds(now) }),
    restore: (record) => {
      if (kept.length === 0) first = readSequence(record.sequence)?.place ?? first;
      kept.push(record);
    },
    clear: () => {
      for (const { sequence } of kept.slice(forgotten)) table.delete(rowKey(sequence));
      kept = [];
      forgotten = 0;
    },
  };
  return log;
};
