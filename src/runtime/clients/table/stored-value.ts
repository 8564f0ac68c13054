import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { convertToAttr, NumberValueImpl } from '@aws-sdk/util-dynamodb';
import { UnstorableError } from '../../unstorable-error.ts';

/** Where a value stands, for the error that says so. */
interface Place {
  readonly resource: string;
  readonly path: string;
}

const inside = ({ resource, path }: Place, step: string): Place => ({
  resource,
  path: path === '' ? step : `${path}${step.startsWith('[') ? '' : '.'}${step}`,
});

const refuse = ({ resource, path }: Place, problem: string): never => {
  throw new UnstorableError(resource, path === '' ? 'what stands' : path, problem);
};

const numberOf = (value: number, place: Place): AttributeValue => {
  if (!Number.isFinite(value)) return refuse(place, `is ${value}, which DynamoDB does not have.`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    return refuse(
      place,
      `is ${value}, which JavaScript does not hold exactly. Make it a bigint: ${BigInt(value)}n.`,
    );
  return { N: String(value) };
};

const isNumeric = (value: unknown): value is number | bigint | NumberValueImpl =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof NumberValueImpl;

const numericText = (value: number | bigint | NumberValueImpl, place: Place): string =>
  typeof value === 'number' ? (numberOf(value, place).N ?? '') : value.toString();

const setOf = (given: ReadonlySet<unknown>, place: Place): AttributeValue => {
  const values: readonly unknown[] = [...given].filter((value) => value !== undefined);
  if (values.length === 0)
    return refuse(
      place,
      'is an empty set, which DynamoDB does not have. Leave it out: make the member optional.',
    );
  if (values.every((value) => typeof value === 'string')) return { SS: [...values] };
  if (values.every(isNumeric)) return { NS: values.map((value) => numericText(value, place)) };
  if (values.every((value) => value instanceof Uint8Array)) return { BS: [...values] };
  return refuse(
    place,
    'is a set of something else than texts alone, numbers alone, or bytes alone.',
  );
};

const listOf = (values: readonly unknown[], place: Place): AttributeValue => ({
  L: values.map((value, index) => {
    const at = inside(place, `[${index}]`);
    return value === undefined
      ? refuse(at, 'is undefined, and a list has no holes. Make it null.')
      : storeValue(value, at);
  }),
});

const isPlain = (value: object): value is Readonly<Record<string, unknown>> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

const objectOf = (value: object, place: Place): AttributeValue => {
  if (isPlain(value)) return { M: storeMembers(value, place) };
  return refuse(
    place,
    value instanceof Date
      ? 'is a Date, which DynamoDB does not have. Store a text (toISOString()) or a number (getTime()).'
      : `is a ${value.constructor.name}, which DynamoDB does not have. Store a plain object, a list, a Set, or a Uint8Array.`,
  );
};

/**
 * A value of JavaScript as one of DynamoDB.
 * @throws {UnstorableError}
 */
export const storeValue = (value: unknown, place: Place): AttributeValue => {
  if (typeof value === 'number') return numberOf(value, place);
  if (value instanceof Set) return setOf(value, place);
  if (Array.isArray(value)) return listOf(value, place);
  if (typeof value === 'function' || typeof value === 'symbol' || value === undefined)
    return refuse(place, `is ${typeof value}, which cannot be stored.`);
  if (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array || value instanceof NumberValueImpl)
  )
    return objectOf(value, place);
  return convertToAttr(value);
};

/** The members of an item or a map, without those that are undefined. */
export const storeMembers = (
  item: Readonly<Record<string, unknown>>,
  place: Place,
): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, storeValue(value, inside(place, name))]),
  );
