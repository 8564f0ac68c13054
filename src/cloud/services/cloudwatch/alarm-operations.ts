import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { changeState, evaluateAlarms, keepEvaluating } from './alarm-actions.ts';
import { isComposite } from './state.ts';
import { alarmArn, onAlarms } from './alarm-arn.ts';
import { compileRule } from './alarm-rule.ts';
import { describeComposite, describeMetricAlarm } from './describe-alarm.ts';
import { alarmNotFound, invalidParameterValue, missingParameter, validation } from './errors.ts';
import { COMPARISONS } from './evaluate-alarm.ts';
import { isStatistic, metricKey } from './metrics.ts';
import type { Alarm, AlarmState, CloudWatchState, CompositeAlarm } from './state.ts';

const MISSING_DATA = ['breaching', 'notBreaching', 'ignore', 'missing'];

const UNSUPPORTED: readonly (keyof CloudWatch.PutMetricAlarmInput)[] = [
  'Metrics',
  'ThresholdMetricId',
  'EvaluationWindow',
  'WarmUpConfiguration',
  'EvaluationCriteria',
  'EvaluationInterval',
  'ActionConfiguration',
];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const readAlarm = (
  input: CloudWatch.PutMetricAlarmInput,
  place: Parameters<typeof alarmArn>[0],
  nowMs: number,
  before: Alarm | undefined,
): Alarm => {
  for (const name of UNSUPPORTED)
    if (input[name] !== undefined) throw notSupported(`PutMetricAlarm with ${name}`);
  const required = ['MetricName', 'Namespace', 'Period', 'Threshold'] as const;
  for (const name of required)
    if (input[name] === undefined)
      throw missingParameter(`The parameter ${name} is required for an alarm on a metric.`);
  const chosen = input.Statistic ?? input.ExtendedStatistic;
  if (
    chosen === undefined ||
    (input.Statistic !== undefined && input.ExtendedStatistic !== undefined)
  )
    throw validation(
      'Exactly one of the parameters Statistic and ExtendedStatistic must be specified.',
    );
  if (!isStatistic(chosen)) throw notSupported(`The statistic '${chosen}'`);
  const comparison = input.ComparisonOperator ?? '';
  if (!COMPARISONS.includes(comparison))
    throw comparison.includes('UpperThreshold')
      ? notSupported(`The comparison ${comparison}`)
      : validation(`The comparison operator '${comparison}' is none of ${COMPARISONS.join(', ')}.`);
  const treat = input.TreatMissingData ?? 'missing';
  if (!MISSING_DATA.includes(treat))
    throw validation(
      `Option ${treat} for parameter TreatMissingData is not recognized. Allowed: ${MISSING_DATA.join(', ')}.`,
    );
  const periods = input.EvaluationPeriods ?? 0;
  const points = input.DatapointsToAlarm;
  if (points !== undefined && (points < 1 || points > periods))
    throw validation(
      `DatapointsToAlarm is ${points}; it must be at least 1 and at most EvaluationPeriods (${periods}).`,
    );
  const DAY_SECONDS = 86_400;
  const period = input.Period ?? 60;
  if (![10, 20, 30].includes(period) && period % 60 !== 0)
    throw validation(`Period is ${period}; it must be 10, 20, 30 or a multiple of 60 seconds.`);
  if (period >= 60 && periods * period > 7 * DAY_SECONDS)
    throw validation(
      'Metrics cannot be checked across more than seven days (EvaluationPeriods * Period must be <= 604800).',
    );
  const name = input.AlarmName ?? '';
  return {
    alarmName: name,
    arn: alarmArn(place, name),
    ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
    namespace: input.Namespace ?? '',
    name: input.MetricName ?? '',
    dimensions: (input.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value })),
    statistic: chosen,
    periodSeconds: period,
    evaluationPeriods: periods,
    datapointsToAlarm: points ?? periods,
    ...(points === undefined ? {} : { givenDatapointsToAlarm: points }),
    threshold: input.Threshold ?? 0,
    comparison,
    treatMissingData: treat,
    ...(input.Unit === undefined ? {} : { unit: input.Unit }),
    state: before?.state ?? 'INSUFFICIENT_DATA',
    stateReason: before?.stateReason ?? 'Unchecked: Initial alarm creation',
    ...(before?.stateReasonData === undefined ? {} : { stateReasonData: before.stateReasonData }),
    stateChangedAt: before?.stateChangedAt ?? nowMs,
    configuredAt: nowMs,
    tags:
      before?.tags ??
      Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
};

const paged = <T>(items: readonly T[], token: string | undefined, size: number) => {
  const at = Number(token ?? 0);
  if (!Number.isInteger(at) || at < 0)
    throw invalidParameterValue(`The NextToken '${token ?? ''}' is invalid.`);
  return {
    page: items.slice(at, at + size),
    ...(items.length > at + size ? { NextToken: String(at + size) } : {}),
  };
};

const find = (state: CloudWatchState, name: string | undefined): Alarm | CompositeAlarm => {
  const alarm = state.alarms.get(name ?? '') ?? state.composites.get(name ?? '');
  if (alarm === undefined) throw alarmNotFound();
  return alarm;
};

const put = (state: CloudWatchState, alarm: Alarm | CompositeAlarm) => {
  if (isComposite(alarm)) state.composites.set(alarm.alarmName, alarm);
  else state.alarms.set(alarm.alarmName, alarm);
};

/** Composite alarms whose rule names this alarm. */
const parentsOf = (state: CloudWatchState, alarmName: string): readonly CompositeAlarm[] =>
  [...state.composites.values()].filter(({ rule }) => compileRule(rule).alarms.includes(alarmName));

const related = (
  state: CloudWatchState,
  input: CloudWatch.DescribeAlarmsInput,
): ReadonlySet<string> | undefined => {
  const { ChildrenOfAlarmName: parent, ParentsOfAlarmName: child } = input;
  if (parent !== undefined)
    return new Set(compileRule(state.composites.get(parent)?.rule ?? 'FALSE').alarms);
  if (child !== undefined)
    return new Set(parentsOf(state, child).map(({ alarmName }) => alarmName));
  return undefined;
};

const switchActions = (action: string, actionsEnabled: boolean) =>
  operation<CloudWatchState, CloudWatch.EnableAlarmActionsInput, object>({
    needs: onAlarms(action),
    handle: (input, { state }) => {
      for (const name of input.AlarmNames ?? []) {
        const alarm = state.alarms.get(name) ?? state.composites.get(name);
        if (alarm !== undefined) put(state, { ...alarm, actionsEnabled });
      }
      return {};
    },
  });

const byArn = (state: CloudWatchState, arn: string | undefined) =>
  find(state, arn?.split(':alarm:')[1]);

/** Operations on alarms. */
export const alarmOperations: OperationTable<CloudWatchState> = {
  PutMetricAlarm: operation<CloudWatchState, CloudWatch.PutMetricAlarmInput, object>({
    needs: onAlarms('cloudwatch:PutMetricAlarm'),
    handle: (input, context) => {
      const { state, clock } = context;
      const before = state.alarms.get(input.AlarmName ?? '');
      const alarm = readAlarm(input, context, clock.now(), before);
      state.alarms.set(alarm.alarmName, alarm);
      state.addHistory({
        alarmName: alarm.alarmName,
        at: clock.now(),
        kind: 'ConfigurationUpdate',
        summary: `Alarm "${alarm.alarmName}" ${before === undefined ? 'created' : 'updated'}`,
        data: JSON.stringify({ version: '1.0', type: before === undefined ? 'Create' : 'Update' }),
      });
      context.background(`first look of alarm ${alarm.alarmName}`, async () =>
        evaluateAlarms(context, ({ alarmName }) => alarmName === alarm.alarmName),
      );
      keepEvaluating(context);
      return {};
    },
  }),
  DescribeAlarms: operation<
    CloudWatchState,
    CloudWatch.DescribeAlarmsInput,
    CloudWatch.DescribeAlarmsOutput
  >({
    needs: onAlarms('cloudwatch:DescribeAlarms'),
    handle: (input, { state }) => {
      const names = related(state, input);
      // Without types only metric alarms are told, unless it is asked who stands to whom.
      const types = input.AlarmTypes ?? (names === undefined ? ['MetricAlarm'] : undefined);
      const found = [...state.alarms.values(), ...state.composites.values()]
        .filter(
          (alarm) => types?.includes(isComposite(alarm) ? 'CompositeAlarm' : 'MetricAlarm') ?? true,
        )
        .filter(({ alarmName }) => names?.has(alarmName) ?? true)
        .filter(
          ({ alarmName }) => input.AlarmNames === undefined || input.AlarmNames.includes(alarmName),
        )
        .filter(({ alarmName }) => alarmName.startsWith(input.AlarmNamePrefix ?? ''))
        .filter(({ state: value }) => input.StateValue === undefined || value === input.StateValue)
        .filter(({ alarmActions, okActions, insufficientDataActions }) => {
          const prefix = input.ActionPrefix;
          return (
            prefix === undefined ||
            [...alarmActions, ...okActions, ...insufficientDataActions].some((action) =>
              action.startsWith(prefix),
            )
          );
        })
        .sort((a, b) => (a.alarmName < b.alarmName ? -1 : 1));
      const { page, ...next } = paged(found, input.NextToken, input.MaxRecords ?? 50);
      return {
        MetricAlarms: page.flatMap((alarm) =>
          isComposite(alarm) ? [] : [describeMetricAlarm(alarm)],
        ),
        CompositeAlarms: page.flatMap((alarm) =>
          isComposite(alarm) ? [describeComposite(alarm)] : [],
        ),
        ...next,
      };
    },
  }),
  DescribeAlarmsForMetric: operation<
    CloudWatchState,
    CloudWatch.DescribeAlarmsForMetricInput,
    CloudWatch.DescribeAlarmsForMetricOutput
  >({
    needs: () => ({ action: 'cloudwatch:DescribeAlarmsForMetric', resource: '*' }),
    handle: (input, { state }) => {
      const wanted = metricKey({
        namespace: input.Namespace ?? '',
        name: input.MetricName ?? '',
        dimensions: (input.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value })),
      });
      return {
        MetricAlarms: [...state.alarms.values()]
          .filter((alarm) => metricKey(alarm) === wanted)
          .map(describeMetricAlarm),
      };
    },
  }),
  DescribeAlarmHistory: operation<
    CloudWatchState,
    CloudWatch.DescribeAlarmHistoryInput,
    CloudWatch.DescribeAlarmHistoryOutput
  >({
    needs: onAlarms('cloudwatch:DescribeAlarmHistory'),
    handle: (input, { state }) => {
      const found = [...state.history.values()]
        .filter(({ alarmName }) => input.AlarmName === undefined || alarmName === input.AlarmName)
        .filter(({ kind }) => input.HistoryItemType === undefined || kind === input.HistoryItemType)
        .filter(
          ({ at }) =>
            at >= (input.StartDate?.getTime() ?? 0) &&
            at <= (input.EndDate?.getTime() ?? Number.POSITIVE_INFINITY),
        );
      if (input.ScanBy !== 'TimestampAscending') found.reverse();
      const { page, ...next } = paged(found, input.NextToken, input.MaxRecords ?? 100);
      return {
        AlarmHistoryItems: page.map(
          ({ alarmName, isComposite: composite, at, kind, summary, data }) => ({
            AlarmName: alarmName,
            AlarmType: composite === true ? ('CompositeAlarm' as const) : ('MetricAlarm' as const),
            Timestamp: new Date(at),
            HistoryItemType: kind,
            HistorySummary: summary,
            HistoryData: data,
          }),
        ),
        ...next,
      };
    },
  }),
  DeleteAlarms: operation<CloudWatchState, CloudWatch.DeleteAlarmsInput, object>({
    needs: onAlarms('cloudwatch:DeleteAlarms'),
    handle: (input, { state }) => {
      const names = input.AlarmNames ?? [];
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html; the words are our own
      if (names.filter((name) => state.composites.has(name)).length > 1)
        throw validation('Only one composite alarm can be deleted at a time.');
      const needed = names.filter((name) =>
        parentsOf(state, name).some(({ alarmName }) => !names.includes(alarmName)),
      );
      // The words: https://github.com/ekristen/aws-nuke/issues/462, https://github.com/cloud-custodian/cloud-custodian/issues/7763
      if (needed.length > 0)
        throw validation(
          `Cannot delete ${needed.join(',')} as there are composite alarm(s) depending on ${needed.length === 1 ? 'it' : 'them'}.`,
        );
      for (const name of names) {
        state.alarms.delete(name);
        state.composites.delete(name);
      }
      return {};
    },
  }),
  SetAlarmState: operation<CloudWatchState, CloudWatch.SetAlarmStateInput, object>({
    needs: onAlarms('cloudwatch:SetAlarmState'),
    handle: (input, context) => {
      const alarm = find(context.state, input.AlarmName);
      const state = input.StateValue as AlarmState;
      const change = { state, reason: input.StateReason ?? '', data: input.StateReasonData ?? '' };
      if (state !== alarm.state) changeState(context, alarm, change);
      return {};
    },
  }),
  EnableAlarmActions: switchActions('cloudwatch:EnableAlarmActions', true),
  DisableAlarmActions: switchActions('cloudwatch:DisableAlarmActions', false),
  TagResource: operation<CloudWatchState, CloudWatch.TagResourceInput, object>({
    needs: ({ ResourceARN = '*' }) => ({ action: 'cloudwatch:TagResource', resource: ResourceARN }),
    handle: (input, { state }) => {
      const alarm = byArn(state, input.ResourceARN);
      const added = Object.fromEntries(
        (input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]),
      );
      put(state, { ...alarm, tags: { ...alarm.tags, ...added } });
      return {};
    },
  }),
  UntagResource: operation<CloudWatchState, CloudWatch.UntagResourceInput, object>({
    needs: ({ ResourceARN = '*' }) => ({
      action: 'cloudwatch:UntagResource',
      resource: ResourceARN,
    }),
    handle: (input, { state }) => {
      const alarm = byArn(state, input.ResourceARN);
      const tags = Object.fromEntries(
        Object.entries(alarm.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)),
      );
      put(state, { ...alarm, tags });
      return {};
    },
  }),
  ListTagsForResource: operation<
    CloudWatchState,
    CloudWatch.ListTagsForResourceInput,
    CloudWatch.ListTagsForResourceOutput
  >({
    needs: ({ ResourceARN = '*' }) => ({
      action: 'cloudwatch:ListTagsForResource',
      resource: ResourceARN,
    }),
    handle: (input, { state }) => ({
      Tags: Object.entries(byArn(state, input.ResourceARN).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};
