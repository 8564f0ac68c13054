/** How a record is put. */
export interface PutRecordOptions {
  /** Records of one key are in one shard, in order: 1 to 256 characters. @defaultValue what the stream's `partitionKey` makes of the data */
  readonly partitionKey?: string;
  /** Chooses the shard in place of the key's hash: a decimal number from 0 to 2^128 − 1. */
  readonly explicitHashKey?: string;
}

/** How a record is put into a stream that does not say which key its data has. */
export interface KeyedPutOptions extends PutRecordOptions {
  /** Records of one key are in one shard, in order: 1 to 256 characters. */
  readonly partitionKey: string;
}

/** A record and how it is put; without a key where the stream makes it of the data. */
export type PutRecordEntry<Data, Keyed extends boolean = false> = (Keyed extends true
  ? PutRecordOptions
  : KeyedPutOptions) & {
  /** The data itself. */
  readonly data: Data;
};

/** Where a record lies. */
export interface RecordPlace {
  /** Id of the shard: `shardId-000000000000`. */
  readonly shardId: string;
  /** Its number in the shard, digits that grow. */
  readonly sequenceNumber: string;
}

/** Writes to a stream. */
export interface StreamWriter<Data, Keyed extends boolean = false> {
  /**
   * Puts one record, up to 1 MiB with its key unless the stream takes more. Records of one key that are put one after the other keep that order.
   * @throws {InvalidMessageError} when the stream's schema refuses it
   */
  put(
    data: Data,
    ...options: Keyed extends true ? [options?: PutRecordOptions] : [options: KeyedPutOptions]
  ): Promise<RecordPlace>;
  /**
   * Puts records in as few requests as they take, one after the other, and answers with their places, in their order. What Kinesis
   * refuses of a request is tried again, twice, before the next one goes out. Within a request Kinesis promises no order.
   * @throws {InvalidMessageError} when the stream's schema refuses one; then none is put
   * @throws {SendError} when Kinesis did not take some of them; what was to follow them is not sent, and among its failures
   */
  putAll(entries: readonly PutRecordEntry<Data, Keyed>[]): Promise<readonly RecordPlace[]>;
}

/** Which records are read. */
export interface ListRecordsOptions {
  /** Of this shard alone. @defaultValue every shard */
  readonly shardId?: string;
  /** From this sequence number of `shardId` on, without the record itself. @defaultValue from the oldest record that is kept */
  readonly after?: string;
  /** Those that arrived at this time or later. @defaultValue from the oldest record that is kept */
  readonly since?: Date;
}

/** A record as a program reads it by itself. */
export interface ListedRecord<Data> extends RecordPlace {
  /** The data: of a stream with a schema JSON, checked and as that makes it, else bytes. */
  readonly data: Data;
  /** Records of one key are in order. */
  readonly partitionKey: string;
  /** When it arrived, about. */
  readonly approximateArrivalAt: Date;
}

/** Reads a stream that no function is started by. */
export interface StreamReader<Data> {
  /**
   * The records that lie in the stream: shard by shard, each in order, up to where it ends now. To go on later, ask for a shard's
   * records `after` the last that was read.
   * @throws {InvalidMessageError} when the stream's schema refuses one
   */
  list(options?: ListRecordsOptions): AsyncIterable<ListedRecord<Data>>;
  /** Ids of the shards that have records or may get some, oldest first. */
  shards(): Promise<readonly string[]>;
}

/** What every client of a stream has. */
export interface StreamHandle {
  /** Physical name, or the ARN of a stream that is not the stack's; for the raw SDK. */
  readonly streamName: string;
}

/** What a stream can be granted for. */
export type StreamMode = 'put' | 'read';

interface Clients<In, Out, Keyed extends boolean> {
  readonly put: StreamWriter<In, Keyed>;
  readonly read: StreamReader<Out>;
}

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

/** The client of a stream for what was granted, and nothing else. */
export type StreamClient<
  Mode extends StreamMode,
  In = unknown,
  Out = unknown,
  Keyed extends boolean = false,
> = StreamHandle & Intersection<Clients<In, Out, Keyed>[Mode]>;
