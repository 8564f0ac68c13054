import type { AttributeValue, Item } from './attribute-value.ts';
import { numberBytes } from './decimal.ts';

/** UTF-8 bytes of a text. Short ones are counted here: a call into Node costs more. */
export const textBytes = (text: string): number => {
  if (text.length > 64) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at += 1)
    if (text.charCodeAt(at) > 127) return Buffer.byteLength(text);
  return text.length;
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return textBytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.B !== undefined) return value.B.byteLength;
  // A list or map costs 3 bytes, and one more for each of its elements.
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  if (value.L !== undefined)
    return value.L.reduce((sum, element) => sum + 1 + valueBytes(element), 3);
  if (value.SS !== undefined) return value.SS.reduce((sum, text) => sum + textBytes(text), 0);
  if (value.NS !== undefined) return value.NS.reduce((sum, text) => sum + numberBytes(text), 0);
  return (value.BS ?? []).reduce((sum, bytes) => sum + bytes.byteLength, 0);
};

/** Names and values of an item, in bytes. */
export const itemBytes = (item: Item): number => {
  let sum = 0;
  for (const [name, value] of Object.entries(item)) sum += textBytes(name) + valueBytes(value);
  return sum;
};
