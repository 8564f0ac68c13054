import type * as Sns from '@aws-sdk/client-sns';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { effectiveTopicPolicy, topicPolicyFault } from './delivery-policy.ts';
import { invalidParameter, resourceNotFound, tooManyTags } from './errors.ts';
import { PAGE, TAGS } from './limits.ts';
import type { SnsState, Topic } from './state.ts';
import { isFifo } from './state.ts';
import { checkArn, requireTopic } from './topic-arn.ts';
import { permissionOperations } from './topic-permissions.ts';
import { defaultPolicy, readPolicy, topicNeed } from './topic-policy.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

const arnOf = ({ region, accountId }: Place, name: string) =>
  `arn:aws:sns:${region}:${accountId}:${name}`;

/** https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html */
const FEEDBACK = ['Application', 'Firehose', 'HTTP', 'Lambda', 'SQS'].flatMap((protocol) => [
  `${protocol}SuccessFeedbackRoleArn`,
  `${protocol}SuccessFeedbackSampleRate`,
  `${protocol}FailureFeedbackRoleArn`,
]);
const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'KmsMasterKeyId',
  'TracingConfig',
  ...FEEDBACK,
]);

/** The text for FIFO topics: https://github.com/localstack/localstack, as recorded from AWS there. */
const checkName = (name: string, fifo: boolean) => {
  if (fifo && !/^[\w-]{1,251}\.fifo$/.test(name))
    throw invalidParameter(
      'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
    );
  if (!fifo && !/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
};

const requireTagged = (state: SnsState, arn: string | undefined): Topic => {
  const topic = state.topics.get(arn ?? '');
  if (topic === undefined) throw resourceNotFound();
  return topic;
};

const onlyForFifo = (topic: Topic, what: string) => {
  if (!isFifo(topic)) throw invalidParameter(`${what} can only be set for FIFO topics`);
};

const withAttribute = (topic: Topic, name: string, value: string): Topic => {
  const kept = (text = value): Topic => ({
    ...topic,
    attributes: withValue(topic.attributes, name, text),
  });
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
    case 'DeliveryPolicy':
      return kept(value === '' ? '' : readDeliveryPolicy(value));
    case 'SignatureVersion':
      if (!['', '1', '2'].includes(value)) throw invalidParameter('SignatureVersion');
      return kept();
    case 'ContentBasedDeduplication': {
      const on = value === '' ? 'false' : value.toLowerCase();
      if (on !== 'true' && on !== 'false') throw invalidParameter('ContentBasedDeduplication');
      if (on === 'true') onlyForFifo(topic, 'Content-based deduplication');
      return isFifo(topic) ? kept(on) : topic;
    }
    case 'FifoThroughputScope':
      if (value === '') return kept();
      onlyForFifo(topic, 'FifoThroughputScope');
      if (value !== 'Topic' && value !== 'MessageGroup')
        throw invalidParameter('FifoThroughputScope');
      return kept();
    case 'ArchivePolicy':
    case 'MaximumMessageSize':
    case 'DataProtectionPolicy':
      if (value === 'false' || value === '' || value === '{}') return topic;
      throw notSupported(`The topic attribute ${name}`);
    default:
      if (!KEPT_ATTRIBUTES.has(name)) throw invalidParameter('AttributeName');
      return kept();
  }
};

/** As AWS tells it back, as recorded by LocalStack's snapshot tests (`test_topic_delivery_policy_crud`). */
const readDeliveryPolicy = (text: string): string => {
  const policy = readJson(text);
  const fault = topicPolicyFault(policy);
  if (fault !== undefined) throw invalidParameter(`DeliveryPolicy: ${fault}`);
  const { http } = policy as { readonly http?: Readonly<Record<string, unknown>> };
  const given = Object.entries({ disableSubscriptionOverrides: false, ...http });
  return JSON.stringify({
    http: Object.fromEntries(given.filter(([, value]) => value !== null)),
  });
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidParameter('DeliveryPolicy: failed to parse JSON.');
  }
};

/** An empty value takes an attribute back. */
const withValue = (attributes: Topic['attributes'], name: string, value: string) =>
  Object.fromEntries(
    Object.entries({ ...attributes, [name]: value }).filter(([, kept]) => kept !== ''),
  );

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
  ...permissionOperations,
  CreateTopic: operation<SnsState, Sns.CreateTopicInput, Sns.CreateTopicResponse>({
    needs: ({ Name = '' }, context) => ({
      action: 'sns:CreateTopic',
      resource: arnOf(context, Name),
    }),
    handle: (input, context) => {
      const { state, accountId } = context;
      const name = input.Name ?? '';
      const { FifoTopic = 'false', ...given } = input.Attributes ?? {};
      const fifo = FifoTopic.toLowerCase() === 'true';
      checkName(name, fifo);
      const keys = (input.Tags ?? []).map(({ Key }) => Key);
      if (new Set(keys).size < keys.length)
        throw invalidParameter('Duplicated keys are not allowed.');
      if (keys.length > TAGS) throw tooManyTags();
      const arn = arnOf(context, name);
      const known = state.topics.get(arn);
      if (input.DataProtectionPolicy !== undefined)
        throw notSupported('The topic attribute DataProtectionPolicy');
      const made = Object.entries(given).reduce<Topic>(
        (topic, [key, value]) => withAttribute(topic, key, value),
        known ?? {
          arn,
          name,
          displayName: '',
          policy: defaultPolicy(arn, accountId),
          attributes: fifo ? { FifoTopic: 'true', ContentBasedDeduplication: 'false' } : {},
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
    handle: ({ TopicArn = '' }, { state, region }) => {
      checkArn(TopicArn, 'TopicArn', region);
      for (const { arn } of state.subscriptionsOf(TopicArn)) state.dropSubscription(arn);
      state.topics.delete(TopicArn);
      state.sequences.delete(TopicArn);
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
    handle: (input, context) => {
      const { state, accountId } = context;
      const topic = requireTopic(context, input.TopicArn);
      const subscriptions = state.subscriptionsOf(topic.arn);
      const pending = subscriptions.filter((one) => one.pending === true).length;
      return {
        Attributes: {
          TopicArn: topic.arn,
          Owner: accountId,
          Policy: topic.policy,
          DisplayName: topic.displayName,
          SubscriptionsConfirmed: String(subscriptions.length - pending),
          SubscriptionsPending: String(pending),
          SubscriptionsDeleted: '0',
          EffectiveDeliveryPolicy: JSON.stringify(effectiveTopicPolicy(topic)),
          ...topic.attributes,
        },
      };
    },
  }),
  SetTopicAttributes: operation<SnsState, Sns.SetTopicAttributesInput, object>({
    needs: topicNeed('sns:SetTopicAttributes'),
    handle: (input, context) => {
      const topic = requireTopic(context, input.TopicArn);
      context.state.topics.set(
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
      const tags = { ...topic.tags, ...asTags(input.Tags) };
      if (Object.keys(tags).length > TAGS) throw tooManyTags();
      state.topics.set(topic.arn, { ...topic, tags });
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
