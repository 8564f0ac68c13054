import { failureOutcome, notSupported } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { alarmConfiguration, sendStateChange } from './alarm-events.ts';
import type { Evaluation } from './evaluate-alarm.ts';
import { evaluateAlarm } from './evaluate-alarm.ts';
import { compileRule } from './alarm-rule.ts';
import type { Alarm, AlarmState, CloudWatchState, CompositeAlarm } from './state.ts';
import { isComposite } from './state.ts';

/** What a call has, and what goes on by itself has too; only a call has an id. */
type Context = ServiceContext<CloudWatchState> & { readonly callId?: number };

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
export const changeState = (
  context: Context,
  alarm: Alarm | CompositeAlarm,
  change: Evaluation,
  path: readonly string[] = [],
): void => {
  const at = context.clock.now();
  const changed = {
    ...alarm,
    state: change.state,
    stateReason: change.reason,
    stateReasonData: change.data,
    stateChangedAt: at,
  };
  if (isComposite(changed)) context.state.composites.set(alarm.alarmName, changed);
  else context.state.alarms.set(alarm.alarmName, changed);
  context.state.addHistory({
    alarmName: alarm.alarmName,
    ...(isComposite(alarm) ? { isComposite: true } : {}),
    at,
    kind: 'StateUpdate',
    summary: `Alarm updated from ${alarm.state} to ${change.state}`,
    data: JSON.stringify({
      version: '1.0',
      oldState: { stateValue: alarm.state, stateReason: alarm.stateReason },
      newState: { stateValue: change.state, stateReason: change.reason },
    }),
  });
  const cause = context.journal.note(
    'cloudwatch',
    `alarm ${alarm.alarmName} went from ${alarm.state} to ${change.state}: ${change.reason}`,
    { source: alarm.arn, ...(context.callId === undefined ? {} : { cause: context.callId }) },
  );
  sendStateChange(context, changed, alarm, cause);
  startActions(context, { changed, before: alarm.state, cause });
  // "The evaluation of composite alarms stops if CloudWatch detects a cycle in the evaluation path."
  const seen = [...path, alarm.alarmName];
  for (const { alarmName, rule } of context.state.composites.values())
    if (!seen.includes(alarmName) && compileRule(rule).alarms.includes(alarm.alarmName))
      evaluateComposite(context, alarmName, { trigger: changed, path: seen });
};

/** `Friday 22 July, 2022 15:57:45 UTC` */
const spokenTime = (at: number): string => {
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(at);
  const [date, time] = [new Date(at), new Date(at).toISOString().slice(11, 19)];
  return `${part({ weekday: 'long' })} ${String(date.getUTCDate()).padStart(2, '0')} ${part({ month: 'long' })}, ${date.getUTCFullYear()} ${time} UTC`;
};

/**
 * Sets a composite alarm's state by its rule. Reasons are in the words of AWS's examples.
 * @param why - The alarm whose change it follows, or what was done to the alarm itself.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export const evaluateComposite = (
  context: Context,
  alarmName: string,
  why: {
    readonly trigger?: Alarm | CompositeAlarm;
    readonly done?: 'created' | 'updated';
    readonly path?: readonly string[];
  },
): void => {
  const { state, clock } = context;
  const alarm = state.composites.get(alarmName);
  if (alarm === undefined) return;
  const find = (name: string) => state.alarms.get(name) ?? state.composites.get(name);
  const rule = compileRule(alarm.rule);
  const value: AlarmState = rule.holds((name) => find(name)?.state) ? 'ALARM' : 'OK';
  if (value === alarm.state) return;
  const { trigger } = why;
  const children =
    trigger === undefined ? rule.alarms.flatMap((name) => find(name) ?? []) : [trigger];
  changeState(
    context,
    alarm,
    {
      state: value,
      reason:
        trigger === undefined
          ? `${alarm.arn} was ${why.done ?? 'updated'} and its alarm rule evaluates to ${value}`
          : `${trigger.arn} transitioned to ${trigger.state} at ${spokenTime(clock.now())}`,
      data: JSON.stringify({
        triggeringAlarms: children.map((child) => ({
          arn: child.arn,
          state: { value: child.state, timestamp: amzDate(child.stateChangedAt) },
        })),
      }),
    },
    why.path,
  );
};

/** A change of an alarm's state, and the journal's id of it. */
interface Change {
  readonly changed: Alarm | CompositeAlarm;
  readonly before: AlarmState;
  readonly cause: number;
}

const startActions = (context: Context, change: Change) => {
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

const amzDate = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

const STATISTIC_WORDS: Readonly<Record<string, string>> = {
  Sum: 'SUM',
  Average: 'AVERAGE',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
  SampleCount: 'SAMPLE_COUNT',
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html */
const notification = (context: Context, alarm: Alarm | CompositeAlarm, before: AlarmState) => ({
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
  OldStateValue: before,
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

const lambdaEvent = (context: Context, alarm: Alarm | CompositeAlarm, before: AlarmState) => ({
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
      ...alarmConfiguration(alarm),
    },
  },
});
