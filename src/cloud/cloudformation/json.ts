/** A value of a template, as JSON has it. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

export type JsonObject = { readonly [name: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** Reads a member that is the object's own: `toString` and `__proto__` are names like any other in a template. */
export const own = <V>(object: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** An object of entries in which `__proto__` is an ordinary name. */
export const objectOf = (entries: Iterable<readonly [string, Json]>): JsonObject =>
  Object.fromEntries(entries);

/**
 * CloudFormation knows no numbers and booleans: every scalar is text, which is how change sets and events show it and
 * why `128` and `"128"` are no difference.
 */
export const scalarsAsText = (value: Json): Json => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) return value.map(scalarsAsText);
  if (isObject(value))
    return objectOf(Object.entries(value).map(([name, member]) => [name, scalarsAsText(member)]));
  return value;
};

/** Whether two values say the same to CloudFormation, where every scalar is text. */
export const sameValue = (one: unknown, other: unknown): boolean => {
  if (one === other) return true;
  if (isList(one))
    return (
      isList(other) &&
      one.length === other.length &&
      one.every((member, index) => sameValue(member, other[index]))
    );
  if (isObject(one)) {
    if (!isObject(other)) return false;
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && sameValue(one[name], other[name]))
    );
  }
  if (isScalar(one) && isScalar(other)) return String(one) === String(other);
  return false;
};

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
