import type { Filterable } from '../filter.ts';
import type { Position } from '../mapping.ts';

/** A part of a stream that is in order. */
export interface Shard {
  readonly id: string;
  /** Shards that it continues: read to their end before it is begun. */
  readonly parents: readonly string[];
}

/** A record of a stream, whatever stream it is. */
export interface StreamRecord extends Filterable {
  readonly sequenceNumber: string;
  /** Records of one key are handed over in order, however many batches run at one time. */
  readonly partitionKey: string;
  /** When it was written, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** What the function gets. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** Records, and how to go on; no iterator once a closed shard is at its end. */
export interface StreamPage {
  readonly records: readonly StreamRecord[];
  readonly next: string | undefined;
}

/** Operations of a stream's service, under the function's role. */
export type StreamCall = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** What a record's event tells of its surroundings. */
export interface StreamFacts {
  readonly arn: string;
  readonly region: string;
  /** ARN of the function's role. */
  readonly role: () => string;
}

/** What Kinesis and DynamoDB streams have in common. */
export interface StreamSource {
  readonly service: 'kinesis' | 'dynamodb-streams';
  /** How long records are kept, milliseconds. */
  retentionMs(call: StreamCall): Promise<number>;
  shards(call: StreamCall): Promise<readonly Shard[]>;
  iterator(
    call: StreamCall,
    shardId: string,
    position: Exclude<Position, { readonly kind: 'ITERATOR' }>,
  ): Promise<string>;
  read(call: StreamCall, shardId: string, iterator: string): Promise<StreamPage>;
  /** The end of a shard as it is now, in a form that outlives a restart. */
  end(call: StreamCall, shardId: string, nowMs: number): Promise<Position>;
  /** Member of a failure's record that describes the batch. */
  readonly batchInfo: 'KinesisBatchInfo' | 'DDBStreamBatchInfo';
  /** A time as that member has it. */
  printTime(ms: number): string;
}
