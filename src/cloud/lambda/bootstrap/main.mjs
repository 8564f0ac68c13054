// The Node.js runtime of an execution environment: loads the handler, then asks the Runtime API for one event after
// another. Plain JavaScript that runs on Node 22 and 24 as it is; started by environment/environment.ts.
// What it answers and prints follows AWS's own runtime client, https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
import { findHandler, parseHandler } from './load-handler.mjs';
import { patchConsole } from './logging.mjs';
import { connect, describeError, RuntimeError } from './runtime-api.mjs';
import { serve } from './serve.mjs';

const { env } = process;
const taskRoot = env['LAMBDA_TASK_ROOT'];
const logging = patchConsole();
// Connecting takes as long as loading does; both at once.
const api = connect(env['AWS_LAMBDA_RUNTIME_API'], env['_SPARTA_RUNTIME_API_FD']);
delete env['_SPARTA_RUNTIME_API_FD'];

if (!env['AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA']) {
  const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
  globalThis.awslambda = {
    streamifyResponse: (handler) => {
      handler[STREAMING] = 'response';
      return handler;
    },
    HttpResponseStream: {
      from: (stream, prelude) => {
        stream.setPrelude(prelude);
        return stream;
      },
    },
  };
}

const crash = (title, error, exitCode) => {
  logging.error(title, error);
  api.initError(describeError(error), () => process.exit(exitCode));
};
process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = new RuntimeError('Runtime.UnhandledPromiseRejection', String(reason));
  error.reason = reason;
  if (reason instanceof Error) error.stack = reason.stack;
  crash('Unhandled Promise Rejection', error, 128);
});

try {
  const { handler, streaming } = await findHandler(taskRoot, parseHandler(env['_HANDLER'] ?? ''));
  // The two rarer ways to serve are loaded by those who need them: every module costs a cold start a quarter millisecond.
  if (streaming) (await import('./serve-streaming.mjs')).serve(api, handler, logging);
  else if (handler.length >= 3) (await import('./serve-callback.mjs')).serve(api, handler, logging);
  else serve(api, handler, logging);
} catch (error) {
  crash('Init Error', error, 1);
}
