import type { MessageAttribute } from '../../spec/topic-client.ts';

/** A message as SNS tells it. */
export interface SnsMessage {
  /** Id of the message. */
  readonly MessageId: string;
  /** Which topic it came by. */
  readonly TopicArn: string;
  /** Subject, if it has one. */
  readonly Subject: string | null;
  /** The text as it was published. */
  readonly Message: string;
  /** When it was published, ISO 8601. */
  readonly Timestamp: string;
  /** Attributes of the message: `String`, `Number`, JSON of a `String.Array`, `Binary` in base64. */
  readonly MessageAttributes: Readonly<
    Record<string, { readonly Type: string; readonly Value: string }>
  >;
}

/** A message as Lambda hands it over. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export interface SnsRecord {
  /** `aws:sns` */
  readonly EventSource: string;
  /** Which subscription it came by. */
  readonly EventSubscriptionArn: string;
  /** The message. */
  readonly Sns: SnsMessage;
}

/** What a function is given when messages are published. */
export interface SnsEvent {
  /** SNS delivers one at a time. */
  readonly Records: readonly SnsRecord[];
}

/**
 * What a queue receives where its subscription does not deliver raw messages, as JSON.
 * @see https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
 */
export interface SnsEnvelope extends Omit<SnsMessage, 'Subject' | 'MessageAttributes'> {
  /** `Notification` */
  readonly Type: string;
  /** Subject, if it has one. */
  readonly Subject?: string;
  /** Attributes of the message, if it has any. */
  readonly MessageAttributes?: SnsMessage['MessageAttributes'];
  /** Of a FIFO topic: its place, 20 digits. */
  readonly SequenceNumber?: string;
}

/** A message, read. */
export interface TopicMessage<Body> {
  /** Id of the message. */
  readonly messageId: string;
  /** The message: of a source with a schema JSON, checked and as that makes it, else text. */
  readonly body: Body;
  /** Subject, if it has one. */
  readonly subject: string | undefined;
  /** What its publisher says of it. */
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** When it was published. */
  readonly publishedAt: Date;
  /** As Lambda handed it over. */
  readonly record: SnsRecord;
}
