import { ThrottledError } from '../../throttled-error.ts';

/** Rounds that get nothing done, one after the other, before it is given up. */
const MOST_ROUNDS = 10;
const PAUSE_MS = { first: 25, most: 1_000 };

const pause = (round: number): Promise<void> => {
  const longest = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** round);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
};

/**
 * Asks for what is left until nothing is. DynamoDB leaves what is over 16 MB and what it has no capacity for, and asks for pauses
 * that grow: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
 * @throws {ThrottledError} when nothing gets done any more
 */
export const untilDone = async <T>(
  resource: string,
  all: readonly T[],
  ask: (items: readonly T[]) => Promise<readonly T[]>,
): Promise<void> => {
  let left = await ask(all);
  for (let idle = 0, round = 0; left.length > 0; round += 1) {
    if (idle === MOST_ROUNDS) throw new ThrottledError(resource, left.length, all.length);
    await pause(round);
    const rest = await ask(left);
    idle = rest.length < left.length ? 0 : idle + 1;
    left = rest;
  }
};
