/** A line of a function's log. */
export interface LogLine {
  /** When it was written, by the cloud's clock. */
  readonly at: Date;
  /** `INFO`, `WARN` …; undefined where the line does not say it. */
  readonly level?: string;
  /** The text, without what else the line says. */
  readonly message: string;
  /** What else it says. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Of which invocation it is; undefined where the line does not say it. */
  readonly requestId?: string;
}

/** An event of a log group, as CloudWatch Logs has it. */
interface LogEvent {
  readonly timestamp?: number;
  readonly message?: string;
}

/** Asks an operation of the cloud. */
export type Ask = (
  service: string,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** What Lambda itself says of a function, in text. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const PLATFORM = /^(START|END|REPORT|INIT_START|INIT_REPORT|EXTENSION)\s/;
/** A line of `console` in text format: time, request id, level, text. */
const TEXT = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)\t([\w-]+)\t([A-Z]+)\t([^]*)$/;

/** A line as it was written; undefined for what Lambda says of the function. */
export const readLine = ({ timestamp = 0, message: text = '' }: LogEvent): LogLine | undefined => {
  const at = new Date(timestamp);
  const line = text.trimEnd();
  const json = objectOf(line);
  if (json !== undefined) {
    const { timestamp: _at, time: _time, level, requestId, message, ...fields } = json;
    if (String(json['type']).startsWith('platform.')) return undefined;
    return {
      at,
      ...(level === undefined ? {} : { level: String(level) }),
      ...saidIn(message, fields),
      ...(requestId === undefined ? {} : { requestId: String(requestId) }),
    };
  }
  if (PLATFORM.test(line)) return undefined;
  const [, , requestId = '', level = '', message] = TEXT.exec(line) ?? [];
  return message === undefined
    ? { at, message: line, fields: {} }
    : { at, level, message, fields: {}, requestId };
};

/** A message that is no text is said in fields; of an error both. */
const saidIn = (
  message: unknown,
  fields: Readonly<Record<string, unknown>>,
): Pick<LogLine, 'message' | 'fields'> => {
  if (typeof message === 'string') return { message, fields };
  if (typeof message !== 'object' || message === null)
    return { message: message === undefined ? '' : JSON.stringify(message), fields };
  const { errorType, errorMessage } = message as Readonly<Record<string, unknown>>;
  return {
    message:
      errorMessage === undefined
        ? JSON.stringify(message)
        : `${String(errorType)}: ${String(errorMessage)}`,
    fields: { ...fields, ...message },
  };
};

const objectOf = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};

/** The log of a function as it stands, oldest line first. */
export const readLog = async (functionName: string, ask: Ask): Promise<readonly LogLine[]> => {
  const { LoggingConfig } = (await ask('lambda', 'GetFunctionConfiguration', {
    FunctionName: functionName,
  })) as { readonly LoggingConfig?: { readonly LogGroup?: string } };
  const logGroupName = LoggingConfig?.LogGroup ?? `/aws/lambda/${functionName}`;
  // A group that a function's first line is to make is not there before.
  const { logGroups = [] } = (await ask('cloudwatch-logs', 'DescribeLogGroups', {
    logGroupNamePrefix: logGroupName,
  })) as { readonly logGroups?: readonly { readonly logGroupName?: string }[] };
  if (!logGroups.some((group) => group.logGroupName === logGroupName)) return [];
  const lines: LogLine[] = [];
  let nextToken: string | undefined;
  do {
    const page = (await ask('cloudwatch-logs', 'FilterLogEvents', {
      logGroupName,
      ...(nextToken === undefined ? {} : { nextToken }),
    })) as { readonly events?: readonly LogEvent[]; readonly nextToken?: string };
    lines.push(...(page.events ?? []).flatMap((event) => readLine(event) ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
};
