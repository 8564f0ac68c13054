import type { Clock, Timer } from './clock.ts';
import { createRealClock, isVirtual, oneTurn } from './clock.ts';

/**
 * Work that is held back until everything else that can be done is done. On a clock that stands still no time passes for that: whoever
 * settles the cloud lets one after the other go on.
 */
export interface Latecomers {
  /**
   * Waits.
   * @param rank - 0 to 1: the least goes on first
   * @param patience - 0 to 1: how much happens before it goes on anyway
   */
  hold(rank: number, patience: number): Promise<void>;
  /** Lets all go on: somebody waits for what may come of it. */
  letAllOn(): void;
  /** Counts a call from outside: whoever has let enough of them pass goes on. */
  called(): void;
  /** Lets one after the other go on, each when the cloud is quiet, until nobody waits. */
  settle(quiet: () => Promise<unknown>): Promise<void>;
  stop(): void;
}

interface Waiting {
  readonly rank: number;
  /** Whether it goes on together with the one before it. */
  readonly joins: boolean;
  /** Calls from outside until it goes on anyway. */
  calls: number;
  readonly gate: AbortController;
  timer: Timer;
}

/** Longer than any wait: only a gate ends it. */
const FAR_MS = 24 * 3_600_000;
const CALLS = { least: 8, more: 32 };
/** Where nobody settles the cloud and nobody calls it, a test looks on from outside: for so long, on the machine's clock. */
const BORED_MS = 2_000;
/** How late something comes on the machine's own clock. */
const LATE_MS = { least: 20, more: 300 };
const JOINS = 0.3;

export const createLatecomers = (clock: Clock): Latecomers => {
  const machine = createRealClock();
  const waiting = new Set<Waiting>();
  let settling = 0;
  let lastCallAt = machine.monotonic();

  const open = (one: Waiting) => {
    waiting.delete(one);
    one.timer.cancel();
    one.gate.abort();
  };
  const openAll = () => {
    for (const one of waiting) open(one);
  };

  /** Opens once nothing has come from outside for long; a slow machine that settles is no reason. */
  const whenBored = (one: Waiting): Timer =>
    machine.after(BORED_MS, () => {
      const isBored = settling === 0 && machine.monotonic() - lastCallAt >= BORED_MS;
      if (isBored) open(one);
      else one.timer = whenBored(one);
    });

  const openNext = (): boolean => {
    const [next, ...others] = [...waiting].sort((a, b) => a.rank - b.rank);
    if (next === undefined) return false;
    open(next);
    for (const other of others) {
      if (!other.joins) break;
      open(other);
    }
    return true;
  };

  return {
    hold: async (rank, patience) => {
      const one: Waiting = {
        rank,
        joins: patience < JOINS,
        calls: CALLS.least + Math.floor(patience * CALLS.more),
        gate: new AbortController(),
        timer: { cancel: () => {} },
      };
      one.timer = isVirtual(clock)
        ? whenBored(one)
        : machine.after(LATE_MS.least + patience * LATE_MS.more, () => open(one));
      waiting.add(one);
      // Asleep on the clock, where nobody who settles the cloud waits for it.
      await clock.sleep(FAR_MS, one.gate.signal);
    },
    letAllOn: openAll,
    called: () => {
      lastCallAt = machine.monotonic();
      for (const one of waiting) {
        one.calls -= 1;
        if (one.calls <= 0) open(one);
      }
    },
    settle: async (quiet) => {
      settling += 1;
      try {
        await quiet();
        while (openNext()) {
          await oneTurn();
          await quiet();
        }
      } finally {
        settling -= 1;
      }
    },
    stop: () => {
      // Nobody is woken: what has not been done when a cloud ends is not done.
      for (const { timer } of waiting) timer.cancel();
    },
  };
};
