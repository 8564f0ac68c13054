import type * as Streams from '@aws-sdk/client-dynamodb-streams';
import { AwsError } from '../../../core/aws-error.ts';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import { withCause } from '../../../core/provenance.ts';
import { constraints } from '../constraints.ts';
import { invalid, invalidParameter, resourceNotFound } from '../errors.ts';
import { ITERATOR_MS, LIST_TABLES, STREAM_MS, STREAM_RECORDS } from '../limits.ts';
import type { Context, DynamodbState } from '../state.ts';
import { tableNameOf } from '../state.ts';
import type { ChangeRecord, StreamRecord } from '../storage/index.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html#API_streams_GetRecords_Errors */
const expiredIterator = () =>
  new AwsError(
    'ExpiredIteratorException',
    'Iterator expired. The iterator was created at time that is older than 15 minutes.',
  );
const trimmedData = () =>
  new AwsError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard',
  );

const PAGE_BYTES = 1024 * 1024;

/** What a shard iterator stands for; clients hand it back as they got it. */
interface Iterator {
  readonly arn: string;
  /** Sequence number that the next record comes after. */
  readonly after: string;
  readonly at: number;
}

const writeIterator = ({ arn, after, at }: Iterator): string =>
  `${arn}|1|${Buffer.from(JSON.stringify({ after, at })).toString('base64')}`;

const readIterator = (text: string): Iterator => {
  const [arn = '', , packed = ''] = text.split('|');
  try {
    const { after, at } = JSON.parse(Buffer.from(packed, 'base64').toString('utf8')) as Iterator;
    if (typeof after === 'string' && typeof at === 'number') return { arn, after, at };
  } catch {
    // The same complaint as for one that was read and makes no sense.
  }
  throw invalid('Invalid ShardIterator');
};

const requireStream = (state: DynamodbState, arn: string): StreamRecord => {
  const stream = state.streams.get(arn);
  if (stream === undefined) throw resourceNotFound(`Stream: ${arn} not found`);
  return stream;
};

const listStreams = (
  { TableName, Limit = LIST_TABLES, ExclusiveStartStreamArn }: Streams.ListStreamsInput,
  { state }: Context,
): Streams.ListStreamsOutput => {
  constraints().between('limit', Limit, 1, LIST_TABLES).assert();
  const name = TableName === undefined ? undefined : tableNameOf(TableName);
  const all = [...state.streams.values()]
    .filter(({ tableName }) => name === undefined || tableName === name)
    .sort((a, b) => (a.arn < b.arn ? -1 : 1))
    .filter(({ arn }) => ExclusiveStartStreamArn === undefined || arn > ExclusiveStartStreamArn);
  const page = all.slice(0, Limit);
  const last = page.at(-1);
  return {
    Streams: page.map(({ arn, label, tableName }) => ({
      StreamArn: arn,
      StreamLabel: label,
      TableName: tableName,
    })),
    ...(all.length > page.length && last !== undefined ? { LastEvaluatedStreamArn: last.arn } : {}),
  };
};

const describeStream = (
  {
    StreamArn = '',
    Limit = LIST_TABLES,
    ExclusiveStartShardId,
    ShardFilter,
  }: Streams.DescribeStreamInput,
  { state }: Context,
): Streams.DescribeStreamOutput => {
  constraints().between('limit', Limit, 1, LIST_TABLES).assert();
  const stream = requireStream(state, StreamArn);
  const { closed } = stream;
  // A stream has one shard here, so none is behind another and none is another's child.
  const hidden = ExclusiveStartShardId !== undefined || ShardFilter !== undefined;
  return {
    StreamDescription: {
      StreamArn,
      StreamLabel: stream.label,
      StreamStatus: closed === undefined ? 'ENABLED' : 'DISABLED',
      StreamViewType: stream.viewType,
      CreationRequestDateTime: new Date(stream.createdAt),
      TableName: stream.tableName,
      KeySchema: [...stream.keySchema],
      Shards: hidden
        ? []
        : [
            {
              ShardId: stream.shardId,
              SequenceNumberRange: {
                StartingSequenceNumber: stream.firstSequence,
                ...(closed === undefined ? {} : { EndingSequenceNumber: closed.lastSequence }),
              },
            },
          ],
    },
  };
};

const justBefore = (sequence: string): string =>
  (BigInt(sequence) - 1n).toString().padStart(sequence.length, '0');

const getShardIterator = (
  input: Streams.GetShardIteratorInput,
  { state, clock }: Context,
): Streams.GetShardIteratorOutput => {
  const { StreamArn = '', ShardId = '', ShardIteratorType, SequenceNumber } = input;
  // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
  constraints()
    .length('shardId', ShardId, 28, 65)
    .oneOf('shardIteratorType', ShardIteratorType, [
      'TRIM_HORIZON',
      'LATEST',
      'AT_SEQUENCE_NUMBER',
      'AFTER_SEQUENCE_NUMBER',
    ])
    .assert();
  const stream = requireStream(state, StreamArn);
  if (ShardId !== stream.shardId)
    throw resourceNotFound(`Shard: ${ShardId} in Stream: ${StreamArn} not found`);
  const log = state.logOf(stream);
  const named =
    ShardIteratorType === 'AT_SEQUENCE_NUMBER' || ShardIteratorType === 'AFTER_SEQUENCE_NUMBER';
  if (named !== (SequenceNumber !== undefined))
    throw invalidParameter(
      named
        ? 'Invalid SequenceNumber'
        : 'SequenceNumber should not be passed for this iterator type',
    );
  if (SequenceNumber !== undefined && !/^\d{21,40}$/.test(SequenceNumber))
    throw invalidParameter('Invalid SequenceNumber');
  const oldest = log.first === undefined ? log.last : justBefore(log.first.sequence);
  const after =
    ShardIteratorType === 'TRIM_HORIZON'
      ? oldest
      : ShardIteratorType === 'LATEST'
        ? log.last
        : ShardIteratorType === 'AT_SEQUENCE_NUMBER'
          ? justBefore(SequenceNumber ?? '')
          : (SequenceNumber ?? '');
  if (named && (SequenceNumber ?? '') < stream.firstSequence) throw trimmedData();
  if (named && after < oldest && log.first !== undefined && hasTrimmed(stream, log.first))
    throw trimmedData();
  return { ShardIterator: writeIterator({ arn: StreamArn, after, at: clock.now() }) };
};

/** Whether records are gone from before the oldest one. */
const hasTrimmed = (stream: StreamRecord, first: ChangeRecord) =>
  first.at - stream.createdAt > STREAM_MS;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html */
const describeRecord = (
  record: ChangeRecord,
  stream: StreamRecord,
  region: string,
  eventId: string,
): Streams._Record => ({
  eventID: eventId,
  eventName: record.kind,
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: region,
  dynamodb: {
    // Whole seconds, as AWS tells them.
    ApproximateCreationDateTime: new Date(Math.floor(record.at / 1_000) * 1_000),
    Keys: record.keys as Record<string, Streams.AttributeValue>,
    ...(record.newImage === undefined
      ? {}
      : { NewImage: record.newImage as Record<string, Streams.AttributeValue> }),
    ...(record.oldImage === undefined
      ? {}
      : { OldImage: record.oldImage as Record<string, Streams.AttributeValue> }),
    SequenceNumber: record.sequence,
    SizeBytes: record.sizeBytes,
    StreamViewType: stream.viewType,
  },
  ...(record.expired === undefined
    ? {}
    : { userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' } }),
});

/** Thirty-two digits that are always the same for one record. */
const eventIdOf = (stream: StreamRecord, record: ChangeRecord): string => {
  let hash = 0xcbf29ce484222325n;
  for (const character of `${stream.arn}${record.sequence}`)
    hash = BigInt.asUintN(64, (hash ^ BigInt(character.charCodeAt(0))) * 0x100000001b3n);
  const low = BigInt.asUintN(64, hash * 0x9e3779b97f4a7c15n);
  return `${hash.toString(16).padStart(16, '0')}${low.toString(16).padStart(16, '0')}`;
};

const getRecords = (
  { ShardIterator = '', Limit = STREAM_RECORDS }: Streams.GetRecordsInput,
  context: Context,
): Streams.GetRecordsOutput => {
  const { state, clock, region } = context;
  constraints().between('limit', Limit, 1, STREAM_RECORDS).assert();
  const { arn, after, at } = readIterator(ShardIterator);
  if (clock.now() - at > ITERATOR_MS) throw expiredIterator();
  const stream = requireStream(state, arn);
  const log = state.logOf(stream);
  let bytes = 0;
  const page: ChangeRecord[] = [];
  for (const record of log.after(after, Limit)) {
    if (page.length > 0 && bytes + record.sizeBytes > PAGE_BYTES) break;
    bytes += record.sizeBytes;
    page.push(record);
  }
  const last = page.at(-1)?.sequence ?? after;
  const ended = stream.closed !== undefined && last >= stream.closed.lastSequence;
  if (page.length > 0)
    context.annotate({ items: page.length, causes: page.flatMap(({ cause }) => cause ?? []) });
  return {
    Records: page.map((record) =>
      withCause(describeRecord(record, stream, region, eventIdOf(stream, record)), record.cause),
    ),
    ...(ended ? {} : { NextShardIterator: writeIterator({ arn, after: last, at: clock.now() }) }),
  };
};

const streamNeed =
  (action: string) =>
  ({ StreamArn = '*' }: { readonly StreamArn?: string | undefined }) => ({
    action,
    resource: StreamArn,
  });

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
export const streamOperations: OperationTable<DynamodbState> = {
  ListStreams: operation<DynamodbState, Streams.ListStreamsInput, Streams.ListStreamsOutput>({
    needs: () => ({ action: 'dynamodb:ListStreams', resource: '*' }),
    handle: listStreams,
  }),
  DescribeStream: operation<
    DynamodbState,
    Streams.DescribeStreamInput,
    Streams.DescribeStreamOutput
  >({
    needs: streamNeed('dynamodb:DescribeStream'),
    handle: describeStream,
  }),
  GetShardIterator: operation<
    DynamodbState,
    Streams.GetShardIteratorInput,
    Streams.GetShardIteratorOutput
  >({
    needs: streamNeed('dynamodb:GetShardIterator'),
    handle: getShardIterator,
  }),
  GetRecords: operation<DynamodbState, Streams.GetRecordsInput, Streams.GetRecordsOutput>({
    needs: ({ ShardIterator = '' }) => ({
      action: 'dynamodb:GetRecords',
      resource: ShardIterator.split('|', 1)[0] ?? '*',
    }),
    handle: getRecords,
  }),
};
