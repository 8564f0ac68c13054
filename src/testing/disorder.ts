import type { Cloud, DisorderOptions } from '../cloud/index.ts';
import { DISORDER_POINTS } from '../cloud/index.ts';
import { TestingError } from './testing-error.ts';

/** What the cloud itself keeps of its disorder. */
export type CloudDisorder = NonNullable<Cloud['disorder']>;

/** Who wants to know of every cloud that is started with these options, copies of them included. */
export const WATCHER = Symbol('watcher');

export interface WatchedDisorder extends DisorderOptions {
  readonly [WATCHER]: (disorder: CloudDisorder) => void;
}

/** @throws {DISORDER} for what is no seed, no share, or no kind of disorder */
export const readDisorder = (
  given: number | DisorderOptions | undefined,
): DisorderOptions | undefined => {
  if (given === undefined) return undefined;
  const options = typeof given === 'number' ? { seed: given } : given;
  const { seed, rate, points = [] } = options;
  if (!Number.isSafeInteger(seed))
    throw refused(`${String(seed)} is no seed. Give a whole number, such as { seed: 7 }.`);
  if (rate !== undefined && !(rate >= 0 && rate <= 1))
    throw refused(`rate is ${rate}; it is a share of the occasions, 0 to 1.`);
  for (const point of points)
    if (!Object.hasOwn(DISORDER_POINTS, point))
      throw refused(
        `${point} is no kind of disorder. There are ${Object.keys(DISORDER_POINTS).join(', ')}.`,
      );
  return options;
};

const refused = (message: string) => new TestingError('DISORDER', message);

/** Tells whoever gave a cloud its disorder what came of it. */
export const tellWatcher = (
  given: number | DisorderOptions | undefined,
  disorder: CloudDisorder | undefined,
): void => {
  if (typeof given === 'object' && disorder !== undefined)
    (given as Partial<WatchedDisorder>)[WATCHER]?.(disorder);
};
