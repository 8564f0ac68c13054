import { readBody } from '../../runtime/check-message.ts';
import { handleRecords } from '../../runtime/handle-records.ts';
import { readOrDrop } from '../../runtime/read-or-drop.ts';
import type { EventReader, PhysicalNames, Reading } from '../../spec/event-reader.ts';
import type { Logger } from '../../spec/handler-context.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { QueueBatch, QueueMessage, SqsEvent, SqsRecord } from './message.ts';

/** How the messages of a queue are read. */
export interface QueueReading {
  /** Logical id of the queue. */
  readonly queue: string;
  readonly schema: MessageSchema | undefined;
  /** What becomes of a message that the schema refuses. */
  readonly invalid: 'fail' | 'drop';
  readonly fifo: boolean;
}

const isSqsEvent = (event: unknown): event is SqsEvent =>
  (event as Partial<SqsEvent> | null)?.Records?.[0]?.eventSource === 'aws:sqs';

const lastOf = (path: string, separator: string): string =>
  path.slice(path.lastIndexOf(separator) + 1);

/** A URL and an ARN both end in the queue's name. */
const isFrom = (url: string | undefined, arn: string): boolean =>
  url === undefined || lastOf(url, '/') === lastOf(arn, ':');

const matching = (queue: string) => (event: unknown, names: PhysicalNames) =>
  isSqsEvent(event) && isFrom(names(queue), event.Records[0]?.eventSourceARN ?? '');

const attributesOf = ({ messageAttributes }: SqsRecord): QueueMessage<unknown>['attributes'] =>
  Object.fromEntries(
    Object.entries(messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      dataType.startsWith('Binary')
        ? Buffer.from(binaryValue ?? '', 'base64')
        : dataType.startsWith('Number')
          ? Number(stringValue)
          : (stringValue ?? ''),
    ]),
  );

const readMessage = async (
  record: SqsRecord,
  { queue, schema }: QueueReading,
): Promise<QueueMessage<unknown>> => ({
  messageId: record.messageId,
  body: await readBody(schema, record.body, `message ${record.messageId} of ${queue}`),
  attributes: attributesOf(record),
  sentAt: new Date(Number(record.attributes['SentTimestamp'])),
  receiveCount: Number(record.attributes['ApproximateReceiveCount']),
  messageGroupId: record.attributes['MessageGroupId'],
  record,
});

const planOf = (event: SqsEvent, { fifo }: QueueReading, log: Logger) => ({
  records: event.Records,
  idOf: ({ messageId }: SqsRecord) => messageId,
  // A message that overtakes one of its group would break the order: what is behind a failure waits for it.
  ...(fifo ? { lineOf: ({ attributes }: SqsRecord) => attributes['MessageGroupId'] ?? '' } : {}),
  log,
});

/** The handler is called for each message, and those that it fails come back. */
export const messageReader = (reading: QueueReading): EventReader => ({
  byName: true,
  matches: matching(reading.queue),
  handle: (event: SqsEvent, { run, log }: Reading) =>
    handleRecords({
      ...planOf(event, reading, log),
      handle: async (record) => {
        const message = await readOrDrop(() => readMessage(record, reading), reading.invalid, log);
        if (message !== undefined) await run(message);
      },
    }),
});

/** The handler is called with all messages of a batch, and says itself which failed. */
export const batchReader = (reading: QueueReading): EventReader => ({
  byName: true,
  matches: matching(reading.queue),
  handle: async (event: SqsEvent, { run, log }: Reading) => {
    const read = new Map<SqsRecord, QueueMessage<unknown>>();
    const failed = new Map<SqsRecord, unknown>();
    for (const record of event.Records)
      try {
        const message = await readOrDrop(() => readMessage(record, reading), reading.invalid, log);
        if (message !== undefined) read.set(record, message);
      } catch (error) {
        failed.set(record, error);
      }
    const batch: QueueBatch<unknown> = {
      messages: [...read.values()],
      fail: ({ record, messageId }, error = new Error(`the handler failed ${messageId}`)) =>
        failed.set(record, error),
    };
    if (read.size > 0) await run(batch);
    return handleRecords({
      ...planOf(event, reading, log),
      handle: (record) =>
        failed.has(record) ? Promise.reject(failed.get(record)) : Promise.resolve(),
    });
  },
});

/** The handler is given what Lambda hands over, and answers in Lambda's own form. */
export const eventReader = ({ queue }: Pick<QueueReading, 'queue'>): EventReader => ({
  byName: true,
  matches: matching(queue),
  handle: (event: SqsEvent, { run }: Reading) => run(event),
});
