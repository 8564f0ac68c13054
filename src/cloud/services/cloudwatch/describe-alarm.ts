import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type { Alarm, CompositeAlarm } from './state.ts';
import { suppressionReason } from './state.ts';

/** What DescribeAlarms tells of either kind. */
const described = (alarm: Alarm | CompositeAlarm) => ({
  AlarmName: alarm.alarmName,
  AlarmArn: alarm.arn,
  AlarmDescription: alarm.description,
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
  ActionsEnabled: alarm.actionsEnabled,
  OKActions: [...alarm.okActions],
  AlarmActions: [...alarm.alarmActions],
  InsufficientDataActions: [...alarm.insufficientDataActions],
  StateValue: alarm.state,
  StateReason: alarm.stateReason,
  StateReasonData: alarm.stateReasonData === '' ? undefined : alarm.stateReasonData,
  StateUpdatedTimestamp: new Date(alarm.stateChangedAt),
  StateTransitionedTimestamp: new Date(alarm.stateChangedAt),
});

export const describeComposite = (alarm: CompositeAlarm): CloudWatch.CompositeAlarm => ({
  ...described(alarm),
  StateTransitionedTimestamp: new Date(alarm.transitionedAt ?? alarm.stateChangedAt),
  AlarmRule: alarm.rule,
  ActionsSuppressor: alarm.suppressor?.alarm,
  ActionsSuppressorWaitPeriod: alarm.suppressor?.waitSeconds,
  ActionsSuppressorExtensionPeriod: alarm.suppressor?.extensionSeconds,
  ...(alarm.suppressed === undefined
    ? {}
    : {
        ActionsSuppressedBy: alarm.suppressed.by,
        ActionsSuppressedReason: suppressionReason(alarm.suppressed),
      }),
});

export const describeMetricAlarm = (alarm: Alarm): CloudWatch.MetricAlarm => ({
  ...described(alarm),
  MetricName: alarm.name,
  Namespace: alarm.namespace,
  ...(alarm.statistic.startsWith('p')
    ? { ExtendedStatistic: alarm.statistic }
    : { Statistic: alarm.statistic as CloudWatch.Statistic }),
  Dimensions: [...alarm.dimensions],
  Period: alarm.periodSeconds,
  Unit: alarm.unit as CloudWatch.StandardUnit | undefined,
  EvaluationPeriods: alarm.evaluationPeriods,
  DatapointsToAlarm: alarm.givenDatapointsToAlarm,
  Threshold: alarm.threshold,
  ComparisonOperator: alarm.comparison as CloudWatch.ComparisonOperator,
  TreatMissingData: alarm.treatMissingData,
});
