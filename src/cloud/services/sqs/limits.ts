/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const LIMITS = {
  /** Bytes of a message with its attributes, and of a batch; 256 KiB until August 2025. */
  messageBytes: 1_048_576,
  messageAttributes: 10,
  batchEntries: 10,
  receivedMessages: 10,
  /** Messages received and not yet deleted: a standard queue's, approximately; a FIFO queue's (quotas-queues.html, quotas-fifo.html). */
  inFlight: 120_000,
  /** Seconds. */
  waitSeconds: 20,
  delaySeconds: 900,
  visibilitySeconds: 43_200,
  /** Queues of one page of `ListQueues` (quotas-queues.html). */
  listedQueues: 1_000,
  /** Milliseconds in which a deduplication id counts, and a `ReceiveRequestAttemptId` (API_SendMessage.html, API_ReceiveMessage.html). */
  deduplicationMs: 300_000,
  /** Milliseconds before a deleted queue's name is free, and between two purges (API_DeleteQueue.html, API_PurgeQueue.html). */
  graceMs: 60_000,
  maxReceiveCount: 1_000,
  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
  movedPerSecond: 500,
  listedMoveTasks: 10,
  /** Actions of a statement that `AddPermission` makes (quotas-policies.html). */
  actionsPerStatement: 7,
  policyStatements: 20,
} as const;

/**
 * When a tenant of a standard queue is a noisy neighbour: its share of the messages in flight, and how many at least.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 */
export const NOISY = { share: 0.1, messages: 30 } as const;
