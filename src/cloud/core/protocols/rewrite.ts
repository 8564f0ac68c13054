/**
 * Copies of values on their way between the wire and an operation. Most of what comes and goes means the same on both sides, the
 * items of a table above all: it is walked through, and a copy begins at the first part that has to change.
 */

type Properties = Record<string, unknown>;

/** Sets a property whatever its name: an assignment to `__proto__` would set the object's prototype. */
const put = (object: Properties, name: string, value: unknown): void => {
  if (name === '__proto__')
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else object[name] = value;
};

/** The properties before one that changes. */
const copyUntil = (given: Readonly<Properties>, end: string): Properties => {
  const copy: Properties = {};
  for (const name of Object.keys(given)) {
    if (name === end) break;
    put(copy, name, given[name]);
  }
  return copy;
};

/**
 * Notes what becomes of a property, in the order in which the object has them.
 * @param copy - What the call for the property before answered.
 * @param value - The new value; undefined leaves the property out.
 * @param rename - The new name.
 * @returns the copy so far; undefined as long as nothing has changed
 */
export const noteProperty = (
  copy: Properties | undefined,
  given: Readonly<Properties>,
  name: string,
  value: unknown,
  rename = name,
): Properties | undefined => {
  if (copy === undefined && value === given[name] && rename === name) return undefined;
  const begun = copy ?? copyUntil(given, name);
  if (value !== undefined) put(begun, rename, value);
  return begun;
};

/** The same for an item of a list. */
export const noteItem = (
  copy: unknown[] | undefined,
  given: readonly unknown[],
  index: number,
  value: unknown,
): unknown[] | undefined => {
  if (copy === undefined && value === given[index]) return undefined;
  const begun = copy ?? given.slice(0, index);
  begun.push(value);
  return begun;
};
