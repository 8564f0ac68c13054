/** A value as DynamoDB has it: one member, whose name is its type. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
export type AttributeForm = object;

/** How bytes come: as such from the SDK, in base64 in an event. */
type ReadBytes = (bytes: never) => Uint8Array;

/**
 * A number as near as JavaScript has it: a whole one beyond its exact range is a `bigint`; a fraction of more than 17 digits is rounded, as every number is
 * in JavaScript.
 */
const readNumber = (text: string): number | bigint => {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text);
};

/** A value of DynamoDB as one of JavaScript. */
const readValue = (value: AttributeForm, readBytes: ReadBytes): unknown => {
  const [type = 'NULL', given] = Object.entries(value).find(([, one]) => one !== undefined) ?? [];
  switch (type) {
    case 'NULL':
      return null;
    case 'N':
      return readNumber(given as string);
    case 'B':
      return readBytes(given as never);
    case 'L':
      return (given as readonly AttributeForm[]).map((one) => readValue(one, readBytes));
    case 'M':
      return readItem(given as Readonly<Record<string, AttributeForm>>, readBytes);
    case 'SS':
      return new Set(given as readonly string[]);
    case 'NS':
      return new Set((given as readonly string[]).map(readNumber));
    case 'BS':
      return new Set((given as readonly never[]).map(readBytes));
    default:
      // S and BOOL
      return given;
  }
};

/** An item of DynamoDB as an object. */
export const readItem = (
  item: Readonly<Record<string, AttributeForm>>,
  readBytes: ReadBytes,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, readValue(value, readBytes)]),
  );
