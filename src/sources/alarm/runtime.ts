import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { AlarmChange, AlarmEvent, AlarmEventState, AlarmStatus } from './change.ts';

// An alarm that starts a function cannot be named in the function's environment: each would have to be made before the other. So a function's
// alarms are not told apart here; their events are alike.
const isAlarmEvent = (event: unknown): event is AlarmEvent =>
  (event as Partial<AlarmEvent> | null)?.source === 'aws.cloudwatch' &&
  (event as Partial<AlarmEvent>).alarmData !== undefined;

const dataOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever sets a state by hand may give any text.
    return text;
  }
};

const statusOf = (state: AlarmEventState): AlarmStatus => ({
  value: state.value,
  reason: state.reason,
  reasonData: state.reasonData === undefined ? undefined : dataOf(state.reasonData),
  at: new Date(state.timestamp),
  suppressedBy: state.actionsSuppressedBy,
});

const readChange = (record: AlarmEvent): AlarmChange => ({
  alarmName: record.alarmData.alarmName,
  alarmArn: record.alarmArn,
  at: new Date(record.time),
  state: statusOf(record.alarmData.state),
  previousState: statusOf(record.alarmData.previousState),
  configuration: record.alarmData.configuration,
  record,
});

/** The handler is given a change of state. */
export const changeReader: EventReader = {
  matches: isAlarmEvent,
  handle: (event: AlarmEvent, { run }: Reading) => run(readChange(event)),
};

/** The handler is given what Lambda hands over. */
export const eventReader: EventReader = {
  matches: isAlarmEvent,
  handle: (event: AlarmEvent, { run }: Reading) => run(event),
};
