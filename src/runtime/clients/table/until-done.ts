const PAUSE_MS = { first: 25, most: 1_000 };

const pause = (round: number): Promise<void> => {
  const longest = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** round);
  return new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
};

/**
 * Asks for what is left until nothing is. DynamoDB leaves what is over 16 MB and what it has no capacity for, and asks for pauses
 * that grow; a request of which it can do nothing fails, so that this ends.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.BatchOperations
 */
export const untilDone = async <T>(
  all: readonly T[],
  ask: (items: readonly T[]) => Promise<readonly T[]>,
): Promise<void> => {
  let left = await ask(all);
  for (let round = 0; left.length > 0; round += 1) {
    await pause(round);
    left = await ask(left);
  }
};
