import { invalid, invalidParameter } from '../errors.ts';
import type { AttributeType, AttributeValue, Item } from '../values/index.ts';
import { admitValue, attributeOf, putAttribute, typeOf } from '../values/index.ts';
import type { Condition, Operand } from './condition.ts';
import { addTo, deleteFrom } from './update.ts';

/**
 * Conditions and updates from before there were expressions.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
 */
export interface LegacyCondition {
  readonly ComparisonOperator?: string | undefined;
  readonly AttributeValueList?: readonly AttributeValue[] | undefined;
  /** Of `Expected` alone. */
  readonly Value?: AttributeValue | undefined;
  readonly Exists?: boolean | undefined;
}

export interface LegacyUpdate {
  readonly Action?: string | undefined;
  readonly Value?: AttributeValue | undefined;
}

/** Least and most values that each operator takes. */
const OPERATORS: Readonly<Record<string, readonly [number, number]>> = {
  EQ: [1, 1],
  NE: [1, 1],
  LE: [1, 1],
  LT: [1, 1],
  GE: [1, 1],
  GT: [1, 1],
  CONTAINS: [1, 1],
  NOT_CONTAINS: [1, 1],
  BEGINS_WITH: [1, 1],
  NULL: [0, 0],
  NOT_NULL: [0, 0],
  IN: [1, Number.POSITIVE_INFINITY],
  BETWEEN: [2, 2],
};

const COMPARATORS = { EQ: '=', NE: '<>', LE: '<=', LT: '<', GE: '>=', GT: '>' } as const;
const SCALARS: readonly AttributeType[] = ['S', 'N', 'B'];

const pathOf = (name: string): Operand => ({ kind: 'path', path: [name] });
const valueOf = (value: AttributeValue): Operand => ({ kind: 'value', value });

const checkCount = (operator: string, count: number) => {
  const bounds = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (bounds === undefined)
    throw invalid(
      `1 validation error detected: Value '${operator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]`,
    );
  if (count < bounds[0] || count > bounds[1])
    throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
};

const checkTypes = (operator: string, values: readonly AttributeValue[]) => {
  const ordered = ['LE', 'LT', 'GE', 'GT', 'BETWEEN', 'IN'].includes(operator);
  for (const value of values) {
    const type = typeOf(value);
    const refused =
      (ordered && !SCALARS.includes(type)) ||
      (operator === 'BEGINS_WITH' && type !== 'S' && type !== 'B') ||
      ((operator === 'CONTAINS' || operator === 'NOT_CONTAINS') &&
        ['SS', 'NS', 'BS', 'L', 'M'].includes(type));
    if (refused)
      throw invalidParameter(
        `ComparisonOperator ${operator} is not valid for ${type} AttributeValue type`,
      );
  }
};

/** One condition of `KeyConditions`, `QueryFilter`, `ScanFilter` or, with a ComparisonOperator, `Expected`. */
export const readLegacyCondition = (name: string, given: LegacyCondition): Condition => {
  const operator = given.ComparisonOperator ?? '';
  const list = given.AttributeValueList ?? (given.Value === undefined ? [] : [given.Value]);
  checkCount(operator, list.length);
  const values = list.map((value) => admitValue(value));
  checkTypes(operator, values);
  const path = pathOf(name);
  const [first, second] = values.map(valueOf);
  if (operator in COMPARATORS && first !== undefined)
    return {
      kind: 'compare',
      operator: COMPARATORS[operator as keyof typeof COMPARATORS],
      left: path,
      right: first,
    };
  switch (operator) {
    case 'NULL':
      return { kind: 'call', name: 'attribute_not_exists', operand: path };
    case 'NOT_NULL':
      return { kind: 'call', name: 'attribute_exists', operand: path };
    case 'IN':
      return { kind: 'in', operand: path, options: values.map(valueOf) };
    case 'BETWEEN':
      if (first === undefined || second === undefined) break;
      return { kind: 'between', operand: path, low: first, high: second };
    case 'BEGINS_WITH':
      if (first === undefined) break;
      return { kind: 'call', name: 'begins_with', operand: path, argument: first };
  }
  const contains: Condition = {
    kind: 'call',
    name: 'contains',
    operand: path,
    ...(first === undefined ? {} : { argument: first }),
  };
  return operator === 'CONTAINS' ? contains : { kind: 'not', condition: contains };
};

const readExpected = (name: string, given: LegacyCondition): Condition => {
  const attribute = `for Attribute: ${name}`;
  if (given.ComparisonOperator !== undefined) {
    if (given.Exists !== undefined)
      throw invalidParameter(`Exists and ComparisonOperator cannot be used together ${attribute}`);
    if (given.AttributeValueList !== undefined && given.Value !== undefined)
      throw invalidParameter(`Value and AttributeValueList cannot be used together ${attribute}`);
    const needsNone = ['NULL', 'NOT_NULL'].includes(given.ComparisonOperator);
    if (!needsNone && given.AttributeValueList === undefined && given.Value === undefined)
      throw invalidParameter(
        `Value or AttributeValueList must be used with ComparisonOperator: ${given.ComparisonOperator} ${attribute}`,
      );
    return readLegacyCondition(name, given);
  }
  if (given.AttributeValueList !== undefined)
    throw invalidParameter(
      `AttributeValueList can only be used with a ComparisonOperator ${attribute}`,
    );
  if (given.Exists === false) {
    if (given.Value !== undefined)
      throw invalidParameter(`Value cannot be used when Exists is false ${attribute}`);
    return { kind: 'call', name: 'attribute_not_exists', operand: pathOf(name) };
  }
  if (given.Value === undefined)
    throw invalidParameter(
      `Value must be provided when Exists is ${String(given.Exists ?? null)} ${attribute}`,
    );
  return readLegacyCondition(name, { ComparisonOperator: 'EQ', Value: given.Value });
};

/** How several legacy conditions are read, and joined. */
interface LegacyFilter {
  readonly conditions: Readonly<Record<string, LegacyCondition>> | undefined;
  readonly operator: string | undefined;
  readonly isExpected: boolean;
}

/** @throws {ValidationException} */
export const readLegacyFilter = ({
  conditions,
  operator,
  isExpected,
}: LegacyFilter): Condition | undefined => {
  if (conditions === undefined) {
    if (operator !== undefined)
      throw invalid('ConditionalOperator cannot be used without Filter or Expected');
    return undefined;
  }
  if (operator !== undefined && operator !== 'AND' && operator !== 'OR')
    throw invalid(
      `1 validation error detected: Value '${operator}' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]`,
    );
  const read = Object.entries(conditions).map(([name, given]) =>
    isExpected ? readExpected(name, given) : readLegacyCondition(name, given),
  );
  if (operator !== undefined && read.length < 2)
    throw invalid(
      'ConditionalOperator can only be used when Filter or Expected has two or more elements',
    );
  const [first, ...others] = read;
  const kind = operator === 'OR' ? 'or' : 'and';
  return first === undefined
    ? undefined
    : others.reduce<Condition>((left, right) => ({ kind, left, right }), first);
};

const TYPE_NAMES: Readonly<Partial<Record<AttributeType, string>>> = {
  S: 'STRING',
  B: 'BINARY',
  M: 'MAP',
  L: 'LIST',
  N: 'NUMBER',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
};

/**
 * `AttributeUpdates` as a change of an item.
 * @throws {ValidationException} before any item is looked at
 */
export const readLegacyUpdates = (
  updates: Readonly<Record<string, LegacyUpdate>>,
): ((item: Item) => Item) => {
  const steps = Object.entries(updates).map(([name, { Action = 'PUT', Value }]) => {
    if (!['ADD', 'DELETE', 'PUT'].includes(Action))
      throw invalid(
        `1 validation error detected: Value '${Action}' at 'attributeUpdates.${name}.member.action' failed to satisfy constraint: Member must satisfy enum value set: [ADD, DELETE, PUT]`,
      );
    if (Value === undefined) {
      if (Action !== 'DELETE')
        throw invalidParameter(
          'Only DELETE action is allowed when no attribute value is specified',
        );
      return { name, Action, value: undefined };
    }
    const value = admitValue(Value);
    const type = typeOf(value);
    const isSet = ['SS', 'NS', 'BS'].includes(type);
    if (Action === 'ADD' && !isSet && type !== 'N' && type !== 'L')
      throw invalidParameter(
        `ADD action is not supported for the type ${TYPE_NAMES[type] ?? type}`,
      );
    if (Action === 'DELETE' && !isSet)
      throw invalidParameter(
        `DELETE action with value is not supported for the type ${TYPE_NAMES[type] ?? type}`,
      );
    return { name, Action, value };
  });
  return (item) => {
    const result: Record<string, AttributeValue> = { ...item };
    for (const { name, Action, value } of steps) {
      const existing = attributeOf(item, name);
      const changed = legacyStep(Action, existing, value);
      if (changed === undefined) delete result[name];
      else putAttribute(result, name, changed);
    }
    return result;
  };
};

const legacyStep = (
  action: string,
  existing: AttributeValue | undefined,
  value: AttributeValue | undefined,
): AttributeValue | undefined => {
  if (value === undefined) return undefined;
  if (action === 'PUT') return value;
  try {
    if (action === 'DELETE') return deleteFrom(existing, value);
    // Lists are appended to; only this old parameter can add to them.
    if (value.L !== undefined && existing?.L !== undefined)
      return { L: [...existing.L, ...value.L] };
    return addTo(existing, value);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('An operand'))
      throw invalid('Type mismatch for attribute to update');
    throw error;
  }
};
