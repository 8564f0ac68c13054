import type { Clock } from '../../core/clock.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { startsCold } from '../disorder.ts';
import { principalName } from '../../core/principals.ts';
import { LIMITS } from '../limits.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import type { EnvironmentLog } from './environment-log.ts';
import { createEnvironmentLog } from './environment-log.ts';
import type { Pool, Waiting } from './environment-pool.ts';
import { environmentVariables } from './environment-variables.ts';
import type { FunctionHost, HostedEvent, HostedResult } from './function-host.ts';
import { assumeFunctionRole } from './function-session.ts';
import type { FunctionSession } from './function-session.ts';
import type { Invocation, Outcome } from './invocation.ts';
import { platformFailure } from './invocation.ts';
import type { LogShipper } from './log-shipper.ts';

interface HostedEnvironment {
  readonly session: FunctionSession;
  readonly log: EnvironmentLog;
  readonly run: (event: HostedEvent) => Promise<HostedResult>;
}

export interface HostedPoolOptions {
  readonly context: ServiceContext<LambdaState>;
  readonly version: FunctionVersion;
  readonly host: FunctionHost;
  readonly machine: Clock;
  readonly shipper: LogShipper;
}

/**
 * Environments in the cloud's own process: an event that finds none idle gets a new one at once, as on AWS.
 * Differs: there is no init phase, no memory limit, and a handler that does not end in time goes on.
 */
export const createHostedPool = ({
  context,
  version,
  host,
  machine,
  shipper,
}: HostedPoolOptions): Pool => {
  const idle: HostedEnvironment[] = [];
  /** By the journal id of what they work on. */
  const busy = new Map<number, HostedEnvironment & { readonly requestId: string }>();
  let drained = false;

  const start = async (): Promise<HostedEnvironment> => {
    const session = await assumeFunctionRole(context, version);
    const day = new Date(context.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${day}/[${version.version}]${context.random.hex(32)}`;
    const stream = shipper.open(version.logging.group, logStream, session.principal);
    const log = createEnvironmentLog(version, context.region, context.clock, stream);
    const run = host.start({
      functionName: version.functionName,
      version: version.version,
      timeoutSeconds: version.timeoutSeconds,
      memorySizeMb: version.memorySizeMb,
      variables: environmentVariables(version, {
        region: context.region,
        endpoint: context.endpoint,
        taskRoot: process.cwd(),
        runtimeDir: process.cwd(),
        homeDir: process.cwd(),
        tmpDir: context.scratchDir(),
        command: process.execPath,
        runtimeApi: '',
        logStream,
        writesRecords: false,
        runtimeModules: '',
        credentials: session.credential,
      }),
      write: (line) => log.line(line),
    });
    return { session, log, run };
  };

  const takeIdle = (): HostedEnvironment | undefined => {
    if (idle.length > 0 && startsCold(context, version.functionName)) return undefined;
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
      const { accessKeyId, expiresAt } = one.session.credential;
      if (expiresAt - context.clock.now() > version.timeoutSeconds * 1000) return one;
      context.credentials.remove(accessKeyId);
      context.causes.delete(accessKeyId);
    }
    return undefined;
  };

  const outcomeOf = async (
    { run }: HostedEnvironment,
    invocation: Invocation,
  ): Promise<Outcome> => {
    const { requestId, invokedArn, payload, clientContext } = invocation;
    const startedAt = machine.monotonic();
    const timeoutMs = version.timeoutSeconds * 1000;
    const stopped = new AbortController();
    const late = machine.sleep(timeoutMs, stopped.signal).then(() => 'late' as const);
    const answered = run({
      requestId,
      invokedArn,
      payload,
      deadlineMs: machine.now() + timeoutMs,
      ...(clientContext === undefined ? {} : { clientContext }),
    });
    const result = await Promise.race([answered, late]);
    stopped.abort();
    const durationMs = machine.monotonic() - startedAt;
    if (result === 'late')
      return platformFailure(
        requestId,
        'Sandbox.Timedout',
        `Task timed out after ${version.timeoutSeconds.toFixed(2)} seconds`,
        durationMs,
        'timeout',
      );
    if (result.kind === 'error')
      return {
        payload: result.payload,
        status: 'error',
        errorType: result.errorType,
        durationMs,
      };
    if (result.payload.byteLength <= LIMITS.responseBytes)
      return { payload: result.payload, status: 'success', durationMs };
    const errorType = 'Function.ResponseSizeTooLarge';
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${LIMITS.responseBytes} bytes).`;
    return {
      payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
      status: 'error',
      errorType,
      durationMs,
    };
  };

  const serve = async ({ invocation, settle, refuse }: Waiting): Promise<void> => {
    const warm = takeIdle();
    let environment: HostedEnvironment;
    try {
      environment = warm ?? (await start());
    } catch (error) {
      return refuse(error);
    }
    const { accessKeyId } = environment.session.credential;
    context.causes.set(accessKeyId, invocation.cause);
    environment.log.start(invocation);
    busy.set(invocation.cause, { ...environment, requestId: invocation.requestId });
    const outcome = await outcomeOf(environment, invocation);
    busy.delete(invocation.cause);
    if (outcome.status === 'timeout')
      environment.log.timedOut(invocation.requestId, version.timeoutSeconds.toFixed(2));
    const tail = environment.log.end(invocation, outcome, 0, undefined);
    if (outcome.status === 'timeout' || drained) {
      context.credentials.remove(accessKeyId);
      context.causes.delete(accessKeyId);
    } else idle.push(environment);
    settle({
      ...outcome,
      ...(warm === undefined ? { coldStart: true } : {}),
      ...(tail === undefined ? {} : { logTail: tail }),
    });
  };

  const drain = () => {
    drained = true;
    for (const { session } of idle.splice(0)) {
      context.credentials.remove(session.credential.accessKeyId);
      context.causes.delete(session.credential.accessKeyId);
    }
  };

  return {
    version,
    // Nothing of theirs is a process that could be frozen or swept away.
    idle: [],
    submit: (waiting) => void serve(waiting),
    tellDenial: ({ principal, cause, text }) => {
      const environment = busy.get(cause);
      if (environment === undefined || principalName(environment.session.principal) !== principal)
        return false;
      environment.log.denied(environment.requestId, text);
      return true;
    },
    retire: () => {},
    drain,
    stop: drain,
  };
};
