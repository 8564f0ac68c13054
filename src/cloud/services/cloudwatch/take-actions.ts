import { failureOutcome, notSupported } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { alarmConfiguration, alarmState, amzDate } from './alarm-events.ts';
import type { Alarm, CloudWatchState, CompositeAlarm } from './state.ts';
import { isComposite } from './state.ts';

type Context = ServiceContext<CloudWatchState>;

/** A change of an alarm's state, and the journal's id of it. */
interface Change {
  readonly changed: Alarm | CompositeAlarm;
  /** The alarm as it was. */
  readonly before: Alarm | CompositeAlarm;
  readonly cause: number;
}

/** Starts what an alarm does in the state that it has come to. */
export const startActions = (context: Context, change: Change): void => {
  const { changed } = change;
  if (!changed.actionsEnabled) return;
  for (const action of actionsOf(changed))
    context.background(`action of alarm ${changed.alarmName}`, () => act(context, change, action));
};

const actionsOf = (alarm: Alarm | CompositeAlarm): readonly string[] =>
  ({
    OK: alarm.okActions,
    ALARM: alarm.alarmActions,
    INSUFFICIENT_DATA: alarm.insufficientDataActions,
  })[alarm.state];

const act = async (
  context: Context,
  { changed: alarm, before, cause }: Change,
  action: string,
): Promise<void> => {
  const [, , service] = action.split(':');
  const record = (actionState: 'Succeeded' | 'Failed', summary: string) =>
    context.state.addHistory({
      alarmName: alarm.alarmName,
      ...(isComposite(alarm) ? { isComposite: true } : {}),
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
        cause,
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
        cause,
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
      { outcome: failureOutcome(error), cause, source: alarm.arn, target: action },
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

const STATISTIC_WORDS: Readonly<Record<string, string>> = {
  Sum: 'SUM',
  Average: 'AVERAGE',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
const notification = (
  context: Context,
  alarm: Alarm | CompositeAlarm,
  before: Alarm | CompositeAlarm,
) => ({
  AlarmName: alarm.alarmName,
  AlarmDescription: alarm.description ?? null,
  AWSAccountId: context.accountId,
  ...(isComposite(alarm)
    ? {}
    : { AlarmConfigurationUpdatedTimestamp: amzDate(alarm.configuredAt) }),
  NewStateValue: alarm.state,
  NewStateReason: alarm.stateReason,
  StateChangeTime: amzDate(alarm.stateChangedAt),
  Region: regionName(context.region),
  AlarmArn: alarm.arn,
  OldStateValue: before.state,
  OKActions: alarm.okActions,
  AlarmActions: alarm.alarmActions,
  InsufficientDataActions: alarm.insufficientDataActions,
  ...(isComposite(alarm) ? compositeTrigger(alarm) : { Trigger: metricTrigger(alarm) }),
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html */
const compositeTrigger = (alarm: CompositeAlarm) => ({
  AlarmRule: alarm.rule,
  TriggeringChildren: triggersOf(alarm).map(({ arn, state }) => ({
    Arn: arn,
    State: { Value: state.value, Timestamp: state.timestamp },
  })),
});

const triggersOf = ({ stateReasonData = '' }: CompositeAlarm) => {
  try {
    const { triggeringAlarms = [] } = JSON.parse(stateReasonData) as {
      readonly triggeringAlarms?: readonly {
        readonly arn: string;
        readonly state: { readonly value: string; readonly timestamp: string };
      }[];
    };
    return triggeringAlarms;
  } catch {
    // Whoever sets a state by hand may give any text.
    return [];
  }
};

const metricTrigger = (alarm: Alarm) => ({
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
});

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
const lambdaEvent = (
  context: Context,
  alarm: Alarm | CompositeAlarm,
  before: Alarm | CompositeAlarm,
) => ({
  source: 'aws.cloudwatch',
  alarmArn: alarm.arn,
  accountId: context.accountId,
  time: amzDate(alarm.stateChangedAt),
  region: context.region,
  alarmData: {
    alarmName: alarm.alarmName,
    state: alarmState(alarm),
    previousState: alarmState(before),
    configuration: alarmConfiguration(alarm),
  },
});
