import type { Clock, Timer } from '../../core/clock.ts';
import { principalName } from '../../core/principals.ts';
import { FLEET, LIMITS } from '../limits.ts';
import type { FunctionVersion } from '../state.ts';
import type { ExecutionEnvironment, InitResult } from './execution-environment.ts';
import type { Invocation, Outcome } from './invocation.ts';
import { platformFailure } from './invocation.ts';

/** Who waits for an event's outcome. */
export interface Waiting {
  readonly invocation: Invocation;
  readonly enqueuedAt: number;
  readonly settle: (outcome: Outcome) => void;
  /** There will be no outcome: no environment could be started. */
  readonly refuse: (error: unknown) => void;
}

/** A started environment and how its start ends; a rejection means that nothing could be started. */
export interface Starting {
  readonly environment: ExecutionEnvironment;
  readonly result: Promise<InitResult>;
}

export interface PoolOptions {
  readonly version: FunctionVersion;
  readonly machine: Clock;
  readonly clock: Clock;
  /** Most environments that start at one time, and most that there are. */
  readonly cores: number;
  readonly capacity: () => number;
  /** Whether an event goes to a new environment though one is idle. */
  readonly startsCold: () => boolean;
  /** @param initLimitMs - Longest that the start may take. */
  readonly startEnvironment: (pool: EnvironmentPool, initLimitMs: number) => Promise<Starting>;
  /** Sets what is caused by the environment's calls from now on. */
  readonly onHandOver: (environment: ExecutionEnvironment, invocation: Invocation) => void;
  readonly onEmpty: (pool: EnvironmentPool) => void;
}

/** A call that was denied to a function. */
export interface Denial {
  /** ARN of who called. */
  readonly principal: string;
  /** Journal id of the invocation. */
  readonly cause: number;
  readonly text: string;
}

/** The environments of one version of one function, wherever they run. */
export interface Pool {
  readonly version: FunctionVersion;
  readonly idle: readonly ExecutionEnvironment[];
  submit(waiting: Waiting): void;
  /**
   * A call of a principal was denied, to the invocation that a journal entry stands for: its log tells.
   * @returns whether it is one of these environments' own
   */
  tellDenial(denial: Denial): boolean;
  /** Takes an idle environment out of use. */
  retire(environment: ExecutionEnvironment): void;
  /** No new events come: what runs is finished, then everything ends. */
  drain(): void;
  /** Ends everything now. */
  stop(): void;
}

/**
 * The processes of one version of one function. An event goes to an idle one; without one it waits, and a wait that is
 * too long starts another.
 * Differs: AWS starts an environment for every event that finds none idle. On one machine that is slower than a short
 * wait, so a second is started after 25 ms, and more than there are cores after 60 ms of waiting.
 */
export class EnvironmentPool implements Pool {
  readonly version: FunctionVersion;
  readonly environments = new Set<ExecutionEnvironment>();
  readonly #options: PoolOptions;
  /** Last in, first out: what has run last is warm in every cache. */
  readonly #idle: ExecutionEnvironment[] = [];
  #queue: Waiting[] = [];
  #head = 0;
  #starting = 0;
  #lastReadyAt = 0;
  #check: Timer | undefined;
  #draining = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.version = options.version;
  }

  get idle(): readonly ExecutionEnvironment[] {
    return this.#idle;
  }

  get empty(): boolean {
    return this.environments.size === 0 && this.#starting === 0 && this.#waiting === 0;
  }

  get #waiting(): number {
    return this.#queue.length - this.#head;
  }

  submit(waiting: Waiting): void {
    if (this.#idle.length > 0 && this.#options.startsCold()) {
      this.#queue.push(waiting);
      return this.#startOne(LIMITS.initMs);
    }
    const environment = this.#idle.pop();
    if (environment !== undefined) return this.#handOver(environment, waiting);
    this.#queue.push(waiting);
    if (this.environments.size + this.#starting === 0) this.#startOne(LIMITS.initMs);
    else this.#watchQueue();
  }

  tellDenial({ principal, cause, text }: Denial): boolean {
    for (const environment of this.environments)
      if (principalName(environment.principal) === principal && environment.tellDenial(cause, text))
        return true;
    return false;
  }

  /** An environment waits for an event. */
  ready(environment: ExecutionEnvironment): void {
    this.#lastReadyAt = this.#options.machine.monotonic();
    if (!this.environments.has(environment)) return environment.kill();
    const next = this.#take();
    if (next !== undefined) return this.#handOver(environment, next);
    if (this.#draining) return environment.kill();
    environment.idleSince = this.#options.clock.now();
    this.#idle.push(environment);
  }

  gone(environment: ExecutionEnvironment): void {
    this.environments.delete(environment);
    const at = this.#idle.indexOf(environment);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#waiting > 0 && this.environments.size + this.#starting === 0)
      this.#startOne(LIMITS.initMs);
    if (this.empty) this.#options.onEmpty(this);
  }

  /** Takes an idle environment out of use. */
  retire(environment: ExecutionEnvironment): void {
    const at = this.#idle.indexOf(environment);
    if (at >= 0) this.#idle.splice(at, 1);
    environment.kill();
  }

  /** No new events come: what runs is finished, then everything ends. */
  drain(): void {
    this.#draining = true;
    for (const environment of this.#idle.slice()) this.retire(environment);
    if (this.empty) this.#options.onEmpty(this);
  }

  /** Ends everything now. */
  stop(): void {
    this.#draining = true;
    this.#check?.cancel();
    this.#queue = [];
    this.#head = 0;
    for (const environment of this.environments) environment.kill();
  }

  #take(): Waiting | undefined {
    const next = this.#queue[this.#head];
    if (next === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }

  #handOver(environment: ExecutionEnvironment, { invocation, settle }: Waiting): void {
    this.#options.onHandOver(environment, invocation);
    const isFirst = environment.lastRunAt === 0;
    environment.run(
      invocation,
      isFirst ? (outcome) => settle({ ...outcome, coldStart: true }) : settle,
    );
  }

  #watchQueue(): void {
    if (this.#check !== undefined || this.#waiting === 0) return;
    const crowded = this.environments.size >= this.#options.cores;
    const patience = crowded ? FLEET.crowdedMs : FLEET.stuckMs;
    this.#check = this.#options.machine.after(patience, () => {
      this.#check = undefined;
      const first = this.#queue[this.#head];
      if (first === undefined) return;
      const since = Math.max(first.enqueuedAt, this.#lastReadyAt);
      const waited = this.#options.machine.monotonic() - since;
      // Queues move while environments come free: only one that stands still is too short of them.
      const room = Math.min(
        this.#options.cores - this.#starting,
        this.#options.capacity(),
        this.#waiting - this.#starting,
      );
      if (waited >= patience * 0.9)
        for (let index = 0; index < room; index += 1) this.#startOne(LIMITS.initMs);
      this.#watchQueue();
    });
  }

  #startOne(initLimitMs: number): void {
    this.#starting += 1;
    void this.#start(initLimitMs);
  }

  async #start(initLimitMs: number): Promise<void> {
    let result: InitResult;
    try {
      const starting = await this.#options.startEnvironment(this, initLimitMs);
      result = await starting.result;
    } catch (error) {
      this.#starting -= 1;
      this.#refuseAll(error);
      return;
    }
    this.#starting -= 1;
    if (result.kind === 'ready') return this.#watchQueue();
    if (result.kind === 'failed') return this.#failOne(result);
    // A start that took too long is made once more as part of the first event, within the function's own timeout.
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib
    const ownMs = this.version.timeoutSeconds * 1000;
    if (initLimitMs === LIMITS.initMs && this.#waiting > 0) return this.#startOne(ownMs);
    const seconds = this.version.timeoutSeconds.toFixed(2);
    this.#failOne({
      kind: 'failed',
      fail: ({ requestId }) =>
        platformFailure(
          requestId,
          'Sandbox.Timedout',
          `Task timed out after ${seconds} seconds`,
          ownMs,
          'timeout',
        ),
    });
  }

  /** A failed start is one event's failure; the next event tries again. */
  #failOne({ fail }: Extract<InitResult, { readonly kind: 'failed' }>): void {
    const next = this.#take();
    next?.settle({ ...fail(next.invocation), coldStart: true });
    if (this.#waiting > 0 && this.environments.size + this.#starting === 0)
      this.#startOne(LIMITS.initMs);
  }

  #refuseAll(error: unknown): void {
    for (let next = this.#take(); next !== undefined; next = this.#take()) next.refuse(error);
    if (this.empty) this.#options.onEmpty(this);
  }
}
