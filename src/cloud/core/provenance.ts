/**
 * Journal id of the call that brought a thing, on the thing itself. It goes along where one service hands something to another
 * inside of the cloud; protocols write what their models name, so no client sees it.
 */
const CAUSE = Symbol('cause');

interface Marked {
  [CAUSE]?: number;
}

/** Says of a message or a record which call brought it. */
export const withCause = <T extends object>(thing: T, cause: number | undefined): T => {
  if (cause !== undefined) (thing as Marked)[CAUSE] = cause;
  return thing;
};

/** The call that brought it, where that is known. */
export const causeOf = (thing: object): number | undefined => (thing as Marked)[CAUSE];

/** The calls that brought these. */
export const causesOf = (things: Iterable<object>): readonly number[] => {
  const found = new Set<number>();
  for (const thing of things) {
    const cause = causeOf(thing);
    if (cause !== undefined) found.add(cause);
  }
  return [...found];
};
