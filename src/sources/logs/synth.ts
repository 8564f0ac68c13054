import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import { RETENTION_DAYS } from '../../synth/validate.ts';
import { checkLoop, groupKey } from './loops.ts';
import type { LogMetric } from './metric.ts';
import type { LogGroupOptions, LogSourceOptions } from './spec.ts';

const DEFAULT_DAYS = 30;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html */
export const synthesiseLogGroup = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as LogGroupOptions;
  if (options.existing !== undefined) return;
  const { retentionDays: days = DEFAULT_DAYS } = options;
  if (days !== 'never' && !RETENTION_DAYS.includes(days))
    builder.problem(
      'INVALID_OPTION',
      `retentionDays of ${declaration.name} is ${days}; CloudWatch Logs takes ${RETENTION_DAYS.join(', ')}, or never.`,
      declaration.declaredAt,
    );
  builder.add(
    declaration.name,
    {
      Type: 'AWS::Logs::LogGroup',
      ...retentionOf('AWS::Logs::LogGroup', options),
      Properties: builder.resolve(
        said({
          KmsKeyId: options.kmsKeyId,
          LogGroupClass: options.logGroupClass,
          LogGroupName: options.logGroupName,
          RetentionInDays: days === 'never' ? undefined : days,
          Tags: builder.tags(),
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaration.declaredAt,
  );
};

/** Of one log group. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MOST = { subscriptions: 2, dimensions: 3 };

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html */
const checkClass = (
  group: { readonly name: string; readonly options?: LogGroupOptions },
  what: string,
  builder: TemplateBuilder,
  declaredAt: FunctionDeclaration['declaredAt'],
): void => {
  const { logGroupClass = 'STANDARD' } = group.options ?? {};
  if (logGroupClass !== 'STANDARD')
    builder.problem(
      'INVALID_OPTION',
      `${what} ${group.name}, whose class is ${logGroupClass}; that takes a log group of the class STANDARD. Leave logGroupClass out.`,
      declaredAt,
    );
};

const checkNumber = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const key = groupKey(source, builder);
  const filters = [...builder.resources.values()].filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Logs::SubscriptionFilter' &&
      JSON.stringify(Properties?.['LogGroupName']) === key,
  ).length;
  if (filters > MOST.subscriptions)
    builder.problem(
      'OVER_LIMIT',
      `${fn.name} is subscription ${filters} of the log group ${source.target.name}; CloudWatch Logs takes ${MOST.subscriptions}. Let one function tell the others, or join patterns: { $.a = 1 || $.b = 2 }, ?ERROR ?WARN.`,
      fn.declaredAt,
    );
};

/** In an order that is not the program's: what one is called must not change when another comes. */
const patternsOf = ({ pattern = '' }: LogSourceOptions): readonly string[] =>
  typeof pattern === 'string' ? [pattern] : [...new Set(pattern)].sort();

/** Lines of a log group start a function. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample */
export const synthesiseLogsSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const { target, detail } = source;
  const permissionId = `${fn.name}${target.name}Permission`;
  if (builder.resources.has(permissionId))
    return builder.problem(
      'INVALID_OPTION',
      `${fn.name} is started by lines of ${target.name} twice. Give both patterns to one: lines({ pattern: ['…', '…'] }).`,
      fn.declaredAt,
    );
  checkClass(target, `${fn.name} is started by lines of`, builder, fn.declaredAt);
  const destination = { 'Fn::GetAtt': [fn.name, 'Arn'] };
  const logGroupName = builder.resolve(detail['logGroupName']);
  builder.add(
    permissionId,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: destination,
        Principal: 'logs.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: builder.resolve(detail['arn']),
      },
    },
    fn.declaredAt,
  );
  for (const [index, pattern] of patternsOf(detail).entries())
    builder.add(
      `${fn.name}${target.name}Filter${index === 0 ? '' : index + 1}`,
      {
        Type: 'AWS::Logs::SubscriptionFilter',
        // CloudWatch Logs tries the function before it makes the filter.
        DependsOn: [permissionId],
        Properties: {
          DestinationArn: destination,
          FilterPattern: pattern,
          LogGroupName: logGroupName,
        },
      },
      fn.declaredAt,
    );
  checkNumber(fn, source, builder);
  checkLoop(fn, builder);
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html */
const checkMetric = ({ name, options, declaredAt }: LogMetric, builder: TemplateBuilder): void => {
  checkClass(options.group, `The metric ${name} is made of lines of`, builder, declaredAt);
  const names = Object.keys(options.dimensions ?? {});
  if (names.length > MOST.dimensions)
    builder.problem(
      'OVER_LIMIT',
      `The metric ${name} has ${names.length} dimensions; CloudWatch Logs takes ${MOST.dimensions}. Leave some out.`,
      declaredAt,
    );
  if (names.length > 0 && options.defaultValue !== undefined)
    builder.problem(
      'INVALID_OPTION',
      `The metric ${name} has a defaultValue and dimensions, and CloudWatch Logs would not know of which values it is. Leave one of them out.`,
      declaredAt,
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-metricfilter.html */
export const synthesiseLogMetric = (
  declaration: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const metric = declaration as unknown as LogMetric;
  const { options, name, namespace, metricName } = metric;
  checkMetric(metric, builder);
  builder.add(
    name,
    {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        FilterPattern: options.pattern ?? '',
        LogGroupName: builder.resolve(options.logGroupName),
        MetricTransformations: [
          said({
            DefaultValue: options.defaultValue,
            Dimensions:
              options.dimensions === undefined
                ? undefined
                : Object.entries(options.dimensions).map(([Key, Value]) => ({ Key, Value })),
            MetricName: metricName,
            MetricNamespace: builder.resolve(namespace),
            MetricValue: String(options.value ?? 1),
            Unit: options.unit,
          }),
        ],
      },
    },
    declaration.declaredAt,
  );
};
