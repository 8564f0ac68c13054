import type { LogFields, Logger } from '../spec/handler-context.ts';

/** Lambda's levels, least first. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type Level = (typeof LEVELS)[number];

/** How an environment's log is written. */
export interface LogSettings {
  /** Index of the least level that is written. */
  readonly least: number;
  readonly asText: boolean;
  readonly write: (line: string) => void;
  /** Whether stacks are mapped to the sources that a bundle was made of. @defaultValue true */
  readonly mapsStacks?: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

export const logSettings = (env: Env, write: (line: string) => void): LogSettings => ({
  least: LEVELS.indexOf((env['AWS_LAMBDA_LOG_LEVEL'] ?? 'INFO').toLowerCase() as Level),
  asText: env['AWS_LAMBDA_LOG_FORMAT'] === 'Text',
  write,
});

const OWN = logSettings(process.env, (line) => void process.stdout.write(`${line}\n`));

/** An error as fields, its causes included. */
const describeError = (error: Error): LogFields => ({
  errorType: error.name,
  errorMessage: error.message,
  stackTrace: (error.stack ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim()),
  ...(error.cause instanceof Error ? { cause: describeError(error.cause) } : {}),
});

/** What JSON cannot say is said as text, and a structure that holds itself does not end the function. */
const print = (line: LogFields): string => {
  const open: unknown[] = [];
  return JSON.stringify(line, function (this: unknown, _key, value: unknown) {
    if (value instanceof Error) return describeError(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    while (open.length > 0 && open.at(-1) !== this) open.pop();
    if (open.includes(value)) return '[circular]';
    open.push(value);
    return value;
  });
};

const firstError = (fields: LogFields): Error | undefined =>
  Object.values(fields).find((value): value is Error => value instanceof Error);

/** Stacks are mapped to the sources before they are written; the mapper is loaded by the first error only. */
export const createLogger = (
  requestId: string,
  { least, asText, write, mapsStacks = true }: LogSettings = OWN,
): Logger => {
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}): void => {
      if (LEVELS.indexOf(level) < least) return;
      const timestamp = new Date().toISOString();
      const line = (): string =>
        asText
          ? `${timestamp}\t${requestId}\t${level.toUpperCase()}\t${message}${Object.keys(fields).length > 0 ? `\t${print(fields)}` : ''}`
          : print({ ...fields, timestamp, level: level.toUpperCase(), requestId, message });
      const error = firstError(fields);
      if (error === undefined || !mapsStacks) write(line());
      else
        pending.add(
          import('./stack.ts')
            .then(({ mapStack }) => mapStack(error))
            .then(
              () => write(line()),
              () => write(line()),
            ),
        );
    };
  return {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
};

/** Lines that wait for the mapper; an invocation ends only after they are written. */
const pending = {
  all: new Set<Promise<unknown>>(),
  add(work: Promise<unknown>) {
    this.all.add(work);
    void work.finally(() => this.all.delete(work));
  },
};

export const flushLog = (): Promise<unknown> | undefined =>
  pending.all.size === 0 ? undefined : Promise.all(pending.all);
