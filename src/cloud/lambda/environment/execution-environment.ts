import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../../core/clock.ts';
import type { Principal } from '../../core/principals.ts';
import { FLEET, LIMITS } from '../limits.ts';
import type { FunctionVersion } from '../state.ts';
import type { EnvironmentFacts } from './environment-variables.ts';
import { environmentVariables } from './environment-variables.ts';
import type { EnvironmentLog } from './environment-log.ts';
import type { Invocation, InvocationStatus, Outcome } from './invocation.ts';
import { platformFailure } from './invocation.ts';
import type { PeerProcess } from './peer-process.ts';
import { identifyPeer } from './peer-process.ts';
import { residentBytes } from './process-memory.ts';
import type { Reaper } from './reaper.ts';
import type { Refusal, RuntimeAnswer, RuntimeApi, RuntimeEvent } from './runtime-api.ts';
import { serveRuntimeApi } from './runtime-api.ts';
import type { RuntimeProcess } from './runtime-process.ts';
import { startRuntimeProcess } from './runtime-process.ts';
import type { RuntimeProgram } from './runtimes.ts';

export interface EnvironmentOptions {
  readonly id: string;
  readonly version: FunctionVersion;
  readonly program: RuntimeProgram;
  readonly facts: Omit<
    EnvironmentFacts,
    'runtimeApi' | 'homeDir' | 'tmpDir' | 'command' | 'runtimeDir'
  >;
  readonly principal: Principal;
  /** Folder that this environment gets for itself; removed with it. */
  readonly folder: string;
  readonly log: EnvironmentLog;
  /** The machine's own time: a process lives in it, whatever the cloud's clock says. */
  readonly machine: Clock;
  readonly reaper: Reaper;
  readonly initLimitMs: number;
  /** A process that is none of its own has spoken to its Runtime API; once for each process. */
  readonly onForeign: (
    environment: ExecutionEnvironment,
    intruder: PeerProcess | undefined,
  ) => void;
  /** Each time that it waits for an event. */
  readonly onReady: (environment: ExecutionEnvironment) => void;
  /** Once, when the process has gone, for whatever reason. */
  readonly onGone: (environment: ExecutionEnvironment) => void;
}

/** How the start of an environment ended. */
export type InitResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'timeout' }
  /** What every event gets that waited for it. */
  | { readonly kind: 'failed'; readonly fail: (invocation: Invocation) => Outcome };

interface Running {
  readonly invocation: Invocation;
  readonly startedAt: number;
  readonly settle: (outcome: Outcome) => void;
  readonly deadline: Timer;
}

/**
 * One process that serves one event at a time.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class ExecutionEnvironment {
  readonly id: string;
  readonly version: FunctionVersion;
  readonly principal: Principal;
  readonly log: EnvironmentLog;
  /** On the cloud's clock; set by the pool. */
  idleSince = 0;
  /** On the machine's monotonic clock. */
  lastRunAt = 0;
  frozen = false;
  /** Milliseconds; undefined until it is ready. */
  initMs: number | undefined;

  readonly #options: EnvironmentOptions;
  readonly #machine: Clock;
  #process: RuntimeProcess | undefined;
  #api: RuntimeApi | undefined;
  #give: ((event: RuntimeEvent) => void) | undefined;
  #running: Running | undefined;
  #initReported = false;
  #initDone: ((result: InitResult) => void) | undefined;
  #gone = false;
  #ending = false;
  #overMemory = false;
  #peakBytes = 0;
  #memoryPoll: Timer | undefined;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#machine = options.machine;
    this.id = options.id;
    this.version = options.version;
    this.principal = options.principal;
    this.log = options.log;
  }

  /** Process that leads its session. */
  get leader(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process; resolves when it asks for its first event, or cannot. */
  async start(): Promise<InitResult> {
    const { folder, program, version, facts, machine, initLimitMs, reaper } = this.#options;
    const startedAt = machine.monotonic();
    const tmpDir = join(folder, 'tmp');
    mkdirSync(tmpDir, { recursive: true });
    const api = await serveRuntimeApi(
      {
        onPoll: (give) => this.#onPoll(give),
        onResponse: (answer) => this.#onResponse(answer),
        onError: (answer) => this.#onError(answer),
        onInitError: (answer) => this.#onInitError(answer),
      },
      LIMITS.responseBytes,
      {
        identify: identifyPeer,
        leader: () => this.leader,
        onForeign: (intruder) => this.#onForeign(intruder),
      },
    );
    this.#api = api;
    this.log.initStart(program);
    return new Promise((resolve) => {
      const limit = machine.after(initLimitMs, () => {
        this.log.initReport(machine.monotonic() - startedAt, 'timeout');
        this.#finishInit({ kind: 'timeout' });
        this.kill();
      });
      this.#initDone = (result) => {
        limit.cancel();
        if (result.kind === 'ready') this.initMs = machine.monotonic() - startedAt;
        resolve(result);
      };
      this.#process = startRuntimeProcess({
        command: program.command,
        args: program.args(version),
        cwd: facts.taskRoot,
        env: environmentVariables(version, {
          ...facts,
          tmpDir,
          homeDir: folder,
          runtimeApi: api.address,
          command: program.command,
          runtimeDir: program.runtimeDir,
        }),
        reaper,
        onLine: (line) => this.log.line(line),
        onRecord: (text) => this.#onRecord(text),
        onUnstartable: (error) => this.#onUnstartable(error),
        onExit: (how) => this.#onExit(how),
      });
      api.serve(this.#process.connection);
    });
  }

  /** Hands an event over. Only after `onReady`, and once for each. */
  run(invocation: Invocation, settle: (outcome: Outcome) => void): void {
    const machine = this.#machine;
    const timeoutMs = this.#options.version.timeoutSeconds * 1000;
    const give = this.#give;
    this.#give = undefined;
    this.thaw();
    const startedAt = machine.monotonic();
    // First of all: the runtime works while the rest is done here. Its answer is read at the next turn at the earliest.
    give?.({
      headers: eventHeaders(invocation, machine.now() + timeoutMs),
      payload: invocation.payload,
    });
    this.#running = {
      invocation,
      settle,
      startedAt,
      deadline: machine.after(timeoutMs, () => this.#onTimeout()),
    };
    this.#endLog?.();
    this.log.start(invocation);
    if (this.#memoryPoll === undefined) this.#watchMemory();
    if (give === undefined) this.kill();
  }

  #announce(): void {
    if (this.#give !== undefined && this.#running === undefined && !this.#gone && !this.#ending)
      this.#options.onReady(this);
  }

  /**
   * A call was denied to the event that a journal entry stands for.
   * @returns whether this environment works on that event
   */
  tellDenial(cause: number, text: string): boolean {
    const invocation = this.#running?.invocation;
    if (invocation?.cause !== cause) return false;
    this.log.denied(invocation.requestId, text);
    return true;
  }

  /** Stops its processor time until the next event. */
  freeze(): void {
    if (this.frozen || this.#gone || process.platform === 'win32') return;
    this.frozen = this.#process?.signal('SIGSTOP') === true;
  }

  thaw(): void {
    if (!this.frozen) return;
    this.frozen = false;
    this.#process?.signal('SIGCONT');
  }

  /** Ends the process and everything that it has started. */
  kill(): void {
    this.#ending = true;
    this.#process?.signal('SIGKILL');
  }

  #onRecord(text: string): void {
    this.log.line(text);
    this.#afterLogs?.();
  }
  #afterLogs: (() => void) | undefined;
  #answered: Outcome | undefined;

  #finishInit(result: InitResult): void {
    const done = this.#initDone;
    this.#initDone = undefined;
    done?.(result);
  }

  /** The event that waited for the start gets its failure, and has a log like any other. */
  #failInit(outcomeOf: (requestId: string) => Outcome): void {
    this.#finishInit({
      kind: 'failed',
      fail: (invocation) => {
        this.#endLog?.();
        const outcome = outcomeOf(invocation.requestId);
        this.log.start(invocation);
        const tail = this.log.end(invocation, outcome, this.#peakBytes, undefined);
        return tail === undefined ? outcome : { ...outcome, logTail: tail };
      },
    });
  }

  #onPoll(give: (event: RuntimeEvent) => void): void {
    this.#give = give;
    if (!this.#initReported) {
      this.#initReported = true;
      this.#finishInit({ kind: 'ready' });
    }
    this.#announce();
  }

  #onResponse(answer: RuntimeAnswer): Refusal | undefined {
    const running = this.#expect(answer, 'InvocationResponse');
    if ('errorType' in running) return running;
    if (answer.tooLarge) {
      // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, texts as AWS's emulator has them
      const reason = `Response payload size exceeded maximum allowed payload size (${LIMITS.responseBytes} bytes).`;
      const errorType = 'Function.ResponseSizeTooLarge';
      this.#settleWhenLogged(answer, {
        payload: Buffer.from(JSON.stringify({ errorType, errorMessage: reason })),
        status: 'error',
        errorType,
        durationMs: this.#elapsed(running),
      });
      return {
        status: '413 Payload Too Large',
        errorType: 'RequestEntityTooLarge',
        errorMessage: `Exceeded maximum allowed payload size (${LIMITS.responseBytes} bytes).`,
      };
    }
    this.#settleWhenLogged(answer, {
      payload: answer.body,
      status: 'success',
      durationMs: this.#elapsed(running),
      ...(answer.contentType === undefined || answer.contentType === 'application/json'
        ? {}
        : { contentType: answer.contentType }),
    });
    return undefined;
  }

  #onError(answer: RuntimeAnswer): Refusal | undefined {
    const running = this.#expect(answer, 'InvocationErrorResponse');
    if ('errorType' in running) return running;
    this.#settleWhenLogged(answer, {
      payload: answer.brokenBy === undefined ? answer.body : Buffer.from(answer.brokenBy),
      status: 'error',
      errorType: answer.errorType ?? 'Function.Unknown',
      durationMs: this.#elapsed(running),
    });
    return undefined;
  }

  #onInitError(answer: RuntimeAnswer): Refusal | undefined {
    const { body, errorType = 'Runtime.Unknown' } = answer;
    const running = this.#running;
    if (running !== undefined) {
      // The runtime gives up in the middle of an event, on an exception that nobody caught.
      this.#settleWhenLogged(answer, {
        payload: body,
        status: 'error',
        errorType,
        durationMs: this.#elapsed(running),
      });
      return undefined;
    }
    this.#failInit(() => ({ payload: body, status: 'error', errorType, durationMs: 0 }));
    // A runtime that reports this ends by itself; one that stays has nothing more to do.
    this.#machine.after(FLEET.farewellMs, () => this.kill());
    return undefined;
  }

  /** On AWS nobody else is on the machine, so the words are ours. */
  #onForeign(intruder: PeerProcess | undefined): Refusal {
    if (!this.#foreign.has(intruder?.pid)) {
      this.#foreign.add(intruder?.pid);
      this.#options.onForeign(this, intruder);
    }
    return {
      status: '403 Forbidden',
      errorType: 'Sparta.ForeignProcess',
      errorMessage: `This is the Runtime API of the function ${this.version.functionName}; it answers the processes of that environment alone. AWS_LAMBDA_RUNTIME_API names a function's own.`,
    };
  }
  readonly #foreign = new Set<number | undefined>();

  #expect(answer: RuntimeAnswer, call: string): Running | Refusal {
    const running = this.#running;
    if (running === undefined)
      return {
        status: '403 Forbidden',
        errorType: 'InvalidStateTransition',
        errorMessage: `State transition from Ready to ${call} failed for runtime. Error: State transition is not allowed`,
      };
    if (running.invocation.requestId !== answer.requestId)
      return {
        status: '400 Bad Request',
        errorType: 'InvalidRequestID',
        errorMessage: 'Invalid request ID',
      };
    return running;
  }

  get #recordsRead(): number {
    return this.#process?.records ?? 0;
  }

  #elapsed(running: Running): number {
    return this.#machine.monotonic() - running.startedAt;
  }

  /**
   * The log of an event is whole before its end is written into it: our own runtime says how many records there are,
   * others have written theirs into pipes that are read by the turn after next.
   */
  #settleWhenLogged(answer: RuntimeAnswer, outcome: Outcome): void {
    const running = this.#running;
    if (running === undefined) return;
    const { logFrames } = answer;
    if (logFrames !== undefined && this.#recordsRead >= logFrames)
      return this.#settle(running, outcome);
    // Should the process end meanwhile, this is what it had answered.
    this.#answered = outcome;
    if (logFrames === undefined)
      setImmediate(() => setImmediate(() => this.#settle(running, outcome)));
    else
      this.#afterLogs = () => {
        if (this.#recordsRead >= logFrames) this.#settle(running, outcome);
      };
  }

  #settle(running: Running, outcome: Outcome): void {
    if (this.#running !== running) return;
    running.deadline.cancel();
    this.#afterLogs = undefined;
    this.#answered = undefined;
    if (this.#peakBytes === 0) this.#sampleMemory();
    this.#running = undefined;
    this.lastRunAt = this.#machine.monotonic();
    const { invocation } = running;
    const end = () => this.log.end(invocation, outcome, this.#peakBytes, this.initMs);
    if (invocation.tail) {
      const tail = end();
      running.settle(tail === undefined ? outcome : { ...outcome, logTail: tail });
    } else {
      this.#endLogSoon(end);
      running.settle(outcome);
    }
    this.#announce();
  }

  /** Once the answer is on its way, or the next event is. */
  #endLogSoon(end: () => void): void {
    const once = () => {
      if (this.#endLog !== once) return;
      this.#endLog = undefined;
      end();
    };
    this.#endLog = once;
    setImmediate(once);
    this.log.expectMore();
  }
  #endLog: (() => void) | undefined;

  #onTimeout(): void {
    const running = this.#running;
    if (running === undefined) return;
    if (this.#answered !== undefined) return this.#settle(running, this.#answered);
    const seconds = this.#options.version.timeoutSeconds.toFixed(2);
    const outcome = platformFailure(
      running.invocation.requestId,
      'Sandbox.Timedout',
      `Task timed out after ${seconds} seconds`,
      this.#elapsed(running),
      'timeout',
    );
    this.log.timedOut(running.invocation.requestId, seconds);
    this.kill();
    this.#settle(running, outcome);
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html#troubleshooting-invocation-bootstrap */
  #onUnstartable(error: Error): void {
    this.#onExit(
      this.#options.program.writesRecords
        ? `Runtime could not be started: ${error.message}`
        : "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
      'Runtime.InvalidEntrypoint',
    );
  }

  #onExit(
    reason: string,
    errorType = this.#overMemory ? 'Runtime.OutOfMemory' : 'Runtime.ExitError',
  ): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#memoryPoll?.cancel();
    this.#api?.close();
    const fail = (requestId: string, durationMs: number, status: InvocationStatus = 'failure') =>
      platformFailure(requestId, errorType, reason, durationMs, status);
    const running = this.#running;
    if (running !== undefined && this.#answered !== undefined)
      this.#settle(running, this.#answered);
    else if (running !== undefined) {
      this.log.crashed(running.invocation.requestId, reason, errorType);
      this.#settle(running, fail(running.invocation.requestId, this.#elapsed(running)));
    }
    this.#failInit((requestId) => fail(requestId, 0));
    rmSync(this.#options.folder, { recursive: true, force: true });
    this.#options.onGone(this);
  }

  #sampleMemory(): void {
    const pid = this.#process?.pid;
    const memory = pid === undefined ? undefined : residentBytes(pid);
    if (memory === undefined) return;
    this.#peakBytes = Math.max(this.#peakBytes, memory.nowBytes);
    const limit = this.#options.version.memorySizeMb * 1024 * 1024;
    if (memory.nowBytes <= limit) return;
    this.#peakBytes = limit;
    this.#overMemory = true;
    this.kill();
  }

  /** Looks again and again while there is an event; one timer for many short ones. */
  #watchMemory(): void {
    this.#memoryPoll = this.#machine.after(FLEET.memoryPollMs, () => {
      this.#memoryPoll = undefined;
      if (this.#running === undefined || this.#gone) return;
      this.#sampleMemory();
      this.#watchMemory();
    });
  }
}

const eventHeaders = (invocation: Invocation, deadlineMs: number): string => {
  const { requestId, invokedArn, clientContext } = invocation;
  const digits = requestId.replaceAll('-', '');
  const trace = `Root=1-${Math.floor(deadlineMs / 1000).toString(16)}-${digits.slice(0, 24)};Parent=${digits.slice(16)};Sampled=0`;
  const context =
    clientContext === undefined ? '' : `Lambda-Runtime-Client-Context: ${clientContext}\r\n`;
  return `Lambda-Runtime-Aws-Request-Id: ${requestId}\r\nLambda-Runtime-Deadline-Ms: ${Math.floor(deadlineMs)}\r\nLambda-Runtime-Invoked-Function-Arn: ${invokedArn}\r\nLambda-Runtime-Trace-Id: ${trace}\r\n${context}`;
};
