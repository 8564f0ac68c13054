import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly displayName: string;
  /** JSON. */
  readonly policy: string;
  /** Attributes that are kept and told, such as `KmsMasterKeyId`, `TracingConfig`, `DeliveryPolicy`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface MessageAttribute {
  readonly Type: string;
  readonly Value: string;
}

/** A message on its way to one subscription. A record until it has arrived, so that a killed cloud delivers it. */
export interface Delivery {
  readonly subscriptionArn: string;
  readonly messageId: string;
  readonly message: string;
  readonly subject?: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly publishedAt: number;
  readonly attempt: number;
  readonly dueAt: number;
  readonly cause?: number;
}

export interface SnsState {
  readonly topics: Table<Topic>;
  readonly subscriptions: Table<Subscription>;
  readonly deliveries: Table<Delivery>;
}

export const createSnsState = (tools: StateTools): SnsState => ({
  topics: tools.table<Topic>('topics'),
  subscriptions: tools.table<Subscription>('subscriptions'),
  deliveries: tools.table<Delivery>('deliveries'),
});

export const subscriptionsOf = (state: SnsState, topicArn: string): readonly Subscription[] =>
  [...state.subscriptions.values()].filter((subscription) => subscription.topicArn === topicArn);
