/** What became of a trial: what of it took part, where it failed; undefined where it passed or could not be made. */
export type Trial<T> = (candidates: readonly T[]) => Promise<readonly T[] | undefined>;

const split = <T>(all: readonly T[], parts: number): readonly (readonly T[])[] =>
  Array.from({ length: parts }, (_, part) =>
    all.slice(
      Math.floor((part * all.length) / parts),
      Math.floor(((part + 1) * all.length) / parts),
    ),
  ).filter((part) => part.length > 0);

/**
 * The smallest part of a failure that still fails, as far as taking single members away can tell: delta debugging.
 * @see https://www.st.cs.uni-saarland.de/papers/tse2002/tse2002.pdf (ddmin)
 */
export const shrink = async <T>(failing: readonly T[], trial: Trial<T>): Promise<readonly T[]> => {
  let smallest = failing;
  let parts = 2;
  while (smallest.length > 1) {
    const chunks = split(smallest, Math.min(parts, smallest.length));
    const whole = smallest;
    const complements = chunks.map((chunk) => whole.filter((one) => !chunk.includes(one)));
    // With two parts the complements are the parts.
    const tried = chunks.length === 2 ? chunks : [...chunks, ...complements];
    let smaller: readonly T[] | undefined;
    let isComplement = false;
    for (const [at, candidates] of tried.entries()) {
      smaller = await trial(candidates);
      isComplement = at >= chunks.length;
      if (smaller !== undefined) break;
    }
    if (smaller !== undefined) {
      smallest = smaller;
      parts = isComplement ? Math.max(2, chunks.length - 1) : 2;
    } else if (chunks.length >= smallest.length) break;
    else parts = chunks.length * 2;
  }
  return smallest;
};
