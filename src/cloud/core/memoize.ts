/** Longer texts are no names that come again, and would hold memory. */
const LONGEST = 2_048;

/**
 * The answers of a pure function by text, for what request after request says alike. When it is full it begins anew: that costs
 * less than keeping an order, and whoever comes often is back at once.
 *
 * @param capacity - Answers kept at most. @defaultValue 1,000
 */
export const memoize = <Answer extends NonNullable<unknown>>(
  work: (text: string) => Answer,
  capacity = 1_000,
): ((text: string) => Answer) => {
  const known = new Map<string, Answer>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const answer = work(text);
    if (text.length > LONGEST) return answer;
    if (known.size >= capacity) known.clear();
    known.set(text, answer);
    return answer;
  };
};
