import { invalid, invalidParameter } from '../errors.ts';
import type { KeyAttribute, KeySchema } from '../storage/index.ts';
import type { AttributeValue } from '../values/index.ts';
import { comparatorOf, scalarText, typeOf } from '../values/index.ts';
import type { Condition, Operand } from './condition.ts';

/** The part of a table or index that a query reads. */
export interface KeyRange {
  readonly hash: string;
  readonly hashValue: AttributeValue;
  /** Below zero for sort keys before the range, zero in it, above zero behind it. */
  place(range: string | undefined): number;
}

interface KeyTest {
  readonly name: string;
  readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'between' | 'begins_with';
  readonly values: readonly AttributeValue[];
}

const TURNED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

const refusedOperator = (operator: string) =>
  invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);

const nameOf = (operand: Operand): string | undefined => {
  if (operand.kind === 'size')
    throw invalid('KeyConditionExpressions cannot contain nested operations');
  if (operand.kind !== 'path') return undefined;
  const [name, ...deeper] = operand.path;
  if (deeper.length > 0)
    throw invalid(
      `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${String(name)}`,
    );
  return String(name);
};

const valueOf = (operand: Operand): AttributeValue => {
  if (operand.kind === 'value') return operand.value;
  nameOf(operand);
  throw invalid(
    'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
  );
};

const namedBy = (operand: Operand): string => {
  const name = nameOf(operand);
  if (name === undefined)
    throw invalid('Invalid condition in KeyConditionExpression: No key attribute specified');
  return name;
};

const testsOf = (condition: Condition): readonly KeyTest[] => {
  switch (condition.kind) {
    case 'and':
      return [...testsOf(condition.left), ...testsOf(condition.right)];
    case 'or':
    case 'not':
    case 'in':
      throw refusedOperator(condition.kind.toUpperCase());
    case 'call':
      if (condition.name !== 'begins_with' || condition.argument === undefined)
        throw refusedOperator(condition.name);
      return [
        {
          name: namedBy(condition.operand),
          operator: 'begins_with',
          values: [valueOf(condition.argument)],
        },
      ];
    case 'between':
      return [
        {
          name: namedBy(condition.operand),
          operator: 'between',
          values: [valueOf(condition.low), valueOf(condition.high)],
        },
      ];
    case 'compare': {
      const { operator, left, right } = condition;
      if (operator === '<>') throw refusedOperator(operator);
      // `:n < b` says the same as `b > :n`.
      return nameOf(left) === undefined
        ? [{ name: namedBy(right), operator: TURNED[operator], values: [valueOf(left)] }]
        : [{ name: namedBy(left), operator, values: [valueOf(right)] }];
    }
  }
};

const textOf = (key: KeyAttribute, value: AttributeValue): string => {
  if (typeOf(value) !== key.type)
    throw invalidParameter('Condition parameter type does not match schema type');
  const text = scalarText(value) ?? '';
  if (text === '')
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === undefined ? 'binary' : 'string'} value. Key: ${key.name}`,
    );
  return text;
};

const placeOf = (key: KeyAttribute, test: KeyTest): KeyRange['place'] => {
  const compare = comparatorOf(key.type);
  const [first = '', second = ''] = test.values.map((value) => textOf(key, value));
  const against = (decide: (range: string) => number) => (range: string | undefined) =>
    range === undefined ? 0 : decide(range);
  switch (test.operator) {
    case '=':
      return against((range) => compare(range, first));
    case '<':
      return against((range) => (compare(range, first) < 0 ? 0 : 1));
    case '<=':
      return against((range) => (compare(range, first) <= 0 ? 0 : 1));
    case '>':
      return against((range) => (compare(range, first) > 0 ? 0 : -1));
    case '>=':
      return against((range) => (compare(range, first) >= 0 ? 0 : -1));
    case 'between':
      return against((range) =>
        compare(range, first) < 0 ? -1 : compare(range, second) > 0 ? 1 : 0,
      );
    case 'begins_with':
      if (key.type === 'N')
        throw invalidParameter('Condition parameter type does not match schema type');
      return against((range) => (range.startsWith(first) ? 0 : compare(range, first)));
  }
};

const EVERYWHERE = () => 0;

/**
 * The range that a key condition means.
 * @throws {ValidationException} for what is no condition on the keys
 */
export const keyRangeOf = (schema: KeySchema, condition: Condition): KeyRange => {
  const tests = testsOf(condition);
  const byName = new Map<string, KeyTest>();
  for (const test of tests) {
    if (byName.has(test.name))
      throw invalid('KeyConditionExpressions must only contain one condition per key');
    byName.set(test.name, test);
  }
  const onHash = byName.get(schema.hash.name);
  if (onHash === undefined)
    throw invalid(`Query condition missed key schema element: ${schema.hash.name}`);
  const onRange = schema.range === undefined ? undefined : byName.get(schema.range.name);
  if (byName.size > (onRange === undefined ? 1 : 2)) {
    if (schema.range !== undefined && onRange === undefined)
      throw invalid(`Query condition missed key schema element: ${schema.range.name}`);
    throw invalid('Query key condition not supported');
  }
  if (onHash.operator !== '=') throw invalid('Query key condition not supported');
  const [hashValue = {}] = onHash.values;
  return {
    hash: textOf(schema.hash, hashValue),
    hashValue,
    place:
      schema.range === undefined || onRange === undefined
        ? EVERYWHERE
        : placeOf(schema.range, onRange),
  };
};

/** Names of attributes that a condition speaks of. */
export const namesIn = (condition: Condition): ReadonlySet<string> => {
  const names = new Set<string>();
  const take = (operand: Operand | undefined): void => {
    if (operand?.kind === 'path') names.add(String(operand.path[0]));
    if (operand?.kind === 'size') take(operand.of);
  };
  const walk = (node: Condition): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        walk(node.left);
        walk(node.right);
        break;
      case 'not':
        walk(node.condition);
        break;
      case 'compare':
        take(node.left);
        take(node.right);
        break;
      case 'between':
        take(node.operand);
        take(node.low);
        take(node.high);
        break;
      case 'in':
        take(node.operand);
        node.options.forEach(take);
        break;
      case 'call':
        take(node.operand);
        take(node.argument);
        break;
    }
  };
  walk(condition);
  return names;
};
