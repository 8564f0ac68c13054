import type { Clock } from './clock.ts';
import type { DisorderPoint } from './disorder-points.ts';
import { DISORDER_POINTS } from './disorder-points.ts';
import type { Latecomers } from './latecomers.ts';
import { createLatecomers } from './latecomers.ts';
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
  /** Waits, if it goes out of order, until everything else that can be done is done. */
  late(occasion: Occasion & { says(): string }): Promise<void>;
  /** Who waits in {@link Disorder.late}. */
  readonly latecomers: Pick<Latecomers, 'letAllOn' | 'called'>;
  /** Waits until the cloud is quiet and nobody waits in {@link Disorder.late} any more. A new era begins. */
  settle(quiet: () => Promise<unknown>): Promise<void>;
  /** What AWS brings in line by itself within a while is in line when the cloud has settled: in the next era. */
  readonly era: number;
  /** Everything that goes on meanwhile is in order, and is no occasion. */
  keepingOrder<T>(run: () => Promise<T>): Promise<T>;
  /** What went out of order, first to last. */
  readonly taken: readonly DisorderChoice[];
  stop(): void;
}

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
  const latecomers = createLatecomers(clock);
  const counts = new Map<string, number>();
  const rates = new Map<DisorderPoint, number>();
  const taken: DisorderChoice[] = [];
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
      await latecomers.hold(drawn.random.fraction(), drawn.random.fraction());
    },
    latecomers,
    settle: async (quiet) => {
      await latecomers.settle(quiet);
      era += 1;
    },
    get era() {
      return era;
    },
    keepingOrder: async (run) => {
      orderly += 1;
      try {
        return await run();
      } finally {
        orderly -= 1;
      }
    },
    stop: () => latecomers.stop(),
  };
};
