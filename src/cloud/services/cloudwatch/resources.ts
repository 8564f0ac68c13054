import { tagsOf } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { retag } from '../../core/retag.ts';

const NUMBERS = [
  'Period',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ActionsSuppressorWaitPeriod',
  'ActionsSuppressorExtensionPeriod',
];

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

/** PutMetricAlarm ignores the tags of an alarm that there is: they are brought to it by themselves. */
const tagged = (name: string, context: ProviderContext) =>
  ({ service: 'cloudwatch', member: 'ResourceARN', arn: arnOf(name, context) }) as const;

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
    await retag(tagged(name, context), properties, context);
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
  'ActionsSuppressor',
  'ActionsSuppressorWaitPeriod',
  'ActionsSuppressorExtensionPeriod',
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
    await retag(tagged(name, context), properties, context);
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
