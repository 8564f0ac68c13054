import { header } from './runtime-api.mjs';

const { env } = process;
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
