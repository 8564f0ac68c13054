// console as AWS's runtime has it: one record for each call, with time, request and level, in text or JSON.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
const { writeSync } = process.getBuiltinModule('node:fs');

const LEVELS = { TRACE: 1, DEBUG: 2, INFO: 3, WARN: 4, ERROR: 5, FATAL: 6 };
/** Frame of a record on the telemetry descriptor: kind with level, length, microseconds since the epoch, text. */
const FRAME = { TEXT: 0xa55a0003, JSON: 0xa55a0002, HEAD_BYTES: 16 };

const COUNT = 'Sparta-Log-Frames: ';

let format;
const formatted = (values) => {
  format ??= process.getBuiltinModule('node:util').format;
  return values.length === 1 && typeof values[0] === 'string' ? values[0] : format(...values);
};

const errorFields = (error) => ({
  errorType: error?.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack,
});

const replaceErrors = (_key, value) =>
  value instanceof Error ? Object.assign(errorFields(value), value) : value;

const jsonRecord = (timestamp, level, requestId, values) => {
  const record = { timestamp, level, requestId };
  if (values.length <= 1) {
    record.message = values[0];
    try {
      return JSON.stringify(record, replaceErrors);
    } catch {
      record.message = formatted(values);
      return JSON.stringify(record);
    }
  }
  record.message = formatted(values);
  const error = values.find((value, index) => index > 0 && value instanceof Error);
  if (error !== undefined) Object.assign(record, errorFields(error));
  return JSON.stringify(record);
};

/** An error as the text format shows it after its title. */
const textOfError = (error) => {
  const shown = error instanceof Error ? error : new Error(String(error));
  try {
    return `\t${JSON.stringify(shown, (_key, value) => {
      if (!(value instanceof Error)) return value;
      const flat = Object.assign(
        { errorType: value.name, errorMessage: value.message, code: value.code },
        value,
      );
      if (typeof value.stack === 'string') flat.stack = value.stack.split('\n');
      return flat;
    })}`;
  } catch {
    return `\t${JSON.stringify({ errorType: shown.name, errorMessage: shown.message, trace: [] })}`;
  }
};

const sleeper = () => new Int32Array(new SharedArrayBuffer(4));

/** Writes all of it: the descriptor may be full, or made non-blocking by somebody who opened a stream on it. */
const writeAll = (fd, bytes) => {
  let at = 0;
  while (at < bytes.length)
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      Atomics.wait(sleeper(), 0, 0, 1);
    }
};

export const patchConsole = () => {
  const { env } = process;
  const json = env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON';
  const least = json ? (LEVELS[env['AWS_LAMBDA_LOG_LEVEL'] ?? 'INFO'] ?? LEVELS.INFO) : 0;
  const descriptor = env['_LAMBDA_TELEMETRY_LOG_FD'];
  delete env['_LAMBDA_TELEMETRY_LOG_FD'];
  const fd = descriptor === undefined ? 1 : Number(descriptor);
  let frames = 0;
  const logging = {
    /** `-` while there is no invocation, as AWS's client says. */
    requestId: '-',
    /**
     * A header that says how many records were written so far: the cloud waits for as many before it takes an
     * invocation's log for whole. Empty once something goes to the standard streams by itself: then it waits a turn.
     */
    written: `${COUNT}0\r\n`,
    error: (title, error) =>
      json
        ? console.error(error instanceof Error ? error : new Error(String(error)))
        : console.error(title, textOfError(error)),
  };
  const write = (level, values) => {
    const timestamp = new Date().toISOString();
    const text = json
      ? jsonRecord(timestamp, level, logging.requestId, values)
      : `${timestamp}\t${logging.requestId}\t${level}\t${formatted(values)}\n`;
    if (descriptor === undefined)
      return writeAll(fd, Buffer.from(`${text.trimEnd().replaceAll('\n', '\r')}\n`));
    const length = Buffer.byteLength(text);
    const frame = Buffer.allocUnsafe(FRAME.HEAD_BYTES + length);
    frame.writeUInt32BE(((json ? FRAME.JSON : FRAME.TEXT) | (LEVELS[level] << 2)) >>> 0, 0);
    frame.writeUInt32BE(length, 4);
    frame.writeBigInt64BE(BigInt(Date.now()) * 1000n, 8);
    frame.utf8Write(text, FRAME.HEAD_BYTES);
    writeAll(fd, frame);
    frames += 1;
    if (logging.written !== '') logging.written = `${COUNT}${frames}\r\n`;
  };
  for (const name of ['stdout', 'stderr']) {
    const original = Object.getOwnPropertyDescriptor(process, name);
    Object.defineProperty(process, name, {
      ...original,
      get: () => {
        logging.written = '';
        return original.get.call(process);
      },
    });
  }
  const method = (level) =>
    least > LEVELS[level] ? () => {} : (...values) => write(level, values);
  console.trace = method('TRACE');
  console.debug = method('DEBUG');
  console.info = method('INFO');
  console.warn = method('WARN');
  console.error = method('ERROR');
  console.fatal = method('FATAL');
  console.log = console.info;
  return logging;
};
