/** A value of a message attribute. Exactly one of the two is there. */
export interface AttributeValue {
  readonly type: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

/** A message in a queue. Times are milliseconds since the epoch. */
export interface Message {
  /** Its place in the queue; grows with every message of the region. */
  readonly order: number;
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly traceHeader?: string;
  readonly senderId: string;
  readonly sentAt: number;
  /** What its age is counted from. */
  readonly enqueuedAt: number;
  readonly groupId?: string;
  readonly deduplicationId?: string;
  /** FIFO queues only. */
  readonly sequence?: string;
  /** How often it was received, in all queues that it was in. */
  readonly receives: number;
  /** The same, since it came into this queue. */
  readonly receivesHere: number;
  readonly firstReceivedAt?: number;
  /** Out of sight before that. */
  readonly visibleAt: number;
  /** Which receive the valid receipt handle is of; undefined before the first. */
  readonly receipt?: number;
  readonly receivedAt?: number;
  /** The queue whose dead letter it is. */
  readonly sourceArn?: string;
  /** Encrypted key of a queue under KMS: who receives the message must be able to decrypt it. */
  readonly dataKey?: Uint8Array;
  /** Journal id of the call that sent it, or of the move that brought it here. */
  readonly cause?: number;
}

const PREFIX = 'AQEB';

/** A receipt handle names the message and the receive that it is of. */
export const receiptHandle = (key: string, receipt: number): string =>
  PREFIX + Buffer.from(`${key} ${receipt}`).toString('base64');

/** What a handle names, or undefined when it is none of this queue's. */
export const readReceiptHandle = (
  handle: string,
  queueId: string,
): { readonly key: string; readonly receipt: number } | undefined => {
  if (!handle.startsWith(PREFIX)) return undefined;
  const text = Buffer.from(handle.slice(PREFIX.length), 'base64').toString('latin1');
  const [, key = '', receipt = ''] = /^([0-9a-f]+\/[0-9a-z]+) (\d+)$/.exec(text) ?? [];
  return key.startsWith(`${queueId}/`) ? { key, receipt: Number(receipt) } : undefined;
};
