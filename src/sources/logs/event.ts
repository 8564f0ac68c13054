/**
 * What Lambda hands over of a log group.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 */
export interface LogsEvent {
  /** The lines: JSON, compressed by gzip, in base64. */
  readonly awslogs: { readonly data: string };
}

/** A line as CloudWatch Logs tells it. */
export interface LogRecord {
  /** Id of the line. */
  readonly id: string;
  /** When it was written, milliseconds since the epoch. */
  readonly timestamp: number;
  /** The line. */
  readonly message: string;
  /** Values by name, where the pattern has columns: `[ip, user, …]`. */
  readonly extractedFields?: Readonly<Record<string, string>>;
}

/** Lines of one log stream as CloudWatch Logs tells them. */
export interface LogsData {
  /** `DATA_MESSAGE`; `CONTROL_MESSAGE` when it only asks whether anybody is there. */
  readonly messageType: string;
  /** Account of the log group. */
  readonly owner: string;
  /** Name of the log group. */
  readonly logGroup: string;
  /** Name of the log stream. */
  readonly logStream: string;
  /** Names of the filters that the lines passed. */
  readonly subscriptionFilters: readonly string[];
  /** One or more lines. */
  readonly logEvents: readonly LogRecord[];
}

/** A line of a log, read. */
export interface LogLine<Json = unknown> {
  /** Id of the line: a line that passes two patterns comes twice, under one id. */
  readonly id: string;
  /** When it was written. */
  readonly at: Date;
  /** The line as it was written. */
  readonly message: string;
  /** A line of JSON, read: of a source with a schema checked and as that makes it, else undefined for a line that is no JSON object. */
  readonly json: Json;
  /** Values by name, where the pattern has columns: `[ip, user, …]`; else none. */
  readonly fields: Readonly<Record<string, string>>;
  /** Name of the log group. */
  readonly logGroup: string;
  /** Name of the log stream. */
  readonly logStream: string;
  /** As CloudWatch Logs told it. */
  readonly record: LogRecord;
}

/** Lines of one log stream, read. */
export interface LogBatch {
  /** Account of the log group. */
  readonly owner: string;
  /** Name of the log group. */
  readonly logGroup: string;
  /** Name of the log stream. */
  readonly logStream: string;
  /** Names of the filters that the lines passed. */
  readonly subscriptionFilters: readonly string[];
  /** One or more lines. */
  readonly logEvents: readonly LogLine[];
  /** As CloudWatch Logs told them. */
  readonly record: LogsData;
}
