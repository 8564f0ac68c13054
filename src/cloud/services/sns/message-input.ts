import type * as Sns from '@aws-sdk/client-sns';
import { invalidAttribute, invalidParameter } from './errors.ts';
import { MESSAGE_BYTES } from './limits.ts';
import type { MessageAttribute } from './state.ts';

/** What `Publish` and an entry of `PublishBatch` have in common. */
export interface Outgoing {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, Sns.MessageAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

const ATTRIBUTE_TYPE = /^(String|String\.Array|Number|Binary)(\.[\w.-]+)?$/;

/**
 * Texts of attributes are as recorded from AWS by LocalStack's snapshot tests
 * (`test_empty_or_wrong_message_attributes`).
 */
const checkName = (name: string) => {
  if (Buffer.byteLength(name) > 256)
    throw invalidAttribute('Length of message attribute name must be less than 256 bytes.');
  const [strange] = /[^\w.-]/u.exec(name) ?? [];
  if (strange !== undefined)
    throw invalidAttribute(
      `Invalid non-alphanumeric character '#x${(strange.codePointAt(0) ?? 0).toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
  if (name.startsWith('.'))
    throw invalidAttribute("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.'))
    throw invalidAttribute("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..'))
    throw invalidAttribute("Message attribute name can not have successive '.' character.");
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html#SNSMessageAttributes.DataTypes */
const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text));

export const readAttributes = (
  attributes: Readonly<Record<string, Sns.MessageAttributeValue>> | undefined,
): Record<string, MessageAttribute> =>
  Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, { DataType = '', StringValue, BinaryValue }]) => {
      checkName(name);
      const [kind] = DataType.split('.', 1);
      if (!ATTRIBUTE_TYPE.test(DataType))
        throw invalidAttribute(
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        );
      const binary = kind === 'Binary';
      const [given, other] = binary
        ? [BinaryValue?.byteLength, StringValue?.length]
        : [StringValue?.length, BinaryValue?.byteLength];
      if (!given && other)
        throw invalidAttribute(
          `The message attribute '${name}' with type '${DataType}' must use field '${binary ? 'Binary' : 'String'}'.`,
        );
      if (!given)
        throw invalidAttribute(
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
        );
      if (kind === 'Number' && !isNumber(StringValue ?? ''))
        throw invalidAttribute(`Could not cast message attribute '${name}' value to number.`);
      const Value = binary ? Buffer.from(BinaryValue ?? []).toString('base64') : StringValue;
      return [name, { Type: DataType, Value: Value ?? '' }];
    }),
  );

export const sizeOf = ({ Message = '', MessageAttributes = {} }: Outgoing): number =>
  Buffer.byteLength(Message) +
  Object.entries(MessageAttributes).reduce(
    (sum, [name, { DataType = '', StringValue = '', BinaryValue }]) =>
      sum +
      Buffer.byteLength(name) +
      DataType.length +
      Buffer.byteLength(StringValue) +
      (BinaryValue?.byteLength ?? 0),
    0,
  );

// oxlint-disable-next-line no-control-regex -- AWS refuses line breaks and control characters
const CONTROL = /[\u0000-\u001f]/;
const ID = /^[!-~]{1,128}$/;

/** Group and deduplication of a message, by the kind of its topic. */
export const checkOrder = (
  { MessageGroupId, MessageDeduplicationId }: Outgoing,
  topic: { readonly fifo: boolean; readonly contentBased: boolean },
): void => {
  if (topic.fifo && MessageGroupId === undefined)
    throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
  if (topic.fifo && MessageDeduplicationId === undefined && !topic.contentBased)
    throw invalidParameter(
      'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  if (!topic.fifo && MessageDeduplicationId !== undefined)
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  // The words are our own: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_RequestParameters
  if (MessageGroupId !== undefined && !ID.test(MessageGroupId))
    throw invalidParameter('MessageGroupId Reason: 1 to 128 letters, digits and punctuation');
  if (MessageDeduplicationId !== undefined && !ID.test(MessageDeduplicationId))
    throw invalidParameter(
      'MessageDeduplicationId Reason: 1 to 128 letters, digits and punctuation',
    );
};

export const checkMessage = (message: Outgoing): void => {
  const { Message = '', Subject } = message;
  if (Message === '') throw invalidParameter('Empty message');
  if (sizeOf(message) > MESSAGE_BYTES) throw invalidParameter('Message too long');
  if (Subject !== undefined && (Subject === '' || Subject.length > 100 || CONTROL.test(Subject)))
    throw invalidParameter('Subject');
  readAttributes(message.MessageAttributes);
  textFor(message, 'default');
};

/** The text for a protocol where the message is one per protocol. */
export const textFor = ({ Message = '', MessageStructure }: Outgoing, protocol: string): string => {
  if (MessageStructure === undefined) return Message;
  if (MessageStructure !== 'json') throw invalidParameter('MessageStructure');
  const byProtocol = parseStructure(Message);
  const fallback = byProtocol['default'];
  if (typeof fallback !== 'string')
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  const own = byProtocol[protocol];
  return typeof own === 'string' ? own : fallback;
};

const parseStructure = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
};
