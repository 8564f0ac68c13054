import { FrameworkError } from '../../../spec/errors.ts';
import type { RawExpression } from '../../../spec/table-condition.ts';
import type { Expressions } from './expressions.ts';

/** A condition without the compiler's knowledge. */
export type AnyCondition = Readonly<Record<string, unknown>>;

const refuse = (message: string): never => {
  throw new FrameworkError('INVALID_OPTION', message);
};

type Compare = (operand: string, given: unknown, at: string, into: Expressions) => string;

const comparator =
  (sign: string): Compare =>
  (operand, given, at, into) =>
    `${operand} ${sign} ${into.value(given, at)}`;

const call =
  (name: string): Compare =>
  (operand, given, at, into) =>
    `${name}(${operand}, ${into.value(given, at)})`;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
const COMPARISONS: Readonly<Record<string, Compare>> = {
  '=': comparator('='),
  '<>': comparator('<>'),
  '<': comparator('<'),
  '<=': comparator('<='),
  '>': comparator('>'),
  '>=': comparator('>='),
  beginsWith: call('begins_with'),
  contains: call('contains'),
  type: call('attribute_type'),
  exists: (operand, given) =>
    given === true ? `attribute_exists(${operand})` : `attribute_not_exists(${operand})`,
  between: (operand, given, at, into) => {
    const [from, to] = given as readonly [unknown, unknown];
    return `${operand} BETWEEN ${into.value(from, at)} AND ${into.value(to, at)}`;
  },
  in: (operand, given, at, into) => {
    const values = given as readonly unknown[];
    if (values.length === 0) refuse(`${at} is to be in an empty list; nothing ever is.`);
    return `${operand} IN (${values.map((value) => into.value(value, at)).join(', ')})`;
  },
  size: (operand, given, at, into) => compare(`size(${operand})`, given, at, into),
};

/** A value stands for itself; a plain object is comparisons. */
const comparisonsOf = (given: unknown, at: string): readonly (readonly [string, unknown])[] => {
  if (given === undefined)
    return refuse(
      `the condition on ${at} is undefined. Say { exists: false } for what is not there, or leave it out.`,
    );
  const isPlain =
    typeof given === 'object' &&
    given !== null &&
    [null, Object.prototype].includes(Object.getPrototypeOf(given) as object | null);
  return isPlain
    ? Object.entries(given).filter(([, value]) => value !== undefined)
    : [['=', given]];
};

const compare: Compare = (operand, given, at, into) => {
  const comparisons = comparisonsOf(given, at);
  if (comparisons.length === 0) refuse(`the condition on ${at} is empty. Leave it out.`);
  return comparisons
    .map(([name, value]) => {
      const comparison =
        COMPARISONS[name] ??
        refuse(
          `the condition on ${at} has ${name}; there are ${Object.keys(COMPARISONS).join(', ')}. A member of a map goes by its path, '${at}.${name}', and a map as a whole by { '=': … }.`,
        );
      return comparison(operand, value, at, into);
    })
    .join(' AND ');
};

/** Whether parentheses stand around all of it. DynamoDB refuses them twice: "The expression has redundant parentheses". */
const isWrapped = (text: string): boolean => {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (const { 0: sign, index } of text.matchAll(/[()]/g)) {
    depth += sign === '(' ? 1 : -1;
    if (depth === 0) return index === text.length - 1;
  }
  return false;
};

const wrapped = (text: string): string => (isWrapped(text) ? text : `(${text})`);

const joined = (parts: readonly string[], word: 'AND' | 'OR'): string | undefined =>
  parts.length > 1 ? parts.map(wrapped).join(` ${word} `) : parts[0];

const several = (
  conditions: readonly AnyCondition[],
  name: '$or' | '$and',
  into: Expressions,
): string =>
  joined(
    conditions.map(
      (one) => compileCondition(one, into) ?? refuse(`${name} has a condition that is empty.`),
    ),
    name === '$or' ? 'OR' : 'AND',
  ) ?? refuse(`${name} has no conditions. Leave it out.`);

const negated = (condition: AnyCondition, into: Expressions): string =>
  `NOT ${wrapped(compileCondition(condition, into) ?? refuse('$not is empty. Leave it out.'))}`;

/** A condition as DynamoDB's expression; undefined for one that says nothing. */
export const compileCondition = (condition: AnyCondition, into: Expressions): string | undefined =>
  joined(
    Object.entries(condition).map(([name, given]) => {
      switch (name) {
        case '$or':
        case '$and':
          return several(given as readonly AnyCondition[], name, into);
        case '$not':
          return negated(given as AnyCondition, into);
        case '$raw':
          return into.raw(given as RawExpression);
        default:
          return compare(into.path(name), given, name, into);
      }
    }),
    'AND',
  );
