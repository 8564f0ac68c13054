/** What an attribute of a message may be; a list holds texts, numbers, booleans and null. Bytes are not looked at by filters. */
export type MessageAttribute =
  | string
  | number
  | Uint8Array
  | readonly (string | number | boolean | null)[];

/** How a message is published. */
export interface PublishOptions {
  /** Subject of mails, up to 100 characters. */
  readonly subject?: string;
  /** Attributes, which subscriptions can filter by; a queue that reads raw messages takes ten at most. */
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  /** Of a FIFO topic, which needs it: messages of one group stay in their order. */
  readonly messageGroupId?: string;
  /** Of a FIFO topic: within five minutes the same id is the same message. @defaultValue the body's hash, if the topic is made so */
  readonly messageDeduplicationId?: string;
}

/** A message and how it is published. */
export interface PublishEntry<Body> extends PublishOptions {
  /** The message itself. */
  readonly body: Body;
}

/** Publishes to a topic. */
export interface TopicPublisher<Body = unknown> {
  /** ARN of the topic, for the raw SDK. */
  readonly topicArn: string;
  /**
   * Publishes one message, up to 256 KiB: of a topic with a schema what that takes, else text, or a value as JSON. Answers with its id.
   * @throws {InvalidMessageError} when the topic's schema refuses it
   */
  publish(message: Body, options?: PublishOptions): Promise<string>;
  /**
   * Publishes messages in as few requests as they take, and answers with their ids, in their order.
   * @throws {InvalidMessageError} when the topic's schema refuses one; then none is published
   * @throws {SendError} when SNS did not take some of them
   */
  publishAll(entries: readonly PublishEntry<Body>[]): Promise<readonly string[]>;
}
