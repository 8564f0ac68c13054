/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html unless said otherwise. */
export const MAPPING_LIMITS = {
  batchSize: { min: 1, max: 10_000 },
  fifoBatchSize: 10,
  defaultBatchSize: { sqs: 10, kinesis: 100, dynamodb: 100 },
  windowSeconds: { min: 0, max: 300 },
  /** A larger batch of a queue needs a window. */
  batchWithoutWindow: 10,
  concurrency: { min: 2, max: 1000 },
  parallelization: { min: 1, max: 10 },
  ageSeconds: { min: -1, max: 604_800, leastIfSet: 60 },
  retries: { min: -1, max: 10_000 },
  tumblingSeconds: { min: 0, max: 900 },
  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html: 5, up to 10 on request. */
  filters: 10,
  /** https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html: what may be asked for, and what one answer holds */
  maxItems: 10_000,
  listed: 100,
} as const;

/** How sources are asked. */
export const POLLING = {
  /** Batches of a queue at one time where the mapping sets no limit: what AWS starts with. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  concurrency: 5,
  /** Most that SQS hands over at once. */
  received: 10,
  /** Pause before a source is asked again that could not be asked; not AWS's own number. */
  faultMs: 60_000,
  /** Pause after the first failure of a batch of a stream, doubled with each more up to the second; not AWS's own numbers. */
  retryMs: { first: 1_000, most: 60_000 },
  /** A session of the function's role is used for so long. */
  sessionMs: 3_600_000,
  /** State of a tumbling window, bytes. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html */
  stateBytes: 1024 * 1024,
  /** Most records of one read: the least of what Kinesis (10,000) and DynamoDB streams (1,000) allow. */
  read: 1000,
} as const;
