import { InvalidMessageError } from '../../runtime/invalid-message.ts';
import { readData } from '../../runtime/record-data.ts';
import type { StreamPlan } from '../../runtime/stream-records.ts';
import { handleInOrder, handleTogether } from '../../runtime/stream-records.ts';
import type { WindowEvent } from '../../runtime/tumbling-window.ts';
import { handleWindow } from '../../runtime/tumbling-window.ts';
import type { EventReader, PhysicalNames, Reading } from '../../spec/event-reader.ts';
import type { Logger } from '../../spec/handler-context.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { KinesisEvent, KinesisEventRecord, StreamRecord } from './record.ts';

/** How the records of a stream are read. */
export interface RecordReading {
  /** Logical id of the stream. */
  readonly stream: string;
  readonly schema: MessageSchema | undefined;
  /** What becomes of a record that the schema refuses. */
  readonly invalid: 'fail' | 'drop';
}

/** ARN of what an event is of. The end of a tumbling window has no records, and says it itself. */
const sourceOf = (event: unknown): string | undefined => {
  const { Records, eventSourceARN } = (event ?? {}) as Partial<KinesisEvent & WindowEvent>;
  const arn = Records?.[0]?.eventSourceARN ?? eventSourceARN;
  return typeof arn === 'string' && arn.split(':', 3)[2] === 'kinesis' ? arn : undefined;
};

/** `arn:aws:kinesis:REGION:ACCOUNT:stream/NAME`, with `/consumer/NAME:TIME` behind it where there is a consumer. */
const streamName = (arn: string): string => arn.split('/')[1] ?? '';

const matching = (stream: string) => (event: unknown, names: PhysicalNames) => {
  const arn = sourceOf(event);
  if (arn === undefined) return false;
  const name = names(stream);
  if (name === undefined) return true;
  return name.startsWith('arn:') ? `${arn}/`.startsWith(`${name}/`) : streamName(arn) === name;
};

/** `shardId-000000000006:4959…` */
const shardOf = ({ eventID }: KinesisEventRecord): string => eventID.split(':', 1)[0] ?? '';

const readRecord = async (
  record: KinesisEventRecord,
  { stream, schema }: RecordReading,
): Promise<StreamRecord<unknown>> => {
  const { data, partitionKey, sequenceNumber, approximateArrivalTimestamp } = record.kinesis;
  return {
    data: await readData(
      schema,
      Buffer.from(data, 'base64'),
      `record ${sequenceNumber} of ${stream}`,
    ),
    partitionKey,
    sequenceNumber,
    approximateArrivalAt: new Date(approximateArrivalTimestamp * 1000),
    shardId: shardOf(record),
    record,
  };
};

const planOf = (
  { Records }: KinesisEvent,
  reading: RecordReading,
  log: Logger,
): StreamPlan<KinesisEventRecord, StreamRecord<unknown>> => ({
  records: Records,
  idOf: ({ kinesis }) => kinesis.sequenceNumber,
  read: async (record) => {
    try {
      return await readRecord(record, reading);
    } catch (error) {
      if (reading.invalid !== 'drop' || !(error instanceof InvalidMessageError)) throw error;
      log.warn(`${error.message}; it is dropped`);
      return undefined;
    }
  },
  log,
});

const reader = (stream: string, handle: EventReader['handle']): EventReader => ({
  byName: true,
  matches: matching(stream),
  handle,
});

/** The handler is called for each record, in order; reading goes on where it failed. */
export const recordReader = (reading: RecordReading): EventReader =>
  reader(reading.stream, (event: KinesisEvent, { run, log }: Reading) =>
    handleInOrder(planOf(event, reading, log), run),
  );

/** The handler is called with all records of a batch, and says itself which failed. */
export const batchReader = (reading: RecordReading): EventReader =>
  reader(reading.stream, (event: KinesisEvent, { run, log }: Reading) =>
    handleTogether(planOf(event, reading, log), run),
  );

/** The handler is called with the records of a window and what is known of it so far. */
export const windowReader = (reading: RecordReading, initialState: unknown): EventReader =>
  reader(reading.stream, (event: KinesisEvent & WindowEvent, { run, log }: Reading) =>
    handleWindow(event, initialState, planOf(event, reading, log), run),
  );

/** The handler is given what Lambda hands over, and answers in Lambda's own form. */
export const eventReader = ({ stream }: Pick<RecordReading, 'stream'>): EventReader =>
  reader(stream, (event: KinesisEvent, { run }: Reading) => run(event));
