import type { ServiceContext } from '../../core/define-service.ts';
import { amzDate, sendStateChange } from './alarm-events.ts';
import type { Evaluation } from './evaluate-alarm.ts';
import { evaluateAlarm } from './evaluate-alarm.ts';
import { compileRule } from './alarm-rule.ts';
import type { Alarm, AlarmState, CloudWatchState, CompositeAlarm } from './state.ts';
import { isComposite } from './state.ts';
import { afterChange, awaitRelease, followSuppressor, withSuppression } from './suppression.ts';
import { startActions } from './take-actions.ts';

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
  const next = {
    state: change.state,
    stateReason: change.reason,
    stateReasonData: change.data,
    stateChangedAt: at,
  };
  const changed = isComposite(alarm)
    ? withSuppression({ ...alarm, ...next, transitionedAt: at }, afterChange(context, alarm))
    : { ...alarm, ...next };
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
  if (isComposite(changed)) awaitRelease(context, changed);
  if (!isComposite(changed) || changed.suppressed === undefined)
    startActions(context, { changed, before: alarm, cause });
  followSuppressor(context, changed, alarm.state);
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
