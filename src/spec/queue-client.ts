/** How a message is sent. */
export interface SendOptions {
  /** Seconds until it can be received, 0 to 900. Not for FIFO queues. @defaultValue the queue's */
  readonly delaySeconds?: number;
  /** Attributes beside the body, up to ten. */
  readonly attributes?: Readonly<Record<string, string | number | Uint8Array>>;
  /** Of a FIFO queue: messages of one group are handled in their order, one after the other. */
  readonly messageGroupId?: string;
  /** Of a FIFO queue: within five minutes the same id is the same message. @defaultValue the body's hash, if the queue is made so */
  readonly messageDeduplicationId?: string;
}

/** A message and how it is sent. */
export interface SendEntry<Body> extends SendOptions {
  /** The message itself. */
  readonly body: Body;
}

/** Sends to a queue. */
export interface QueueSender<Body> {
  /**
   * Sends one message, up to 1 MiB, and answers with its id.
   * @throws {InvalidMessageError} when the queue's schema refuses it
   */
  send(body: Body, options?: SendOptions): Promise<string>;
  /**
   * Sends messages in as few requests as they take, and answers with their ids, in their order.
   * @throws {InvalidMessageError} when the queue's schema refuses one; then none is sent
   * @throws {SendError} when SQS did not take some of them
   */
  sendAll(entries: readonly SendEntry<Body>[]): Promise<readonly string[]>;
}

/** A message that was received and must be deleted once it is handled. */
export interface ReceivedMessage<Body> {
  /** Id of the message. */
  readonly messageId: string;
  /** The message itself; of a queue with a schema as that makes it. */
  readonly body: Body;
  /** How many times it was received, this time included. */
  readonly receiveCount: number;
  /** Takes it off the queue. */
  delete(): Promise<void>;
  /** Hides it for so many seconds from now; 0 puts it back. */
  changeVisibility(seconds: number): Promise<void>;
}

/** How messages are received. */
export interface ReceiveOptions {
  /** Messages at most, 1 to 10. @defaultValue 10 */
  readonly max?: number;
  /** Seconds to wait for the first, 0 to 20. @defaultValue the queue's */
  readonly waitTimeSeconds?: number;
  /** Seconds until they come back unless they are deleted. @defaultValue the queue's */
  readonly visibilityTimeout?: number;
}

/** Receives from a queue that no function is started by. */
export interface QueueReceiver<Body> {
  /** Receives messages; each must be deleted. @throws {InvalidMessageError} when the queue's schema refuses one; it comes back */
  receive(options?: ReceiveOptions): Promise<readonly ReceivedMessage<Body>[]>;
}

/** Empties a queue. */
export interface QueuePurger {
  /** Deletes every message; once in 60 seconds. */
  purge(): Promise<void>;
}

/** How many messages a queue holds, about. */
export interface QueueDepth {
  /** Messages that can be received. */
  readonly visible: number;
  /** Messages that were received, and are neither deleted nor back. */
  readonly inFlight: number;
  /** Messages that cannot be received yet. */
  readonly delayed: number;
}

/** Looks at a queue. */
export interface QueueInspector {
  /** How many messages it holds. */
  depth(): Promise<QueueDepth>;
}

/** Moves messages of a dead-letter queue back to where they came from. */
export interface QueueRedriver {
  /**
   * Begins to move them; answers with the task's handle.
   * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
   */
  redrive(options?: {
    /** Messages a second, 1 to 500. @defaultValue as fast as SQS finds good */
    readonly maxNumberOfMessagesPerSecond?: number;
  }): Promise<string>;
}

/** What every client of a queue has. */
export interface QueueHandle {
  /** URL of the queue, for the raw SDK. */
  readonly queueUrl: string;
}

/** What a queue can be granted for. */
export type QueueMode = 'send' | 'receive' | 'purge' | 'inspect' | 'redrive';

interface Clients<In, Out> {
  readonly send: QueueSender<In>;
  readonly receive: QueueReceiver<Out>;
  readonly purge: QueuePurger;
  readonly inspect: QueueInspector;
  readonly redrive: QueueRedriver;
}

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;

/** The client of a queue for what was granted, and nothing else. */
export type QueueClient<Mode extends QueueMode, In = unknown, Out = string> = QueueHandle &
  Intersection<Clients<In, Out>[Mode]>;
