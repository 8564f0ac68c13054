import type { Table } from '../../core/store.ts';
import type { ChangeRecord, StreamRecord } from './storage/index.ts';

/** The records of a stream's one shard, oldest first. */
export interface StreamLog {
  /** Gives the record its sequence number and keeps it. */
  append(record: Omit<ChangeRecord, 'sequence'>): ChangeRecord;
  /** Records after a sequence number, at most so many. */
  after(sequence: string, limit: number): readonly ChangeRecord[];
  readonly first: ChangeRecord | undefined;
  /** Sequence number of the last record that ever was; before any, one that comes before all. */
  readonly last: string;
  /** Takes away what is older than a time. */
  trim(beforeMs: number): void;
}

/** 21 digits, as AWS's have at least: milliseconds and a count, so that they rise after a restart, too. */
const sequenceOf = (ms: number, count: number) =>
  `1${String(ms).padStart(14, '0')}${String(count).padStart(6, '0')}`;

/** What the first record of a shard that began at this time comes after. */
export const sequenceBefore = (ms: number): string => sequenceOf(ms, 0);

const COUNTS = 999_999;

export const createStreamLog = (stream: StreamRecord, rows: Table<ChangeRecord>): StreamLog => {
  let records = [...rows.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  let trimmed = 0;
  let last = records.at(-1)?.sequence ?? stream.firstSequence;
  const next = (now: number): string => {
    const [ms, count] = [Number(last.slice(1, 15)), Number(last.slice(15))];
    if (now > ms) return sequenceOf(now, 1);
    return count < COUNTS ? sequenceOf(ms, count + 1) : sequenceOf(ms + 1, 0);
  };
  /** Place of the first record behind a sequence number. */
  const placeAfter = (sequence: string): number => {
    let low = trimmed;
    let high = records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((records[middle]?.sequence ?? '') <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    append: (record) => {
      const kept: ChangeRecord = { ...record, sequence: next(record.at) };
      last = kept.sequence;
      records.push(kept);
      rows.set(kept.sequence, kept);
      return kept;
    },
    after: (sequence, limit) => {
      const at = placeAfter(sequence);
      return records.slice(at, at + limit);
    },
    get first() {
      return records[trimmed];
    },
    get last() {
      return last;
    },
    trim: (beforeMs) => {
      for (
        let oldest = records[trimmed];
        oldest !== undefined && oldest.at <= beforeMs;
        oldest = records[trimmed]
      ) {
        rows.delete(oldest.sequence);
        trimmed += 1;
      }
      // The array is cut when most of it is gone: cutting for each record would move all the others.
      if (trimmed * 2 > records.length) {
        records = records.slice(trimmed);
        trimmed = 0;
      }
    },
  };
};
