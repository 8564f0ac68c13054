import type * as Kinesis from '@aws-sdk/client-kinesis';
import { toDecimal } from './hash-key.ts';
import type { ShardLog } from './shard-log.ts';
import { shardId } from './shard-log.ts';
import type { Consumer, KinesisState, Stream } from './state.ts';

export const describeShard = ({ id, shard, startingSequence }: ShardLog): Kinesis.Shard => ({
  ShardId: id,
  ...(shard.parent === undefined ? {} : { ParentShardId: shardId(shard.parent) }),
  ...(shard.adjacentParent === undefined
    ? {}
    : { AdjacentParentShardId: shardId(shard.adjacentParent) }),
  HashKeyRange: {
    StartingHashKey: toDecimal(shard.startHash),
    EndingHashKey: toDecimal(shard.endHash),
  },
  SequenceNumberRange: {
    StartingSequenceNumber: startingSequence,
    ...(shard.endingSequence === undefined ? {} : { EndingSequenceNumber: shard.endingSequence }),
  },
});

/** What DescribeStream and DescribeStreamSummary tell alike; the form as recorded from AWS by LocalStack's snapshot tests. */
const describeBoth = (stream: Stream) => ({
  StreamName: stream.name,
  StreamARN: stream.arn,
  StreamStatus: 'ACTIVE' as const,
  StreamModeDetails: { StreamMode: stream.mode },
  RetentionPeriodHours: stream.retentionHours,
  StreamCreationTimestamp: new Date(stream.createdAt),
  EnhancedMonitoring: [{ ShardLevelMetrics: [...stream.metrics] as Kinesis.MetricsName[] }],
  EncryptionType: stream.keyId === undefined ? ('NONE' as const) : ('KMS' as const),
  ...(stream.keyId === undefined ? {} : { KeyId: stream.keyId }),
});

export const describeStream = (
  stream: Stream,
  shards: readonly ShardLog[],
  more: boolean,
): Kinesis.StreamDescription => ({
  ...describeBoth(stream),
  Shards: shards.map(describeShard),
  HasMoreShards: more,
});

export const summarise = (
  stream: Stream,
  state: KinesisState,
): Kinesis.StreamDescriptionSummary => ({
  ...describeBoth(stream),
  OpenShardCount: state.openShards(stream.name).length,
  ConsumerCount: state.consumersOf(stream.arn).length,
  MaxRecordSizeInKiB: stream.maxRecordKib,
});

export const listedStream = (stream: Stream): Kinesis.StreamSummary => ({
  StreamName: stream.name,
  StreamARN: stream.arn,
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: stream.mode },
  StreamCreationTimestamp: new Date(stream.createdAt),
});

export const describeConsumer = (consumer: Consumer): Kinesis.Consumer => ({
  ConsumerName: consumer.name,
  ConsumerARN: consumer.arn,
  ConsumerStatus: 'ACTIVE',
  ConsumerCreationTimestamp: new Date(consumer.createdAt),
});
