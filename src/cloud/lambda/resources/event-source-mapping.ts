import type * as Lambda from '@aws-sdk/client-lambda';
import { isDeepStrictEqual } from 'node:util';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { numeric, pick, unlessGone } from '../../core/provider-input.ts';

/** Settings that a template may change in place; one that it drops goes back to what the API would have taken without it. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  Enabled: true,
  BatchSize: undefined,
  FilterCriteria: { Filters: [] },
  FunctionName: undefined,
  FunctionResponseTypes: [],
  MaximumBatchingWindowInSeconds: 0,
  ScalingConfig: {},
  ParallelizationFactor: 1,
  DestinationConfig: { OnFailure: { Destination: '' } },
  MaximumRecordAgeInSeconds: -1,
  BisectBatchOnFunctionError: false,
  MaximumRetryAttempts: -1,
  TumblingWindowInSeconds: 0,
};

const ONLY_AT_CREATION = ['EventSourceArn', 'StartingPosition'] as const;

/** Passed on to the API, which refuses what the cloud has not. */
const REFUSED = [
  'AmazonManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'LoggingConfig',
  'MetricsConfig',
  'ProvisionedPollerConfig',
  'Queues',
  'SelfManagedEventSource',
  'SelfManagedKafkaEventSourceConfig',
  'SourceAccessConfigurations',
  'Topics',
] as const;

const NUMBERS = [
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'ParallelizationFactor',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
] as const;

/** A template may write numbers and truths as text. */
const settingsOf = (properties: ResourceProperties): Record<string, unknown> => {
  const settings = pick(properties, [...Object.keys(SETTINGS), ...REFUSED]);
  for (const name of NUMBERS)
    if (settings[name] !== undefined) settings[name] = numeric(settings[name]);
  for (const name of ['Enabled', 'BisectBatchOnFunctionError'])
    if (settings[name] !== undefined) settings[name] = String(settings[name]) === 'true';
  const { MaximumConcurrency } = (settings['ScalingConfig'] ?? {}) as {
    readonly MaximumConcurrency?: unknown;
  };
  if (MaximumConcurrency !== undefined)
    settings['ScalingConfig'] = { MaximumConcurrency: numeric(MaximumConcurrency) };
  if (properties['KmsKeyArn'] !== undefined) settings['KMSKeyArn'] = properties['KmsKeyArn'];
  return settings;
};

type TagList = readonly { readonly Key: string; readonly Value: string }[];

const tagsOf = (given: unknown, ofStack: TagList): Record<string, string> =>
  Object.fromEntries(
    [...ofStack, ...((given as TagList | undefined) ?? [])].map(({ Key, Value }) => [Key, Value]),
  );

const arnOf = (uuid: string, { partition, region, accountId }: ProviderContext) =>
  `arn:${partition}:lambda:${region}:${accountId}:event-source-mapping:${uuid}`;

const described = (uuid: string, context: ProviderContext): ProvisionedResource => ({
  physicalId: uuid,
  attributes: { Id: uuid, EventSourceMappingArn: arnOf(uuid, context) },
});

const create: ResourceProvider['create'] = async (properties, context) => {
  const timestamp = numeric(properties['StartingPositionTimestamp']);
  const { UUID = '' } = (await context.call('lambda', 'CreateEventSourceMapping', {
    ...settingsOf(properties),
    ...pick(properties, ONLY_AT_CREATION),
    ...(timestamp === undefined ? {} : { StartingPositionTimestamp: new Date(timestamp * 1000) }),
    Tags: tagsOf(properties['Tags'], context.tags),
  })) as Lambda.EventSourceMappingConfiguration;
  return described(UUID, context);
};

const updateTags = async (
  uuid: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const Resource = arnOf(uuid, context);
  const now = tagsOf(properties['Tags'], context.tags);
  const TagKeys = Object.keys(tagsOf(previous['Tags'], [])).filter((key) => !(key in now));
  if (TagKeys.length > 0) await context.call('lambda', 'UntagResource', { Resource, TagKeys });
  if (!isDeepStrictEqual(properties['Tags'], previous['Tags']) && Object.keys(now).length > 0)
    await context.call('lambda', 'TagResource', { Resource, Tags: now });
};

const update: NonNullable<ResourceProvider['update']> = async (
  uuid,
  properties,
  previous,
  context,
) => {
  const [now, before] = [settingsOf(properties), settingsOf(previous)];
  const isQueue = String(properties['EventSourceArn']).split(':')[2] === 'sqs';
  const changed = [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .filter((name) => !isDeepStrictEqual(now[name], before[name]))
    .map((name) => [
      name,
      now[name] ?? (name === 'BatchSize' ? (isQueue ? 10 : 100) : SETTINGS[name]),
    ]);
  if (changed.length > 0)
    await context.call('lambda', 'UpdateEventSourceMapping', {
      UUID: uuid,
      ...Object.fromEntries(changed),
    });
  await updateTags(uuid, properties, previous, context);
  return described(uuid, context);
};

const read: NonNullable<ResourceProvider['read']> = async (uuid, context, properties) => {
  const found = await unlessGone<Lambda.EventSourceMappingConfiguration>(
    context.call('lambda', 'GetEventSourceMapping', { UUID: uuid }),
  );
  if (found === undefined) return undefined;
  const members = [...Object.keys(SETTINGS), ...ONLY_AT_CREATION].filter(
    (name) => name !== 'FunctionName' && name !== 'Enabled',
  );
  return {
    ...pick(properties, ['FunctionName']),
    ...pick(found as Readonly<Record<string, unknown>>, members),
    Enabled: found.State === 'Enabled',
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
export const eventSourceMapping: ResourceProvider = {
  type: 'AWS::Lambda::EventSourceMapping',
  create,
  update,
  delete: (uuid, _properties, context) =>
    unlessGone(context.call('lambda', 'DeleteEventSourceMapping', { UUID: uuid })),
  read,
};
