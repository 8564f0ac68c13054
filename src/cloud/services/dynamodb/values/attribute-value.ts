/**
 * A value as the wire has it, with one member alone; bytes are bytes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly Uint8Array[];
  readonly M?: Item;
  readonly L?: readonly AttributeValue[];
  readonly NULL?: boolean;
  readonly BOOL?: boolean;
}

export type AttributeType = keyof AttributeValue;

/** Attributes by name. Names may be `constructor`: read with {@link attributeOf}. */
export type Item = Readonly<Record<string, AttributeValue>>;

export const ATTRIBUTE_TYPES: readonly AttributeType[] = [
  'S',
  'N',
  'B',
  'SS',
  'NS',
  'BS',
  'M',
  'L',
  'NULL',
  'BOOL',
];

/** The type of a value that was admitted, so that it has one member. */
export const typeOf = (value: AttributeValue): AttributeType => {
  for (const type in value) return type as AttributeType;
  return 'NULL';
};

export const attributeOf = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Sets an attribute of an item under construction, whatever its name. */
export const putAttribute = (
  item: Record<string, AttributeValue>,
  name: string,
  value: AttributeValue,
): void => {
  if (name === '__proto__')
    Object.defineProperty(item, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else item[name] = value;
};

/** Bytes as a text that sorts as they do. */
export const binaryText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
