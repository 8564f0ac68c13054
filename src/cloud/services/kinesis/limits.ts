/** Hours that records are kept. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html */
export const RETENTION_HOURS = { least: 24, most: 8_760 } as const;
export const HOUR_MS = 3_600_000;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const PUT = {
  /** Records of one `PutRecords`. */
  records: 500,
  /** Data and partition keys of one `PutRecords`, in bytes: 10 MiB. */
  requestBytes: 10 * 1024 * 1024,
  /** Characters of a partition key. */
  partitionKey: 256,
} as const;

/** Data with its partition key, in KiB, as a stream may allow it. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html */
export const RECORD_KIB = { least: 1_024, most: 10_240 } as const;

/** The body of the largest `PutRecords`: 10 MiB in base64, and the rest. */
export const BODY_BYTES = 16 * 1024 * 1024;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const GET = {
  records: 10_000,
  /** Data of one answer, in bytes: 10 MB. */
  bytes: 10 * 1024 * 1024,
} as const;

/** "A shard iterator expires 5 minutes after it is returned". https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
export const ITERATOR_MS = 300_000;
/** "Tokens expire after 300 seconds". https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const TOKEN_MS = 300_000;

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const ACCOUNT = {
  /** Shards of an account in us-east-1, us-west-2 and eu-west-1; it is 20,000 in every region here. */
  shards: 20_000,
  onDemandStreams: 50,
  /** Shards of a new stream in on-demand mode. */
  onDemandShards: 4,
  consumersOfStream: 20,
  /** Most shards that `UpdateShardCount` scales to. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
  updatedShards: 10_000,
} as const;

/** Tags of a stream or consumer. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html */
export const TAGS = 50;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html */
export const SUBSCRIPTION = {
  /** How long events are pushed. */
  lifeMs: 300_000,
  /** Within this time of a successful call another one is refused; later it takes over. */
  exclusiveMs: 5_000,
  /** How often an event without records tells that the subscription lives. Not seen from AWS. */
  heartbeatMs: 5_000,
} as const;

/** What one shard takes and gives in a second. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD_SECOND = {
  writtenRecords: 1_000,
  writtenBytes: 1_048_576,
  /** Calls of `GetRecords`. */
  reads: 5,
  readBytes: 2 * 1_048_576,
} as const;

/** How long a data key serves. Kinesis asks KMS about every five minutes: https://docs.aws.amazon.com/streams/latest/dev/sse-and-sts.html */
export const DATA_KEY_MS = 300_000;
