import { invalid, invalidParameter, keyMismatch, KeyRefusal, keyTypeMismatch } from '../errors.ts';
import { HASH_KEY_BYTES, RANGE_KEY_BYTES } from '../limits.ts';
import type { AttributeValue, Item, KeyType } from '../values/index.ts';
import {
  admitValue,
  attributeOf,
  putAttribute,
  scalarText,
  typeOf,
  valueBytes,
} from '../values/index.ts';

/** An attribute that is a key, and its type. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The key of a table or an index. */
export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}

/** A key as texts that compare as its values do. */
export interface KeyTexts {
  readonly hash: string;
  readonly range?: string;
}

export const keyAttributes = ({ hash, range }: KeySchema): readonly KeyAttribute[] =>
  range === undefined ? [hash] : [hash, range];

// Texts that SQLite and a plain text cannot both carry: a zero, half of a surrogate pair; and the mark of what was packed.
const AWKWARD = /[\0\ud800-\udfff]|^~/;

const packed = (text: string) =>
  AWKWARD.test(text) ? `~${Buffer.from(text, 'utf16le').toString('base64')}` : text;

/** The one text for a primary key. */
export const primaryText = ({ hash, range }: KeyTexts): string =>
  packed(range === undefined ? hash : `${hash.length}:${hash}${range}`);

/** Spreads partition keys over 32 bits: FNV-1a, and Murmur's last mixing. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** How many values {@link hashOf} has. */
export const HASHES = 2 ** 32;

const checkKeyValue = ({ name }: KeyAttribute, value: AttributeValue, role: 'hash' | 'range') => {
  const bytes = valueBytes(value);
  if (bytes === 0)
    throw invalid(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.S === undefined ? 'binary' : 'string'} value. Key: ${name}`,
    );
  if (role === 'hash' && bytes > HASH_KEY_BYTES)
    throw invalidParameter(
      `Size of hashkey has exceeded the maximum size limit of ${HASH_KEY_BYTES} bytes`,
    );
  if (role === 'range' && bytes > RANGE_KEY_BYTES)
    throw invalidParameter(
      `Aggregated size of all range keys has exceeded the size limit of ${RANGE_KEY_BYTES} bytes`,
    );
};

const textOf = (value: AttributeValue, key: KeyAttribute, role: 'hash' | 'range'): string => {
  checkKeyValue(key, value, role);
  return scalarText(value) ?? '';
};

/**
 * The key of a whole item.
 * @throws {ValidationException} when the item has none, or of another type
 */
export const keyOfItem = (schema: KeySchema, item: Item): KeyTexts => {
  const read = (key: KeyAttribute, role: 'hash' | 'range') => {
    const value = attributeOf(item, key.name);
    if (value === undefined) throw invalidParameter(`Missing the key ${key.name} in the item`);
    if (typeOf(value) !== key.type)
      throw new KeyRefusal(
        `One or more parameter values were invalid: Type mismatch for key ${key.name} expected: ${key.type} actual: ${typeOf(value)}`,
      );
    return textOf(value, key, role);
  };
  const hash = read(schema.hash, 'hash');
  return schema.range === undefined ? { hash } : { hash, range: read(schema.range, 'range') };
};

/**
 * A key that was given as such: its attributes and no others.
 * @throws {ValidationException}
 */
export const keyOf = (
  schema: KeySchema,
  given: Item,
): { readonly texts: KeyTexts; readonly key: Item } => {
  const attributes = keyAttributes(schema);
  if (Object.keys(given).length !== attributes.length) {
    for (const value of Object.values(given)) admitValue(value);
    throw keyMismatch();
  }
  const read = (key: KeyAttribute, role: 'hash' | 'range') => {
    const value = admitValue(attributeOf(given, key.name) ?? mismatch());
    if (typeOf(value) !== key.type) throw keyTypeMismatch();
    return [value, textOf(value, key, role)] as const;
  };
  const mismatch = (): never => {
    throw keyMismatch();
  };
  const [hash, hashText] = read(schema.hash, 'hash');
  if (schema.range === undefined)
    return { texts: { hash: hashText }, key: { [schema.hash.name]: hash } };
  const [range, rangeText] = read(schema.range, 'range');
  return {
    texts: { hash: hashText, range: rangeText },
    key: { [schema.hash.name]: hash, [schema.range.name]: range },
  };
};

/**
 * The key of an item in an index; undefined when it is not in it.
 * @throws {ValidationException} when an attribute that is the index's key has another type
 */
export const indexKeyOf = (
  schema: KeySchema,
  item: Item,
  indexName: string,
): KeyTexts | undefined => {
  const read = (key: KeyAttribute, role: 'hash' | 'range') => {
    const value = attributeOf(item, key.name);
    if (value === undefined) return undefined;
    if (typeOf(value) !== key.type)
      throw invalidParameter(
        `Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${typeOf(value)} IndexName: ${indexName}`,
      );
    const bytes = valueBytes(value);
    if (bytes === 0)
      throw invalid(
        `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${value.S === undefined ? 'binary' : 'string'} value. IndexName: ${indexName}, IndexKey: ${key.name}`,
      );
    return textOf(value, key, role);
  };
  const hash = read(schema.hash, 'hash');
  const range = schema.range === undefined ? undefined : read(schema.range, 'range');
  if (hash === undefined || (schema.range !== undefined && range === undefined)) return undefined;
  return range === undefined ? { hash } : { hash, range };
};

/** The attributes of an item that are its key. */
export const keyPart = (schema: KeySchema, item: Item): Record<string, AttributeValue> => {
  const part: Record<string, AttributeValue> = {};
  for (const { name } of keyAttributes(schema)) {
    const value = attributeOf(item, name);
    if (value !== undefined) putAttribute(part, name, value);
  }
  return part;
};
