import { isDeepStrictEqual } from 'node:util';
import { tagsOf as allTags, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

type Attributes = Readonly<Record<string, string>>;

/** Properties of the type that are attributes of the API, under the same names. */
const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
] as const;

/** What an attribute goes back to when a template gives it no more. */
const UNSET: Attributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  DelaySeconds: '0',
  FifoThroughputLimit: 'perQueue',
  KmsDataKeyReusePeriodSeconds: '300',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

const asText = (value: unknown) =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

const attributesOf = (properties: ResourceProperties): Attributes =>
  Object.fromEntries(
    ATTRIBUTES.filter((name) => properties[name] !== undefined)
      // The API does not know `FifoQueue` of a standard queue; CloudFormation takes `false` for what it is.
      .filter((name) => name !== 'FifoQueue' || String(properties[name]) === 'true')
      .map((name) => [name, asText(properties[name])]),
  );

const tagsOf = (properties: ResourceProperties, context: ProviderContext): Attributes =>
  Object.fromEntries(allTags(properties, context).map(({ Key, Value }) => [Key, Value]));

/** What SQS answers about a queue that is not there. */
const GONE = 'QueueDoesNotExist';

const nameOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

const described = (url: string, { region, accountId, partition }: ProviderContext) => ({
  physicalId: url,
  attributes: {
    Arn: `arn:${partition}:sqs:${region}:${accountId}:${nameOf(url)}`,
    QueueName: nameOf(url),
    QueueUrl: url,
  },
});

const nameFor = (properties: ResourceProperties, context: ProviderContext): string => {
  const given = properties['QueueName'] as string | undefined;
  if (given !== undefined) return given;
  if (String(properties['FifoQueue']) !== 'true') return context.generateName({ max: 80 });
  return `${context.generateName({ max: 75 })}.fifo`;
};

const retag = async (
  QueueUrl: string,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  const { Tags: old = {} } = (await context.call('sqs', 'ListQueueTags', { QueueUrl })) as {
    readonly Tags?: Attributes;
  };
  const wanted = tagsOf(properties, context);
  const gone = Object.keys(old).filter((key) => !(key in wanted));
  const changed = Object.entries(wanted).filter(([key, value]) => old[key] !== value);
  if (gone.length > 0) await context.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: gone });
  if (changed.length > 0)
    await context.call('sqs', 'TagQueue', { QueueUrl, Tags: Object.fromEntries(changed) });
};

/** Attributes of a queue; undefined when it is gone. */
const attributesNow = async (
  QueueUrl: string,
  context: ProviderContext,
): Promise<Attributes | undefined> => {
  const answer = await unlessGone<{ readonly Attributes?: Attributes }>(
    context.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }),
    GONE,
  );
  return answer && (answer.Attributes ?? {});
};

/** As a template has it: numbers, truth values and policies. */
const readValue = (value: string): unknown =>
  /^(\d+|true|false|\{.*\})$/s.test(value) ? (JSON.parse(value) as unknown) : value;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
export const queue: ResourceProvider = {
  type: 'AWS::SQS::Queue',
  create: async (properties, context) => {
    const answer = (await context.call('sqs', 'CreateQueue', {
      QueueName: nameFor(properties, context),
      Attributes: attributesOf(properties),
      tags: tagsOf(properties, context),
    })) as { readonly QueueUrl: string };
    return described(answer.QueueUrl, context);
  },
  update: async (url, properties, previous, context) => {
    const [now, before] = [attributesOf(properties), attributesOf(previous)];
    const changed: Record<string, string> = Object.fromEntries(
      [...new Set([...Object.keys(now), ...Object.keys(before)])]
        .filter((name) => now[name] !== before[name])
        .map((name) => [name, now[name] ?? UNSET[name] ?? '']),
    );
    // KMS takes the place of SQS's own encryption, and gives it back.
    if (now['SqsManagedSseEnabled'] === undefined) {
      if (now['KmsMasterKeyId'] !== undefined) delete changed['SqsManagedSseEnabled'];
      else if (before['KmsMasterKeyId'] !== undefined) changed['SqsManagedSseEnabled'] = 'true';
    }
    if (Object.keys(changed).length > 0)
      await context.call('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: changed });
    await retag(url, properties, context);
    return described(url, context);
  },
  delete: (url, _properties, context) =>
    unlessGone(context.call('sqs', 'DeleteQueue', { QueueUrl: url }), GONE),
  read: async (url, context, properties) => {
    const found = await attributesNow(url, context);
    if (found === undefined) return undefined;
    const { Tags: tags = {} } = (await context.call('sqs', 'ListQueueTags', {
      QueueUrl: url,
    })) as { readonly Tags?: Attributes };
    return {
      QueueName: nameOf(url),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      ...Object.fromEntries(
        ATTRIBUTES.map((name) => {
          const value = found[name];
          return [name, value === undefined ? undefined : readValue(value)];
        }),
      ),
      // The API tells nothing of what a standard queue is not; a template may.
      ...(properties['FifoQueue'] !== undefined && found['FifoQueue'] === undefined
        ? { FifoQueue: false }
        : {}),
    };
  },
};

const setPolicy = async (urls: readonly string[], Policy: string, context: ProviderContext) => {
  for (const QueueUrl of urls) {
    const set = context.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
    await (Policy === '' ? unlessGone(set, GONE) : set);
  }
};

const queuesOf = (properties: ResourceProperties) =>
  (properties['Queues'] as readonly string[] | undefined) ?? [];

const policyNow = async (url: string, context: ProviderContext): Promise<unknown> => {
  const policy = (await attributesNow(url, context))?.['Policy'];
  return policy === undefined ? undefined : (JSON.parse(policy) as unknown);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html */
export const queuePolicy: ResourceProvider = {
  type: 'AWS::SQS::QueuePolicy',
  create: async (properties, context) => {
    await setPolicy(queuesOf(properties), asText(properties['PolicyDocument']), context);
    const physicalId = context.generateName({ max: 128 });
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (physicalId, properties, previous, context) => {
    const kept = new Set(queuesOf(properties));
    await setPolicy(
      queuesOf(previous).filter((url) => !kept.has(url)),
      '',
      context,
    );
    await setPolicy([...kept], asText(properties['PolicyDocument']), context);
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: (_physicalId, properties, context) => setPolicy(queuesOf(properties), '', context),
  // It is the policy of queues that the template names: gone when none of them has one.
  read: async (_physicalId, context, properties) => {
    const policies = await Promise.all(queuesOf(properties).map((url) => policyNow(url, context)));
    const holders = queuesOf(properties).filter((_url, index) => policies[index] !== undefined);
    if (holders.length === 0) return undefined;
    const given = properties['PolicyDocument'];
    const wanted = typeof given === 'string' ? (JSON.parse(given) as unknown) : given;
    const other = policies.find(
      (policy) => policy !== undefined && !isDeepStrictEqual(policy, wanted),
    );
    return { Queues: holders, PolicyDocument: other ?? given };
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queueinlinepolicy.html */
export const queueInlinePolicy: ResourceProvider = {
  type: 'AWS::SQS::QueueInlinePolicy',
  create: async (properties, context) => {
    const url = String(properties['Queue']);
    await setPolicy([url], asText(properties['PolicyDocument']), context);
    return { physicalId: url };
  },
  update: async (url, properties, _previous, context) => {
    await setPolicy([url], asText(properties['PolicyDocument']), context);
    return { physicalId: url };
  },
  delete: (url, _properties, context) => setPolicy([url], '', context),
  read: async (url, context) => {
    const PolicyDocument = await policyNow(url, context);
    return PolicyDocument === undefined ? undefined : { Queue: url, PolicyDocument };
  },
};
