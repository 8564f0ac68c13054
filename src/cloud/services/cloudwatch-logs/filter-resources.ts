import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, notSupported } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

const text = (properties: ResourceProperties, name: string): string | undefined =>
  properties[name] === undefined ? undefined : String(properties[name]);

/** What can not be done fails by the name that the template has for it. */
const refuse = (type: string, properties: ResourceProperties, names: readonly string[]) => {
  for (const name of names) {
    const value = properties[name];
    if (value === undefined || String(value) === 'false') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw notSupported(`The property ${name} of ${type}`);
  }
};

const isGone = (error: unknown) =>
  error instanceof AwsError && error.code === 'ResourceNotFoundException';

const orGone = async <T>(answer: Promise<unknown>): Promise<T | undefined> => {
  try {
    return (await answer) as T;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

const nameOf = (properties: ResourceProperties, context: ProviderContext) =>
  text(properties, 'FilterName') ?? context.generateName({ max: 512 });

const putSubscription = async (
  name: string,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  refuse('AWS::Logs::SubscriptionFilter', properties, [
    'ApplyOnTransformedLogs',
    'EmitSystemFields',
    'FieldSelectionCriteria',
  ]);
  await context.call('cloudwatch-logs', 'PutSubscriptionFilter', {
    logGroupName: text(properties, 'LogGroupName'),
    filterName: name,
    filterPattern: text(properties, 'FilterPattern') ?? '',
    destinationArn: text(properties, 'DestinationArn'),
    ...(properties['RoleArn'] === undefined ? {} : { roleArn: properties['RoleArn'] }),
    ...(properties['Distribution'] === undefined
      ? {}
      : { distribution: properties['Distribution'] }),
  });
  return { physicalId: name };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-subscriptionfilter.html */
export const subscriptionFilter: ResourceProvider = {
  type: 'AWS::Logs::SubscriptionFilter',
  create: (properties, context) =>
    putSubscription(nameOf(properties, context), properties, context),
  update: (name, properties, _previous, context) => putSubscription(name, properties, context),
  delete: async (filterName, { LogGroupName }, context) => {
    await orGone(
      context.call('cloudwatch-logs', 'DeleteSubscriptionFilter', {
        logGroupName: LogGroupName,
        filterName,
      }),
    );
  },
  read: async (name, context, { LogGroupName }) => {
    const answer = await orGone<Logs.DescribeSubscriptionFiltersResponse>(
      context.call('cloudwatch-logs', 'DescribeSubscriptionFilters', {
        logGroupName: LogGroupName,
        filterNamePrefix: name,
      }),
    );
    const found = answer?.subscriptionFilters?.find(({ filterName }) => filterName === name);
    return found === undefined
      ? undefined
      : {
          FilterName: name,
          LogGroupName,
          FilterPattern: found.filterPattern,
          DestinationArn: found.destinationArn,
          RoleArn: found.roleArn,
          Distribution: found.distribution,
        };
  },
};

interface Transformation {
  readonly MetricName: string;
  readonly MetricNamespace: string;
  readonly MetricValue: unknown;
  readonly DefaultValue?: unknown;
  readonly Unit?: string;
  readonly Dimensions?: readonly { readonly Key: string; readonly Value: string }[];
}

const asTransformation = (given: Transformation) => ({
  metricName: given.MetricName,
  metricNamespace: given.MetricNamespace,
  metricValue: String(given.MetricValue),
  ...(given.DefaultValue === undefined ? {} : { defaultValue: Number(given.DefaultValue) }),
  ...(given.Unit === undefined ? {} : { unit: given.Unit }),
  ...(given.Dimensions === undefined
    ? {}
    : { dimensions: Object.fromEntries(given.Dimensions.map(({ Key, Value }) => [Key, Value])) }),
});

const fromTransformation = (found: Logs.MetricTransformation) => ({
  MetricName: found.metricName,
  MetricNamespace: found.metricNamespace,
  MetricValue: found.metricValue,
  ...(found.defaultValue === undefined ? {} : { DefaultValue: found.defaultValue }),
  ...(found.unit === undefined ? {} : { Unit: found.unit }),
  ...(found.dimensions === undefined
    ? {}
    : {
        Dimensions: Object.entries(found.dimensions).map(([Key, Value]) => ({ Key, Value })),
      }),
});

const putMetric = async (
  name: string,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  refuse('AWS::Logs::MetricFilter', properties, [
    'ApplyOnTransformedLogs',
    'EmitSystemFieldDimensions',
    'FieldSelectionCriteria',
  ]);
  await context.call('cloudwatch-logs', 'PutMetricFilter', {
    logGroupName: text(properties, 'LogGroupName'),
    filterName: name,
    filterPattern: text(properties, 'FilterPattern') ?? '',
    metricTransformations: (properties['MetricTransformations'] as readonly Transformation[]).map(
      asTransformation,
    ),
  });
  return { physicalId: name };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html */
export const metricFilter: ResourceProvider = {
  type: 'AWS::Logs::MetricFilter',
  create: (properties, context) => putMetric(nameOf(properties, context), properties, context),
  update: (name, properties, _previous, context) => putMetric(name, properties, context),
  delete: async (filterName, { LogGroupName }, context) => {
    await orGone(
      context.call('cloudwatch-logs', 'DeleteMetricFilter', {
        logGroupName: LogGroupName,
        filterName,
      }),
    );
  },
  read: async (name, context, { LogGroupName }) => {
    const answer = await orGone<Logs.DescribeMetricFiltersResponse>(
      context.call('cloudwatch-logs', 'DescribeMetricFilters', {
        logGroupName: LogGroupName,
        filterNamePrefix: name,
      }),
    );
    const found = answer?.metricFilters?.find(({ filterName }) => filterName === name);
    return found === undefined
      ? undefined
      : {
          FilterName: name,
          LogGroupName,
          FilterPattern: found.filterPattern,
          MetricTransformations: found.metricTransformations?.map(fromTransformation),
        };
  },
};
