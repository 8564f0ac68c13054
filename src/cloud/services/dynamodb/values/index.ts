export type { AttributeType, AttributeValue, Item } from './attribute-value.ts';
export {
  ATTRIBUTE_TYPES,
  attributeOf,
  binaryText,
  putAttribute,
  typeOf,
} from './attribute-value.ts';
export { admitItem, admitValue, numberProblem } from './admit.ts';
export { addNumbers } from './decimal.ts';
export type { KeyType } from './order.ts';
export {
  comparatorOf,
  compareTexts,
  compareValues,
  equalValues,
  membersOf,
  scalarText,
} from './order.ts';
export { showValue } from './show.ts';
export { itemBytes, valueBytes } from './size.ts';
