import { createHash } from 'node:crypto';
import type * as Sqs from '@aws-sdk/client-sqs';
import { AwsError } from '../../core/aws-error.ts';
import { invalidParameter } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { AttributeValue } from './message.ts';

type Given = Readonly<Record<string, Sqs.MessageAttributeValue>> | undefined;
type Attributes = Readonly<Record<string, AttributeValue>>;

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#message-attribute-components
const NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)[\w.-]{1,256}$/;
const RESERVED = /^(aws|amazon)\./i;
const TYPE = /^(String|Number|Binary)(\..+)?$/;

const readValue = (name: string, given: Sqs.MessageAttributeValue): AttributeValue => {
  const { DataType: type = '', StringValue, BinaryValue } = given;
  if (!NAME.test(name) || RESERVED.test(name))
    throw invalidParameter(
      `Message (user) attribute name '${name}' is invalid. A name has 1 to 256 letters, digits, underscores, hyphens and single periods between them, and does not begin with 'AWS.' or 'Amazon.'.`,
    );
  if (type === '')
    throw invalidParameter(
      `The message attribute '${name}' must contain non-empty message attribute type.`,
    );
  if (!TYPE.test(type) || type.length > 256)
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  if ((given.StringListValues?.length ?? 0) + (given.BinaryListValues?.length ?? 0) > 0)
    throw new AwsError(
      'UnsupportedOperation',
      'Message attribute list values in SendMessage operation are not supported.',
    );
  if (type.startsWith('Binary')) {
    if (BinaryValue === undefined || BinaryValue.byteLength === 0) throw isEmpty(name, type);
    return { type, bytes: Uint8Array.from(BinaryValue) };
  }
  if (StringValue === undefined || StringValue === '') throw isEmpty(name, type);
  if (type.startsWith('Number') && Number.isNaN(Number(StringValue)))
    throw invalidParameter(
      `Can't cast the value of message (user) attribute '${name}' to a number.`,
    );
  return { type, text: StringValue };
};

const isEmpty = (name: string, type: string) =>
  invalidParameter(
    `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
  );

/** @throws {InvalidParameterValueException | UnsupportedOperation} */
export const readAttributes = (given: Given): Attributes | undefined => {
  const pairs = Object.entries(given ?? {});
  if (pairs.length === 0) return undefined;
  if (pairs.length > LIMITS.messageAttributes)
    throw invalidParameter(
      `Number of message attributes [${pairs.length}] exceeds the allowed maximum [${LIMITS.messageAttributes}].`,
    );
  return Object.fromEntries(pairs.map(([name, value]) => [name, readValue(name, value)]));
};

/** The trace header, the one attribute of the system that a sender may give. */
export const readTraceHeader = (
  given: Readonly<Record<string, Sqs.MessageSystemAttributeValue>> | undefined,
): string | undefined => {
  for (const [name, { DataType, StringValue }] of Object.entries(given ?? {})) {
    if (name !== 'AWSTraceHeader')
      throw invalidParameter(`Message system attribute name '${name}' is invalid.`);
    if (DataType !== 'String' || StringValue === undefined || StringValue === '')
      throw invalidParameter(
        `Message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.`,
      );
    return StringValue;
  }
  return undefined;
};

/** UTF-8 bytes of names, types and values, which count for a message's size. */
export const attributesSize = (given: Given): number => {
  let size = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(given ?? {}))
    size +=
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType ?? '') +
      Buffer.byteLength(StringValue ?? '') +
      (BinaryValue?.byteLength ?? 0);
  return size;
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export const attributesMd5 = (attributes: Attributes | undefined): string | undefined => {
  const names = Object.keys(attributes ?? {}).sort();
  if (attributes === undefined || names.length === 0) return undefined;
  const hash = createHash('md5');
  const part = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.byteLength);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { type = '', text, bytes } = attributes[name] ?? {};
    part(Buffer.from(name));
    part(Buffer.from(type));
    hash.update(Uint8Array.of(bytes === undefined ? 1 : 2));
    part(bytes ?? Buffer.from(text ?? ''));
  }
  return hash.digest('hex');
};

/** Those that a receiver asks for: by name, `prefix.*`, `.*` or `All`. */
export const selectAttributes = (
  attributes: Attributes | undefined,
  names: readonly string[],
): Attributes | undefined => {
  if (attributes === undefined || names.length === 0) return undefined;
  if (names.includes('All') || names.includes('.*')) return attributes;
  const wanted = (name: string) =>
    names.some((one) => (one.endsWith('.*') ? name.startsWith(one.slice(0, -2)) : one === name));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => wanted(name)));
};

export const printAttributes = (
  attributes: Attributes,
): Record<string, Sqs.MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { type, text, bytes }]) => [
      name,
      bytes === undefined
        ? { DataType: type, StringValue: text ?? '' }
        : { DataType: type, BinaryValue: bytes },
    ]),
  );
