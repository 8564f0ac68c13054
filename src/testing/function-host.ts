import { S3Client } from '@aws-sdk/client-s3';
import type { FunctionHost, HostedEvent, HostedResult, HostedStart } from '../cloud/index.ts';
import { createHandler, loadHandler, logSettings } from '../runtime/index.ts';
import type { LambdaContext } from '../runtime/index.ts';
import { loadClients, prepareClients } from '../runtime/clients/index.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import { machineNow, withScope } from './handler-scope.ts';

/** Functions by the environment variable that names them. */
export interface HostedFunctions {
  readonly host: FunctionHost;
  /** Takes functions in, with all that they load: the first event is to be like every other. */
  add(functions: readonly FunctionDeclaration[]): Promise<void>;
  /** How the SDK's clients, and answers at presigned URLs, reach the cloud. */
  connect(settings: Connection['settings'], put: Connection['put']): void;
}

interface Connection {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly put: ((url: string, body: string) => Promise<void>) | undefined;
}

const NAME = 'SPARTA_FUNCTION';

/** The SDK reads its settings' files with the first client under a home, and remembers that there are none. */
const readSharedFiles = async (): Promise<void> => {
  const client = new S3Client({ region: 'us-east-1' });
  await withScope({ env: { HOME: process.cwd() } }, () => client.config.maxAttempts());
  client.destroy();
};

/** Runs the handlers of declarations in this process, each under its own role, with its own environment, on the cloud's time. */
export const createHostedFunctions = (
  given: ReadonlyMap<string, FunctionDeclaration> = new Map(),
  /** @defaultValue the machine's time */
  now?: () => number,
): HostedFunctions & { readonly declared: ReadonlyMap<string, FunctionDeclaration> } => {
  const declared = new Map(given);
  let connection: Connection = { settings: {}, put: undefined };

  const start = ({ variables, write, ...facts }: HostedStart) => {
    const declaration = declared.get(variables[NAME] ?? '');
    if (declaration === undefined) throw new TypeError(`No function is called ${variables[NAME]}.`);
    const env = { ...variables };
    const settings = {
      ...connection.settings,
      region: variables['AWS_REGION'],
      credentials: {
        accessKeyId: variables['AWS_ACCESS_KEY_ID'],
        secretAccessKey: variables['AWS_SECRET_ACCESS_KEY'],
        sessionToken: variables['AWS_SESSION_TOKEN'],
      },
    };
    const scope = { env, now };
    const run = withScope(scope, () => loadHandler(declaration));
    run.catch(() => {});
    const clients = prepareClients(declaration.grants, { env, settings });
    const handler = createHandler({
      selected: () => ({ run, clients, declaration }),
      // Nothing is bundled here.
      log: { ...logSettings(env, write), mapsStacks: false },
      ...(connection.put === undefined ? {} : { put: connection.put }),
    });
    return (event: HostedEvent) =>
      withScope(scope, () => answer(handler, event, { ...facts, write }, env));
  };

  return {
    declared,
    host: { has: (variables) => declared.has(variables[NAME] ?? ''), start },
    add: async (functions) => {
      for (const fn of functions) declared.set(fn.name, fn);
      const kinds = functions.flatMap(({ kind, on, grants }) => [
        kind,
        ...on.map(({ target }) => target.kind),
        ...Object.values(grants).map(({ binding }) => binding?.kind ?? ''),
      ]);
      await Promise.all([
        loadClients(kinds),
        readSharedFiles(),
        // What cannot be loaded is told by the first event.
        Promise.allSettled(functions.map(loadHandler)),
      ]);
    },
    connect: (settings, put) => {
      connection = { settings, put };
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
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - machineNow()),
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
