import { checkMessage } from '../../runtime/check-message.ts';
import { InvalidMessageError } from '../../runtime/invalid-message.ts';
import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { BusEvent, EventBridgeEvent } from './event.ts';
import { fits } from './fits.ts';

/** How what comes of a rule is read. */
export interface EventReading {
  /** Names it in errors: `OrderPlaced of Shop`. */
  readonly what: string;
  readonly schema: MessageSchema | undefined;
  /** What becomes of an event that the schema refuses. */
  readonly invalid: 'fail' | 'drop';
}

const isBusEvent = (event: unknown): event is EventBridgeEvent => {
  const { source, detail, ...rest } = Object(event) as Partial<EventBridgeEvent>;
  return (
    typeof source === 'string' &&
    typeof rest['detail-type'] === 'string' &&
    typeof detail === 'object'
  );
};

/** Runs the handler on what the schema makes of a value, unless it refuses that. */
const runChecked = async (
  value: unknown,
  { what, schema, invalid }: EventReading,
  { run, log }: Reading,
  given: (checked: unknown) => unknown,
): Promise<unknown> => {
  let checked: unknown;
  try {
    checked = schema === undefined ? value : await checkMessage(schema, value, what);
  } catch (error) {
    if (invalid !== 'drop' || !(error instanceof InvalidMessageError)) throw error;
    log.warn(`${error.message}; it is dropped`);
    return undefined;
  }
  return run(given(checked));
};

const readEvent = (event: EventBridgeEvent, detail: unknown): BusEvent<unknown> => ({
  detail,
  id: event.id,
  source: event.source,
  detailType: event['detail-type'],
  time: new Date(event.time),
  account: event.account,
  region: event.region,
  resources: event.resources,
  replayName: event['replay-name'],
  event,
});

/** Events as EventBridge delivers them. One that the patterns of several sources fit belongs to the first of them. */
export const eventReader = (reading: EventReading, pattern: unknown): EventReader => ({
  matches: (event) => isBusEvent(event) && fits(pattern, event),
  handle: (event: EventBridgeEvent, given: Reading) =>
    runChecked(
      event.detail,
      { ...reading, what: `event ${event.id} (${reading.what})` },
      given,
      (detail) => readEvent(event, detail),
    ),
});

/** What a rule's template makes no longer says what it was made of, so it comes in an envelope that does. */
export interface TransformedEvent {
  /** Which source it belongs to. */
  readonly sparta: string;
  readonly input: unknown;
}

/** What the template of a rule made. */
export const transformReader = (reading: EventReading, mark: string): EventReader => ({
  matches: (event) => (Object(event) as Partial<TransformedEvent>).sparta === mark,
  handle: ({ input }: TransformedEvent, given: Reading) =>
    runChecked(input, reading, given, (checked) => checked),
});
