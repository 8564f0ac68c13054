/** How a message is published. */
export interface PublishOptions {
  /** Up to 100 characters. */
  readonly subject?: string;
  /** Attributes, which subscriptions can filter by. */
  readonly attributes?: Readonly<Record<string, string | number>>;
}

/** Publishes to a topic. */
export interface TopicPublisher {
  /** ARN of the topic, for the raw SDK. */
  readonly topicArn: string;
  /** Publishes text, or a value as JSON; up to 256 KiB. Answers with the message's id. */
  publish(message: unknown, options?: PublishOptions): Promise<string>;
}
