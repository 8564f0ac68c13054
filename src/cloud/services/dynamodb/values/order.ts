import type { AttributeValue } from './attribute-value.ts';
import { binaryText, typeOf } from './attribute-value.ts';
import { compareNumbers } from './decimal.ts';

/** Types that a key may have, and that `<` knows. */
export type KeyType = 'S' | 'N' | 'B';

/** Texts in the order of their UTF-8 bytes: surrogates, which stand for code points beyond 0xFFFF, come last. */
export const compareTexts = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    if (a < 0xd800 || b < 0xd800) return a - b;
    const [aSurrogate, bSurrogate] = [a < 0xe000, b < 0xe000];
    if (aSurrogate === bSurrogate) return a - b;
    return aSurrogate ? 1 : -1;
  }
  return left.length - right.length;
};

/** Orders key texts of a type: strings by UTF-8 bytes, numbers numerically, binary by bytes. */
export const comparatorOf = (type: KeyType): ((left: string, right: string) => number) =>
  type === 'N' ? compareNumbers : compareTexts;

/** The text that stands for a scalar of this type among keys. */
export const scalarText = (value: AttributeValue): string | undefined =>
  value.S ?? value.N ?? (value.B === undefined ? undefined : binaryText(value.B));

/** Order of two scalars of one type; undefined for what has no order, or two types. */
export const compareValues = (left: AttributeValue, right: AttributeValue): number | undefined => {
  if (left.S !== undefined)
    return right.S === undefined ? undefined : compareTexts(left.S, right.S);
  if (left.N !== undefined)
    return right.N === undefined ? undefined : compareNumbers(left.N, right.N);
  if (left.B !== undefined && right.B !== undefined)
    return compareTexts(binaryText(left.B), binaryText(right.B));
  return undefined;
};

/** Whether two admitted values are the same: of one type, numbers by value, sets without order. */
export const equalValues = (left: AttributeValue, right: AttributeValue): boolean => {
  const type = typeOf(left);
  if (right[type] === undefined) return false;
  switch (type) {
    case 'S':
    case 'N':
    case 'BOOL':
    case 'NULL':
      return left[type] === right[type];
    case 'B':
      return compareValues(left, right) === 0;
    case 'SS':
    case 'NS':
    case 'BS': {
      const [one, other] = [membersOf(left), membersOf(right)];
      return one.size === other.size && [...one].every((member) => other.has(member));
    }
    case 'L': {
      const [one, other] = [left.L ?? [], right.L ?? []];
      return (
        one.length === other.length &&
        one.every((value, index) => {
          const counterpart = other[index];
          return counterpart !== undefined && equalValues(value, counterpart);
        })
      );
    }
    case 'M': {
      const [one, other] = [left.M ?? {}, right.M ?? {}];
      const names = Object.keys(one);
      return (
        names.length === Object.keys(other).length &&
        names.every((name) => {
          const [a, b] = [one[name], Object.hasOwn(other, name) ? other[name] : undefined];
          return a !== undefined && b !== undefined && equalValues(a, b);
        })
      );
    }
  }
};

/** Members of a set, as texts; of anything else none. */
export const membersOf = (value: AttributeValue): ReadonlySet<string> =>
  new Set(value.SS ?? value.NS ?? value.BS?.map(binaryText) ?? []);
