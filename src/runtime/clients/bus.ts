import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { AnyEvent, EventEntry, PutEventOptions } from '../../spec/bus-client.ts';
import type { ClientBinding } from '../../spec/grant.ts';
import type { SendFailure } from '../send-error.ts';
import { writeBody } from '../check-message.ts';
import { SendError } from '../send-error.ts';
import { batchesOf } from './batches-of.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const eventBridge = sharedClient((settings) => new EventBridgeClient(settings));

/**
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html; 1 MB for all entries together:
 * https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-eventbridge-event-payload-size-limit-1mb/
 */
const MOST = { entries: 10, bytes: 1_048_576 };

const TIME_BYTES = 14;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const sizeOf = ({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry) =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    Time === undefined ? 0 : TIME_BYTES,
  );

/** The client of one bus: of one kind of event, or of any. */
export const make = (
  EventBusName: string,
  { resource, schema, event }: ClientBinding,
  settings: ClientSettings,
) => {
  const entryOf = async ({
    source,
    detailType,
    detail,
    resources,
    time,
    traceHeader,
  }: AnyEvent): Promise<PutEventsRequestEntry> => ({
    EventBusName,
    Source: source,
    DetailType: detailType,
    Detail: await writeBody(schema, detail, `an event ${detailType} to ${resource}`),
    Resources: resources === undefined ? undefined : [...resources],
    Time: time,
    TraceHeader: traceHeader,
  });
  const putAll = async (events: readonly AnyEvent[]): Promise<readonly string[]> => {
    const entries: PutEventsRequestEntry[] = [];
    for (const one of events) entries.push(await entryOf(one));
    const ids: string[] = [];
    const failures: SendFailure[] = [];
    // One after the other: a bus promises no order, but what is asked first should come first if it can.
    for (const { from, items } of batchesOf(entries, sizeOf, MOST)) {
      const { Entries = [] } = await eventBridge(settings).send(
        new PutEventsCommand({ Entries: [...items] }),
      );
      for (const [index, { EventId, ErrorCode, ErrorMessage = '' }] of Entries.entries())
        if (ErrorCode === undefined) ids[from + index] = EventId ?? '';
        else failures.push({ index: from + index, code: ErrorCode, message: ErrorMessage });
    }
    if (failures.length > 0) throw new SendError(resource, events.length, failures);
    return ids;
  };
  const put = async (one: AnyEvent): Promise<string> => (await putAll([one]))[0] ?? '';
  return event === undefined
    ? { put, putAll }
    : {
        put: (detail: unknown, options: PutEventOptions = {}) =>
          put({ ...options, ...event, detail }),
        putAll: (entries: readonly EventEntry<unknown>[]) =>
          putAll(entries.map((entry) => ({ ...entry, ...event }))),
      };
};
