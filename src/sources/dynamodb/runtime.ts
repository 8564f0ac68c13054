import { readItem } from '../../runtime/attribute-value.ts';
import type { AttributeForm } from '../../runtime/attribute-value.ts';
import type { StreamPlan } from '../../runtime/stream-records.ts';
import { handleInOrder, handleTogether } from '../../runtime/stream-records.ts';
import type { WindowEvent } from '../../runtime/tumbling-window.ts';
import { handleWindow } from '../../runtime/tumbling-window.ts';
import type { EventReader, PhysicalNames, Reading } from '../../spec/event-reader.ts';
import type { Logger } from '../../spec/handler-context.ts';
import type { DynamoDbStreamEvent, DynamoDbStreamRecord } from './change.ts';

/** A change without the compiler's knowledge. */
type AnyChange = Readonly<Record<string, unknown>>;

/** The last event of a window has no records; it tells its stream itself. */
const streamOf = (event: unknown): string | undefined => {
  const { Records = [], eventSourceARN } = (event ?? {}) as Partial<
    DynamoDbStreamEvent & WindowEvent
  >;
  return Array.isArray(Records) ? (Records[0]?.eventSourceARN ?? eventSourceARN) : undefined;
};

/** `arn:aws:dynamodb:us-east-1:123456789012:table/NAME/stream/2026-01-01T00:00:00.000` */
const matching = (table: string) => (event: unknown, names: PhysicalNames) => {
  const [, , service, , , resource = ''] = streamOf(event)?.split(':') ?? [];
  const name = names(table);
  return service === 'dynamodb' && (name === undefined || resource.split('/')[1] === name);
};

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

const imageOf = (image: Readonly<Record<string, AttributeForm>> | undefined) =>
  image === undefined ? undefined : readItem(image, fromBase64);

/** Who deletes what is over. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html */
const isExpiry = ({ userIdentity }: DynamoDbStreamRecord): boolean =>
  userIdentity?.type === 'Service' && userIdentity.principalId === 'dynamodb.amazonaws.com';

const readChange = (record: DynamoDbStreamRecord): AnyChange => {
  const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = record.dynamodb;
  return {
    eventName: record.eventName,
    keys: imageOf(Keys),
    newImage: imageOf(NewImage),
    oldImage: imageOf(OldImage),
    sequenceNumber: SequenceNumber,
    at: new Date(ApproximateCreationDateTime * 1000),
    byTimeToLive: isExpiry(record),
    record,
  };
};

const planOf = (
  { Records }: DynamoDbStreamEvent,
  log: Logger,
): StreamPlan<DynamoDbStreamRecord, AnyChange> => ({
  records: Records,
  idOf: ({ dynamodb }) => dynamodb.SequenceNumber,
  read: (record) => Promise.resolve(readChange(record)),
  log,
});

/** The handler is called for each change, in order. */
export const changeReader = (table: string): EventReader => ({
  byName: true,
  matches: matching(table),
  handle: (event: DynamoDbStreamEvent, { run, log }: Reading) =>
    handleInOrder(planOf(event, log), run),
});

/** The handler is called with all changes of a batch. */
export const batchReader = (table: string): EventReader => ({
  byName: true,
  matches: matching(table),
  handle: (event: DynamoDbStreamEvent, { run, log }: Reading) =>
    handleTogether(planOf(event, log), run),
});

/** The handler is called with changes of one window, and what is known of it. */
export const windowReader = (table: string, initialState: unknown): EventReader => ({
  byName: true,
  matches: matching(table),
  handle: (event: DynamoDbStreamEvent & WindowEvent, { run, log }: Reading) =>
    handleWindow(event, initialState, planOf(event, log), run),
});

/** The handler is given what Lambda hands over, and answers in Lambda's own form. */
export const eventReader = (table: string): EventReader => ({
  byName: true,
  matches: matching(table),
  handle: (event: DynamoDbStreamEvent, { run }: Reading) => run(event),
});
