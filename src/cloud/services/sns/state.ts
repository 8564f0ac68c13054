import type { StateTools } from '../../core/define-service.ts';
import type { Reminders } from '../../core/reminders.ts';
import { createReminders } from '../../core/reminders.ts';
import type { Table } from '../../core/store.ts';
import type { FilterPolicy, FilterScope } from './filter-policy.ts';
import { createFilterPolicies } from './filter-policy.ts';
import type { SnsMetrics } from './metrics.ts';
import type { Signer } from './signing.ts';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly displayName: string;
  /** JSON. */
  readonly policy: string;
  /** Attributes as they were given, such as `KmsMasterKeyId`, `FifoTopic`, `DeliveryPolicy`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export const isFifo = ({ attributes }: Topic): boolean => attributes['FifoTopic'] === 'true';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** ARN of who subscribed. */
  readonly principal?: string;
  /** Waits for its endpoint to confirm it. @defaultValue false */
  readonly pending?: boolean;
  /** Whether a signed call confirmed it. @defaultValue true */
  readonly authenticated?: boolean;
  /** Whether only a signed call ends it. @defaultValue false */
  readonly authenticateOnUnsubscribe?: boolean;
}

/** A token that was sent to an endpoint, and the subscription that it confirms or restores. */
export interface Confirmation {
  readonly token: string;
  readonly subscription: Subscription;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface MessageAttribute {
  readonly Type: string;
  /** Of a `Binary` one in base64. */
  readonly Value: string;
}

/** What is published, as every subscription of one protocol sees it. */
export interface Message {
  readonly type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly messageId: string;
  readonly topicArn: string;
  readonly text: string;
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly publishedAt: number;
  readonly groupId?: string;
  /** Of a FIFO topic only, like {@link Message.sequenceNumber}. */
  readonly deduplicationId?: string;
  readonly sequenceNumber?: string;
  /** Of a confirmation only. */
  readonly token?: string;
  /** Base64, with the version that the topic asks for; absent where AWS does not sign. */
  readonly signature?: { readonly version: '1' | '2'; readonly value: string };
}

/** A message on its way to one subscription. A record until it has arrived, so that a killed cloud delivers it. */
export interface Delivery {
  readonly id: string;
  /** As it was when the message was published: an unsubscribed endpoint still gets its last word. */
  readonly subscription: Subscription;
  readonly message: Message;
  readonly attempt: number;
  readonly dueAt: number;
  readonly cause?: number;
}

/** A message that a FIFO topic has accepted, for five minutes. */
export interface Accepted {
  readonly messageId: string;
  readonly sequenceNumber: string;
  readonly at: number;
}

export interface SnsState {
  readonly topics: Table<Topic>;
  readonly subscriptions: Table<Subscription>;
  readonly confirmations: Table<Confirmation>;
  readonly deliveries: Table<Delivery>;
  /** By topic, scope and deduplication id, oldest first. */
  readonly accepted: Table<Accepted>;
  /** The last sequence number by topic. */
  readonly sequences: Table<number>;
  /** The cloud's signing key. */
  readonly signing: Table<{ readonly privateKey: string; readonly certificate: string }>;
  putSubscription(subscription: Subscription): void;
  dropSubscription(arn: string): void;
  subscriptionsOf(topicArn: string): readonly Subscription[];
  /** Deliveries of FIFO topics that wait for the one before them, by subscription and message group. */
  readonly lanes: Map<string, string[]>;
  /** Deliveries and expiries that are due later. */
  readonly reminders: Reminders;
  /** Filter policies, ready to decide. */
  readonly filterPolicy: (text: string, scope: FilterScope) => FilterPolicy;
  /** Made with the first message that is signed. */
  signer?: Promise<Signer>;
  /** Made with the first count. */
  metrics?: SnsMetrics;
  stopped?: boolean;
}

/** Where a delivery stands in line: messages of one group reach one subscription one after the other. */
export const laneOf = ({ subscription, message }: Delivery): string | undefined =>
  message.sequenceNumber === undefined ? undefined : `${subscription.arn}\n${message.groupId}`;

export const createSnsState = (tools: StateTools): SnsState => {
  const subscriptions = tools.table<Subscription>('subscriptions');
  const deliveries = tools.table<Delivery>('deliveries');
  // Derived: subscriptions by topic, deliveries by lane.
  const byTopic = new Map<string, Map<string, Subscription>>();
  const index = (subscription: Subscription) => {
    const known = byTopic.get(subscription.topicArn) ?? new Map<string, Subscription>();
    byTopic.set(subscription.topicArn, known.set(subscription.arn, subscription));
  };
  for (const subscription of subscriptions.values()) index(subscription);
  const lanes = new Map<string, string[]>();
  const inOrder = [...deliveries.values()].sort((a, b) =>
    (a.message.sequenceNumber ?? '') < (b.message.sequenceNumber ?? '') ? -1 : 1,
  );
  for (const delivery of inOrder) {
    const lane = laneOf(delivery);
    if (lane !== undefined) lanes.set(lane, [...(lanes.get(lane) ?? []), delivery.id]);
  }
  return {
    topics: tools.table<Topic>('topics'),
    subscriptions,
    confirmations: tools.table<Confirmation>('confirmations'),
    deliveries,
    accepted: tools.table<Accepted>('accepted'),
    sequences: tools.table<number>('sequences'),
    signing: tools.table('signing'),
    putSubscription: (subscription) => {
      subscriptions.set(subscription.arn, subscription);
      index(subscription);
    },
    dropSubscription: (arn) => {
      const topicArn = subscriptions.get(arn)?.topicArn;
      subscriptions.delete(arn);
      if (topicArn !== undefined) byTopic.get(topicArn)?.delete(arn);
    },
    subscriptionsOf: (topicArn) => [...(byTopic.get(topicArn)?.values() ?? [])],
    lanes,
    reminders: createReminders(tools.clock),
    filterPolicy: createFilterPolicies(),
  };
};
