import { duplicateItem, invalid } from '../errors.ts';
import type { Bindings, Condition, KeyRange, Operand, Path } from '../expressions/index.ts';
import {
  applyUpdate,
  bindCondition,
  bindUpdate,
  createProjection,
  keyRangeOf,
} from '../expressions/index.ts';
import type { WritePlan } from '../operations/plan-write.ts';
import type { DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import type { KeySchema, TableData, TableRecord, View } from '../storage/index.ts';
import { keyAttributes, keyOf, keyOfItem } from '../storage/index.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { admitItem, attributeOf, putAttribute, typeOf } from '../values/index.ts';
import { assertSize } from '../write.ts';
import type { Statement } from './parse.ts';

/** Names in statements are names, and values stand in a list. */
const bindingsOf = ({ values }: Statement): Bindings => ({
  path: (_kind, steps) => steps,
  value: (_kind, name) => values[Number(name)] ?? { NULL: true },
  assertAllUsed: () => {},
});

const conjuncts = (condition: Condition | undefined): readonly Condition[] =>
  condition === undefined
    ? []
    : condition.kind === 'and'
      ? [...conjuncts(condition.left), ...conjuncts(condition.right)]
      : [condition];

const joined = (conditions: readonly Condition[]): Condition | undefined => {
  const [first, ...others] = conditions;
  return first === undefined
    ? undefined
    : others.reduce<Condition>((left, right) => ({ kind: 'and', left, right }), first);
};

const isNamed = (operand: Operand, name: string) =>
  operand.kind === 'path' && operand.path.length === 1 && operand.path[0] === name;

/** The values that a condition allows an attribute: one for `=`, several for `IN`. */
const valuesFor = (condition: Condition, name: string): readonly AttributeValue[] | undefined => {
  if (condition.kind === 'compare' && condition.operator === '=') {
    const { left, right } = condition;
    if (isNamed(left, name) && right.kind === 'value') return [right.value];
    if (isNamed(right, name) && left.kind === 'value') return [left.value];
  }
  if (condition.kind === 'in' && isNamed(condition.operand, name)) {
    const values = condition.options.flatMap((option) =>
      option.kind === 'value' ? [option.value] : [],
    );
    return values.length === condition.options.length ? values : undefined;
  }
  return undefined;
};

const whereOf = (statement: Statement): Condition | undefined =>
  'where' in statement && statement.where !== undefined
    ? bindCondition('ConditionExpression', statement.where, bindingsOf(statement))
    : undefined;

interface KeyedWhere {
  readonly key: Item;
  readonly rest: Condition | undefined;
}

/** The key that a statement names, and what else it asks of the item. */
export const keyedWhere = (statement: Statement, schema: KeySchema): KeyedWhere | undefined => {
  const rest = [...conjuncts(whereOf(statement))];
  const key: Record<string, AttributeValue> = {};
  for (const { name } of keyAttributes(schema)) {
    const at = rest.findIndex((condition) => valuesFor(condition, name)?.length === 1);
    const [value] = at < 0 ? [] : (valuesFor(rest[at] as Condition, name) ?? []);
    if (value === undefined) return undefined;
    putAttribute(key, name, value);
    rest.splice(at, 1);
  }
  return { key, rest: joined(rest) };
};

/** The words of PartiQL, which are DynamoDB Local's. */
const assertKeys = (schema: KeySchema, item: Item) => {
  for (const { name, type } of keyAttributes(schema)) {
    const value = attributeOf(item, name);
    if (value === undefined)
      throw invalid(`Key attribute should be present in the item: Key ${name}`);
    if (typeOf(value) !== type)
      throw invalid(
        `Key attribute's data type should match its data type in table's schema: Key ${name}`,
      );
  }
};

/** One statement that writes, as a plan. An item that is not there cannot be updated or deleted. */
export const planStatement = (state: DynamodbState, statement: Statement): WritePlan => {
  if (statement.index !== undefined) throw invalid('This operation is not supported on an index');
  const table = requireData(state, statement.table);
  const data = state.dataOf(table);
  const common = { table, data, condition: undefined, tellsOld: false };
  if (statement.kind === 'insert') {
    const item = admitItem(statement.item);
    assertSize(item, false);
    assertKeys(data.schema, item);
    return { ...common, texts: keyOfItem(data.schema, item), key: item, next: () => item };
  }
  const where = keyedWhere(statement, data.schema);
  if (where === undefined)
    throw invalid('Where clause does not contain a mandatory equality on all key attributes');
  const place = keyOf(data.schema, where.key);
  const exists: Condition = {
    kind: 'call',
    name: 'attribute_exists',
    operand: { kind: 'path', path: [data.schema.hash.name] },
  };
  const condition: Condition =
    where.rest === undefined ? exists : { kind: 'and', left: exists, right: where.rest };
  const planned = { ...common, ...place, condition };
  if (statement.kind === 'delete')
    return {
      ...planned,
      // Nothing to delete is a success, whatever else is asked of the item.
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.delete.html
      condition:
        where.rest === undefined
          ? undefined
          : { kind: 'or', left: { kind: 'not', condition: exists }, right: where.rest },
      next: () => undefined,
    };
  if (statement.kind !== 'update') return planned;
  const update = bindUpdate(statement.actions, bindingsOf(statement));
  const named = update.paths.map(([name]) => name);
  const touched = keyAttributes(data.schema).find(({ name }) => named.includes(name));
  if (touched !== undefined)
    throw invalid(
      `One or more parameter values were invalid: Cannot update attribute ${touched.name}. This attribute is part of the key`,
    );
  return {
    ...planned,
    paths: update.paths,
    next: (current) => {
      const item = admitItem(applyUpdate(update, current ?? place.key));
      assertSize(item, true);
      return item;
    },
  };
};

/** @throws {DuplicateItemException} when an INSERT finds its key taken */
export const refuseDuplicate = (statement: Statement, current: Item | undefined): void => {
  if (statement.kind === 'insert' && current !== undefined) throw duplicateItem();
};

/** How a SELECT reads. */
export interface SelectPlan {
  readonly table: TableRecord;
  readonly data: TableData;
  readonly view: View;
  /** Parts to read one after the other; none when all is read. */
  readonly ranges: readonly KeyRange[] | undefined;
  readonly filter: Condition | undefined;
  /** What it tells of each item; undefined for all. */
  readonly paths: readonly Path[] | undefined;
  readonly forward: boolean;
}

export const planSelect = (
  state: DynamodbState,
  statement: Statement & { readonly kind: 'select' | 'exists' },
): SelectPlan => {
  const table = requireData(state, statement.table);
  const data = state.dataOf(table);
  const view = statement.index === undefined ? data.table : data.view(statement.index);
  if (view === undefined) throw invalid('The table does not have the specified index');
  // Two paths of which one leads through the other are refused.
  if (statement.paths !== undefined) createProjection(statement.paths);
  const { hash, range } = view.schema;
  const all = conjuncts(whereOf(statement));
  const onHash = all.find((condition) => valuesFor(condition, hash.name) !== undefined);
  const values = onHash === undefined ? undefined : valuesFor(onHash, hash.name);
  const onRange = range === undefined ? undefined : all.find((one) => bounds(one, range.name));
  for (const { name } of statement.order)
    if (name !== hash.name && name !== range?.name)
      throw invalid(
        `Variable reference ${name} in ORDER BY clause must be part of the primary key`,
      );
  if (statement.order.length > 0 && values === undefined)
    throw invalid(
      'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    );
  return {
    table,
    data,
    view,
    ranges: values?.map((value) => {
      const equal: Condition = {
        kind: 'compare',
        operator: '=',
        left: { kind: 'path', path: [hash.name] },
        right: { kind: 'value', value },
      };
      return keyRangeOf(
        view.schema,
        onRange === undefined ? equal : { kind: 'and', left: equal, right: onRange },
      );
    }),
    filter: joined(all.filter((condition) => condition !== onHash && condition !== onRange)),
    paths: statement.paths,
    forward: statement.order.find(({ name }) => name === range?.name)?.descending !== true,
  };
};

/** Whether a condition bounds a sort key in a way that a query can follow. */
const bounds = (condition: Condition, name: string): boolean => {
  switch (condition.kind) {
    case 'compare':
      return (
        condition.operator !== '<>' &&
        ((isNamed(condition.left, name) && condition.right.kind === 'value') ||
          (isNamed(condition.right, name) && condition.left.kind === 'value'))
      );
    case 'between':
      return (
        isNamed(condition.operand, name) &&
        condition.low.kind === 'value' &&
        condition.high.kind === 'value'
      );
    case 'call':
      return (
        condition.name === 'begins_with' &&
        isNamed(condition.operand, name) &&
        condition.argument?.kind === 'value'
      );
    default:
      return false;
  }
};
