import { invalid } from '../errors.ts';
import type { AttributeType, AttributeValue, Item } from '../values/index.ts';
import {
  addNumbers,
  attributeOf,
  binaryText,
  numberProblem,
  putAttribute,
  typeOf,
} from '../values/index.ts';
import type { Bindings, Path } from './bindings.ts';
import { unknownFunction, wantsPath, wrongOperandCount, wrongOperandType } from './condition.ts';
import type { PathTree } from './paths.ts';
import { createTree, growTree, valueAt } from './paths.ts';
import type { RawOperand, RawUpdateAction } from './syntax.ts';
import { expressionError } from './tokens.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
const KIND = 'UpdateExpression';

type Source =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Source }
  | { readonly kind: 'list_append'; readonly left: Source; readonly right: Source }
  | { readonly kind: '+' | '-'; readonly left: Source; readonly right: Source };

type Action =
  | { readonly kind: 'set'; readonly source: Source }
  | { readonly kind: 'remove' }
  | { readonly kind: 'add' | 'delete'; readonly value: AttributeValue };

/** What an update does at which places, ready to be applied to any item. */
export interface Update {
  readonly tree: PathTree<Action>;
  readonly paths: readonly Path[];
}

/** Names of types in the messages of ADD and DELETE. */
const TYPE_NAMES: Readonly<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
};
const SETS: readonly AttributeType[] = ['SS', 'NS', 'BS'];
const CONDITION_FUNCTIONS = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
  'size',
];

const knownType = (source: Source): AttributeType | undefined => {
  switch (source.kind) {
    case 'value':
      return typeOf(source.value);
    case 'list_append':
      return 'L';
    case '+':
    case '-':
      return 'N';
    case 'path':
    case 'if_not_exists':
      return undefined;
  }
};

const checkType = (name: string, source: Source, wanted: AttributeType) => {
  const type = knownType(source);
  if (type !== undefined && type !== wanted) throw wrongOperandType(KIND, name, type);
};

const bindSource = (operand: RawOperand, bindings: Bindings): Source => {
  switch (operand.kind) {
    case 'path':
      return { kind: 'path', path: bindings.path(KIND, operand.steps) };
    case 'value':
      return { kind: 'value', value: bindings.value(KIND, operand.name) };
    case 'arithmetic': {
      const [left, right] = [
        bindSource(operand.left, bindings),
        bindSource(operand.right, bindings),
      ];
      for (const one of [left, right]) checkType(operand.operator, one, 'N');
      return { kind: operand.operator, left, right };
    }
    case 'call':
      return bindCall(operand, bindings);
  }
};

const bindCall = (
  { name, operands }: RawOperand & { readonly kind: 'call' },
  bindings: Bindings,
): Source => {
  if (CONDITION_FUNCTIONS.includes(name))
    throw expressionError(
      KIND,
      `The function is not allowed in an update expression; function: ${name}`,
    );
  if (name !== 'if_not_exists' && name !== 'list_append') throw unknownFunction(KIND, name);
  const [left, right] = operands.map((operand) => bindSource(operand, bindings));
  if (operands.length !== 2 || left === undefined || right === undefined)
    throw wrongOperandCount(KIND, name, operands.length);
  if (name === 'if_not_exists') {
    if (left.kind !== 'path') throw wantsPath(KIND, name);
    return { kind: name, path: left.path, otherwise: right };
  }
  for (const one of [left, right]) checkType(name, one, 'L');
  return { kind: name, left, right };
};

const bindAction = (raw: RawUpdateAction, bindings: Bindings): Action => {
  if (raw.operand === undefined) return { kind: 'remove' };
  const source = bindSource(raw.operand, bindings);
  if (raw.section === 'SET') return { kind: 'set', source };
  const value = source.kind === 'value' ? source.value : { NULL: true };
  const type = typeOf(value);
  const allowed = raw.section === 'ADD' ? [...SETS, 'N'] : SETS;
  if (!allowed.includes(type))
    throw expressionError(
      KIND,
      `Incorrect operand type for operator or function; operator: ${raw.section}, operand type: ${TYPE_NAMES[type]}, typeSet: ALLOWED_FOR_${raw.section}_OPERAND`,
    );
  return { kind: raw.section === 'ADD' ? 'add' : 'delete', value };
};

/** @throws {ValidationException} for what AWS refuses without looking at an item */
export const bindUpdate = (raw: readonly RawUpdateAction[], bindings: Bindings): Update => {
  const tree = createTree<Action>();
  const paths = raw.map((action) => {
    const path = bindings.path(KIND, action.path.steps);
    growTree(KIND, tree, path, bindAction(action, bindings));
    return path;
  });
  return { tree, paths };
};

const wrongType = () => invalid('An operand in the update expression has an incorrect data type');
const wrongPath = () =>
  invalid('The document path provided in the update expression is invalid for update');
const notThere = () =>
  invalid('The provided expression refers to an attribute that does not exist in the item');

const evaluate = (source: Source, item: Item): AttributeValue => {
  switch (source.kind) {
    case 'value':
      return source.value;
    case 'path': {
      const value = valueAt(item, source.path);
      if (value === undefined) throw notThere();
      return value;
    }
    case 'if_not_exists':
      return valueAt(item, source.path) ?? evaluate(source.otherwise, item);
    case 'list_append': {
      const [left, right] = [evaluate(source.left, item), evaluate(source.right, item)];
      if (left.L === undefined || right.L === undefined) throw wrongType();
      return { L: [...left.L, ...right.L] };
    }
    case '+':
    case '-': {
      const [left, right] = [evaluate(source.left, item), evaluate(source.right, item)];
      if (left.N === undefined || right.N === undefined) throw wrongType();
      return sum(left.N, right.N, source.kind);
    }
  }
};

const sum = (left: string, right: string, operator: '+' | '-'): AttributeValue => {
  const result = addNumbers(left, right, operator);
  if ('problem' in result) throw numberProblem(result.problem);
  return { N: result.text };
};

/** ADD: to a number, or into a set. */
export const addTo = (
  existing: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue => {
  if (existing === undefined) return value;
  if (existing.N !== undefined && value.N !== undefined) return sum(existing.N, value.N, '+');
  if (existing.SS !== undefined && value.SS !== undefined)
    return { SS: [...new Set([...existing.SS, ...value.SS])] };
  if (existing.NS !== undefined && value.NS !== undefined)
    return { NS: [...new Set([...existing.NS, ...value.NS])] };
  if (existing.BS !== undefined && value.BS !== undefined) {
    const known = new Set(existing.BS.map(binaryText));
    return { BS: [...existing.BS, ...value.BS.filter((bytes) => !known.has(binaryText(bytes)))] };
  }
  throw wrongType();
};

/** DELETE: out of a set; a set that is empty is none. */
export const deleteFrom = (
  existing: AttributeValue | undefined,
  value: AttributeValue,
): AttributeValue | undefined => {
  if (existing === undefined) return undefined;
  if (existing.SS !== undefined && value.SS !== undefined) {
    const gone = new Set(value.SS);
    const left = existing.SS.filter((text) => !gone.has(text));
    return left.length === 0 ? undefined : { SS: left };
  }
  if (existing.NS !== undefined && value.NS !== undefined) {
    const gone = new Set(value.NS);
    const left = existing.NS.filter((text) => !gone.has(text));
    return left.length === 0 ? undefined : { NS: left };
  }
  if (existing.BS !== undefined && value.BS !== undefined) {
    const gone = new Set(value.BS.map(binaryText));
    const left = existing.BS.filter((bytes) => !gone.has(binaryText(bytes)));
    return left.length === 0 ? undefined : { BS: left };
  }
  throw wrongType();
};

/**
 * The item after the update. Everything is computed from the item as it was.
 * @throws {ValidationException} when the item does not have what the update needs
 */
export const applyUpdate = (update: Update, item: Item): Item =>
  applyToMap(update.tree, item, item);

const applyAction = (
  action: Action,
  existing: AttributeValue | undefined,
  item: Item,
): AttributeValue | undefined => {
  switch (action.kind) {
    case 'set':
      return evaluate(action.source, item);
    case 'remove':
      return undefined;
    case 'add':
      return addTo(existing, action.value);
    case 'delete':
      return deleteFrom(existing, action.value);
  }
};

const applyAt = (
  node: PathTree<Action>,
  existing: AttributeValue | undefined,
  item: Item,
): AttributeValue | undefined => {
  if (node.action !== undefined) return applyAction(node.action, existing, item);
  if (existing === undefined) throw wrongPath();
  const [step] = node.children.keys();
  if (typeof step === 'number') {
    if (existing.L === undefined) throw wrongPath();
    return { L: applyToList(node, existing.L, item) };
  }
  if (existing.M === undefined) throw wrongPath();
  return { M: applyToMap(node, existing.M, item) };
};

const applyToMap = (node: PathTree<Action>, map: Item, item: Item): Item => {
  const result: Record<string, AttributeValue> = { ...map };
  for (const [step, child] of node.children) {
    const name = String(step);
    const value = applyAt(child, attributeOf(map, name), item);
    if (value === undefined) delete result[name];
    else putAttribute(result, name, value);
  }
  return result;
};

/** What lies beyond the end is appended, in the order of the indexes. */
const applyToList = (
  node: PathTree<Action>,
  list: readonly AttributeValue[],
  item: Item,
): readonly AttributeValue[] => {
  const changed: (AttributeValue | undefined)[] = [...list];
  const steps = [...node.children].sort(([a], [b]) => Number(a) - Number(b));
  for (const [step, child] of steps) {
    const index = Number(step);
    const value = applyAt(child, list[index], item);
    if (index < list.length) changed[index] = value;
    else if (value !== undefined) changed.push(value);
  }
  return changed.filter((element) => element !== undefined);
};
