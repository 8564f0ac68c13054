import type * as Streams from '@aws-sdk/client-dynamodb-streams';
import { causeOf, withCause } from '../../../core/provenance.ts';
import type { StreamFacts, StreamRecord, StreamSource } from './stream-source.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html: 24 hours */
const RETENTION_MS = 24 * 3_600_000;

/** Bytes are base64 in a function's event. */
const printable = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, printable(inner)]),
  );
};

/** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb */
const recordOf = (record: Streams._Record, { arn, region }: StreamFacts): StreamRecord => {
  const { dynamodb = {} } = record;
  const arrivedAt = dynamodb.ApproximateCreationDateTime?.getTime() ?? 0;
  const event = {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion,
    eventSource: record.eventSource ?? 'aws:dynamodb',
    awsRegion: record.awsRegion ?? region,
    dynamodb: {
      ...(printable(dynamodb) as object),
      // Seconds, as every record that AWS shows has them.
      ApproximateCreationDateTime: Math.floor(arrivedAt / 1000),
    },
    ...(record.userIdentity === undefined
      ? {}
      : {
          userIdentity: {
            type: record.userIdentity.Type,
            principalId: record.userIdentity.PrincipalId,
          },
        }),
    eventSourceARN: arn,
  };
  const read: StreamRecord = {
    sequenceNumber: dynamodb.SequenceNumber ?? '',
    // "Records of one item": what a partition key is to Kinesis, the item's own keys are to a table.
    partitionKey: JSON.stringify(printable(dynamodb.Keys ?? {})),
    arrivedAt,
    view: event,
    event,
  };
  return withCause(read, causeOf(record));
};

/** The stream of a table. */
export const dynamodbSource = (facts: StreamFacts): StreamSource => {
  const source: StreamSource = {
    service: 'dynamodb-streams',
    retentionMs: () => Promise.resolve(RETENTION_MS),
    shards: async (call) => {
      const found: Streams.Shard[] = [];
      let last: string | undefined;
      do {
        const { StreamDescription } = (await call('DescribeStream', {
          StreamArn: facts.arn,
          ...(last === undefined ? {} : { ExclusiveStartShardId: last }),
        })) as Streams.DescribeStreamOutput;
        found.push(...(StreamDescription?.Shards ?? []));
        last = StreamDescription?.LastEvaluatedShardId;
      } while (last !== undefined);
      return found.map(({ ShardId = '', ParentShardId }) => ({
        id: ShardId,
        parents: ParentShardId === undefined ? [] : [ParentShardId],
      }));
    },
    iterator: async (call, shardId, position) => {
      const { ShardIterator = '' } = (await call('GetShardIterator', {
        StreamArn: facts.arn,
        ShardId: shardId,
        ShardIteratorType: position.kind,
        ...(position.kind === 'AFTER_SEQUENCE_NUMBER'
          ? { SequenceNumber: position.sequenceNumber }
          : {}),
      })) as Streams.GetShardIteratorOutput;
      return ShardIterator;
    },
    read: async (call, _shardId, iterator) => {
      const page = (await call('GetRecords', {
        ShardIterator: iterator,
      })) as Streams.GetRecordsOutput;
      return {
        records: (page.Records ?? []).map((record) => recordOf(record, facts)),
        next: page.NextShardIterator,
      };
    },
    // There is no way to ask for a time: the iterator is kept, and the time for when it has expired.
    end: async (call, shardId, nowMs) => ({
      kind: 'ITERATOR',
      iterator: await source.iterator(call, shardId, { kind: 'LATEST' }),
      since: nowMs,
    }),
    batchInfo: 'DDBStreamBatchInfo',
    printTime: (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`,
  };
  return source;
};
