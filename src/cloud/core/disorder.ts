import type { Clock, Timer } from './clock.ts';
import { createRealClock, isVirtual } from './clock.ts';
import type { DisorderPoint } from './disorder-points.ts';
import { DISORDER_POINTS } from './disorder-points.ts';
import { createSeededRandom, hash32 } from './random.ts';

/** How much out of order a cloud is. */
export interface DisorderOptions {
  /** The value that decides what goes out of order, and how. */
  readonly seed: number;
  /** Ids of the only choices that go out of order, as a failure prints them. @defaultValue whatever the seed decides */
  readonly only?: readonly string[];
  /** Kinds of disorder that there may be. @defaultValue all */
  readonly points?: readonly DisorderPoint[];
  /** Ratio of the occasions that go out of order, 0 to 1. @defaultValue by kind; each seed is in the mood for some, and not for others */
  readonly rate?: number;
}

/** Something that went out of order. */
export interface DisorderChoice {
  /** Where, about what, and the how manieth occasion it was: `sqs.duplicate:Orders:2`. */
  readonly id: string;
  /** What kind of disorder it was. */
  readonly point: DisorderPoint;
  /** What happened, in a sentence. */
  readonly says: string;
}

/**
 * A physical name without what CloudFormation has put behind it: a schedule is to replay in a stack that was made anew, and to be read.
 */
export const plainName = (name: string): string =>
  name.replaceAll(/-[0-9A-Za-z]{12}(?=$|[^0-9A-Za-z-])/g, '');

/** An occasion for disorder. */
export interface Occasion {
  readonly point: DisorderPoint;
  /** Name of what it is about: stable from run to run. */
  readonly about: string;
}

/**
 * Decides what goes out of order. An occasion is known by its point, by what it is about, and by how many of these there were before: its
 * outcome hangs on that and the seed alone, so that what happens at one does not shift what happens at the others.
 */
export interface Disorder {
  /** Whether it goes out of order. */
  happens(occasion: Occasion & { says(): string }): boolean;
  /** One of so many ways to go out of order, from 0; undefined where all is in order, as it is when there is no way. */
  pick(
    occasion: Occasion & { readonly ways: number; says(way: number): string },
  ): number | undefined;
  /**
   * Waits, if it goes out of order, until everything else that can be done is done: time need not pass for that. Whoever has waited
   * for long, by the calls that were made meanwhile, goes on anyway.
   */
  late(occasion: Occasion & { says(): string }): Promise<void>;
  /** Lets somebody who waits in {@link Disorder.late} go on; says whether there was one. */
  letOn(): boolean;
  /** Lets everybody go on: somebody waits for what may come of it. */
  letAllOn(): void;
  /** Counts a call from outside. */
  called(): void;
  /** What AWS brings in line by itself within a while is in line when the cloud has settled: each time, a new era begins. */
  readonly era: number;
  settled(): void;
  /** Everything that goes on meanwhile is in order, and is no occasion. */
  keepingOrder<T>(run: () => Promise<T>): Promise<T>;
  /** What went out of order, first to last. */
  readonly taken: readonly DisorderChoice[];
  stop(): void;
}

/** Somebody who waits in {@link Disorder.late}. */
interface Waiting {
  readonly rank: number;
  /** Calls from outside until it goes on anyway. */
  patience: number;
  readonly gate: AbortController;
  /** Rings when it goes on whatever the others do. */
  readonly timer: Timer;
}

/** Longer than any wait: on a clock that stands still only a gate ends it. */
const FAR_MS = 24 * 3_600_000;
/** Where nobody settles the cloud and nobody calls it, a test looks on from outside: this long, on the machine's clock. */
const BORED_MS = 2_000;
const PATIENCE_CALLS = { least: 8, more: 32 };
/** How long something comes late on the machine's own clock. */
const LATE_MS = { least: 20, more: 300 };

/** How much a seed is in the mood for each kind: some it never does, some often. Rare failures want seeds that differ. */
const moodOf = (seed: number, point: DisorderPoint): number => {
  const mood = createSeededRandom(hash32(`${seed} ${point}`)).fraction();
  return mood < 0.25 ? 0 : mood < 0.75 ? 1 : 2;
};

/** @param note - Tells the journal. */
export const createDisorder = (
  options: DisorderOptions,
  clock: Clock,
  note: (choice: DisorderChoice) => void,
): Disorder => {
  const { seed } = options;
  const only = options.only === undefined ? undefined : new Set(options.only);
  const points = options.points === undefined ? undefined : new Set(options.points);
  const machine = createRealClock();
  const counts = new Map<string, number>();
  const rates = new Map<DisorderPoint, number>();
  const taken: DisorderChoice[] = [];
  const waiting = new Set<Waiting>();
  let orderly = 0;
  let era = 0;

  const rateOf = (point: DisorderPoint): number => {
    let rate = rates.get(point);
    if (rate === undefined) {
      rate = options.rate ?? DISORDER_POINTS[point] * moodOf(seed, point);
      rates.set(point, rate);
    }
    return rate;
  };

  /** Chance of an occasion that goes out of order, and its id. */
  const draw = ({ point, about }: Occasion) => {
    if (orderly > 0 || points?.has(point) === false) return undefined;
    const key = `${point}:${about}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const id = `${key}:${count}`;
    const random = createSeededRandom(hash32(`${seed} ${id}`));
    const wanted = random.fraction() < rateOf(point);
    return (only === undefined ? wanted : only.has(id)) ? { id, random } : undefined;
  };

  const take = (id: string, point: DisorderPoint, says: string) => {
    const choice = { id, point, says };
    taken.push(choice);
    note(choice);
  };

  const open = (one: Waiting) => {
    waiting.delete(one);
    one.timer.cancel();
    one.gate.abort();
  };
  const hold = async (share: number, rank: number): Promise<void> => {
    const gate = new AbortController();
    const ms = isVirtual(clock) ? BORED_MS : LATE_MS.least + share * LATE_MS.more;
    const one: Waiting = {
      rank,
      patience: PATIENCE_CALLS.least + Math.floor(share * PATIENCE_CALLS.more),
      gate,
      timer: machine.after(ms, () => open(one)),
    };
    waiting.add(one);
    // Asleep on the clock, where whoever settles the cloud does not wait for it.
    await clock.sleep(FAR_MS, gate.signal);
  };

  return {
    taken,
    happens: (occasion) => {
      const drawn = draw(occasion);
      if (drawn !== undefined) take(drawn.id, occasion.point, occasion.says());
      return drawn !== undefined;
    },
    pick: (occasion) => {
      if (occasion.ways < 1) return undefined;
      const drawn = draw(occasion);
      if (drawn === undefined) return undefined;
      const way = Math.floor(drawn.random.fraction() * occasion.ways);
      take(drawn.id, occasion.point, occasion.says(way));
      return way;
    },
    late: async (occasion) => {
      const drawn = draw(occasion);
      if (drawn === undefined) return;
      take(drawn.id, occasion.point, occasion.says());
      await hold(drawn.random.fraction(), drawn.random.fraction());
    },
    letOn: () => {
      const [next, ...others] = [...waiting].sort((a, b) => a.rank - b.rank);
      if (next === undefined) return false;
      open(next);
      // Now and then several go on at once.
      for (const other of others) {
        if (other.patience % 3 > 0) break;
        open(other);
      }
      return true;
    },
    letAllOn: () => {
      for (const one of waiting) open(one);
    },
    called: () => {
      for (const one of waiting) {
        one.patience -= 1;
        if (one.patience <= 0) open(one);
      }
    },
    get era() {
      return era;
    },
    settled: () => {
      era += 1;
    },
    keepingOrder: async (run) => {
      orderly += 1;
      try {
        return await run();
      } finally {
        orderly -= 1;
      }
    },
    stop: () => {
      // Nobody is woken: what has not been done when a cloud ends is not done.
      for (const { timer } of waiting) timer.cancel();
    },
  };
};
