import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { ShardIteratorType } from '@aws-sdk/client-kinesis';
import type { ClientBinding } from '../../spec/grant.ts';
import type {
  ListedRecord,
  ListRecordsOptions,
  PutRecordEntry,
  PutRecordOptions,
  RecordPlace,
} from '../../spec/stream-client.ts';
import { readData, writeData } from '../record-data.ts';
import type { SendFailure } from '../send-error.ts';
import { SendError } from '../send-error.ts';
import { batchesOf } from './batches-of.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const kinesis = sharedClient((settings) => new KinesisClient(settings));

/** Records and bytes, keys among them, of one request. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const MOST = { entries: 500, bytes: 10 * 1024 * 1024 };

/** Pauses before what was refused is tried again: a shard's throughput is that of a second. */
const PAUSES_MS: readonly number[] = [250, 1_000];

interface Input {
  readonly Data: Uint8Array;
  readonly PartitionKey: string | undefined;
  readonly ExplicitHashKey: string | undefined;
}

const sizeOf = ({ Data, PartitionKey = '' }: Input): number =>
  Data.byteLength + Buffer.byteLength(PartitionKey);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const nameIn = (stream: string) =>
  stream.startsWith('arn:') ? { StreamARN: stream } : { StreamName: stream };

/** How the reading of a shard begins. */
const beginningOf = ({
  after,
  since,
}: ListRecordsOptions): {
  readonly ShardIteratorType: ShardIteratorType;
  readonly StartingSequenceNumber?: string;
  readonly Timestamp?: Date;
} => {
  if (after !== undefined)
    return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after };
  if (since !== undefined) return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: since };
  return { ShardIteratorType: 'TRIM_HORIZON' };
};

/** The client of one stream. What was not granted is refused by the types and by IAM alike. */
export const make = (
  stream: string,
  { resource, schema, partitionKey }: ClientBinding,
  settings: ClientSettings,
) => {
  const client = () => kinesis(settings);
  const named = nameIn(stream);
  const inputOf = async (data: unknown, options: PutRecordOptions = {}): Promise<Input> => ({
    Data: await writeData(schema, data, `a record for ${resource}`),
    PartitionKey: options.partitionKey ?? partitionKey?.(data as never),
    ExplicitHashKey: options.explicitHashKey,
  });

  /** One request, and what is left of it again. Answers with what was refused to the end. */
  const putBatch = async (
    from: number,
    batch: readonly Input[],
    places: RecordPlace[],
  ): Promise<readonly SendFailure[]> => {
    let left = batch.map((input, at) => ({ input, index: from + at }));
    let failures: readonly SendFailure[] = [];
    for (const wait of [0, ...PAUSES_MS]) {
      if (wait > 0) await pause(wait);
      const { Records = [] } = await client().send(
        new PutRecordsCommand({ ...named, Records: left.map(({ input }) => input) }),
      );
      const refused = new Map<number, SendFailure>();
      for (const [at, { index }] of left.entries()) {
        const { ShardId = '', SequenceNumber, ErrorCode: code, ErrorMessage } = Records[at] ?? {};
        if (SequenceNumber === undefined)
          refused.set(index, { index, code: code ?? '', message: ErrorMessage ?? '' });
        else places[index] = { shardId: ShardId, sequenceNumber: SequenceNumber };
      }
      failures = [...refused.values()];
      left = left.filter(({ index }) => refused.has(index));
      if (left.length === 0) break;
    }
    return failures;
  };

  const shards = async (): Promise<readonly string[]> => {
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const { Shards = [], NextToken } = await client().send(
        new ListShardsCommand(token === undefined ? named : { NextToken: token }),
      );
      for (const { ShardId = '' } of Shards) ids.push(ShardId);
      token = NextToken;
    } while (token !== undefined);
    return ids;
  };

  async function* recordsOf(
    shardId: string,
    options: ListRecordsOptions,
  ): AsyncGenerator<ListedRecord<unknown>> {
    const { ShardIterator } = await client().send(
      new GetShardIteratorCommand({ ...named, ShardId: shardId, ...beginningOf(options) }),
    );
    let iterator = ShardIterator;
    while (iterator !== undefined) {
      const page = await client().send(new GetRecordsCommand({ ShardIterator: iterator }));
      for (const record of page.Records ?? []) {
        const { Data = new Uint8Array(), SequenceNumber = '', PartitionKey = '' } = record;
        yield {
          data: await readData(schema, Data, `record ${SequenceNumber} of ${resource}`),
          partitionKey: PartitionKey,
          shardId,
          sequenceNumber: SequenceNumber,
          approximateArrivalAt: record.ApproximateArrivalTimestamp ?? new Date(Number.NaN),
        };
      }
      // A page may be empty before the end: only this says that there is nothing more now.
      iterator = page.MillisBehindLatest === 0 ? undefined : page.NextShardIterator;
    }
  }

  return {
    put: async (data: unknown, options?: PutRecordOptions): Promise<RecordPlace> => {
      const { ShardId = '', SequenceNumber = '' } = await client().send(
        new PutRecordCommand({ ...named, ...(await inputOf(data, options)) }),
      );
      return { shardId: ShardId, sequenceNumber: SequenceNumber };
    },
    putAll: async (
      entries: readonly PutRecordEntry<unknown, true>[],
    ): Promise<readonly RecordPlace[]> => {
      const inputs: Input[] = [];
      for (const { data, ...options } of entries) inputs.push(await inputOf(data, options));
      const places: RecordPlace[] = [];
      for (const { from, items } of batchesOf(inputs, sizeOf, MOST)) {
        const failures = await putBatch(from, items, places);
        if (failures.length === 0) continue;
        // What comes later would overtake records of its own key.
        const unsent = inputs.slice(from + items.length).map((_input, at) => ({
          index: from + items.length + at,
          code: 'NotSent',
          message: 'It was to follow records that were refused',
        }));
        throw new SendError(resource, entries.length, [...failures, ...unsent]);
      }
      return places;
    },
    shards,
    list: async function* (
      options: ListRecordsOptions = {},
    ): AsyncGenerator<ListedRecord<unknown>> {
      const ids = options.shardId === undefined ? await shards() : [options.shardId];
      for (const id of ids) yield* recordsOf(id, options);
    },
  };
};
