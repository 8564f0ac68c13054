import { createAgenda } from './agenda.ts';

/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** The only source of time in the cloud. Times are milliseconds since 1970-01-01 UTC. */
export interface Clock {
  /** Now, in milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `delayMs` from now. Never keeps the process alive by itself. */
  after(delayMs: number, task: () => void): Timer;
  /** Resolves `delayMs` from now, or as soon as `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
}

const sleepOn = (clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal?.aborted === true) return resolve();
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      timer.cancel();
      resolve();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });

// setTimeout fires at once for a delay over 2^31-1 ms (24.8 days), so a long wait is cut in slices.
const MAX_DELAY_MS = 2_147_483_647;

// Taken once: what runs inside of a test's handler sees a `Date` of its own.
const { now: machineNow } = Date;

/** The machine's own time. */
export const createRealClock = (): Clock => {
  const after = (delayMs: number, task: () => void): Timer => {
    let handle: NodeJS.Timeout;
    const arm = (left: number) => {
      handle = setTimeout(
        () => (left > MAX_DELAY_MS ? arm(left - MAX_DELAY_MS) : task()),
        Math.min(Math.max(0, left), MAX_DELAY_MS),
      );
      handle.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  };
  const clock: Clock = {
    now: machineNow,
    monotonic: () => performance.now(),
    after,
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  return clock;
};

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, running every timer that falls due on the way, in order. */
  advance(ms: number): Promise<void>;
  /** When the next timer falls due, or undefined when none is set. */
  nextDue(): number | undefined;
  /** How many wait in {@link Clock.sleep}: work that goes on only when time does. */
  readonly sleepers: number;
  /** Resolves as soon as one more does. */
  nextSleeper(): Promise<void>;
}

export const isVirtual = (clock: Clock): clock is VirtualClock => 'sleepers' in clock;

/** What lets the world go on between two timers. */
type Breathe = () => Promise<unknown>;

/** One turn of the event loop: promise chains go on, and the I/O that was started. */
export const oneTurn: Breathe = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * A clock for tests: time moves only by {@link VirtualClock.advance}. Timers of one moment run in the order in which they
 * were set.
 * @param startMs - Milliseconds since the epoch. @defaultValue 2026-01-01T00:00:00Z
 * @param breathe - Awaited after each timer, before time moves on. @defaultValue one turn of the event loop
 */
export const createVirtualClock = (
  startMs = Date.UTC(2026, 0, 1),
  breathe: Breathe = oneTurn,
): VirtualClock => {
  let nowMs = startMs;
  const due = createAgenda();
  let sleepers = 0;
  let watchers: (() => void)[] = [];
  const clock: VirtualClock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (delayMs, task) => due.add(nowMs + Math.max(0, delayMs), task),
    sleep: (delayMs, signal) => {
      sleepers += 1;
      for (const tell of watchers) tell();
      watchers = [];
      return sleepOn(clock, delayMs, signal).finally(() => {
        sleepers -= 1;
      });
    },
    get sleepers() {
      return sleepers;
    },
    nextSleeper: () => new Promise((resolve) => watchers.push(resolve)),
    nextDue: () => due.first()?.at,
    advance: async (ms) => {
      const until = nowMs + ms;
      for (let entry = due.first(); entry !== undefined && entry.at <= until; entry = due.first()) {
        due.drop();
        nowMs = Math.max(nowMs, entry.at);
        entry.task();
        await breathe();
      }
      nowMs = until;
      await breathe();
    },
  };
  return clock;
};
