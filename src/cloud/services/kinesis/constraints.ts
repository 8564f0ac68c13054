import { validation } from './errors.ts';

/** What breaks a constraint of AWS's model, in its words; undefined when nothing does. */
type Problem = string | undefined;

const problem = (path: string, value: unknown, constraint: string): string =>
  `Value '${String(value)}' at '${path}' failed to satisfy constraint: Member must ${constraint}`;

/** @throws {ValidationException} with all problems at once */
export const check = (...problems: readonly Problem[]): void => {
  const found = problems.filter((one) => one !== undefined);
  if (found.length > 0) throw validation(found);
};

/** Something that has to be there, in the words of kinesalite's recordings. */
export const present = (path: string, value: unknown): Problem =>
  value === undefined
    ? `Value null at '${path}' failed to satisfy constraint: Member must not be null`
    : undefined;

/** A number within bounds. */
export const within = (
  path: string,
  value: number | undefined,
  [least, most]: readonly [least: number, most: number],
): Problem => {
  if (value === undefined) return undefined;
  if (value < least) return problem(path, value, `have value greater than or equal to ${least}`);
  return value > most
    ? problem(path, value, `have value less than or equal to ${most}`)
    : undefined;
};

/** A text, list or blob of so many characters, members or bytes. */
export const sized = (
  path: string,
  value: string | readonly unknown[] | Uint8Array | undefined,
  [least, most]: readonly [least: number, most: number],
): Problem => {
  if (value === undefined) return undefined;
  const shown =
    value instanceof Uint8Array
      ? `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`
      : typeof value === 'string'
        ? value
        : '[...]';
  if (value.length < least)
    return problem(path, shown, `have length greater than or equal to ${least}`);
  return value.length > most
    ? problem(path, shown, `have length less than or equal to ${most}`)
    : undefined;
};

export const oneOf = (
  path: string,
  value: string | undefined,
  allowed: readonly string[],
): Problem =>
  value === undefined || allowed.includes(value)
    ? undefined
    : problem(path, value, `satisfy enum value set: [${allowed.join(', ')}]`);

const matching = (path: string, value: string | undefined, pattern: string): Problem =>
  value === undefined || new RegExp(`^(?:${pattern})$`).test(value)
    ? undefined
    : problem(path, value, `satisfy regular expression pattern: ${pattern}`);

/** Of streams, consumers and shards. */
export const named = (path: string, value: string | undefined): Problem =>
  sized(path, value, [1, 128]) ?? matching(path, value, '[a-zA-Z0-9_.-]+');

/** A hash key: a number of at most 39 digits. */
export const hashKeyed = (path: string, value: string | undefined): Problem =>
  matching(path, value, '0|([1-9]\\d{0,38})');

export const sequenced = (path: string, value: string | undefined): Problem =>
  matching(path, value, '0|([1-9]\\d{0,128})');
