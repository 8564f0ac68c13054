import type { Tags } from '../../core/provider-input.ts';
import { tagsOf } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

const NUMBERS = ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold'];

/** Templates may say numbers and booleans as strings. */
const typed = (properties: ResourceProperties): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      NUMBERS.includes(name)
        ? Number(value)
        : name === 'ActionsEnabled'
          ? String(value) === 'true'
          : value,
    ]),
  );

const arnOf = (name: string, { partition, region, accountId }: ProviderContext) =>
  `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;

/** PutMetricAlarm ignores the tags of an alarm that there is. */
const retag = async (name: string, properties: ResourceProperties, context: ProviderContext) => {
  const ResourceARN = arnOf(name, context);
  const { Tags: old = [] } = (await context.call('cloudwatch', 'ListTagsForResource', {
    ResourceARN,
  })) as { readonly Tags?: Tags };
  const wanted = tagsOf(properties, context);
  const gone = old.filter((tag) => !wanted.some(({ Key }) => Key === tag.Key));
  if (gone.length > 0)
    await context.call('cloudwatch', 'UntagResource', {
      ResourceARN,
      TagKeys: gone.map(({ Key }) => Key),
    });
  if (wanted.length > 0)
    await context.call('cloudwatch', 'TagResource', { ResourceARN, Tags: wanted });
};

const put = async (
  operation: 'PutMetricAlarm' | 'PutCompositeAlarm',
  name: string,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  await context.call('cloudwatch', operation, {
    ...typed(properties),
    AlarmName: name,
    Tags: tagsOf(properties, context),
  });
  const Arn = arnOf(name, context);
  return { physicalId: name, attributes: { Arn } };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const alarm: ResourceProvider = {
  type: 'AWS::CloudWatch::Alarm',
  inert: ['EvaluateLowSampleCountPercentile'],
  create: (properties, context) =>
    put(
      'PutMetricAlarm',
      (properties['AlarmName'] as string | undefined) ?? context.generateName({ max: 255 }),
      properties,
      context,
    ),
  update: async (name, properties, _previous, context) => {
    const done = await put('PutMetricAlarm', name, properties, context);
    await retag(name, properties, context);
    return done;
  },
  delete: async (name, _properties, context) => {
    await context.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] });
  },
  read: async (name, context) => {
    const answer = (await context.call('cloudwatch', 'DescribeAlarms', { AlarmNames: [name] })) as {
      readonly MetricAlarms?: readonly ResourceProperties[];
    };
    const found = answer.MetricAlarms?.[0];
    if (found === undefined) return undefined;
    const properties = [
      'AlarmName',
      'AlarmDescription',
      'ActionsEnabled',
      'OKActions',
      'AlarmActions',
      'InsufficientDataActions',
      'MetricName',
      'Namespace',
      'Statistic',
      'ExtendedStatistic',
      'Dimensions',
      'Period',
      'Unit',
      'EvaluationPeriods',
      'DatapointsToAlarm',
      'Threshold',
      'ComparisonOperator',
      'TreatMissingData',
    ];
    return Object.fromEntries(
      properties.filter((key) => found[key] !== undefined).map((key) => [key, found[key]]),
    );
  },
};

const COMPOSITE_PROPERTIES = [
  'AlarmName',
  'AlarmDescription',
  'AlarmRule',
  'ActionsEnabled',
  'OKActions',
  'AlarmActions',
  'InsufficientDataActions',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html */
export const compositeAlarm: ResourceProvider = {
  type: 'AWS::CloudWatch::CompositeAlarm',
  create: (properties, context) =>
    put(
      'PutCompositeAlarm',
      (properties['AlarmName'] as string | undefined) ?? context.generateName({ max: 255 }),
      properties,
      context,
    ),
  update: async (name, properties, _previous, context) => {
    const done = await put('PutCompositeAlarm', name, properties, context);
    await retag(name, properties, context);
    return done;
  },
  delete: async (name, _properties, context) => {
    await context.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [name] });
  },
  read: async (name, context) => {
    const answer = (await context.call('cloudwatch', 'DescribeAlarms', {
      AlarmNames: [name],
      AlarmTypes: ['CompositeAlarm'],
    })) as { readonly CompositeAlarms?: readonly ResourceProperties[] };
    const found = answer.CompositeAlarms?.[0];
    return found === undefined
      ? undefined
      : Object.fromEntries(
          COMPOSITE_PROPERTIES.filter((key) => found[key] !== undefined).map((key) => [
            key,
            found[key],
          ]),
        );
  },
};
