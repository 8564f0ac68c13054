import type { AttributeValue, Item } from '../values/index.ts';
import { compareValues, equalValues, membersOf, scalarText, typeOf } from '../values/index.ts';
import type { Condition, Operand } from './condition.ts';
import { valueAt } from './paths.ts';
import type { Comparator } from './syntax.ts';

/** What a size is of: characters of a text, bytes, or members. */
const sizeOf = (value: AttributeValue): AttributeValue | undefined => {
  const size =
    value.S?.length ??
    value.B?.byteLength ??
    (value.SS ?? value.NS ?? value.BS ?? value.L)?.length ??
    (value.M === undefined ? undefined : Object.keys(value.M).length);
  return size === undefined ? undefined : { N: String(size) };
};

const resolve = (operand: Operand, item: Item): AttributeValue | undefined => {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path);
    case 'value':
      return operand.value;
    case 'size': {
      const of = resolve(operand.of, item);
      return of === undefined ? undefined : sizeOf(of);
    }
  }
};

const compare = (
  operator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean => {
  if (operator === '=')
    return left !== undefined && right !== undefined && equalValues(left, right);
  // What is not there is not equal either.
  if (operator === '<>')
    return left === undefined || right === undefined || !equalValues(left, right);
  const order = left === undefined || right === undefined ? undefined : compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
};

/** A part of a text, a member of a set, or an element of a list. */
export const containsValue = (value: AttributeValue, part: AttributeValue): boolean => {
  if (value.L !== undefined) return value.L.some((element) => equalValues(element, part));
  const text = scalarText(part);
  if (text === undefined) return false;
  if (value.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value.B !== undefined)
    return part.B !== undefined && (scalarText(value) ?? '').includes(text);
  const member = typeOf(part);
  return `${member}S` === typeOf(value) && membersOf(value).has(text);
};

export const beginsWith = (value: AttributeValue, start: AttributeValue): boolean => {
  const type = typeOf(value);
  if (type !== typeOf(start) || (type !== 'S' && type !== 'B')) return false;
  return (scalarText(value) ?? '').startsWith(scalarText(start) ?? '');
};

/** Whether an item meets a condition. An item that is not there has no attributes. */
export const holds = (condition: Condition, item: Item): boolean => {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.condition, item);
    case 'compare':
      return compare(
        condition.operator,
        resolve(condition.left, item),
        resolve(condition.right, item),
      );
    case 'between': {
      const value = resolve(condition.operand, item);
      return (
        compare('>=', value, resolve(condition.low, item)) &&
        compare('<=', value, resolve(condition.high, item))
      );
    }
    case 'in': {
      const value = resolve(condition.operand, item);
      return condition.options.some((option) => compare('=', value, resolve(option, item)));
    }
    case 'call':
      return call(condition, item);
  }
};

const call = (condition: Condition & { readonly kind: 'call' }, item: Item): boolean => {
  const value = resolve(condition.operand, item);
  if (condition.name === 'attribute_exists') return value !== undefined;
  if (condition.name === 'attribute_not_exists') return value === undefined;
  const argument = condition.argument === undefined ? undefined : resolve(condition.argument, item);
  if (value === undefined || argument === undefined) return false;
  switch (condition.name) {
    case 'attribute_type':
      return typeOf(value) === argument.S;
    case 'begins_with':
      return beginsWith(value, argument);
    case 'contains':
      return containsValue(value, argument);
  }
};
