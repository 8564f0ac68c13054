import { SHARD_SECOND } from './limits.ts';

/** What one shard has taken and given in the second that runs. */
interface Second {
  at: number;
  writtenRecords: number;
  writtenBytes: number;
  reads: number;
  readBytes: number;
}

/** Holds shards to what they take and give in a second, where that was asked for. */
export interface Throughput {
  /** Whether a shard takes a record of so many bytes now; counts it when it does. */
  takes(shard: object, bytes: number, now: number): boolean;
  /** Whether a shard may be read now; counts the reading when it may. */
  gives(shard: object, now: number): boolean;
  /** Tells how much a reading gave. */
  given(shard: object, bytes: number, now: number): void;
}

const UNLIMITED: Throughput = { takes: () => true, gives: () => true, given: () => {} };

export const createThroughput = (limited: boolean): Throughput => {
  if (!limited) return UNLIMITED;
  const seconds = new WeakMap<object, Second>();
  const current = (shard: object, now: number): Second => {
    const at = Math.floor(now / 1000);
    const known = seconds.get(shard);
    if (known !== undefined && known.at >= at) return known;
    // A reading of more than a second's share is paid off in the seconds after it, as on AWS.
    const owed =
      known === undefined
        ? 0
        : Math.max(0, known.readBytes - (at - known.at) * SHARD_SECOND.readBytes);
    const fresh = { at, writtenRecords: 0, writtenBytes: 0, reads: 0, readBytes: owed };
    seconds.set(shard, fresh);
    return fresh;
  };
  return {
    takes: (shard, bytes, now) => {
      const second = current(shard, now);
      if (second.writtenRecords + 1 > SHARD_SECOND.writtenRecords) return false;
      if (second.writtenBytes + bytes > SHARD_SECOND.writtenBytes && second.writtenBytes > 0)
        return false;
      second.writtenRecords += 1;
      second.writtenBytes += bytes;
      return true;
    },
    gives: (shard, now) => {
      const second = current(shard, now);
      if (second.reads >= SHARD_SECOND.reads || second.readBytes >= SHARD_SECOND.readBytes)
        return false;
      second.reads += 1;
      return true;
    },
    given: (shard, bytes, now) => {
      current(shard, now).readBytes += bytes;
    },
  };
};
