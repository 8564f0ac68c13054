/** Names longer than this are compared by their beginning alone; none that AWS publishes is. */
const LONGEST = 120;

/**
 * Letters to insert, leave out, change or swap to get from one text to the other; more than `limit` is `limit + 1`.
 * Case counts for nothing: `VisibilityTimeOut` is as near to `VisibilityTimeout` as can be.
 */
const distance = (one: string, other: string, limit: number): number => {
  if (Math.abs(one.length - other.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    let least = i;
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      let cost = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = row;
    row = next;
  }
  return row[other.length] ?? limit + 1;
};

/** The known name that was most likely meant; undefined where none is near. */
export const nearest = (given: string, known: Iterable<string>): string | undefined => {
  const wanted = given.slice(0, LONGEST).toLowerCase();
  let best: string | undefined;
  let limit = Math.max(1, Math.floor(wanted.length / 3));
  for (const name of known) {
    const found = distance(wanted, name.slice(0, LONGEST).toLowerCase(), limit);
    if (found > limit) continue;
    best = name;
    if (found === 0) break;
    limit = found - 1;
  }
  return best;
};

const MOST_LISTED = 12;

/** `A, B and 20 more`. */
export const listed = (names: readonly string[]): string =>
  names.length <= MOST_LISTED
    ? names.join(', ')
    : `${names.slice(0, MOST_LISTED).join(', ')} and ${names.length - MOST_LISTED} more`;
