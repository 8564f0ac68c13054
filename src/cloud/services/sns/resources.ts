import { isDeepStrictEqual } from 'node:util';
import { notSupported } from '../../core/aws-error.ts';
import { tagsOf, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { retag, tagsNow } from '../../core/retag.ts';

interface InlineSubscription {
  readonly Endpoint: string;
  readonly Protocol: string;
}

/** Property of the type and attribute of the API, where one is the other. */
const ATTRIBUTES = [
  'DisplayName',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
  'FifoTopic',
  'ContentBasedDeduplication',
  'FifoThroughputScope',
  'ArchivePolicy',
  'MaximumMessageSize',
] as const;

const asText = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

const attributesOf = (properties: ResourceProperties): Record<string, string> =>
  Object.fromEntries(
    ATTRIBUTES.filter((name) => properties[name] !== undefined).map((name) => [
      name,
      asText(properties[name]),
    ]),
  );

const tagged = (arn: string) => ({ service: 'sns', member: 'ResourceArn', arn }) as const;

/** What SNS answers about what is not there. */
const GONE = 'NotFoundException';

const described = (arn: string) => ({
  physicalId: arn,
  attributes: { TopicArn: arn, TopicName: arn.split(':')[5] ?? '' },
});

const refuseDataProtection = (properties: ResourceProperties) => {
  if (properties['DataProtectionPolicy'] !== undefined)
    throw notSupported('The property DataProtectionPolicy of AWS::SNS::Topic');
};

/** A FIFO topic's name ends with `.fifo`, one that CloudFormation makes up, too. */
const nameOf = (properties: ResourceProperties, context: ProviderContext): string => {
  const given = properties['TopicName'] as string | undefined;
  if (given !== undefined) return given;
  return String(properties['FifoTopic']) === 'true'
    ? `${context.generateName({ max: 251 })}.fifo`
    : context.generateName({ max: 256 });
};

const inlineSubscriptions = (properties: ResourceProperties) =>
  (properties['Subscription'] as readonly InlineSubscription[] | undefined) ?? [];

const subscribe = (
  TopicArn: string,
  { Endpoint, Protocol }: InlineSubscription,
  context: ProviderContext,
) => context.call('sns', 'Subscribe', { TopicArn, Endpoint, Protocol });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export const topic: ResourceProvider = {
  type: 'AWS::SNS::Topic',
  inert: ['DeliveryStatusLogging'],
  create: async (properties, context) => {
    refuseDataProtection(properties);
    const answer = (await context.call('sns', 'CreateTopic', {
      Name: nameOf(properties, context),
      Attributes: attributesOf(properties),
      Tags: tagsOf(properties, context),
    })) as { readonly TopicArn: string };
    context.created(answer.TopicArn);
    for (const subscription of inlineSubscriptions(properties))
      await subscribe(answer.TopicArn, subscription, context);
    return described(answer.TopicArn);
  },
  update: async (arn, properties, previous, context) => {
    refuseDataProtection(properties);
    const [now, before] = [attributesOf(properties), attributesOf(previous)];
    for (const name of new Set([...Object.keys(now), ...Object.keys(before)]))
      if (now[name] !== before[name])
        await context.call('sns', 'SetTopicAttributes', {
          TopicArn: arn,
          AttributeName: name,
          AttributeValue: now[name] ?? '',
        });
    const key = ({ Endpoint, Protocol }: InlineSubscription) => `${Protocol} ${Endpoint}`;
    const old = new Set(inlineSubscriptions(previous).map(key));
    const wanted = new Set(inlineSubscriptions(properties).map(key));
    for (const subscription of inlineSubscriptions(properties))
      if (!old.has(key(subscription))) await subscribe(arn, subscription, context);
    const { Subscriptions = [] } = (await context.call('sns', 'ListSubscriptionsByTopic', {
      TopicArn: arn,
    })) as {
      readonly Subscriptions?: readonly (InlineSubscription & {
        readonly SubscriptionArn: string;
      })[];
    };
    for (const subscription of Subscriptions)
      if (old.has(key(subscription)) && !wanted.has(key(subscription)))
        await context.call('sns', 'Unsubscribe', { SubscriptionArn: subscription.SubscriptionArn });
    await retag(tagged(arn), properties, context);
    return described(arn);
  },
  delete: async (arn, _properties, context) => {
    await context.call('sns', 'DeleteTopic', { TopicArn: arn });
  },
  read: async (arn, context) => {
    const found = await attributesNow('GetTopicAttributes', { TopicArn: arn }, context);
    if (found === undefined) return undefined;
    return {
      TopicName: arn.split(':')[5],
      Tags: await tagsNow(tagged(arn), context),
      ...readAttributes(found, ATTRIBUTES),
    };
  },
};

type Attributes = Readonly<Record<string, string>>;

/** What a topic or a subscription is now; undefined when it is gone. */
const attributesNow = async (
  operation: 'GetTopicAttributes' | 'GetSubscriptionAttributes',
  input: Readonly<Record<string, string>>,
  context: ProviderContext,
): Promise<Attributes | undefined> => {
  const answer = await unlessGone<{ readonly Attributes?: Attributes }>(
    context.call('sns', operation, input),
    GONE,
  );
  return answer && (answer.Attributes ?? {});
};

/** Attributes are text: those that are JSON are read, so that they compare with a template's objects. */
const readAttributes = (found: Attributes, names: readonly string[]): ResourceProperties =>
  Object.fromEntries(
    names.map((name) => {
      const value = found[name];
      const structured = value !== undefined && /^[[{]/.test(value);
      return [name, structured ? (JSON.parse(value) as unknown) : value];
    }),
  );

const SUBSCRIPTION_ATTRIBUTES = [
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
  'DeliveryPolicy',
  'SubscriptionRoleArn',
  'ReplayPolicy',
] as const;

/** What an attribute is when a template no longer says it; the others are taken back with nothing. */
const SUBSCRIPTION_DEFAULTS: Readonly<Record<string, string>> = {
  FilterPolicyScope: 'MessageAttributes',
  RawMessageDelivery: 'false',
};

/** A nested filter policy needs its scope first; one that is nested no more goes before its scope. */
const inOrder = (properties: ResourceProperties) =>
  properties['FilterPolicyScope'] === 'MessageBody'
    ? SUBSCRIPTION_ATTRIBUTES.toSorted(
        (a, b) => Number(b === 'FilterPolicyScope') - Number(a === 'FilterPolicyScope'),
      )
    : SUBSCRIPTION_ATTRIBUTES;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
export const subscription: ResourceProvider = {
  type: 'AWS::SNS::Subscription',
  inert: ['Region'],
  create: async (properties, context) => {
    const answer = (await context.call('sns', 'Subscribe', {
      TopicArn: properties['TopicArn'],
      Protocol: properties['Protocol'],
      Endpoint: properties['Endpoint'],
      ReturnSubscriptionArn: true,
      Attributes: Object.fromEntries(
        SUBSCRIPTION_ATTRIBUTES.filter((name) => properties[name] !== undefined).map((name) => [
          name,
          asText(properties[name]),
        ]),
      ),
    })) as { readonly SubscriptionArn: string };
    return { physicalId: answer.SubscriptionArn, attributes: { Arn: answer.SubscriptionArn } };
  },
  // Without it a change would replace the subscription, and two of one topic and endpoint are one.
  update: async (arn, properties, previous, context) => {
    for (const name of inOrder(properties))
      if (!isDeepStrictEqual(properties[name], previous[name]))
        await context.call('sns', 'SetSubscriptionAttributes', {
          SubscriptionArn: arn,
          AttributeName: name,
          AttributeValue:
            properties[name] === undefined
              ? (SUBSCRIPTION_DEFAULTS[name] ?? '')
              : asText(properties[name]),
        });
    return { physicalId: arn, attributes: { Arn: arn } };
  },
  delete: async (arn, _properties, context) => {
    await context.call('sns', 'Unsubscribe', { SubscriptionArn: arn });
  },
  read: async (arn, context) => {
    const found = await attributesNow(
      'GetSubscriptionAttributes',
      { SubscriptionArn: arn },
      context,
    );
    if (found === undefined) return undefined;
    return {
      TopicArn: found['TopicArn'],
      Protocol: found['Protocol'],
      Endpoint: found['Endpoint'],
      // A delivery policy is told with what follows from it, so it can not be compared.
      ...readAttributes(
        found,
        SUBSCRIPTION_ATTRIBUTES.filter((name) => name !== 'DeliveryPolicy'),
      ),
    };
  },
};

const setPolicy = async (
  properties: ResourceProperties,
  value: string,
  context: ProviderContext,
) => {
  for (const TopicArn of (properties['Topics'] as readonly string[] | undefined) ?? []) {
    const set = context.call('sns', 'SetTopicAttributes', {
      TopicArn,
      AttributeName: 'Policy',
      AttributeValue: value,
    });
    await (value === '' ? unlessGone(set, GONE) : set);
  }
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html */
export const topicPolicy: ResourceProvider = {
  type: 'AWS::SNS::TopicPolicy',
  create: async (properties, context) => {
    await setPolicy(properties, asText(properties['PolicyDocument']), context);
    const physicalId = context.generateName({ max: 128 });
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (physicalId, properties, previous, context) => {
    const kept = new Set((properties['Topics'] as readonly string[] | undefined) ?? []);
    const dropped = ((previous['Topics'] as readonly string[] | undefined) ?? []).filter(
      (arn) => !kept.has(arn),
    );
    await setPolicy({ Topics: dropped }, '', context);
    await setPolicy(properties, asText(properties['PolicyDocument']), context);
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: (_physicalId, properties, context) => setPolicy(properties, '', context),
};

const setInlinePolicy: ResourceProvider['create'] = async (properties, context) => {
  const TopicArn = String(properties['TopicArn']);
  await setPolicy({ Topics: [TopicArn] }, asText(properties['PolicyDocument']), context);
  return { physicalId: TopicArn };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicinlinepolicy.html */
export const topicInlinePolicy: ResourceProvider = {
  type: 'AWS::SNS::TopicInlinePolicy',
  create: setInlinePolicy,
  update: (_arn, properties, _previous, context) => setInlinePolicy(properties, context),
  delete: (arn, _properties, context) => setPolicy({ Topics: [arn] }, '', context),
  read: async (arn, context) => {
    const found = await attributesNow('GetTopicAttributes', { TopicArn: arn }, context);
    if (found === undefined) return undefined;
    return { TopicArn: arn, PolicyDocument: JSON.parse(found['Policy'] ?? '{}') as unknown };
  },
};
