import type { FunctionHost, HostedEvent, HostedResult, HostedStart } from '../cloud/index.ts';
import { createHandler, loadHandler, logSettings } from '../runtime/index.ts';
import type { LambdaContext } from '../runtime/index.ts';
import { prepareClients } from '../runtime/clients/index.ts';
import { EVENT_ADAPTERS } from '../sources/adapters.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import { withEnv } from './process-env.ts';

/** Functions by the environment variable that names them. */
export interface HostedFunctions {
  readonly host: FunctionHost;
  add(functions: readonly FunctionDeclaration[]): void;
  /** How the SDK's clients reach the cloud. */
  connect(settings: Readonly<Record<string, unknown>>): void;
}

const NAME = 'SPARTA_FUNCTION';

/** Runs the handlers of declarations in this process, each under its own role and with its own environment. */
export const createHostedFunctions = (
  given: ReadonlyMap<string, FunctionDeclaration> = new Map(),
): HostedFunctions & { readonly declared: ReadonlyMap<string, FunctionDeclaration> } => {
  const declared = new Map(given);
  let connection: Readonly<Record<string, unknown>> = {};

  const start = ({ variables, write, ...facts }: HostedStart) => {
    const declaration = declared.get(variables[NAME] ?? '');
    if (declaration === undefined) throw new TypeError(`No function is called ${variables[NAME]}.`);
    const env = { ...variables };
    const settings = {
      ...connection,
      region: variables['AWS_REGION'],
      credentials: {
        accessKeyId: variables['AWS_ACCESS_KEY_ID'],
        secretAccessKey: variables['AWS_SECRET_ACCESS_KEY'],
        sessionToken: variables['AWS_SESSION_TOKEN'],
      },
    };
    const run = withEnv(env, () => loadHandler(declaration));
    run.catch(() => {});
    const clients = prepareClients(declaration.grants, { env, settings });
    const handler = createHandler(EVENT_ADAPTERS, {
      selected: () => ({ run, clients }),
      log: logSettings(env, write),
    });
    return (event: HostedEvent) =>
      withEnv(env, () => answer(handler, event, { ...facts, write }, env));
  };

  return {
    declared,
    host: { has: (variables) => declared.has(variables[NAME] ?? ''), start },
    add: (functions) => {
      for (const fn of functions) declared.set(fn.name, fn);
    },
    connect: (settings) => {
      connection = settings;
    },
  };
};

type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

const answer = async (
  handler: Handler,
  { requestId, invokedArn, payload, clientContext, deadlineMs }: HostedEvent,
  facts: Omit<HostedStart, 'variables'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostedResult> => {
  try {
    const event: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    const result = await handler(event, {
      awsRequestId: requestId,
      functionName: facts.functionName,
      functionVersion: facts.version,
      invokedFunctionArn: invokedArn,
      memoryLimitInMB: String(facts.memorySizeMb),
      logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
      logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
      ...(clientContext === undefined
        ? {}
        : { clientContext: JSON.parse(clientContext) as unknown }),
    });
    return { kind: 'success', payload: Buffer.from(JSON.stringify(result ?? null)) };
  } catch (error) {
    const described = describeError(error);
    facts.write(invokeError(described, requestId, env));
    return {
      kind: 'error',
      errorType: described.errorType,
      payload: Buffer.from(JSON.stringify(described)),
    };
  }
};

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
const describeError = (error: unknown) =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        trace: (error.stack ?? '').split('\n'),
      }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

/** What the runtime's own process logs of it: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const invokeError = (
  { errorType, errorMessage, trace }: ReturnType<typeof describeError>,
  requestId: string,
  env: Readonly<Record<string, string | undefined>>,
): string => {
  const timestamp = new Date().toISOString();
  const described = { errorType, errorMessage, stackTrace: trace };
  return env['AWS_LAMBDA_LOG_FORMAT'] === 'JSON'
    ? JSON.stringify({ timestamp, level: 'ERROR', requestId, message: described })
    : `${timestamp}\t${requestId}\tERROR\tInvoke Error \t${JSON.stringify(described)}`;
};
