import { createContext, describeError, header } from './runtime-api.mjs';
import { toJson } from './serve.mjs';

/**
 * Event after event for handlers with a third argument, which Node 22 still has: the first of callback and promise
 * answers, and a callback waits for an empty event loop unless the context says otherwise.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
 */
export const serve = (api, handler, logging) => {
  let waiting;
  process.on('beforeExit', () => waiting?.());
  api.start((head, body) => {
    const id = header(head, 'Lambda-Runtime-Aws-Request-Id');
    logging.requestId = id;
    let done = false;
    const send = (error, result) => {
      waiting = undefined;
      api.socket.ref();
      if (error === undefined || error === null)
        try {
          return api.respond(id, toJson(result), logging.written);
        } catch (unwritable) {
          error = unwritable;
        }
      logging.error('Invoke Error', error);
      api.fail(id, describeError(error), logging.written);
    };
    const finish = (error, result, wait) => {
      if (done) return;
      done = true;
      if (!wait) return send(error, result);
      waiting = () => send(error, result);
      api.socket.unref();
    };
    const context = createContext(head, id);
    const callback = (error, result) =>
      finish(error, result, context.callbackWaitsForEmptyEventLoop);
    context.done = (error, result) => finish(error, result, false);
    context.succeed = (result) => finish(undefined, result, false);
    context.fail = (error) => finish(error ?? 'handled', undefined, false);
    try {
      const result = handler(JSON.parse(body), context, callback);
      if (typeof result?.then === 'function')
        result.then(
          (value) => finish(undefined, value, false),
          (error) => finish(error ?? 'handled', undefined, false),
        );
      // A handler that neither calls back nor returns a promise answers null once nothing is left to do.
      else if (!done) {
        waiting = () => finish(undefined, null, false);
        api.socket.unref();
      }
    } catch (error) {
      finish(error, undefined, false);
    }
  });
};
