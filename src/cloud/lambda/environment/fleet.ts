import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { AwsError } from '../../core/aws-error.ts';
import type { Clock, Timer } from '../../core/clock.ts';
import { createRealClock, isVirtual } from '../../core/clock.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { unpackedCode } from '../code-folder.ts';
import { startsCold } from '../disorder.ts';
import { stopping as stoppingError, throttled } from '../errors.ts';
import { FLEET, LIMITS } from '../limits.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import { createEnvironmentLog } from './environment-log.ts';
import { EnvironmentPool } from './environment-pool.ts';
import type { Pool } from './environment-pool.ts';
import { ExecutionEnvironment } from './execution-environment.ts';
import type { FunctionSession } from './function-session.ts';
import { assumeFunctionRole } from './function-session.ts';
import { createHostedPool } from './hosted-pool.ts';
import type { Invocation, Outcome } from './invocation.ts';
import { succeeded } from './invocation.ts';
import { createLogShipper } from './log-shipper.ts';
import { createLambdaMetrics } from './metrics.ts';
import type { LambdaMetrics } from './metrics.ts';
import type { PeerProcess } from './peer-process.ts';
import { createReaper } from './reaper.ts';
import { linkRuntimeModules } from './runtime-modules.ts';
import { programOf } from './runtimes.ts';

/** Runs invocations in environments. */
export interface Fleet {
  /**
   * @param qualifier - The alias or version that was called by name, for the metrics.
   * @throws {TooManyRequestsException} when the function or the account has no concurrency left
   */
  invoke(
    version: FunctionVersion,
    invocation: Invocation,
    qualifier: string | undefined,
  ): Promise<Outcome>;
  /** A version has new code or configuration, or is gone: its environments end when they are done. */
  retire(functionName: string, version: string): void;
  readonly metrics: LambdaMetrics;
  /** Running and waiting invocations. */
  readonly concurrency: number;
  stop(): Promise<void>;
}

/** Environments of one account and region. */
export const createFleet = (context: ServiceContext<LambdaState>): Fleet => {
  const { state, clock, region } = context;
  // Processes live in the machine's time: on a virtual clock their timeouts and batches still pass.
  const machine: Clock = createRealClock();
  const reaper = createReaper();
  // A cloud whose time stands still is under test: nothing is gathered there, so that nobody waits for it.
  const stopped = isVirtual(clock);
  const shipper = createLogShipper(context, machine, stopped ? 0 : FLEET.gatherMs);
  const metrics = createLambdaMetrics(context, machine, stopped ? 0 : FLEET.metricsMs);
  const cores = availableParallelism();
  const runtimeModules = join(context.scratchDir(), 'code', 'node_modules');
  linkRuntimeModules(runtimeModules);
  const pools = new Map<string, Pool>();
  const draining = new Set<Pool>();
  const active = new Map<string, number>();
  const sessions = new Map<ExecutionEnvironment, FunctionSession['credential']>();
  let total = 0;
  let stopping = false;
  let allGone: (() => void) | undefined;
  let freezer: Timer | undefined;
  let sweeper: Timer | undefined;

  /** How many more environments this machine bears: each may take its memory, half of what is free is theirs. */
  const capacity = (version: FunctionVersion) =>
    Math.max(1, Math.floor(freemem() / 2 / (Math.min(version.memorySizeMb, 128) * 1024 * 1024)));

  const noteIntruder = ({ version }: ExecutionEnvironment, intruder: PeerProcess | undefined) => {
    const from = [...sessions.keys()].find(({ leader }) => leader === intruder?.session);
    const who =
      from === undefined
        ? `A process of this machine (${intruder?.pid ?? 'gone already'})`
        : `The function ${from.version.functionName} (process ${intruder?.pid})`;
    context.journal.note(
      'lambda',
      `${who} spoke to the Runtime API of the function ${version.functionName}. It was refused: only processes of that environment may.`,
      { outcome: 'denied' },
    );
  };

  /** Whoever reads the function's log learns what to grant: the client was told in AWS's words alone. */
  const unlisten = context.journal.listen(
    ({ id, kind, outcome, principal, cause, message = '' }) => {
      if (kind !== 'call' || outcome !== 'denied' || cause === undefined) return;
      const text = `Sparta: ${message} More of it: explain ${id}`;
      for (const pool of [...pools.values(), ...draining])
        if (pool.tellDenial({ principal, cause, text })) return;
    },
  );

  const startEnvironment = async (pool: EnvironmentPool, initLimitMs: number) => {
    const { version } = pool;
    const taskRoot = await unpackedCode(context, version);
    const program = programOf(version, taskRoot);
    const { credential: session } = await assumeFunctionRole(context, version);
    const id = context.random.hex(32);
    const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${day}/[${version.version}]${id}`;
    const stream = shipper.open(version.logging.group, logStream, session.principal);
    const environment: ExecutionEnvironment = new ExecutionEnvironment({
      id,
      version,
      program,
      principal: session.principal,
      folder: join(context.scratchDir(), 'environments', id),
      log: createEnvironmentLog(version, region, clock, stream),
      machine,
      reaper,
      initLimitMs,
      facts: {
        region,
        endpoint: context.endpoint,
        taskRoot,
        logStream,
        writesRecords: program.writesRecords,
        runtimeModules,
        credentials: session,
      },
      onForeign: noteIntruder,
      onReady: (ready) => {
        pool.ready(ready);
        watchIdle();
      },
      onGone: (gone) => {
        sessions.delete(gone);
        context.credentials.remove(session.accessKeyId);
        context.causes.delete(session.accessKeyId);
        pool.gone(gone);
        if (sessions.size === 0) allGone?.();
      },
    });
    sessions.set(environment, session);
    pool.environments.add(environment);
    return { environment, result: environment.start() };
  };

  const poolOf = (version: FunctionVersion): Pool => {
    const key = `${version.functionName}:${version.version}`;
    const known = pools.get(key);
    if (known?.version === version || known?.version.revisionId === version.revisionId)
      return known;
    if (known !== undefined) retirePool(key, known);
    const pool = createPool(version);
    pools.set(key, pool);
    return pool;
  };

  const createPool = (version: FunctionVersion): Pool => {
    const { host } = state;
    if (host?.has(version.environment) === true)
      return createHostedPool({ context, version, host, machine, shipper });
    return new EnvironmentPool({
      version,
      machine,
      clock,
      cores,
      capacity: () => capacity(version),
      startsCold: () => startsCold(context, version.functionName),
      startEnvironment,
      onHandOver: (environment, invocation) => {
        const session = sessions.get(environment);
        if (session !== undefined) context.causes.set(session.accessKeyId, invocation.cause);
      },
      onEmpty: (empty) => void draining.delete(empty),
    });
  };

  const retirePool = (key: string, pool: Pool) => {
    pools.delete(key);
    draining.add(pool);
    pool.drain();
  };

  /** Freezes what has had nothing to do for a moment. One timer for all. */
  const watchIdle = () => {
    freezer ??= machine.after(FLEET.freezeMs, () => {
      freezer = undefined;
      const now = machine.monotonic();
      let left = false;
      for (const pool of pools.values())
        for (const environment of pool.idle) {
          if (environment.frozen) continue;
          if (now - environment.lastRunAt >= FLEET.freezeMs * 0.9) environment.freeze();
          else left = true;
        }
      if (left) watchIdle();
    });
    sweeper ??= clock.after(FLEET.sweepMs, () => {
      sweeper = undefined;
      const now = clock.now();
      let left = false;
      for (const pool of pools.values())
        for (const environment of pool.idle.slice()) {
          const expiresAt = sessions.get(environment)?.expiresAt ?? now;
          if (now - environment.idleSince >= FLEET.idleMs || expiresAt - now < FLEET.retireMs)
            pool.retire(environment);
          else left = true;
        }
      if (left) watchIdle();
    });
  };

  /** https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
  const admit = (name: string, qualifier: string | undefined) => {
    const running = active.get(name) ?? 0;
    const reserved = state.functions.get(name)?.reservedConcurrency;
    const over =
      reserved !== undefined
        ? running >= reserved && 'ReservedFunctionConcurrentInvocationLimitExceeded'
        : total >= LIMITS.accountConcurrency && 'ConcurrentInvocationLimitExceeded';
    if (over !== false) {
      metrics.throttled(name, qualifier);
      throw throttled(over);
    }
    active.set(name, running + 1);
    total += 1;
  };

  const release = (name: string) => {
    total -= 1;
    const running = (active.get(name) ?? 1) - 1;
    if (running === 0) active.delete(name);
    else active.set(name, running);
  };

  return {
    metrics,
    get concurrency() {
      return total;
    },
    invoke: (version, invocation, qualifier) => {
      const { functionName } = version;
      if (stopping) throw stoppingError();
      admit(functionName, qualifier);
      return new Promise((resolve, reject) => {
        poolOf(version).submit({
          invocation,
          enqueuedAt: machine.monotonic(),
          settle: (outcome) => {
            // What a stopping cloud cuts off has no outcome: an asynchronous event is taken up by the next run.
            if (stopping) return;
            const concurrent = active.get(functionName) ?? 1;
            release(functionName);
            metrics.invoked(functionName, qualifier, {
              durationMs: outcome.durationMs,
              failed: !succeeded(outcome),
              concurrent,
              cause: invocation.cause,
            });
            state.witness?.({
              functionName,
              version: version.version,
              requestId: invocation.requestId,
              entry: invocation.cause,
              event: invocation.payload,
              outcome,
            });
            resolve(outcome);
          },
          refuse: (error) => {
            release(functionName);
            reject(
              error instanceof Error ? error : new AwsError('ServiceException', String(error)),
            );
          },
        });
      });
    },
    retire: (functionName, version) => {
      const key = `${functionName}:${version}`;
      const pool = pools.get(key);
      if (pool !== undefined) retirePool(key, pool);
    },
    stop: async () => {
      if (stopping) return;
      stopping = true;
      unlisten();
      freezer?.cancel();
      sweeper?.cancel();
      await shipper.flush();
      await metrics.flush();
      shipper.close();
      const gone = new Promise<void>((resolve) => {
        allGone = resolve;
      });
      for (const pool of [...pools.values(), ...draining]) pool.stop();
      if (sessions.size > 0) await Promise.race([gone, machine.sleep(FLEET.stopMs)]);

      reaper.stop();
    },
  };
};
