import type * as Kinesis from '@aws-sdk/client-kinesis';
import { withCause } from '../../core/provenance.ts';
import { toDecimal } from './hash-key.ts';
import { GET } from './limits.ts';
import type { ShardLog, StoredRecord } from './shard-log.ts';
import { shardId } from './shard-log.ts';
import type { KinesisState, Stream } from './state.ts';

/** What lies in a shard from a place on. */
export interface Reading {
  readonly records: readonly StoredRecord[];
  readonly bytes: number;
  /** Place after the last record that was read. */
  readonly next: number;
  /** Whether the shard is closed and all of it has been read. */
  readonly ended: boolean;
  readonly millisBehindLatest: number;
}

/** Reads as much as one answer may hold, at least one record where there is one. */
export const readShard = (log: ShardLog, from: number, limit: number, now: number): Reading => {
  const records: StoredRecord[] = [];
  let bytes = 0;
  // What a reader has missed is gone: he goes on with the oldest that is left.
  let next = Math.max(from, log.first);
  for (let record = log.at(next); record !== undefined; record = log.at(next)) {
    const size = record.data.byteLength + record.partitionKey.length;
    if (records.length === limit || (bytes + size > GET.bytes && bytes > 0)) break;
    records.push(record);
    bytes += size;
    next += 1;
  }
  const waiting = log.at(next);
  return {
    records,
    bytes,
    next,
    ended: waiting === undefined && log.shard.closedAt !== undefined,
    // "A value of zero indicates that there are no new records to process at this moment": API_GetRecords.html, also where time stands still.
    millisBehindLatest: waiting === undefined ? 0 : Math.max(1, now - waiting.arrivedAt),
  };
};

/** As it goes to a reader. `EncryptionType` is left out where there is none, as recorded from AWS by LocalStack's snapshot tests. */
export const describeRecord = (record: StoredRecord): Kinesis._Record => {
  const described: Kinesis._Record = {
    SequenceNumber: record.sequence,
    ApproximateArrivalTimestamp: new Date(record.arrivedAt),
    Data: record.data,
    PartitionKey: record.partitionKey,
    ...(record.dataKey === undefined ? {} : { EncryptionType: 'KMS' }),
  };
  return withCause(described, record.cause);
};

export const dataKeysOf = (records: readonly StoredRecord[]): ReadonlySet<string> =>
  new Set(records.flatMap(({ dataKey }) => (dataKey === undefined ? [] : [dataKey])));

/** The shards that a closed one went into. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ChildShard.html */
export const childrenOf = (
  state: KinesisState,
  stream: Stream,
  log: ShardLog,
  now: number,
): Kinesis.ChildShard[] =>
  state
    .shards(stream, now)
    .filter(
      ({ shard }) => shard.parent === log.shard.index || shard.adjacentParent === log.shard.index,
    )
    .map(({ id, shard }) => ({
      ShardId: id,
      ParentShards: [shard.parent, shard.adjacentParent].flatMap((parent) =>
        parent === undefined ? [] : [shardId(parent)],
      ),
      HashKeyRange: {
        StartingHashKey: toDecimal(shard.startHash),
        EndingHashKey: toDecimal(shard.endHash),
      },
    }));
