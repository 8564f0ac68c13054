import type { AccessRequest } from './access-request.ts';
import { compileArnCondition } from './arn-pattern.ts';
import { compileIpRange } from './ip-range.ts';
import { parsePolicyDate } from './policy-date.ts';
import { compileTemplate, resolveTemplate } from './variables.ts';
import { compileWildcard, matchesWildcard } from './wildcard.ts';

/** Whether a request's value matches; undefined when a variable in the policy's value has no value. */
export type ValueTest = (value: string, request: AccessRequest) => boolean | undefined;

/** Compiles one value that a policy gives for a key. */
export type ValueCompiler = (expected: string, withVariables: boolean) => ValueTest;

/** A condition operator without its `ForAllValues:`, `ForAnyValue:` and `IfExists`. */
export interface ConditionOperator {
  /** AWS's spelling. */
  readonly name: string;
  /** Whether it is true when no value matches. */
  readonly negated: boolean;
  readonly compile: ValueCompiler;
}

const NEVER: ValueTest = () => false;

/** Compares as texts, after `fold`. Policy variables work in string operators. */
const text =
  (fold: (value: string) => string): ValueCompiler =>
  (expected, withVariables) => {
    const template = withVariables ? compileTemplate(expected, 'text') : expected;
    if (typeof template === 'string') {
      const folded = fold(template);
      return (value) => fold(value) === folded;
    }
    return (value, request) => {
      const resolved = resolveTemplate(template, request, 'text');
      return resolved === undefined ? undefined : fold(value) === fold(resolved);
    };
  };

const like: ValueCompiler = (expected, withVariables) => {
  const template = withVariables ? compileTemplate(expected, 'pattern') : expected;
  if (typeof template === 'string') return compileWildcard(template);
  return (value, request) => {
    const resolved = resolveTemplate(template, request, 'pattern');
    return resolved === undefined ? undefined : matchesWildcard(resolved, value);
  };
};

const DECIMAL = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i;
const toNumber = (value: string): number | undefined =>
  DECIMAL.test(value) ? Number(value) : undefined;

/** Compares what `read` makes of both sides; what it cannot read matches nothing. */
const ordered =
  (
    read: (value: string) => number | undefined,
    holds: (is: number, wanted: number) => boolean,
  ): ValueCompiler =>
  (expected) => {
    const wanted = read(expected);
    if (wanted === undefined) return NEVER;
    return (value) => {
      const is = read(value);
      return is !== undefined && holds(is, wanted);
    };
  };

const same = (value: string): string => value;
const lowerCase = (value: string): string => value.toLowerCase();
const withoutPadding = (value: string): string => value.replace(/=+$/, '');

const EQUALS = (is: number, wanted: number): boolean => is === wanted;
const LESS = (is: number, wanted: number): boolean => is < wanted;
const LESS_EQUALS = (is: number, wanted: number): boolean => is <= wanted;
const GREATER = (is: number, wanted: number): boolean => is > wanted;
const GREATER_EQUALS = (is: number, wanted: number): boolean => is >= wanted;

const ipAddress: ValueCompiler = (expected) => compileIpRange(expected) ?? NEVER;

/**
 * Every operator but `Null`, which asks about the key and not about its value.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const OPERATORS: readonly (readonly [
  name: string,
  negation: string | undefined,
  compile: ValueCompiler,
])[] = [
  ['StringEquals', 'StringNotEquals', text(same)],
  ['StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', text(lowerCase)],
  ['StringLike', 'StringNotLike', like],
  ['NumericEquals', 'NumericNotEquals', ordered(toNumber, EQUALS)],
  ['NumericLessThan', undefined, ordered(toNumber, LESS)],
  ['NumericLessThanEquals', undefined, ordered(toNumber, LESS_EQUALS)],
  ['NumericGreaterThan', undefined, ordered(toNumber, GREATER)],
  ['NumericGreaterThanEquals', undefined, ordered(toNumber, GREATER_EQUALS)],
  ['DateEquals', 'DateNotEquals', ordered(parsePolicyDate, EQUALS)],
  ['DateLessThan', undefined, ordered(parsePolicyDate, LESS)],
  ['DateLessThanEquals', undefined, ordered(parsePolicyDate, LESS_EQUALS)],
  ['DateGreaterThan', undefined, ordered(parsePolicyDate, GREATER)],
  ['DateGreaterThanEquals', undefined, ordered(parsePolicyDate, GREATER_EQUALS)],
  ['Bool', undefined, text(lowerCase)],
  ['BinaryEquals', undefined, (expected) => text(withoutPadding)(expected, false)],
  ['IpAddress', 'NotIpAddress', ipAddress],
  ['ArnEquals', 'ArnNotEquals', compileArnCondition],
  ['ArnLike', 'ArnNotLike', compileArnCondition],
];

const BY_NAME: ReadonlyMap<string, ConditionOperator> = new Map(
  OPERATORS.flatMap(([name, negation, compile]) => {
    const operator: [string, ConditionOperator] = [
      name.toLowerCase(),
      { name, negated: false, compile },
    ];
    if (negation === undefined) return [operator];
    return [operator, [negation.toLowerCase(), { name: negation, negated: true, compile }]];
  }),
);

/** How the values of a key with several are taken together. */
export type SetOperator = 'ForAllValues' | 'ForAnyValue';

/** A condition operator as a policy writes it, taken apart. */
export interface OperatorName {
  readonly set: SetOperator | undefined;
  readonly ifExists: boolean;
  /** `null` for the operator `Null`. */
  readonly operator: ConditionOperator | null;
}

/** Reads `ForAnyValue:StringLikeIfExists` and its kind, in any case; undefined when there is no such operator. */
export function parseOperator(written: string): OperatorName | undefined {
  const [, prefix, base = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/i.exec(written) ?? [];
  const set = prefix === undefined ? undefined : SETS.get(prefix.toLowerCase());
  const ifExists = suffix !== undefined;
  // `Null` is the one operator that takes no IfExists (#Conditions_IfExists).
  if (base.toLowerCase() === 'null')
    return ifExists ? undefined : { set, ifExists, operator: null };
  const operator = BY_NAME.get(base.toLowerCase());
  return operator === undefined ? undefined : { set, ifExists, operator };
}

const SETS: ReadonlyMap<string, SetOperator> = new Map([
  ['forallvalues', 'ForAllValues'],
  ['foranyvalue', 'ForAnyValue'],
]);
