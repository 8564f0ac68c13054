import type * as Kinesis from '@aws-sdk/client-kinesis';
import { causeOf, withCause } from '../../../core/provenance.ts';
import type { StreamFacts, StreamPage, StreamRecord, StreamSource } from './stream-source.ts';

export const HOUR_MS = 3_600_000;

/** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#kinesis-example-event */
export const recordOf = (
  record: Kinesis._Record,
  shardId: string,
  { arn, region, role }: StreamFacts,
): StreamRecord => {
  const bytes = Buffer.from(record.Data ?? []);
  const sequenceNumber = record.SequenceNumber ?? '';
  const partitionKey = record.PartitionKey ?? '';
  const arrivedAt = record.ApproximateArrivalTimestamp?.getTime() ?? 0;
  const kinesis = {
    kinesisSchemaVersion: '1.0',
    partitionKey,
    sequenceNumber,
    data: bytes.toString('base64'),
    approximateArrivalTimestamp: arrivedAt / 1000,
  };
  const read: StreamRecord = {
    sequenceNumber,
    partitionKey,
    arrivedAt,
    view: kinesis,
    data: bytes.toString('utf8'),
    event: {
      kinesis,
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: role(),
      awsRegion: region,
      eventSourceARN: arn,
    },
  };
  return withCause(read, causeOf(record));
};

/** Everything from now on, without what was written in this very millisecond before. */
export const endByReading =
  (source: Pick<StreamSource, 'iterator' | 'read'>): StreamSource['end'] =>
  async (call, shardId, nowMs) => {
    let last: string | undefined;
    let next: string | undefined = await source.iterator(call, shardId, {
      kind: 'AT_TIMESTAMP',
      at: nowMs,
    });
    while (next !== undefined) {
      const page: StreamPage = await source.read(call, shardId, next);
      last = page.records.at(-1)?.sequenceNumber ?? last;
      next = page.records.length === 0 ? undefined : page.next;
    }
    return last === undefined
      ? { kind: 'AT_TIMESTAMP', at: nowMs }
      : { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last };
  };

/** A stream of Kinesis, read with shared throughput. */
export const kinesisSource = (facts: StreamFacts): StreamSource => {
  const source: StreamSource = {
    service: 'kinesis',
    retentionMs: async (call) => {
      const { StreamDescription } = (await call('DescribeStream', {
        StreamARN: facts.arn,
        Limit: 1,
      })) as Kinesis.DescribeStreamOutput;
      return (StreamDescription?.RetentionPeriodHours ?? 24) * HOUR_MS;
    },
    shards: async (call) => {
      const found: Kinesis.Shard[] = [];
      let token: string | undefined;
      do {
        const page = (await call(
          'ListShards',
          token === undefined ? { StreamARN: facts.arn } : { NextToken: token },
        )) as Kinesis.ListShardsOutput;
        found.push(...(page.Shards ?? []));
        token = page.NextToken;
      } while (token !== undefined);
      return found.map(({ ShardId = '', ParentShardId, AdjacentParentShardId }) => ({
        id: ShardId,
        parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
      }));
    },
    iterator: async (call, shardId, position) => {
      const { ShardIterator = '' } = (await call('GetShardIterator', {
        StreamARN: facts.arn,
        ShardId: shardId,
        ShardIteratorType: position.kind,
        ...(position.kind === 'AT_TIMESTAMP' ? { Timestamp: new Date(position.at) } : {}),
        ...(position.kind === 'AFTER_SEQUENCE_NUMBER'
          ? { StartingSequenceNumber: position.sequenceNumber }
          : {}),
      })) as Kinesis.GetShardIteratorOutput;
      return ShardIterator;
    },
    read: async (call, shardId, iterator) => {
      const page = (await call('GetRecords', {
        StreamARN: facts.arn,
        ShardIterator: iterator,
      })) as Kinesis.GetRecordsOutput;
      return {
        records: (page.Records ?? []).map((record) => recordOf(record, shardId, facts)),
        next: page.NextShardIterator,
      };
    },
    end: (...given) => endByReading(source)(...given),
    batchInfo: 'KinesisBatchInfo',
    printTime: (ms) => new Date(ms).toISOString(),
  };
  return source;
};
