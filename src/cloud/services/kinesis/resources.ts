import { isDeepStrictEqual } from 'node:util';
import type { Tags } from '../../core/provider-input.ts';
import { documentText, tagsOf as allTags, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { RECORD_KIB, RETENTION_HOURS } from './limits.ts';

interface Encryption {
  readonly EncryptionType: string;
  readonly KeyId: string;
}

interface Summary {
  readonly StreamARN: string;
  readonly OpenShardCount: number;
  readonly RetentionPeriodHours: number;
  readonly StreamModeDetails: { readonly StreamMode: string };
  readonly EnhancedMonitoring: readonly { readonly ShardLevelMetrics: readonly string[] }[];
  readonly KeyId?: string;
  readonly MaxRecordSizeInKiB: number;
}

const orGone = <Found>(task: () => Promise<Found>) => unlessGone<Found>(task());

const asMap = (tags: Tags): Readonly<Record<string, string>> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

const tagsOf = (properties: ResourceProperties, context: ProviderContext) =>
  asMap(allTags(properties, context));

const arnOf = (name: string, { partition, region, accountId }: ProviderContext) =>
  `arn:${partition}:kinesis:${region}:${accountId}:stream/${name}`;

const described = (name: string, context: ProviderContext) => ({
  physicalId: name,
  attributes: { Arn: arnOf(name, context) },
});

const modeOf = (properties: ResourceProperties): string =>
  (properties['StreamModeDetails'] as { readonly StreamMode?: string } | undefined)?.StreamMode ??
  'PROVISIONED';

const encryptionOf = (properties: ResourceProperties) =>
  properties['StreamEncryption'] as Encryption | undefined;

const metricsOf = (properties: ResourceProperties) =>
  (properties['DesiredShardLevelMetrics'] as readonly string[] | undefined) ?? [];

const retentionOf = (properties: ResourceProperties) =>
  Number(properties['RetentionPeriodHours'] ?? RETENTION_HOURS.least);

const recordSizeOf = (properties: ResourceProperties) =>
  Number(properties['MaxRecordSizeInKiB'] ?? RECORD_KIB.least);

const summaryOf = async (StreamName: string, context: ProviderContext): Promise<Summary> => {
  const answer = (await context.call('kinesis', 'DescribeStreamSummary', { StreamName })) as {
    readonly StreamDescriptionSummary: Summary;
  };
  return answer.StreamDescriptionSummary;
};

const setRetention = async (
  StreamName: string,
  hours: number,
  before: number,
  context: ProviderContext,
) => {
  if (hours === before) return;
  const operation = `${hours > before ? 'Increase' : 'Decrease'}StreamRetentionPeriod`;
  await context.call('kinesis', operation, { StreamName, RetentionPeriodHours: hours });
};

const setMetrics = async (
  StreamName: string,
  wanted: readonly string[],
  before: readonly string[],
  context: ProviderContext,
) => {
  const gone = before.filter((metric) => !wanted.includes(metric));
  const added = wanted.filter((metric) => !before.includes(metric));
  if (gone.length > 0)
    await context.call('kinesis', 'DisableEnhancedMonitoring', {
      StreamName,
      ShardLevelMetrics: gone,
    });
  if (added.length > 0)
    await context.call('kinesis', 'EnableEnhancedMonitoring', {
      StreamName,
      ShardLevelMetrics: added,
    });
};

const setEncryption = async (
  StreamName: string,
  wanted: Encryption | undefined,
  before: Encryption | undefined,
  context: ProviderContext,
) => {
  if (isDeepStrictEqual(wanted, before)) return;
  if (wanted !== undefined)
    await context.call('kinesis', 'StartStreamEncryption', { StreamName, ...wanted });
  else if (before !== undefined)
    await context.call('kinesis', 'StopStreamEncryption', { StreamName, ...before });
};

/** Mode and number of shards: a stream that scales itself takes no number. */
const setCapacity = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const [mode, before] = [modeOf(properties), modeOf(previous)];
  if (mode !== before)
    await context.call('kinesis', 'UpdateStreamMode', {
      StreamARN: arnOf(name, context),
      StreamModeDetails: { StreamMode: mode },
    });
  const count = properties['ShardCount'];
  if (mode === 'ON_DEMAND' || count === undefined) return;
  const { OpenShardCount } = await summaryOf(name, context);
  if (OpenShardCount !== Number(count))
    await context.call('kinesis', 'UpdateShardCount', {
      StreamName: name,
      TargetShardCount: Number(count),
      ScalingType: 'UNIFORM_SCALING',
    });
};

const retag = async (
  StreamName: string,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  const { Tags: before = [] } = (await context.call('kinesis', 'ListTagsForStream', {
    StreamName,
  })) as { readonly Tags?: Tags };
  const wanted = tagsOf(properties, context);
  const gone = before.map(({ Key }) => Key).filter((key) => !(key in wanted));
  if (gone.length > 0)
    await context.call('kinesis', 'RemoveTagsFromStream', { StreamName, TagKeys: gone });
  if (!isDeepStrictEqual(wanted, asMap(before)) && Object.keys(wanted).length > 0)
    await context.call('kinesis', 'AddTagsToStream', { StreamName, Tags: wanted });
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html */
export const stream: ResourceProvider = {
  type: 'AWS::Kinesis::Stream',
  create: async (properties, context) => {
    const name = (properties['Name'] as string | undefined) ?? context.generateName({ max: 128 });
    const mode = modeOf(properties);
    const shards = properties['ShardCount'] ?? (mode === 'PROVISIONED' ? 1 : undefined);
    await context.call('kinesis', 'CreateStream', {
      StreamName: name,
      StreamModeDetails: { StreamMode: mode },
      MaxRecordSizeInKiB: recordSizeOf(properties),
      Tags: tagsOf(properties, context),
      ...(shards === undefined ? {} : { ShardCount: Number(shards) }),
      ...(properties['WarmThroughputMiBps'] === undefined
        ? {}
        : { WarmThroughputMiBps: Number(properties['WarmThroughputMiBps']) }),
    });
    context.created(name);
    await setRetention(name, retentionOf(properties), RETENTION_HOURS.least, context);
    await setMetrics(name, metricsOf(properties), [], context);
    await setEncryption(name, encryptionOf(properties), undefined, context);
    return described(name, context);
  },
  update: async (name, properties, previous, context) => {
    await setCapacity(name, properties, previous, context);
    await setRetention(name, retentionOf(properties), retentionOf(previous), context);
    await setMetrics(name, metricsOf(properties), metricsOf(previous), context);
    await setEncryption(name, encryptionOf(properties), encryptionOf(previous), context);
    if (recordSizeOf(properties) !== recordSizeOf(previous))
      await context.call('kinesis', 'UpdateMaxRecordSize', {
        StreamARN: arnOf(name, context),
        MaxRecordSizeInKiB: recordSizeOf(properties),
      });
    if (!isDeepStrictEqual(properties['WarmThroughputMiBps'], previous['WarmThroughputMiBps']))
      await context.call('kinesis', 'UpdateStreamWarmThroughput', {
        StreamName: name,
        WarmThroughputMiBps: Number(properties['WarmThroughputMiBps'] ?? 0),
      });
    await retag(name, properties, context);
    return described(name, context);
  },
  delete: async (StreamName, _properties, context) => {
    await orGone(() =>
      context.call('kinesis', 'DeleteStream', { StreamName, EnforceConsumerDeletion: true }),
    );
  },
  read: async (name, context) =>
    orGone(async () => {
      const now = await summaryOf(name, context);
      const { Tags: tags = [] } = (await context.call('kinesis', 'ListTagsForStream', {
        StreamName: name,
      })) as { readonly Tags?: Tags };
      const onDemand = now.StreamModeDetails.StreamMode === 'ON_DEMAND';
      return {
        Name: name,
        RetentionPeriodHours: now.RetentionPeriodHours,
        StreamModeDetails: now.StreamModeDetails,
        ShardCount: onDemand ? undefined : now.OpenShardCount,
        MaxRecordSizeInKiB: now.MaxRecordSizeInKiB,
        DesiredShardLevelMetrics: now.EnhancedMonitoring[0]?.ShardLevelMetrics ?? [],
        StreamEncryption:
          now.KeyId === undefined ? undefined : { EncryptionType: 'KMS', KeyId: now.KeyId },
        Tags: tags,
      };
    }),
};

interface ConsumerFacts {
  readonly ConsumerARN: string;
  readonly ConsumerName: string;
  readonly ConsumerStatus: string;
  readonly ConsumerCreationTimestamp: Date;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-streamconsumer.html */
export const streamConsumer: ResourceProvider = {
  type: 'AWS::Kinesis::StreamConsumer',
  create: async (properties, context) => {
    const { Consumer } = (await context.call('kinesis', 'RegisterStreamConsumer', {
      StreamARN: properties['StreamARN'],
      ConsumerName: properties['ConsumerName'],
      Tags: tagsOf(properties, context),
    })) as { readonly Consumer: ConsumerFacts };
    return {
      physicalId: Consumer.ConsumerARN,
      attributes: {
        ConsumerARN: Consumer.ConsumerARN,
        ConsumerName: Consumer.ConsumerName,
        ConsumerStatus: Consumer.ConsumerStatus,
        ConsumerCreationTimestamp: String(Consumer.ConsumerCreationTimestamp.getTime() / 1000),
        StreamARN: properties['StreamARN'],
      },
    };
  },
  delete: async (ConsumerARN, _properties, context) => {
    await orGone(() => context.call('kinesis', 'DeregisterStreamConsumer', { ConsumerARN }));
  },
  read: async (ConsumerARN, context) =>
    orGone(async () => {
      const { ConsumerDescription: now } = (await context.call(
        'kinesis',
        'DescribeStreamConsumer',
        { ConsumerARN },
      )) as {
        readonly ConsumerDescription: { readonly ConsumerName: string; readonly StreamARN: string };
      };
      const { Tags: tags = [] } = (await context.call('kinesis', 'ListTagsForResource', {
        ResourceARN: ConsumerARN,
      })) as { readonly Tags?: Tags };
      return { ConsumerName: now.ConsumerName, StreamARN: now.StreamARN, Tags: tags };
    }),
};

const putPolicy: ResourceProvider['create'] = async (properties, context) => {
  const ResourceARN = String(properties['ResourceArn']);
  await context.call('kinesis', 'PutResourcePolicy', {
    ResourceARN,
    Policy: documentText(properties['ResourcePolicy']),
  });
  return { physicalId: ResourceARN };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-resourcepolicy.html */
export const resourcePolicy: ResourceProvider = {
  type: 'AWS::Kinesis::ResourcePolicy',
  create: putPolicy,
  update: (_arn, properties, _previous, context) => putPolicy(properties, context),
  delete: async (ResourceARN, _properties, context) => {
    await orGone(() => context.call('kinesis', 'DeleteResourcePolicy', { ResourceARN }));
  },
  read: async (ResourceARN, context) =>
    orGone(async () => {
      const { Policy } = (await context.call('kinesis', 'GetResourcePolicy', {
        ResourceARN,
      })) as { readonly Policy: string };
      return { ResourceArn: ResourceARN, ResourcePolicy: JSON.parse(Policy) as unknown };
    }),
};
