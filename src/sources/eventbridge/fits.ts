import { isExpression } from '../../spec/value.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** The texts, numbers and the like that stand at a place: items of lists all by themselves; objects are none. */
const scalarsOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value)
    ? value.flatMap(scalarsOf)
    : isObject(value) || value === undefined
      ? []
      : [value];

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [value];

const affix = (
  value: unknown,
  wanted: unknown,
  has: (text: string, part: string) => boolean,
): boolean =>
  typeof value === 'string' &&
  (isObject(wanted)
    ? has(value.toLowerCase(), String(wanted['equals-ignore-case']).toLowerCase())
    : has(value, String(wanted)));

/** `*` stands for any text, `\*` for an asterisk, `\\` for a backslash. */
const wildcard = (wanted: unknown): RegExp =>
  new RegExp(
    `^${String(wanted).replace(/\\([*\\])|\*|[.+?^${}()|[\]\\]/g, (found, escaped?: string) =>
      escaped === undefined ? (found === '*' ? '[^]*' : `\\${found}`) : `\\${escaped}`,
    )}$`,
  );

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
};

/** In pairs: `['>', 0, '<=', 100]`. */
const numeric = (value: unknown, test: readonly unknown[]): boolean =>
  typeof value === 'number' &&
  test.every(
    (operator, index) =>
      index % 2 === 1 || COMPARISONS[String(operator)]?.(value, Number(test[index + 1])) === true,
  );

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const TESTS: Readonly<Record<string, (value: unknown, wanted: unknown) => boolean>> = {
  prefix: (value, wanted) => affix(value, wanted, (text, part) => text.startsWith(part)),
  suffix: (value, wanted) => affix(value, wanted, (text, part) => text.endsWith(part)),
  'equals-ignore-case': (value, wanted) =>
    affix(value, { 'equals-ignore-case': wanted }, (text, part) => text === part),
  wildcard: (value, wanted) => typeof value === 'string' && wildcard(wanted).test(value),
  numeric: (value, wanted) => numeric(value, listOf(wanted)),
  'anything-but': (value, wanted) =>
    isObject(wanted) && !Array.isArray(wanted)
      ? !Object.entries(wanted).some(([name, texts]) =>
          listOf(texts).some((text) => TESTS[name]?.(value, text)),
        )
      : !listOf(wanted).includes(value),
};

const passes = (one: unknown, scalars: readonly unknown[]): boolean => {
  // What CloudFormation fills in is not known here, and a block of addresses tells no two sources of a function apart.
  if (isExpression(one)) return true;
  if (!isObject(one)) return scalars.includes(one);
  const [[name, wanted] = ['', undefined]] = Object.entries(one);
  if (name === 'exists') return scalars.length > 0 === wanted;
  const test = TESTS[name];
  return scalars.some((value) => test === undefined || test(value, wanted));
};

/**
 * Whether an event fits a pattern, as far as a function has to know to which of its rules an event belongs: EventBridge itself has decided
 * already that it fits one of them.
 */
export const fits = (pattern: unknown, value: unknown): boolean => {
  if (Array.isArray(pattern)) return pattern.some((one) => passes(one, scalarsOf(value)));
  const { $or, ...members } = pattern as Json;
  return listOf(value).some(
    (one) =>
      Object.entries(members).every(([name, inner]) =>
        fits(inner, isObject(one) ? one[name] : undefined),
      ) &&
      ($or === undefined || listOf($or).some((other) => fits(other, one))),
  );
};
