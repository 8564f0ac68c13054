import type * as Sns from '@aws-sdk/client-sns';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter, subscriptionNotFound, topicNotFound } from './errors.ts';
import type { SnsState, Subscription } from './state.ts';
import { subscriptionsOf } from './state.ts';
import { pageOf } from './topic-operations.ts';
import { topicNeed } from './topic-policy.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
const PROTOCOLS = [
  'http',
  'https',
  'email',
  'email-json',
  'sms',
  'sqs',
  'application',
  'lambda',
  'firehose',
];
const NOT_ACTED_ON = [
  'FilterPolicy',
  'FilterPolicyScope',
  'RedrivePolicy',
  'DeliveryPolicy',
  'RawMessageDelivery',
  'ReplayPolicy',
  'SubscriptionRoleArn',
];

const checkAttribute = (name: string, value: string | undefined) => {
  if (!NOT_ACTED_ON.includes(name)) throw invalidParameter(`AttributeName`);
  // An empty value takes an attribute back, and what is off by default may be said to be off.
  if (value !== undefined && value !== '' && value !== '{}' && value !== 'false')
    throw notSupported(`The subscription attribute ${name}`);
};

const requireSubscription = (state: SnsState, arn: string | undefined): Subscription => {
  const subscription = state.subscriptions.get(arn ?? '');
  if (subscription === undefined) throw subscriptionNotFound();
  return subscription;
};

const describe = (subscription: Subscription, accountId: string): Sns.Subscription => ({
  SubscriptionArn: subscription.arn,
  Owner: accountId,
  Protocol: subscription.protocol,
  Endpoint: subscription.endpoint,
  TopicArn: subscription.topicArn,
});

const onSubscription =
  (action: string) => (input: { readonly SubscriptionArn?: string | undefined }) => ({
    action,
    resource: (input.SubscriptionArn ?? '*').split(':').slice(0, 6).join(':'),
  });

/** Operations on subscriptions. */
export const subscriptionOperations: OperationTable<SnsState> = {
  Subscribe: operation<SnsState, Sns.SubscribeInput, Sns.SubscribeResponse>({
    needs: (input, context) => {
      const need = topicNeed('sns:Subscribe')(input, context);
      return {
        ...need,
        conditions: {
          ...need.conditions,
          'sns:Protocol': input.Protocol ?? '',
          'sns:Endpoint': input.Endpoint ?? '',
        },
      };
    },
    handle: (input, { state, random }) => {
      const { TopicArn = '', Protocol: protocol = '', Endpoint: endpoint = '' } = input;
      if (!PROTOCOLS.includes(protocol)) throw invalidParameter('Protocol');
      if (!state.topics.has(TopicArn)) throw topicNotFound();
      if (protocol !== 'lambda') throw notSupported(`A subscription with the protocol ${protocol}`);
      if (!/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(endpoint))
        throw invalidParameter('Lambda endpoint ARN');
      for (const [name, value] of Object.entries(input.Attributes ?? {}))
        checkAttribute(name, value);
      const known = subscriptionsOf(state, TopicArn).find(
        (other) => other.protocol === protocol && other.endpoint === endpoint,
      );
      if (known !== undefined) return { SubscriptionArn: known.arn };
      const arn = `${TopicArn}:${random.uuid()}`;
      state.subscriptions.set(arn, { arn, topicArn: TopicArn, protocol, endpoint, attributes: {} });
      return { SubscriptionArn: arn };
    },
  }),
  Unsubscribe: operation<SnsState, Sns.UnsubscribeInput, object>({
    needs: onSubscription('sns:Unsubscribe'),
    handle: (input, { state }) => {
      state.subscriptions.delete(input.SubscriptionArn ?? '');
      return {};
    },
  }),
  ListSubscriptions: operation<SnsState, Sns.ListSubscriptionsInput, Sns.ListSubscriptionsResponse>(
    {
      needs: (_input, { region, accountId }) => ({
        action: 'sns:ListSubscriptions',
        resource: `arn:aws:sns:${region}:${accountId}:*`,
      }),
      handle: (input, { state, accountId }) => {
        const { page, next } = pageOf([...state.subscriptions.values()], input.NextToken);
        return {
          Subscriptions: page.map((subscription) => describe(subscription, accountId)),
          ...next,
        };
      },
    },
  ),
  ListSubscriptionsByTopic: operation<
    SnsState,
    Sns.ListSubscriptionsByTopicInput,
    Sns.ListSubscriptionsByTopicResponse
  >({
    needs: topicNeed('sns:ListSubscriptionsByTopic'),
    handle: (input, { state, accountId }) => {
      if (!state.topics.has(input.TopicArn ?? '')) throw topicNotFound();
      const { page, next } = pageOf(subscriptionsOf(state, input.TopicArn ?? ''), input.NextToken);
      return {
        Subscriptions: page.map((subscription) => describe(subscription, accountId)),
        ...next,
      };
    },
  }),
  GetSubscriptionAttributes: operation<
    SnsState,
    Sns.GetSubscriptionAttributesInput,
    Sns.GetSubscriptionAttributesResponse
  >({
    needs: onSubscription('sns:GetSubscriptionAttributes'),
    handle: (input, { state, accountId }) => {
      const subscription = requireSubscription(state, input.SubscriptionArn);
      return {
        Attributes: {
          SubscriptionArn: subscription.arn,
          TopicArn: subscription.topicArn,
          Protocol: subscription.protocol,
          Endpoint: subscription.endpoint,
          Owner: accountId,
          PendingConfirmation: 'false',
          ConfirmationWasAuthenticated: 'true',
          RawMessageDelivery: 'false',
          SubscriptionPrincipal: `arn:aws:iam::${accountId}:root`,
        },
      };
    },
  }),
  SetSubscriptionAttributes: operation<SnsState, Sns.SetSubscriptionAttributesInput, object>({
    needs: onSubscription('sns:SetSubscriptionAttributes'),
    handle: (input, { state }) => {
      requireSubscription(state, input.SubscriptionArn);
      checkAttribute(input.AttributeName ?? '', input.AttributeValue);
      return {};
    },
  }),
};
