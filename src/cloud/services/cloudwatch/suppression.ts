import type { ServiceContext } from '../../core/define-service.ts';
import { nameOf } from './alarm-rule.ts';
import type { Alarm, AlarmState, CloudWatchState, CompositeAlarm, Suppressed } from './state.ts';
import { startActions } from './take-actions.ts';

type Context = ServiceContext<CloudWatchState>;

/**
 * A composite alarm's actions are held back while its suppressor is in ALARM; for a time after its own state has changed, in which the suppressor may
 * still go there (the wait period); and for a time after the suppressor has left it, in which its own state may still change (the extension
 * period). Then it acts by the state that it has.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
export const withSuppression = (
  { suppressed: _before, ...alarm }: CompositeAlarm,
  suppressed: Suppressed | undefined,
): CompositeAlarm => (suppressed === undefined ? alarm : { ...alarm, suppressed });

/** What holds actions back once the alarm's own state has changed: a new wait period takes the place of any other. */
export const afterChange = (
  { state, clock }: Context,
  { suppressor }: CompositeAlarm,
): Suppressed | undefined => {
  if (suppressor === undefined) return undefined;
  const name = nameOf(suppressor.alarm);
  if ((state.alarms.get(name) ?? state.composites.get(name))?.state === 'ALARM')
    return { by: 'Alarm' };
  return { by: 'WaitPeriod', until: clock.now() + suppressor.waitSeconds * 1000 };
};

/** Sets the end of the period that an alarm is in, or none. */
export const awaitRelease = (
  context: Context,
  { alarmName, suppressed }: Pick<CompositeAlarm, 'alarmName' | 'suppressed'>,
): void => {
  const { reminders } = context.state;
  if (suppressed?.until === undefined) reminders.clear(alarmName);
  else
    reminders.set(alarmName, suppressed.until, () =>
      context.background(`actions of alarm ${alarmName}`, async () => release(context, alarmName)),
    );
};

const release = (context: Context, alarmName: string): void => {
  const { state, clock } = context;
  const alarm = state.composites.get(alarmName);
  if (alarm?.suppressed?.until === undefined || alarm.suppressed.until > clock.now()) return;
  const released = withSuppression({ ...alarm, stateChangedAt: clock.now() }, undefined);
  state.composites.set(alarmName, released);
  const cause = context.journal.note(
    'cloudwatch',
    `alarm ${alarmName} is no longer held back: it is in ${released.state}`,
    { source: alarm.arn },
  );
  startActions(context, { changed: released, before: alarm, cause });
};

/** An alarm has changed its state: those whose actions it holds back, or may hold back by now, are told. */
export const followSuppressor = (
  context: Context,
  changed: Alarm | CompositeAlarm,
  before: AlarmState,
): void => {
  const { state, clock } = context;
  const came = changed.state === 'ALARM';
  if (!came && before !== 'ALARM') return;
  for (const alarm of state.composites.values()) {
    const { suppressor, suppressed } = alarm;
    if (suppressor === undefined || suppressed === undefined) continue;
    if (nameOf(suppressor.alarm) !== changed.alarmName) continue;
    if (!came && suppressed.by !== 'Alarm') continue;
    const held = withSuppression(
      { ...alarm, stateChangedAt: clock.now() },
      came
        ? { by: 'Alarm' }
        : { by: 'ExtensionPeriod', until: clock.now() + suppressor.extensionSeconds * 1000 },
    );
    state.composites.set(alarm.alarmName, held);
    awaitRelease(context, held);
  }
};

/** Takes up the periods of an earlier run. */
export const resumeSuppressions = (context: Context): void => {
  for (const alarm of context.state.composites.values()) awaitRelease(context, alarm);
};
