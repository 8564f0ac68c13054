import { failureOutcome, notSupported } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { Evaluation } from './evaluate-alarm.ts';
import { evaluateAlarm } from './evaluate-alarm.ts';
import type { Alarm, AlarmState, CloudWatchState } from './state.ts';

type Context = ServiceContext<CloudWatchState>;

const MINUTE_MS = 60_000;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */
const HIGH_RESOLUTION_MS = 10_000;

/** Evaluates the alarms that look at these metrics, or all of them. */
export const evaluateAlarms = (
  context: Context,
  concerns: (alarm: Alarm) => boolean = () => true,
): void => {
  for (const alarm of [...context.state.alarms.values()].filter(concerns)) {
    const evaluation = evaluateAlarm(alarm, context.state.metrics, context.clock.now());
    if (evaluation !== undefined && evaluation.state !== alarm.state)
      changeState(context, alarm, evaluation);
  }
};

/** Keeps evaluating while there is an alarm, at every full minute or 10 s: periods end without data, too. */
export const keepEvaluating = (context: Context): void => {
  const { state, clock } = context;
  if (state.tick !== undefined || state.alarms.size === 0) return;
  const short = [...state.alarms.values()].some(({ periodSeconds }) => periodSeconds < 60);
  const step = short ? HIGH_RESOLUTION_MS : MINUTE_MS;
  state.tick = clock.after(step - (clock.now() % step), () => {
    state.tick = undefined;
    context.background('evaluating alarms', async () => evaluateAlarms(context));
    keepEvaluating(context);
  });
};

/** Sets a state, writes it into the history and starts the actions. */
export const changeState = (context: Context, alarm: Alarm, change: Evaluation): void => {
  const at = context.clock.now();
  const changed: Alarm = {
    ...alarm,
    state: change.state,
    stateReason: change.reason,
    stateReasonData: change.data,
    stateChangedAt: at,
  };
  context.state.alarms.set(alarm.alarmName, changed);
  context.state.addHistory({
    alarmName: alarm.alarmName,
    at,
    kind: 'StateUpdate',
    summary: `Alarm updated from ${alarm.state} to ${change.state}`,
    data: JSON.stringify({
      version: '1.0',
      oldState: { stateValue: alarm.state, stateReason: alarm.stateReason },
      newState: { stateValue: change.state, stateReason: change.reason },
    }),
  });
  if (!alarm.actionsEnabled) return;
  for (const action of actionsOf(changed, change.state))
    context.background(`action of alarm ${alarm.alarmName}`, () =>
      act(context, changed, alarm.state, action),
    );
};

const actionsOf = (alarm: Alarm, state: AlarmState): readonly string[] =>
  ({
    OK: alarm.okActions,
    ALARM: alarm.alarmActions,
    INSUFFICIENT_DATA: alarm.insufficientDataActions,
  })[state];

const act = async (
  context: Context,
  alarm: Alarm,
  before: AlarmState,
  action: string,
): Promise<void> => {
  const [, , service] = action.split(':');
  const record = (actionState: 'Succeeded' | 'Failed', summary: string) =>
    context.state.addHistory({
      alarmName: alarm.alarmName,
      at: context.clock.now(),
      kind: 'Action',
      summary,
      data: JSON.stringify({ actionState, notificationResource: action }),
    });
  const source = { sourceArn: alarm.arn, sourceAccount: context.accountId };
  try {
    if (service === 'sns') {
      await context.call({
        service: 'sns',
        operation: 'Publish',
        input: {
          TopicArn: action,
          Subject: `${alarm.state}: "${alarm.alarmName}" in ${regionName(context.region)}`.slice(
            0,
            100,
          ),
          Message: JSON.stringify(notification(context, alarm, before)),
        },
        principal: servicePrincipal('cloudwatch.amazonaws.com', source),
      });
    } else if (service === 'lambda') {
      await context.call({
        service: 'lambda',
        operation: 'Invoke',
        input: {
          FunctionName: action,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(lambdaEvent(context, alarm, before))),
        },
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
        principal: servicePrincipal('lambda.alarms.cloudwatch.amazonaws.com', source),
      });
    } else {
      throw notSupported(`The action ${action}`);
    }
    record('Succeeded', `Successfully executed action ${action}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    record('Failed', `Failed to execute action ${action}. Received error: "${why}"`);
    context.journal.note(
      'cloudwatch',
      `alarm ${alarm.alarmName}: the action ${action} failed: ${why}`,
      { outcome: failureOutcome(error) },
    );
  }
};

/** Long names as they stand in notifications; a region without one is named by its code. */
const REGION_NAMES: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-1': 'US West (N. California)',
  'us-west-2': 'US West (Oregon)',
  'eu-west-1': 'EU (Ireland)',
  'eu-central-1': 'EU (Frankfurt)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
};
const regionName = (region: string) => REGION_NAMES[region] ?? region;

const amzDate = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

const STATISTIC_WORDS: Readonly<Record<string, string>> = {
  Sum: 'SUM',
  Average: 'AVERAGE',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
const notification = (context: Context, alarm: Alarm, before: AlarmState) => ({
  AlarmName: alarm.alarmName,
  AlarmDescription: alarm.description ?? null,
  AWSAccountId: context.accountId,
  AlarmConfigurationUpdatedTimestamp: amzDate(alarm.configuredAt),
  NewStateValue: alarm.state,
  NewStateReason: alarm.stateReason,
  StateChangeTime: amzDate(alarm.stateChangedAt),
  Region: regionName(context.region),
  AlarmArn: alarm.arn,
  OldStateValue: before,
  OKActions: alarm.okActions,
  AlarmActions: alarm.alarmActions,
  InsufficientDataActions: alarm.insufficientDataActions,
  Trigger: {
    MetricName: alarm.name,
    Namespace: alarm.namespace,
    StatisticType: alarm.statistic in STATISTIC_WORDS ? 'Statistic' : 'ExtendedStatistic',
    ...(alarm.statistic in STATISTIC_WORDS
      ? { Statistic: STATISTIC_WORDS[alarm.statistic] }
      : { ExtendedStatistic: alarm.statistic }),
    Unit: alarm.unit ?? null,
    Dimensions: alarm.dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
    Period: alarm.periodSeconds,
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.givenDatapointsToAlarm === undefined
      ? {}
      : { DatapointsToAlarm: alarm.givenDatapointsToAlarm }),
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.treatMissingData,
    EvaluateLowSampleCountPercentile: '',
  },
});

const lambdaEvent = (context: Context, alarm: Alarm, before: AlarmState) => ({
  source: 'aws.cloudwatch',
  alarmArn: alarm.arn,
  accountId: context.accountId,
  time: amzDate(alarm.stateChangedAt),
  region: context.region,
  alarmData: {
    alarmName: alarm.alarmName,
    state: {
      value: alarm.state,
      reason: alarm.stateReason,
      reasonData: alarm.stateReasonData ?? '',
      timestamp: amzDate(alarm.stateChangedAt),
    },
    previousState: { value: before },
    configuration: {
      ...(alarm.description === undefined ? {} : { description: alarm.description }),
      metrics: [
        {
          id: 'm1',
          metricStat: {
            metric: {
              namespace: alarm.namespace,
              name: alarm.name,
              dimensions: Object.fromEntries(
                alarm.dimensions.map(({ Name, Value }) => [Name, Value]),
              ),
            },
            period: alarm.periodSeconds,
            stat: alarm.statistic,
          },
          returnData: true,
        },
      ],
    },
  },
});
