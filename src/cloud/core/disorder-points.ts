/**
 * What AWS may do out of order, with the page that says so, and how often it is done here where a seed is in the mood for it:
 * a share of the occasions, 0 to 1. What AWS never does stands nowhere: order in a FIFO group and in a shard is kept, nothing is lost,
 * conditions and transactions hold.
 */
export const DISORDER_POINTS = {
  /** A message of a standard queue is handed out twice. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html */
  'sqs.duplicate': 0.15,
  /** A deletion does not reach every copy, and the message comes back. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html */
  'sqs.undeleted': 0.1,
  /** A standard queue gives out another message than the oldest. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues.html */
  'sqs.order': 0.25,
  /** A receive brings fewer messages than there are; a short poll of a standard queue, none. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html */
  'sqs.fewer': 0.25,
  /** Some entries of a batch fail. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
  'sqs.partial': 0.1,
  /** A standard topic delivers a message twice. https://aws.amazon.com/sns/features/ */
  'sns.duplicate': 0.15,
  /** A standard topic delivers a message after later ones. https://aws.amazon.com/sns/features/ */
  'sns.order': 0.25,
  /** Some entries of a batch fail. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
  'sns.partial': 0.1,
  /** A bucket tells of an object twice. https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html */
  's3.duplicate': 0.15,
  /** A bucket tells of an object after it has told of later ones. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
  's3.order': 0.25,
  /** A list of objects has fewer keys than were asked for, and goes on. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
  's3.fewer': 0.25,
  /** A rule sends an event to its target twice. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html */
  'eventbridge.duplicate': 0.15,
  /** A rule sends an event after later ones: buses promise no order. https://repost.aws/questions/QUDxAa0fS4TNus4mLxZpUjEw/aws-event-bridge */
  'eventbridge.order': 0.25,
  /** A bus does not take some events of a call. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
  'eventbridge.partial': 0.1,
  /** A schedule invokes its target twice. https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html */
  'scheduler.duplicate': 0.15,
  /** Of schedules that are due at one time, one comes after the others: they run within a minute. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
  'scheduler.order': 0.25,
  /** A function gets an asynchronous event twice. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
  'lambda.duplicate': 0.15,
  /** A function gets an asynchronous event after later ones. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html */
  'lambda.order': 0.25,
  /** An invocation goes to a new environment though a warm one is free. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
  'lambda.cold-start': 0.2,
  /** A mapping hands a batch over again that was handled. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
  'lambda.batch-again': 0.15,
  /** Of batches that may run at one time, one comes after the others. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
  'lambda.batch-order': 0.25,
  /** A batch of a stream is smaller than it might be. https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html */
  'lambda.batch-smaller': 0.25,
  /** A read that need not be consistent sees a table as it was. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html */
  'dynamodb.stale': 0.25,
  /** A batch is done in part. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
  'dynamodb.unprocessed': 0.25,
  /** Some records of a put fail. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
  'kinesis.partial': 0.1,
  /** A reading brings no records though there are some. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
  'kinesis.empty': 0.2,
  /** A change of a policy holds later. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency */
  'iam.delay': 0.5,
  /** A call is refused for want of room: the first or second attempt of an SDK, so that its third comes through. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
  throttle: 0.04,
} as const;

/** Something that AWS may do out of order. */
export type DisorderPoint = keyof typeof DISORDER_POINTS;
