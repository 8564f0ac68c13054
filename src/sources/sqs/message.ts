/** A message as Lambda hands it over. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export interface SqsRecord {
  /** Id of the message. */
  readonly messageId: string;
  /** What this receipt is known by. */
  readonly receiptHandle: string;
  /** The text as it was sent. */
  readonly body: string;
  /** What SQS says of it, in text: `SentTimestamp`, `ApproximateReceiveCount`, `MessageGroupId` … */
  readonly attributes: Readonly<Record<string, string>>;
  /** What its sender says of it. */
  readonly messageAttributes: Readonly<
    Record<
      string,
      {
        readonly dataType: string;
        readonly stringValue?: string;
        readonly binaryValue?: string;
      }
    >
  >;
  /** `aws:sqs` */
  readonly eventSource: string;
  /** ARN of the queue. */
  readonly eventSourceARN: string;
  /** `us-east-1` */
  readonly awsRegion: string;
}

/** A batch of messages as Lambda hands it over. */
export interface SqsEvent {
  /** One or more messages. */
  readonly Records: readonly SqsRecord[];
}

/** What a function may answer to a batch: the messages that are to come back. Without an answer all are handled. */
export interface SqsBatchAnswer {
  /** Ids of those messages. */
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A message, read. */
export interface QueueMessage<Body> {
  /** Id of the message. */
  readonly messageId: string;
  /** The message: of a source with a schema JSON, checked and as that makes it, else text. */
  readonly body: Body;
  /** What its sender says of it. */
  readonly attributes: Readonly<Record<string, string | number | Uint8Array>>;
  /** When it was sent. */
  readonly sentAt: Date;
  /** How many times it was received, this time included. */
  readonly receiveCount: number;
  /** Its group, in a FIFO queue. */
  readonly messageGroupId: string | undefined;
  /** As Lambda handed it over. */
  readonly record: SqsRecord;
}

/** A batch of messages, read. Those that the schema refused are not in it: they have failed. */
export interface QueueBatch<Body> {
  /** The messages, in the order in which they came. */
  readonly messages: readonly QueueMessage<Body>[];
  /** Says that a message failed: it comes back, the others do not. */
  fail(message: QueueMessage<Body>, error?: unknown): void;
}
