import type { AlarmMetric, AlarmReference } from '../../spec/alarm.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { Referable } from '../../spec/value.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import type { CfnValue } from '../../synth/template.ts';
import { inOrder, said } from '../../synth/template.ts';
import type { LogMetric } from '../logs/metric.ts';
import type { AlarmState } from './change.ts';
import type {
  ActionsSuppressor,
  AlarmActions,
  AlarmDeclaration,
  CompositeAlarmDeclaration,
} from './spec.ts';

/** The property that has what is done in a state. */
const PROPERTY: Readonly<Record<AlarmState, string>> = {
  ALARM: 'AlarmActions',
  OK: 'OKActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
};
/** Of one state. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const MOST_ACTIONS = 5;

const isList = (targets: AlarmActions['notify']): targets is readonly Referable[] =>
  Array.isArray(targets);

const toldOf = (
  { notify = [] }: AlarmActions,
  alarm: AnyDeclaration,
  builder: TemplateBuilder,
): readonly CfnValue[] =>
  (isList(notify) ? notify : [notify]).map((target) => {
    if (['function', 'queue', 'bucket'].includes(target.kind))
      builder.problem(
        'INVALID_OPTION',
        `notify of ${alarm.name} names ${target.name}, a ${target.kind}; alarms tell topics. ${
          target.kind === 'function'
            ? `Start ${target.name} with on: ….changes() of the alarm`
            : 'Name a topic, which may feed it'
        }.`,
        alarm.declaredAt,
      );
    return { Ref: target.name };
  });

const listed = (actions: readonly unknown[], builder: TemplateBuilder): unknown =>
  actions.length === 0 ? undefined : builder.resolve(actions);

const actionsOf = (alarm: AnyDeclaration, builder: TemplateBuilder) => {
  const options = alarm['options'] as AlarmActions;
  const told = toldOf(options, alarm, builder);
  return {
    ActionsEnabled: options.actionsEnabled,
    AlarmActions: listed([...told, ...(options.alarmActions ?? [])], builder),
    AlarmName: options.alarmName,
    InsufficientDataActions: listed(options.insufficientDataActions ?? [], builder),
    OKActions: listed([...told, ...(options.okActions ?? [])], builder),
    Tags: builder.tags(),
  };
};

const addAlarm = (
  alarm: AnyDeclaration,
  type: string,
  properties: Readonly<Record<string, unknown>>,
  builder: TemplateBuilder,
): void => {
  builder.add(
    alarm.name,
    {
      Type: type,
      Properties: inOrder(
        new Map(
          Object.entries(
            said({
              ...actionsOf(alarm, builder),
              ...properties,
              ...(builder.resolve((alarm['options'] as AlarmActions).properties ?? {}) as object),
            }),
          ),
        ),
      ),
    },
    alarm.declaredAt,
  );
  checkActions(alarm.name, builder);
};

const checkActions = (name: string, builder: TemplateBuilder): void => {
  for (const [state, property] of Object.entries(PROPERTY)) {
    const actions = builder.resources.get(name)?.Properties?.[property];
    if (Array.isArray(actions) && actions.length === MOST_ACTIONS + 1)
      builder.problem(
        'OVER_LIMIT',
        `${name} does more than ${MOST_ACTIONS} things when it comes to the state ${state}; CloudWatch takes ${MOST_ACTIONS}. Let it tell one topic, which tells the others.`,
        builder.declaredAt(name),
      );
  }
};

/** An alarm on a metric without its dimensions looks at another metric, which nothing makes: it would never go off. */
const checkDimensions = (
  alarm: AnyDeclaration,
  metric: AlarmMetric & Partial<Pick<LogMetric, 'options'>>,
  builder: TemplateBuilder,
): void => {
  const missing = Object.keys(metric.options?.dimensions ?? {}).filter(
    (name) => metric.dimensions[name] === undefined,
  );
  if (missing.length > 0)
    builder.problem(
      'INVALID_OPTION',
      `${alarm.name} is on the metric ${metric.metricName}, which is told by ${missing.join(', ')}; an alarm looks at one value of each, and never sums them up. Name them: ….with({ ${missing.map((name) => `${name}: '…'`).join(', ')} }).`,
      alarm.declaredAt,
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const synthesiseAlarm = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const { metric, options } = declaration as unknown as AlarmDeclaration;
  checkDimensions(declaration, metric, builder);
  const statistic = options.statistic ?? metric.statistic;
  addAlarm(
    declaration,
    'AWS::CloudWatch::Alarm',
    {
      AlarmDescription:
        options.description ?? `${metric.metricName} of ${metric.of} in ${builder.service.name}`,
      ComparisonOperator: options.comparison ?? 'GreaterThanOrEqualToThreshold',
      DatapointsToAlarm: options.datapointsToAlarm,
      Dimensions: Object.entries(metric.dimensions).map(([Name, value]) => ({
        Name,
        Value: builder.resolve(value),
      })),
      EvaluationPeriods: options.evaluationPeriods ?? 1,
      ExtendedStatistic: statistic.startsWith('p') ? statistic : undefined,
      MetricName: metric.metricName,
      Namespace: builder.resolve(metric.namespace),
      Period: options.period ?? 60,
      Statistic: statistic.startsWith('p') ? undefined : statistic,
      Threshold: options.threshold,
      TreatMissingData: options.treatMissingData ?? 'notBreaching',
    },
    builder,
  );
};

/** As AWS advises: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html */
const DEFAULT_PERIOD = 60;

const suppressorOf = (suppressor: AlarmReference | ActionsSuppressor | undefined) => {
  if (suppressor === undefined) return {};
  const { alarm, waitPeriod, extensionPeriod }: ActionsSuppressor =
    'alarm' in suppressor ? suppressor : { alarm: suppressor };
  return {
    ActionsSuppressor: { 'Fn::GetAtt': [alarm.name, 'Arn'] },
    ActionsSuppressorExtensionPeriod: extensionPeriod ?? DEFAULT_PERIOD,
    ActionsSuppressorWaitPeriod: waitPeriod ?? DEFAULT_PERIOD,
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-compositealarm.html */
export const synthesiseCompositeAlarm = (
  declaration: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const { rule, options, name } = declaration as unknown as CompositeAlarmDeclaration;
  addAlarm(
    declaration,
    'AWS::CloudWatch::CompositeAlarm',
    {
      AlarmDescription: options.description ?? `${name} of ${builder.service.name}`,
      AlarmRule: builder.resolve(rule),
      ...suppressorOf(options.suppressor),
    },
    builder,
  );
};

/** Changes of an alarm start a function. The alarm names the function, so nothing of the function may name the alarm. */
export const synthesiseAlarmSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const { name } = source.target;
  const { form, to } = source.detail as {
    readonly form: string;
    readonly to: readonly AlarmState[];
  };
  const permissionId = `${fn.name}${name}Permission`;
  if (builder.resources.has(permissionId))
    return builder.problem(
      'INVALID_OPTION',
      `${fn.name} is started by ${name} twice. Name all states in one: changes({ to: ['ALARM', 'OK'] }).`,
      fn.declaredAt,
    );
  if (fn.on.some((other) => other.source === 'alarm' && other.detail['form'] !== form))
    builder.problem(
      'INVALID_OPTION',
      `${fn.name} is started by changes() of one alarm and by events() of another, which cannot be told apart when they come. Use one of the two for all alarms of ${fn.name}.`,
      fn.declaredAt,
    );
  const action = { 'Fn::GetAtt': [fn.name, 'Arn'] };
  builder.amend(name, (alarm) => ({
    ...alarm,
    Properties: {
      ...alarm.Properties,
      ...Object.fromEntries(
        to.map((state) => {
          const before = alarm.Properties?.[PROPERTY[state]] as readonly unknown[] | undefined;
          return [PROPERTY[state], [...(before ?? []), action]];
        }),
      ),
    },
  }));
  checkActions(name, builder);
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
  builder.add(
    permissionId,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: action,
        Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { 'Fn::GetAtt': [name, 'Arn'] },
      },
    },
    fn.declaredAt,
  );
};
