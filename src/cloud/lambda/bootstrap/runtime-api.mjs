// The Runtime API's client: HTTP/1.1 written by hand, since node:http costs more than the rest of an invocation.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const net = process.getBuiltinModule('node:net');

const { env } = process;
const PATH = '/2018-06-01/runtime';
const NOTHING = Buffer.alloc(0);

/** @param descriptor - Of a connection that the cloud has made, which costs less than one over TCP; optional. */
export const connect = (address, descriptor) => {
  const colon = address.lastIndexOf(':');
  const socket =
    descriptor === undefined
      ? net.connect({
          host: address.slice(0, colon),
          port: Number(address.slice(colon + 1)),
          noDelay: true,
        })
      : new net.Socket({ fd: Number(descriptor), readable: true, writable: true });
  const NEXT = `GET ${PATH}/invocation/next HTTP/1.1\r\nHost: ${address}\r\n\r\n`;
  const post = (path, headers, length) =>
    `POST ${PATH}${path} HTTP/1.1\r\nHost: ${address}\r\nContent-Type: application/json\r\n${headers}Content-Length: ${length}\r\n\r\n`;
  let held = NOTHING;
  /** Who gets the next answers, in the order of the requests. Acknowledgements have nobody. */
  let onEvent;
  const onAnswer = [];

  // An environment never outlives its cloud.
  socket.on('close', () => process.exit(1));
  socket.on('error', () => process.exit(1));
  socket.on('data', (chunk) => {
    let data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) break;
      const head = data.latin1Slice(0, end);
      const at = head.indexOf('Content-Length: ');
      const length = at < 0 ? 0 : Number.parseInt(head.slice(at + 16), 10);
      const start = end + 4;
      if (data.length < start + length) break;
      // "HTTP/1.1 202": an acknowledgement of what was posted.
      const status = head.charCodeAt(9) === 50 ? head.slice(9, 12) : 'error';
      const body = length === 0 ? '' : data.utf8Slice(start, start + length);
      data = data.length === start + length ? NOTHING : data.subarray(start + length);
      if (status === '200') {
        // A custom resource's event: what it needs is loaded for it alone.
        if (body.includes('"ResponseURL":"http://'))
          void import('./response-url.mjs').then(() => onEvent(head, body));
        else onEvent(head, body);
      } else onAnswer.shift()?.(head, body);
      if (data.length === 0) break;
    }
    held = data;
  });

  return {
    socket,
    /** Asks for the first event; every answer goes to `listener`. */
    start: (listener) => {
      onEvent = listener;
      socket.write(NEXT);
    },
    /** Answers an event and asks for the next in one write. */
    respond: (id, json, written) => {
      onAnswer.push(undefined);
      socket.write(
        post(`/invocation/${id}/response`, written, Buffer.byteLength(json)) + json + NEXT,
      );
    },
    fail: (id, error, written) => {
      onAnswer.push(undefined);
      const json = JSON.stringify(error);
      const type = error.errorType.replace(/[^\x20-\x7e]/g, '');
      socket.write(
        post(
          `/invocation/${id}/error`,
          `Lambda-Runtime-Function-Error-Type: ${type}\r\n${written}`,
          Buffer.byteLength(json),
        ) +
          json +
          NEXT,
      );
    },
    /** Opens a streamed answer; `write` and `end` on what it returns. */
    stream: (id, contentType) => {
      socket.write(
        `POST ${PATH}/invocation/${id}/response HTTP/1.1\r\nHost: ${address}\r\nContent-Type: ${contentType}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n`,
      );
      return {
        write: (chunk, done) => {
          if (chunk.length === 0) return done();
          socket.cork();
          socket.write(`${chunk.length.toString(16)}\r\n`);
          socket.write(chunk);
          socket.write('\r\n', done);
          socket.uncork();
        },
        end: (error) => {
          onAnswer.push(undefined);
          const trailers =
            error === undefined
              ? ''
              : `Lambda-Runtime-Function-Error-Type: ${error.errorType.replace(/[^\x20-\x7e]/g, '')}\r\nLambda-Runtime-Function-Error-Body: ${Buffer.from(JSON.stringify(error)).toString('base64')}\r\n`;
          socket.write(`0\r\n${trailers}\r\n${NEXT}`);
        },
      };
    },
    initError: (error, done) => {
      onAnswer.push(done);
      const json = JSON.stringify(error);
      socket.write(
        post(
          '/init/error',
          `Lambda-Runtime-Function-Error-Type: ${error.errorType.replace(/[^\x20-\x7e]/g, '')}\r\n`,
          Buffer.byteLength(json),
        ) + json,
      );
    },
  };
};

/** The value of one header of an answer, or undefined. Names are compared as the embedded cloud writes them. */
export const header = (head, name) => {
  const at = head.indexOf(`\r\n${name}: `);
  if (at < 0) return undefined;
  const start = at + name.length + 4;
  const end = head.indexOf('\r\n', start);
  return end < 0 ? head.slice(start) : head.slice(start, end);
};

// Read once: an environment belongs to one function, and reading process.env is a call into C++.
const functionName = env['AWS_LAMBDA_FUNCTION_NAME'];
const functionVersion = env['AWS_LAMBDA_FUNCTION_VERSION'];
const memoryLimitInMB = env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'];
const logGroupName = env['AWS_LAMBDA_LOG_GROUP_NAME'];
const logStreamName = env['AWS_LAMBDA_LOG_STREAM_NAME'];

const parsed = (head, name) => {
  const text = header(head, name);
  return text === undefined || text === '' ? undefined : JSON.parse(text);
};

/**
 * The second argument of a handler.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
 */
export const createContext = (head, awsRequestId) => {
  const deadline = Number(header(head, 'Lambda-Runtime-Deadline-Ms'));
  const trace = header(head, 'Lambda-Runtime-Trace-Id');
  if (trace !== undefined) env['_X_AMZN_TRACE_ID'] = trace;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion,
    functionName,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
    clientContext: parsed(head, 'Lambda-Runtime-Client-Context'),
    identity: parsed(head, 'Lambda-Runtime-Cognito-Identity'),
    invokedFunctionArn: header(head, 'Lambda-Runtime-Invoked-Function-Arn'),
    awsRequestId,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
};

/** An error that the runtime itself raises; `name` is what the invoker reads as `errorType`. */
export class RuntimeError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

const printable = (text) => String(text).replaceAll('\x7F', '%7F');

/** An error as the invoker gets it: `{ errorType, errorMessage, trace }`. */
export const describeError = (error) => {
  try {
    // Errors of another realm (vm, worker) are errors too.
    if (error instanceof Error || Object.prototype.toString.call(error) === '[object Error]')
      return {
        errorType: printable(error.name),
        errorMessage: printable(error.message),
        trace: printable(error.stack ?? '').split('\n'),
      };
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
      trace: [],
    };
  }
};
