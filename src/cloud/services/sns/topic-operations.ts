import type * as Sns from '@aws-sdk/client-sns';
import { parsePolicy } from '../../../iam/index.ts';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter, resourceNotFound, topicNotFound } from './errors.ts';
import { PAGE } from './limits.ts';
import type { SnsState, Topic } from './state.ts';
import { subscriptionsOf } from './state.ts';
import { defaultPolicy, topicNeed } from './topic-policy.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

const arnOf = ({ region, accountId }: Place, name: string) =>
  `arn:aws:sns:${region}:${accountId}:${name}`;

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const KEPT_ATTRIBUTES = [
  'DeliveryPolicy',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
  'LambdaSuccessFeedbackRoleArn',
  'LambdaSuccessFeedbackSampleRate',
  'LambdaFailureFeedbackRoleArn',
];

const requireTopic = (state: SnsState, arn: string | undefined): Topic => {
  const topic = state.topics.get(arn ?? '');
  if (topic === undefined) throw topicNotFound();
  return topic;
};

const requireTagged = (state: SnsState, arn: string | undefined): Topic => {
  const topic = state.topics.get(arn ?? '');
  if (topic === undefined) throw resourceNotFound();
  return topic;
};

const withAttribute = (topic: Topic, name: string, value: string): Topic => {
  switch (name) {
    case 'DisplayName':
      if (value.length > 100) throw invalidParameter('DisplayName');
      return { ...topic, displayName: value };
    case 'Policy':
      return {
        ...topic,
        policy:
          value === ''
            ? defaultPolicy(topic.arn, topic.arn.split(':')[4] ?? '')
            : readPolicy(value),
      };
    case 'FifoTopic':
    case 'ContentBasedDeduplication':
    case 'ArchivePolicy':
    case 'FifoThroughputScope':
    case 'MaximumMessageSize':
    case 'DataProtectionPolicy':
      if (value === 'false' || value === '') return topic;
      throw notSupported(`The topic attribute ${name}`);
    default:
      if (!KEPT_ATTRIBUTES.includes(name)) throw invalidParameter('AttributeName');
      return { ...topic, attributes: withValue(topic.attributes, name, value) };
  }
};

/** An empty value takes an attribute back. */
const withValue = (attributes: Topic['attributes'], name: string, value: string) =>
  Object.fromEntries(
    Object.entries({ ...attributes, [name]: value }).filter(([, kept]) => kept !== ''),
  );

const readPolicy = (text: string): string => {
  try {
    parsePolicy(text, 'resource');
    return text;
  } catch (error) {
    throw invalidParameter(`Policy Error: ${error instanceof Error ? error.message : 'null'}`);
  }
};

const asTags = (tags: readonly Sns.Tag[] | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

export const pageOf = <T>(items: readonly T[], token: string | undefined) => {
  const at = Number(token ?? 0);
  if (!Number.isInteger(at) || at < 0) throw invalidParameter('NextToken');
  return {
    page: items.slice(at, at + PAGE),
    next: items.length > at + PAGE ? { NextToken: String(at + PAGE) } : {},
  };
};

/** Operations on topics. */
export const topicOperations: OperationTable<SnsState> = {
  CreateTopic: operation<SnsState, Sns.CreateTopicInput, Sns.CreateTopicResponse>({
    needs: ({ Name = '' }, context) => ({
      action: 'sns:CreateTopic',
      resource: arnOf(context, Name),
    }),
    handle: (input, context) => {
      const { state, accountId } = context;
      const name = input.Name ?? '';
      if (name.endsWith('.fifo')) throw notSupported('A FIFO topic');
      if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
      const arn = arnOf(context, name);
      const known = state.topics.get(arn);
      if (input.DataProtectionPolicy !== undefined)
        throw notSupported('The topic attribute DataProtectionPolicy');
      const made = Object.entries(input.Attributes ?? {}).reduce<Topic>(
        (topic, [key, value]) => withAttribute(topic, key, value),
        known ?? {
          arn,
          name,
          displayName: '',
          policy: defaultPolicy(arn, accountId),
          attributes: {},
          tags: asTags(input.Tags),
        },
      );
      if (known !== undefined && JSON.stringify(made) !== JSON.stringify(known))
        throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
      const differs = ([key, value]: [string, string]) => known?.tags[key] !== value;
      if (known !== undefined && Object.entries(asTags(input.Tags)).some(differs))
        throw invalidParameter('Tags Reason: Topic already exists with different tags');
      state.topics.set(arn, made);
      return { TopicArn: arn };
    },
  }),
  DeleteTopic: operation<SnsState, Sns.DeleteTopicInput, object>({
    needs: topicNeed('sns:DeleteTopic'),
    handle: ({ TopicArn = '' }, { state }) => {
      for (const { arn } of subscriptionsOf(state, TopicArn)) state.subscriptions.delete(arn);
      state.topics.delete(TopicArn);
      return {};
    },
  }),
  ListTopics: operation<SnsState, Sns.ListTopicsInput, Sns.ListTopicsResponse>({
    needs: (_input, context) => ({ action: 'sns:ListTopics', resource: arnOf(context, '*') }),
    handle: (input, { state }) => {
      const { page, next } = pageOf([...state.topics.keys()].sort(), input.NextToken);
      return { Topics: page.map((TopicArn) => ({ TopicArn })), ...next };
    },
  }),
  GetTopicAttributes: operation<
    SnsState,
    Sns.GetTopicAttributesInput,
    Sns.GetTopicAttributesResponse
  >({
    needs: topicNeed('sns:GetTopicAttributes'),
    handle: (input, { state, accountId }) => {
      const topic = requireTopic(state, input.TopicArn);
      return {
        Attributes: {
          TopicArn: topic.arn,
          Owner: accountId,
          Policy: topic.policy,
          DisplayName: topic.displayName,
          SubscriptionsConfirmed: String(subscriptionsOf(state, topic.arn).length),
          SubscriptionsPending: '0',
          SubscriptionsDeleted: '0',
          EffectiveDeliveryPolicy:
            '{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}',
          ...topic.attributes,
        },
      };
    },
  }),
  SetTopicAttributes: operation<SnsState, Sns.SetTopicAttributesInput, object>({
    needs: topicNeed('sns:SetTopicAttributes'),
    handle: (input, { state }) => {
      const topic = requireTopic(state, input.TopicArn);
      state.topics.set(
        topic.arn,
        withAttribute(topic, input.AttributeName ?? '', input.AttributeValue ?? ''),
      );
      return {};
    },
  }),
  TagResource: operation<SnsState, Sns.TagResourceRequest, object>({
    needs: ({ ResourceArn = '*' }) => ({ action: 'sns:TagResource', resource: ResourceArn }),
    handle: (input, { state }) => {
      const topic = requireTagged(state, input.ResourceArn);
      state.topics.set(topic.arn, { ...topic, tags: { ...topic.tags, ...asTags(input.Tags) } });
      return {};
    },
  }),
  UntagResource: operation<SnsState, Sns.UntagResourceRequest, object>({
    needs: ({ ResourceArn = '*' }) => ({ action: 'sns:UntagResource', resource: ResourceArn }),
    handle: (input, { state }) => {
      const topic = requireTagged(state, input.ResourceArn);
      const tags = Object.fromEntries(
        Object.entries(topic.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)),
      );
      state.topics.set(topic.arn, { ...topic, tags });
      return {};
    },
  }),
  ListTagsForResource: operation<
    SnsState,
    Sns.ListTagsForResourceRequest,
    Sns.ListTagsForResourceResponse
  >({
    needs: ({ ResourceArn = '*' }) => ({
      action: 'sns:ListTagsForResource',
      resource: ResourceArn,
    }),
    handle: (input, { state }) => ({
      Tags: Object.entries(requireTagged(state, input.ResourceArn).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};
