import type { AlarmMetric } from '../../spec/alarm.ts';
import { topicMetrics } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { MessageFilter } from '../../spec/filter-policy.ts';
import type { Grant } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { TopicPublisher } from '../../spec/topic-client.ts';
import type { Expression, Value } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import type { QueueFeed, QueueReference } from '../sqs/spec.ts';
import type { SnsEnvelope, SnsEvent, TopicMessage } from './message.ts';
import { eventReader, messageReader } from './runtime.ts';

/** What every subscription can be told. */
export interface SubscriptionOptions<Body = unknown> {
  /**
   * Which messages it takes, decided by SNS before anything is delivered: `{ attributes: { kind: ['news'] } }`, `{ body: { … } }`.
   * AWS may take 15 minutes to act upon a change. @defaultValue all of them
   */
  readonly filter?: MessageFilter<Body>;
  /**
   * Where messages go that SNS could not deliver; of a FIFO topic a FIFO queue. What a function fails to handle is not among them: it was
   * delivered. @defaultValue they are lost
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
   */
  readonly deadLetter?: QueueReference;
}

/** Somebody outside of the service who is told of messages. */
export type Subscriber = SubscriptionOptions &
  (
    | {
        /** A mail address; its owner must confirm, by the link in a first mail. */
        readonly email: Value<string>;
        /** Whether mails are JSON with all of the message, or its text. @defaultValue 'text' */
        readonly format?: 'text' | 'json';
      }
    | {
        /** `https://…` or `http://…`; the endpoint must confirm. */
        readonly url: Value<string>;
        /** Whether it is sent the message as it was published, in place of an envelope around it. @defaultValue false */
        readonly rawMessageDelivery?: boolean;
      }
    | {
        /** A telephone number: `+12065550100`. */
        readonly sms: Value<string>;
      }
  );

/** How a queue is subscribed to a topic. */
export interface QueueSubscriptionOptions<Body, Raw extends boolean>
  extends SubscriptionOptions<Body> {
  /**
   * Whether the queue is sent messages as they were published, with their attributes, ten at most, in place of an envelope around them.
   * @defaultValue true
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
   */
  readonly rawMessageDelivery?: Raw;
}

/** What a queue is fed by a topic: what is published to it; of a topic without a schema anything. */
type Fed<Schema> = Schema extends MessageSchema ? Sent<Schema> : never;

/** How a topic is made. */
export interface TopicOptions<Schema extends MessageSchema | undefined = undefined>
  extends Keeping {
  /** How messages look. They are JSON then: checked when they are published, and when they are read. */
  readonly schema?: Schema;
  /** Physical name, up to 256 characters; that of a FIFO topic ends in `.fifo`. Left out, CloudFormation makes one. */
  readonly topicName?: string;
  /** Name in notifications by mail and text message. */
  readonly displayName?: string;
  /** Keeps the order of messages within their group, and each message once. It feeds queues alone. @defaultValue false */
  readonly fifo?: boolean;
  /** Of a FIFO topic: the body's hash is the deduplication id where none is sent. @defaultValue false */
  readonly contentBasedDeduplication?: boolean;
  /** Of a FIFO topic: deduplication and throughput by group in place of the whole topic. @defaultValue false */
  readonly highThroughput?: boolean;
  /**
   * ARN, id or alias of the key that encrypts messages. Whoever publishes then needs `kms:GenerateDataKey` and `kms:Decrypt` for it.
   * @defaultValue not encrypted
   */
  readonly kmsMasterKeyId?: Value<string>;
  /** Who else is told: people, and endpoints outside of the service. */
  readonly notify?: readonly Subscriber[];
  /** Any further property of `AWS::SNS::Topic`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** How a function reads a topic. */
export interface TopicSourceOptions<Schema extends MessageSchema | undefined>
  extends SubscriptionOptions<Sent<Schema>> {
  /** How these messages look. @defaultValue the topic's schema */
  readonly schema?: Schema;
  /**
   * What becomes of a message that the schema refuses: it fails the invocation, which Lambda tries again as it is set, or is dropped with a
   * warning in the log. @defaultValue 'fail'
   */
  readonly invalid?: 'fail' | 'drop';
}

/** A topic that something refers to, whatever its messages are. */
export interface TopicReference {
  readonly kind: 'topic';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
}

/** A topic as data. */
export interface TopicDeclaration<Schema extends MessageSchema | undefined = undefined>
  extends TopicReference {
  /** How it is made. */
  readonly options: Omit<TopicOptions, 'schema'>;
  /** How its messages look. */
  readonly schema: Schema | undefined;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its physical name. */
  readonly topicName: Expression;
  /** Messages that were published, a count: `NumberOfMessagesPublished`. */
  readonly published: AlarmMetric;
  /** Messages that reached their subscribers, a count: `NumberOfNotificationsDelivered`. */
  readonly delivered: AlarmMetric;
  /** Messages that did not reach a subscriber, a count: `NumberOfNotificationsFailed`. */
  readonly failed: AlarmMetric;
  /** Lets a function publish. */
  publish(): Grant<TopicPublisher<Sent<Schema>>>;
  /** Starts a function with each message. */
  messages<const Own extends MessageSchema | undefined = Schema>(
    options?: TopicSourceOptions<Own>,
  ): EventSource<TopicMessage<Received<Own, string>>, unknown>;
  /** Starts a function with what Lambda hands over, as it is. */
  events(options?: SubscriptionOptions<Sent<Schema>>): EventSource<SnsEvent, unknown>;
  /** Feeds a queue, in its option `from`, with messages as they were published, or with an envelope around each. */
  subscription<const Raw extends boolean = true>(
    options?: QueueSubscriptionOptions<Sent<Schema>, Raw>,
  ): QueueFeed<Raw extends true ? Fed<Schema> : SnsEnvelope>;
}

/**
 * States a topic: standard or FIFO.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, queue, topic } from 'sparta';
 * import { z } from 'zod';
 * const news = topic('News', { schema: z.object({ kind: z.string(), text: z.string() }) });
 * const lost = queue('Lost');
 * export const shout = lambda('Shout', {
 *   on: news.messages({ filter: { body: { kind: ['alert'] } }, deadLetter: lost }),
 * }, async ({ body, publishedAt }, { log }) => {
 *   log.warn(body.text, { publishedAt });
 * });
 * export const tell = lambda('Tell', { grants: { news: news.publish() } }, async (_event, { news }) =>
 *   news.publish({ kind: 'alert', text: 'It rains' }));
 * ```
 */
export const topic = <const Schema extends MessageSchema | undefined = undefined>(
  declared: string,
  { schema, ...options }: TopicOptions<Schema> = {},
): TopicDeclaration<Schema> => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'topic', name, options, ...declaredAt() } as const;
  const arn = ref(self);
  const source = (
    { filter, deadLetter }: { readonly filter?: unknown; readonly deadLetter?: QueueReference },
    reader: NonNullable<EventSource['reader']>,
  ): EventSource<never, never> => ({
    kind: 'event-source',
    source: 'sns',
    target: self,
    detail: { filter, deadLetter },
    reader,
  });
  return Object.freeze({
    ...self,
    schema,
    arn,
    topicName: getAtt(self, 'TopicName'),
    ...topicMetrics(self),
    publish: () => ({
      kind: 'grant',
      statements: [{ actions: ['sns:Publish'], resources: [arn] }],
      binding: {
        kind: 'topic',
        resource: name,
        modes: ['publish'],
        ...(schema === undefined ? {} : { schema }),
      },
      target: self,
    }),
    messages: (of: TopicSourceOptions<MessageSchema | undefined> = {}) =>
      source(
        of,
        messageReader({ topic: name, schema: of.schema ?? schema, invalid: of.invalid ?? 'fail' }),
      ),
    events: (of = {}) => source(of, eventReader({ topic: name })),
    subscription: (of = {}) => ({
      kind: 'queue-feed',
      source: 'sns',
      target: self,
      detail: { ...of },
    }),
  } satisfies TopicDeclaration<Schema>);
};
