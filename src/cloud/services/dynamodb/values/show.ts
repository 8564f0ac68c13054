import type { AttributeValue, Item } from './attribute-value.ts';
import { typeOf } from './attribute-value.ts';

/** A value as AWS's messages print it: `{S:abc}`. */
export const showValue = (value: AttributeValue): string => {
  const type = typeOf(value);
  switch (type) {
    case 'S':
    case 'N':
    case 'BOOL':
    case 'NULL':
      return `{${type}:${String(value[type])}}`;
    case 'B':
      return `{B:${base64(value.B)}}`;
    case 'SS':
    case 'NS':
      return `{${type}:[${(value[type] ?? []).join(', ')}]}`;
    case 'BS':
      return `{BS:[${(value.BS ?? []).map(base64).join(', ')}]}`;
    case 'L':
      return `{L:[${(value.L ?? []).map(showValue).join(', ')}]}`;
    case 'M':
      return `{M:${showItem(value.M ?? {})}}`;
  }
};

const base64 = (bytes: Uint8Array = new Uint8Array(0)) =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');

const showItem = (item: Item): string =>
  `{${Object.entries(item)
    .map(([name, value]) => `${name}=${showValue(value)}`)
    .join(', ')}}`;
