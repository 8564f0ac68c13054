import type { CompiledPattern, Dialect } from '../../patterns/index.ts';
import { compilePattern, matches, PatternError, presentAndFilled } from '../../patterns/index.ts';
import { FILTER_POLICY } from './limits.ts';
import type { MessageAttribute } from './state.ts';

export type FilterScope = 'MessageAttributes' | 'MessageBody';

/** A reason that a filter policy is none, in AWS's words. */
export class FilterPolicyError extends Error {
  override readonly name = 'FilterPolicyError';
}

/**
 * SNS knows fewer match types than EventBridge: no `wildcard`, and in `anything-but` values and `prefix` alone.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 * As recorded from AWS by LocalStack's snapshot tests (`test_sns_filter_policy`): `suffix` in `anything-but` is refused.
 */
const DIALECT: Dialect = {
  matchTypes: new Set([
    'equals-ignore-case',
    'prefix',
    'suffix',
    'numeric',
    'anything-but',
    'exists',
    'cidr',
  ]),
  anythingBut: new Set(['prefix']),
  foldsAffixes: false,
  mostNumber: FILTER_POLICY.mostNumber,
  // "The key must have a non-null and non-empty value": https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
  present: presentAndFilled,
};

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * How many ways there are to fit: values of each array times its depth, alternatives added up.
 * As recorded from AWS by LocalStack's snapshot tests (`test_policy_complexity_with_or`).
 */
const combinations = (policy: Json, depth: number): number =>
  Object.entries(policy).reduce((product, [key, value]) => {
    if (key === '$or' && Array.isArray(value))
      return (
        product * value.filter(isObject).reduce((sum, one) => sum + combinations(one, depth), 0)
      );
    if (Array.isArray(value)) return product * value.length * depth;
    return isObject(value) ? product * combinations(value, depth + 1) : product;
  }, 1);

/** Keys of the first level, those inside alternatives included. */
const topLevelKeys = (policy: Json): ReadonlySet<string> =>
  new Set(
    Object.entries(policy).flatMap(([key, value]) =>
      key === '$or' && Array.isArray(value)
        ? value.filter(isObject).flatMap((one) => [...topLevelKeys(one)])
        : [key],
    ),
  );

const isNested = (policy: Json): boolean =>
  Object.entries(policy).some(([key, value]) =>
    key === '$or' && Array.isArray(value) ? value.filter(isObject).some(isNested) : isObject(value),
  );

/** AWS parses the JSON before it reads the policy, with a parser that keeps the text to itself. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new FilterPolicyError(`failed to parse JSON. ${whyUnreadable(text)}`);
  }
};

/** As recorded from AWS by LocalStack's snapshot tests, for the mistakes that are recorded there. */
const whyUnreadable = (text: string): string => {
  const at = (column: number) =>
    `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`;
  const word = /^[A-Za-z]\w*/.exec(text)?.[0];
  if (word !== undefined)
    return `Unrecognized token '${word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')${at(word.length + 1)}`;
  try {
    compilePattern(text, DIALECT);
  } catch (error) {
    if (error instanceof PatternError) {
      const column = Number(/column: (\d+)/.exec(error.message)?.[1] ?? 2);
      return `${error.reason}${at(column - 1)}`;
    }
    throw error;
  }
  return `The text is not JSON${at(1)}`;
};

/** A filter policy, ready to decide. */
export interface FilterPolicy {
  readonly scope: FilterScope;
  readonly pattern: CompiledPattern;
}

/** @throws {FilterPolicyError} in AWS's words, without the name of the parameter where AWS leaves it out */
export const compileFilterPolicy = (text: string, scope: FilterScope): FilterPolicy => {
  const policy = named(() => parseJson(text));
  if (!isObject(policy)) throw new FilterPolicyError('FilterPolicy: Filter is not an object');
  if (Buffer.byteLength(text) > FILTER_POLICY.bytes)
    throw new FilterPolicyError('FilterPolicy: Filter policy is too large');
  const pattern = named(() => compilePattern(text, DIALECT));
  if (scope === 'MessageAttributes' && isNested(policy))
    throw new FilterPolicyError(
      'Filter policy scope MessageAttributes does not support nested filter policy',
    );
  if (topLevelKeys(policy).size > FILTER_POLICY.keys)
    throw new FilterPolicyError('FilterPolicy: Filter policy can not have more than 5 keys');
  if (combinations(policy, 1) > FILTER_POLICY.combinations)
    throw new FilterPolicyError('FilterPolicy: Filter policy is too complex');
  return { scope, pattern };
};

const named = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof PatternError || error instanceof FilterPolicyError)
      throw new FilterPolicyError(`FilterPolicy: ${error.message}`);
    throw error;
  }
};

// A policy is read once and used for every message; they are few and short-lived tests make many, so the memory is bounded.
const MOST_COMPILED = 1_000;

/** Compiles what has been checked before, once. */
export const createFilterPolicies = () => {
  const compiled = new Map<string, FilterPolicy>();
  return (text: string, scope: FilterScope): FilterPolicy => {
    const key = `${scope}\n${text}`;
    let known = compiled.get(key);
    if (known === undefined) {
      if (compiled.size >= MOST_COMPILED) compiled.clear();
      known = compileFilterPolicy(text, scope);
      compiled.set(key, known);
    }
    return known;
  };
};

/** What became of a message at a filter: whether it passes, and by which metric its loss is told. */
export type Verdict =
  | 'passes'
  | 'filtered'
  | 'no-attributes'
  | 'invalid-attributes'
  | 'invalid-body';

export const judge = (
  { scope, pattern }: FilterPolicy,
  text: string,
  attributes: Readonly<Record<string, MessageAttribute>>,
): Verdict => {
  if (scope === 'MessageBody') {
    const body = bodyOf(text);
    if (body === undefined) return 'invalid-body';
    return matches(pattern, body) ? 'passes' : 'filtered';
  }
  const entries = Object.entries(attributes);
  // "An empty set of attributes results in the filter not matching": https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
  if (entries.length === 0) return 'no-attributes';
  const values: Record<string, unknown> = {};
  for (const [name, { Type, Value }] of entries) {
    const value = valueOf(Type, Value);
    if (value === INVALID) return 'invalid-attributes';
    if (value !== undefined) values[name] = value;
  }
  return matches(pattern, values) ? 'passes' : 'filtered';
};

const bodyOf = (text: string): Json | undefined => {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
};

const INVALID = Symbol('invalid');

/** Binary attributes are not looked at. https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
const valueOf = (type: string, value: string): unknown => {
  if (type.startsWith('Binary')) return undefined;
  if (type.startsWith('String.Array')) {
    try {
      const items: unknown = JSON.parse(value);
      const flat = Array.isArray(items) && items.every((item) => Object(item) !== item);
      return flat ? items : INVALID;
    } catch {
      return INVALID;
    }
  }
  if (!type.startsWith('Number')) return value;
  const number = Number(value);
  return Number.isNaN(number) ? INVALID : number;
};
