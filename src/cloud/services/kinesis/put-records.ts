import type * as Kinesis from '@aws-sdk/client-kinesis';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, present, hashKeyed, sequenced, sized } from './constraints.ts';
import { dataKeyFor } from './data-keys.ts';
import { failNowAndThen } from './disorder.ts';
import { dryRun, invalidArgument, rateExceeded } from './errors.ts';
import { fromDecimal, hashOf } from './hash-key.ts';
import { PUT, RECORD_KIB } from './limits.ts';
import { note } from './metrics.ts';
import { requireStream, streamNeed } from './names.ts';
import { readSequence } from './sequence.ts';
import type { KinesisState, Stream } from './state.ts';

type Context = OperationContext<KinesisState>;

interface Given {
  readonly data: Uint8Array;
  readonly partitionKey: string;
  /** Hash key. */
  readonly hash: string;
  readonly bytes: number;
}

const readRecord = (
  entry: Pick<Kinesis.PutRecordsRequestEntry, 'Data' | 'PartitionKey' | 'ExplicitHashKey'>,
): Given => {
  const { Data: data = new Uint8Array(), PartitionKey: partitionKey = '', ExplicitHashKey } = entry;
  const hash = ExplicitHashKey === undefined ? hashOf(partitionKey) : fromDecimal(ExplicitHashKey);
  if (hash === undefined)
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${ExplicitHashKey}`,
    );
  return { data, partitionKey, hash, bytes: data.byteLength + Buffer.byteLength(partitionKey) };
};

/** The texts of what follows have not been seen from AWS since streams have a size of their own. */
const checkSize = ({ bytes }: Given, { maxRecordKib, name }: Stream) => {
  if (bytes > maxRecordKib * 1024)
    throw invalidArgument(
      `The record has ${bytes} bytes of data and partition key; the stream ${name} takes ${maxRecordKib * 1024}. UpdateMaxRecordSize raises that up to ${RECORD_KIB.most} KiB.`,
    );
};

const constraintsOf = (
  entry: Pick<Kinesis.PutRecordsRequestEntry, 'Data' | 'PartitionKey' | 'ExplicitHashKey'>,
  path: string,
) =>
  [
    // "If the stream uses the USER_PARTITION_KEY record distribution strategy, a partition key is required": API_PutRecord.html
    present(`${path}partitionKey`, entry.PartitionKey),
    sized(`${path}partitionKey`, entry.PartitionKey, [1, PUT.partitionKey]),
    hashKeyed(`${path}explicitHashKey`, entry.ExplicitHashKey),
    sized(`${path}data`, entry.Data, [0, RECORD_KIB.most * 1024]),
  ] as const;

/** Puts one record into the shard that takes its hash key. @throws {ProvisionedThroughputExceededException} */
const append = (stream: Stream, given: Given, dataKey: string | undefined, context: Context) => {
  const { state, clock, accountId } = context;
  const now = clock.now();
  const log = state.shardFor(stream.name, given.hash);
  if (log === undefined)
    throw new AwsError('InternalFailureException', `Stream ${stream.name} has no open shard.`, {
      status: 500,
    });
  if (!state.throughput.takes(log, given.bytes, now))
    throw rateExceeded(log.id, stream.name, accountId);
  const { sequence } = log.append({
    partitionKey: given.partitionKey,
    data: given.data,
    arrivedAt: now,
    cause: context.callId,
    ...(dataKey === undefined ? {} : { dataKey }),
  });
  return { ShardId: log.id, SequenceNumber: sequence };
};

/** What one put came to. */
const notePut = (
  context: Context,
  stream: Stream,
  { records, bytes, failed }: Readonly<Record<'records' | 'bytes' | 'failed', number>>,
) =>
  note(context, stream, {
    ...(records === 0 ? {} : { IncomingRecords: records, IncomingBytes: bytes }),
    WriteProvisionedThroughputExceeded: failed,
  });

/** The one record of a `PutRecord`. @throws {ProvisionedThroughputExceededException} */
const appendOne = (stream: Stream, given: Given, dataKey: string | undefined, context: Context) => {
  try {
    const put = append(stream, given, dataKey, context);
    notePut(context, stream, { records: 1, bytes: given.data.byteLength, failed: 0 });
    return put;
  } catch (error) {
    notePut(context, stream, { records: 0, bytes: 0, failed: 1 });
    throw error;
  }
};

const encryptionOf = ({ keyId }: Stream) =>
  keyId === undefined ? {} : ({ EncryptionType: 'KMS' } as const);

/** Operations that write. */
export const putOperations: OperationTable<KinesisState> = {
  PutRecord: operation<KinesisState, Kinesis.PutRecordInput, Kinesis.PutRecordOutput>({
    needs: streamNeed('PutRecord'),
    handle: async (input, context) => {
      check(
        ...constraintsOf(input, ''),
        sequenced('sequenceNumberForOrdering', input.SequenceNumberForOrdering),
      );
      const stream = requireStream(input, context);
      const given = readRecord(input);
      checkSize(given, stream);
      const { SequenceNumberForOrdering: after } = input;
      // Sequence numbers grow anyway: what a client asks for with it holds by itself.
      if (after !== undefined && readSequence(after) === undefined)
        throw invalidArgument(
          `ExclusiveMinimumSequenceNumber ${after} used in PutRecord on stream ${stream.name} under account ${context.accountId} is invalid.`,
        );
      if (input.DryRun === true) throw dryRun();
      const dataKey = stream.keyId === undefined ? undefined : await dataKeyFor(stream, context);
      const put = appendOne(stream, given, dataKey, context);
      context.arrivals.announce(stream.arn);
      return { ...put, ...encryptionOf(stream) };
    },
  }),
  PutRecords: operation<KinesisState, Kinesis.PutRecordsInput, Kinesis.PutRecordsOutput>({
    needs: streamNeed('PutRecords'),
    handle: async (input, context) => {
      const { Records: entries = [] } = input;
      check(
        sized('records', entries, [1, PUT.records]),
        ...entries.flatMap((entry, at) => constraintsOf(entry, `records.${at + 1}.member.`)),
      );
      const stream = requireStream(input, context);
      const records = entries.map(readRecord);
      let bytes = 0;
      for (const given of records) {
        checkSize(given, stream);
        bytes += given.bytes;
      }
      if (bytes > PUT.requestBytes)
        throw invalidArgument(
          `Records size exceeds ${PUT.requestBytes / 1024 / 1024} MB limit: they have ${bytes} bytes with their partition keys.`,
        );
      if (input.DryRun === true) throw dryRun();
      const dataKey = stream.keyId === undefined ? undefined : await dataKeyFor(stream, context);
      let [failed, bytesIn] = [0, 0];
      const answers = records.map((given): Kinesis.PutRecordsResultEntry => {
        try {
          failNowAndThen(context, stream, context.state.shardFor(stream.name, given.hash)?.id);
          const put = append(stream, given, dataKey, context);
          bytesIn += given.data.byteLength;
          return put;
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          failed += 1;
          return { ErrorCode: error.code, ErrorMessage: error.message };
        }
      });
      context.annotate({ items: records.length - failed });
      notePut(context, stream, { records: records.length - failed, bytes: bytesIn, failed });
      if (failed < records.length) context.arrivals.announce(stream.arn);
      return { FailedRecordCount: failed, Records: answers, ...encryptionOf(stream) };
    },
  }),
};
