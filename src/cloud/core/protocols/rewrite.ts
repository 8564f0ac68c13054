/**
 * Values on their way between the wire and an operation. Most of what comes and goes means the same on both sides, the items
 * of a table above all, so it is walked through but not copied: a copy begins at the first part that has to change.
 */

/** Sets a property whatever its name: an assignment to `__proto__` would set the object's prototype. */
const put = (object: Record<string, unknown>, name: string, value: unknown): void => {
  if (name === '__proto__')
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else object[name] = value;
};

/** The properties that come before `end`. */
const copyUntil = (given: Readonly<Record<string, unknown>>, end: string) => {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    if (name === end) break;
    put(copy, name, given[name]);
  }
  return copy;
};

/**
 * An object with each property rewritten; the given one where nothing changes.
 * @param rewrite - The new value; undefined leaves the property out.
 * @param rename - The new name, where names differ.
 */
export const rewriteObject = (
  given: Readonly<Record<string, unknown>>,
  rewrite: (value: unknown, name: string) => unknown,
  rename?: (name: string) => string,
): Record<string, unknown> => {
  let copy: Record<string, unknown> | undefined;
  for (const name in given) {
    const value = given[name];
    const rewritten = rewrite(value, name);
    const renamed = rename === undefined ? name : rename(name);
    if (copy === undefined) {
      if (rewritten === value && renamed === name) continue;
      copy = copyUntil(given, name);
    }
    if (rewritten !== undefined) put(copy, renamed, rewritten);
  }
  return copy ?? given;
};

/** The same for a list. */
export const rewriteList = (
  given: readonly unknown[],
  rewrite: (value: unknown, index: number) => unknown,
): readonly unknown[] => {
  let copy: unknown[] | undefined;
  for (let index = 0; index < given.length; index += 1) {
    const value = given[index];
    const rewritten = rewrite(value, index);
    if (rewritten === value && copy === undefined) continue;
    copy ??= given.slice(0, index);
    copy.push(rewritten);
  }
  return copy ?? given;
};
