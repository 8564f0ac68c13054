import type * as Sns from '@aws-sdk/client-sns';
import { AwsError } from '../../core/aws-error.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { principalName } from '../../core/principals.ts';
import { askEndpoint, confirm } from './confirmation.ts';
import { effectiveSubscriptionPolicy, toldSubscriptionPolicy } from './delivery-policy.ts';
import { checkEndpoint, isConfirmedByEndpoint } from './endpoint-arn.ts';
import {
  invalidParameter,
  invalidPlainly,
  subscriptionNotFound,
  tooManyFilterPolicies,
} from './errors.ts';
import { FILTER_POLICY } from './limits.ts';
import { prepareSigner } from './signing.ts';
import type { SnsState, Subscription, Topic } from './state.ts';
import { isFifo } from './state.ts';
import {
  readSubscriptionAttributes,
  scopeOf,
  withSubscriptionAttribute,
} from './subscription-attributes.ts';
import { checkArn, requireTopic } from './topic-arn.ts';
import { pageOf } from './topic-operations.ts';
import { topicNeed } from './topic-policy.ts';

type Context = OperationContext<SnsState>;

const requireSubscription = ({ state, region }: Context, arn = ''): Subscription => {
  checkArn(arn, 'SubscriptionArn', region);
  const subscription = state.subscriptions.get(arn);
  if (subscription === undefined) throw subscriptionNotFound();
  return subscription;
};

/** Whether what it gets is signed: then the key is made now, and not while its first message waits. */
const isSigned = (topic: Topic, { protocol, attributes }: Subscription): boolean =>
  !isFifo(topic) &&
  (protocol === 'lambda' || protocol === 'sqs') &&
  attributes['RawMessageDelivery'] !== 'true';

/** The words are AWS's: as recorded from it by LocalStack's snapshot tests. */
const describe = (subscription: Subscription, accountId: string): Sns.Subscription => ({
  SubscriptionArn: subscription.pending === true ? 'PendingConfirmation' : subscription.arn,
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

const checkFilterCount = (state: SnsState, topicArn: string, subscriptionArn: string) => {
  const others = state
    .subscriptionsOf(topicArn)
    .filter(({ arn, attributes }) => arn !== subscriptionArn && 'FilterPolicy' in attributes);
  if (others.length >= FILTER_POLICY.ofTopic) throw tooManyFilterPolicies();
};

const sameAttributes = (a: Subscription['attributes'], b: Subscription['attributes']) =>
  Object.entries(b).every(([name, value]) => a[name] === value);

/** Attributes as AWS tells them: a filter's scope only with the filter, a delivery policy with what follows from it. */
const toldAttributes = (
  subscription: Subscription,
  topic: Parameters<typeof effectiveSubscriptionPolicy>[1],
): Record<string, string> => {
  const { FilterPolicyScope: _, DeliveryPolicy, ...attributes } = subscription.attributes;
  return {
    RawMessageDelivery: 'false',
    ...attributes,
    ...('FilterPolicy' in attributes ? { FilterPolicyScope: scopeOf(subscription) } : {}),
    ...(DeliveryPolicy === undefined
      ? {}
      : { DeliveryPolicy: JSON.stringify(toldSubscriptionPolicy(DeliveryPolicy)) }),
    ...(subscription.protocol.startsWith('http')
      ? {
          EffectiveDeliveryPolicy: JSON.stringify(effectiveSubscriptionPolicy(subscription, topic)),
        }
      : {}),
  };
};

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
    handle: async (input, context) => {
      const { state, random, principal } = context;
      const { Protocol: protocol = '', Endpoint: endpoint = '' } = input;
      const topic = requireTopic(context, input.TopicArn);
      checkEndpoint(protocol, endpoint, topic);
      const attributes = readSubscriptionAttributes(
        { protocol, endpoint },
        topic,
        input.Attributes ?? {},
      );
      const told = ({ arn, pending }: Subscription) => ({
        SubscriptionArn:
          pending === true && input.ReturnSubscriptionArn !== true ? 'pending confirmation' : arn,
      });
      const known = state
        .subscriptionsOf(topic.arn)
        .find((other) => other.protocol === protocol && other.endpoint === endpoint);
      if (known !== undefined) {
        // The text: https://github.com/aws/aws-sdk-go/issues/3395 and others.
        if (!sameAttributes(known.attributes, attributes))
          throw invalidParameter(
            'Attributes Reason: Subscription already exists with different attributes',
          );
        // Asking again sends the token again.
        if (known.pending === true) await askEndpoint(context, 'SubscriptionConfirmation', known);
        return told(known);
      }
      if ('FilterPolicy' in attributes) checkFilterCount(state, topic.arn, '');
      const pending = isConfirmedByEndpoint(protocol);
      const made: Subscription = {
        arn: `${topic.arn}:${random.uuid()}`,
        topicArn: topic.arn,
        protocol,
        endpoint,
        attributes,
        principal: principalName(principal),
        ...(pending ? { pending, authenticated: false } : {}),
      };
      state.putSubscription(made);
      if (pending) await askEndpoint(context, 'SubscriptionConfirmation', made);
      else if (isSigned(topic, made)) context.background('signer', () => prepareSigner(context));
      return told(made);
    },
  }),
  ConfirmSubscription: operation<
    SnsState,
    Sns.ConfirmSubscriptionInput,
    Sns.ConfirmSubscriptionResponse
  >({
    // Whoever has the token may: a signature is asked only for a subscription that a signature alone shall end.
    needs: (input, context): Need | readonly Need[] =>
      context.principal.kind === 'anonymous'
        ? []
        : topicNeed('sns:ConfirmSubscription')(input, context),
    handle: (input, context) => {
      const { Token: token = '', TopicArn: topicArn = '' } = input;
      checkArn(topicArn, 'TopicArn', context.region);
      const signed = context.principal.kind !== 'anonymous';
      const authenticateOnUnsubscribe = input.AuthenticateOnUnsubscribe?.toLowerCase() === 'true';
      if (authenticateOnUnsubscribe && !signed) throw unsigned('sns:ConfirmSubscription');
      if (!/^[0-9a-f]{64,}$/.test(token)) throw invalidPlainly('Invalid token');
      const confirmed = confirm(context, token, topicArn, {
        authenticated: signed,
        authenticateOnUnsubscribe,
      });
      if (confirmed === undefined) throw invalidParameter('Token');
      return { SubscriptionArn: confirmed.arn };
    },
  }),
  Unsubscribe: operation<SnsState, Sns.UnsubscribeInput, object>({
    needs: (input, { principal }): Need | readonly Need[] =>
      principal.kind === 'anonymous' ? [] : onSubscription('sns:Unsubscribe')(input),
    handle: async (input, context) => {
      const { state, region, principal } = context;
      const arn = input.SubscriptionArn ?? '';
      checkArn(arn, 'SubscriptionArn', region);
      const subscription = state.subscriptions.get(arn);
      if (subscription === undefined) return {};
      if (principal.kind === 'anonymous' && subscription.authenticateOnUnsubscribe === true)
        throw unsigned('sns:Unsubscribe');
      state.dropSubscription(arn);
      if (isConfirmedByEndpoint(subscription.protocol) && subscription.pending !== true)
        await askEndpoint(context, 'UnsubscribeConfirmation', subscription);
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
    handle: (input, context) => {
      const topic = requireTopic(context, input.TopicArn);
      const { page, next } = pageOf(context.state.subscriptionsOf(topic.arn), input.NextToken);
      return {
        Subscriptions: page.map((subscription) => describe(subscription, context.accountId)),
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
    handle: (input, context) => {
      const subscription = requireSubscription(context, input.SubscriptionArn);
      const { accountId, state } = context;
      const topic = state.topics.get(subscription.topicArn) ?? { attributes: {} };
      return {
        Attributes: {
          SubscriptionArn: subscription.arn,
          TopicArn: subscription.topicArn,
          Protocol: subscription.protocol,
          Endpoint: subscription.endpoint,
          Owner: accountId,
          PendingConfirmation: String(subscription.pending === true),
          ConfirmationWasAuthenticated: String(subscription.authenticated ?? true),
          SubscriptionPrincipal: subscription.principal ?? `arn:aws:iam::${accountId}:root`,
          ...toldAttributes(subscription, topic),
        },
      };
    },
  }),
  SetSubscriptionAttributes: operation<SnsState, Sns.SetSubscriptionAttributesInput, object>({
    needs: onSubscription('sns:SetSubscriptionAttributes'),
    handle: (input, context) => {
      const { state } = context;
      const subscription = requireSubscription(context, input.SubscriptionArn);
      const topic = requireTopic(context, subscription.topicArn);
      const { AttributeName: name = '', AttributeValue: value = '' } = input;
      const attributes = withSubscriptionAttribute(subscription, topic, [name, value]);
      if (name === 'FilterPolicy' && 'FilterPolicy' in attributes)
        checkFilterCount(state, topic.arn, subscription.arn);
      state.putSubscription({ ...subscription, attributes });
      return {};
    },
  }),
};

const unsigned = (action: string): AwsError =>
  new AwsError('AuthorizationErrorException', `The request must be signed to perform: ${action}`, {
    status: 403,
    denied: true,
  });
