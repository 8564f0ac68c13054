/** Fields beside the message of a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A structured log, one JSON line a call, in Lambda's own format and under its level. */
export interface Logger {
  /** Writes at the level TRACE. */
  trace(message: string, fields?: LogFields): void;
  /** Writes at the level DEBUG. */
  debug(message: string, fields?: LogFields): void;
  /** Writes at the level INFO. */
  info(message: string, fields?: LogFields): void;
  /** Writes at the level WARN. */
  warn(message: string, fields?: LogFields): void;
  /** Writes at the level ERROR; an `Error` among the fields is written with its stack, mapped to the sources. */
  error(message: string, fields?: LogFields): void;
  /** Writes at the level FATAL. */
  fatal(message: string, fields?: LogFields): void;
}

/** What every handler gets beside its clients. */
export interface HandlerContext {
  /** Writes the function's log. */
  readonly log: Logger;
  /** Id of this invocation. */
  readonly requestId: string;
  /** Physical name of the function. */
  readonly functionName: string;
  /** Milliseconds until Lambda ends this invocation. */
  remainingTimeMs(): number;
  /** Aborts 100 ms before Lambda ends this invocation: hand it to what you wait for. */
  readonly signal: AbortSignal;
  /** The event and context as Lambda gave them. */
  readonly raw: { readonly event: unknown; readonly context: Readonly<Record<string, unknown>> };
}

/** Names that a grant cannot have. */
export const RESERVED_NAMES: readonly string[] = [
  'log',
  'requestId',
  'functionName',
  'remainingTimeMs',
  'signal',
  'raw',
];
