import { createContext, describeError, header, RuntimeError } from './runtime-api.mjs';

/** Text of a result. @throws when it has no JSON, such as an object with a circle in it */
export const toJson = (result) => {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch {
    throw new RuntimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
};

/** Event after event, for handlers that return a value or a promise. */
export const serve = (api, handler, logging) => {
  const fail = (error) => {
    logging.error('Invoke Error', error);
    const id = logging.requestId;
    logging.requestId = '-';
    // While an event is being worked on, only the handler keeps the process alive; a poll does so again.
    api.socket.ref();
    api.fail(id, describeError(error), logging.written);
  };
  const succeed = (result) => {
    let json;
    try {
      json = toJson(result);
    } catch (error) {
      return fail(error);
    }
    const id = logging.requestId;
    logging.requestId = '-';
    api.socket.ref();
    api.respond(id, json, logging.written);
  };
  process.on('beforeExit', () => {
    if (logging.requestId === '-') return;
    // https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html#troubleshooting-invocation-nodejs-exit
    // The type is AWS's; the words have not been seen from AWS.
    const error = new RuntimeError(
      'Runtime.NodeJsExit',
      'The Node.js event loop ran empty with a Promise that was never settled',
    );
    api.socket.ref();
    api.initError(describeError(error), () => process.exit(13));
  });
  api.start((head, body) => {
    const id = header(head, 'Lambda-Runtime-Aws-Request-Id');
    logging.requestId = id;
    let result;
    try {
      const event = JSON.parse(body);
      result = handler(event, createContext(head, id));
    } catch (error) {
      return fail(error);
    }
    if (result === null || typeof result !== 'object' || typeof result.then !== 'function')
      return succeed(result);
    api.socket.unref();
    result.then(succeed, fail);
  });
};
