import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Grant } from '../../spec/grant.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { TopicPublisher } from '../../spec/topic-client.ts';
import type { Expression } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';

/** A message as a function gets it. */
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
  /** Attributes of the message. */
  readonly MessageAttributes: Readonly<
    Record<string, { readonly Type: string; readonly Value: string }>
  >;
}

/** What a function is given when messages are published. */
export interface SnsEvent {
  /** SNS delivers one at a time. */
  readonly Records: readonly { readonly EventSubscriptionArn: string; readonly Sns: SnsMessage }[];
}

/** How a topic is made. */
export interface TopicOptions {
  /** Physical name. Left out, CloudFormation makes one. */
  readonly topicName?: string;
  /** The logical id, where the declaration has got another name since it was provisioned. @defaultValue the name of the declaration */
  readonly logicalId?: string;
  /** Name in notifications by mail and text message. */
  readonly displayName?: string;
  /** Any further property of `AWS::SNS::Topic`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A topic as data. */
export interface TopicDeclaration {
  readonly kind: 'topic';
  /** Logical id. */
  readonly name: string;
  /** How it is made. */
  readonly options: TopicOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Expression;
  /** Its physical name. */
  readonly topicName: Expression;
  /** Lets a function publish. */
  publish(): Grant<TopicPublisher>;
  /** Starts a function with each message. */
  messages(): EventSource<SnsEvent, unknown>;
}

/**
 * States a topic.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, topic } from 'sparta';
 * const alerts = topic('Alerts');
 * export const shout = lambda('Shout', { on: alerts.messages() }, async (event, { log }) => {
 *   for (const { Sns } of event.Records) log.warn(Sns.Message);
 * });
 * ```
 */
export const topic = (declared: string, options: TopicOptions = {}): TopicDeclaration => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'topic', name, options, ...declaredAt() } as const;
  return Object.freeze({
    ...self,
    arn: ref(self),
    topicName: getAtt(self, 'TopicName'),
    publish: (): Grant<TopicPublisher> => ({
      kind: 'grant',
      statements: [{ actions: ['sns:Publish'], resources: [ref(self)] }],
      binding: { kind: 'topic', resource: name, modes: ['publish'] },
      target: self,
    }),
    messages: (): EventSource<SnsEvent, unknown> => ({
      kind: 'event-source',
      source: 'sns',
      target: self,
      detail: {},
    }),
  });
};
