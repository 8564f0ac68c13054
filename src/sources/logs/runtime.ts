import { checkMessage } from '../../runtime/check-message.ts';
import { InvalidMessageError } from '../../runtime/invalid-message.ts';
import { readOrDrop } from '../../runtime/read-or-drop.ts';
import type { EventReader, PhysicalNames, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { LogBatch, LogLine, LogRecord, LogsData, LogsEvent } from './event.ts';

/** How the lines of a log group are read. */
export interface LogReading {
  /** Logical id of the log group. */
  readonly group: string;
  readonly schema: MessageSchema | undefined;
  /** What becomes of a line that the schema refuses. */
  readonly invalid: 'fail' | 'drop';
}

const isLogsEvent = (event: unknown): event is LogsEvent =>
  typeof (event as Partial<LogsEvent> | null)?.awslogs?.data === 'string';

const decoded = new WeakMap<LogsEvent, LogsData>();

const decode = (event: LogsEvent): LogsData => {
  let data = decoded.get(event);
  if (data === undefined) {
    // Not imported: a function that no log starts does without.
    const { gunzipSync } = process.getBuiltinModule('node:zlib');
    const text = gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString('utf8');
    data = JSON.parse(text) as LogsData;
    decoded.set(event, data);
  }
  return data;
};

const matching = (group: string) => (event: unknown, names: PhysicalNames) => {
  if (!isLogsEvent(event)) return false;
  const name = names(group);
  return name === undefined || decode(event).logGroup === name;
};

const objectIn = (message: string): unknown => {
  if (!message.startsWith('{')) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
};

const lineOf = (record: LogRecord, { logGroup, logStream }: LogsData): LogLine => ({
  id: record.id,
  at: new Date(record.timestamp),
  message: record.message,
  json: objectIn(record.message),
  fields: record.extractedFields ?? {},
  logGroup,
  logStream,
  record,
});

const checked = async (line: LogLine, { group, schema }: LogReading): Promise<LogLine> => {
  if (schema === undefined) return line;
  const what = `line ${line.id} of ${group}`;
  if (line.json === undefined)
    throw new InvalidMessageError(what, [{ path: '', message: 'it is no JSON object' }]);
  return { ...line, json: await checkMessage(schema, line.json, what) };
};

/** Before it sends anything, CloudWatch Logs may ask whether anybody is there. */
const hasLines = ({ messageType }: LogsData) => messageType === 'DATA_MESSAGE';

/**
 * The handler is called for each line, in their order. All of them are gone through; if any failed, the invocation does, and Lambda hands all of them over
 * again, as it is set.
 */
export const lineReader = (reading: LogReading): EventReader => ({
  byName: true,
  matches: matching(reading.group),
  handle: async (event: LogsEvent, { run, log }: Reading) => {
    const data = decode(event);
    const failures: unknown[] = [];
    for (const record of hasLines(data) ? data.logEvents : [])
      try {
        const line = await readOrDrop(
          () => checked(lineOf(record, data), reading),
          reading.invalid,
          log,
        );
        if (line !== undefined) await run(line);
      } catch (error) {
        log.error(`line ${record.id} failed`, { error });
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  },
});

/** The handler is called with all lines of a batch. */
export const batchReader = ({ group }: Pick<LogReading, 'group'>): EventReader => ({
  byName: true,
  matches: matching(group),
  handle: async (event: LogsEvent, { run }: Reading) => {
    const record = decode(event);
    if (!hasLines(record)) return undefined;
    const { owner, logGroup, logStream, subscriptionFilters } = record;
    const batch: LogBatch = {
      owner,
      logGroup,
      logStream,
      subscriptionFilters,
      logEvents: record.logEvents.map((each) => lineOf(each, record)),
      record,
    };
    return run(batch);
  },
});

/** The handler is given what Lambda hands over. */
export const eventReader = ({ group }: Pick<LogReading, 'group'>): EventReader => ({
  byName: true,
  matches: matching(group),
  handle: (event: LogsEvent, { run }: Reading) => run(event),
});
