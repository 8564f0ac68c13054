import type * as Sns from '@aws-sdk/client-sns';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { deliver } from './deliver.ts';
import {
  batchTooLong,
  emptyBatch,
  idsNotDistinct,
  invalidEntryId,
  invalidParameter,
  tooManyEntries,
  topicNotFound,
} from './errors.ts';
import { BATCH_ENTRIES, MESSAGE_BYTES } from './limits.ts';
import type { MessageAttribute, SnsState } from './state.ts';
import { subscriptionsOf } from './state.ts';
import { topicNeed } from './topic-policy.ts';

type Context = OperationContext<SnsState>;

const ATTRIBUTE_TYPE = /^(String|String\.Array|Number|Binary)(\.[\w.-]+)?$/;

const readAttributes = (
  attributes: Readonly<Record<string, Sns.MessageAttributeValue>> | undefined,
): Record<string, MessageAttribute> =>
  Object.fromEntries(
    Object.entries(attributes ?? {}).map(([name, { DataType = '', StringValue, BinaryValue }]) => {
      if (!ATTRIBUTE_TYPE.test(DataType))
        throw invalidParameter(
          `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        );
      const Value =
        BinaryValue === undefined ? StringValue : Buffer.from(BinaryValue).toString('base64');
      if (Value === undefined || Value === '')
        throw invalidParameter(
          `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
        );
      return [name, { Type: DataType, Value }];
    }),
  );

interface Outgoing {
  readonly Message?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageStructure?: string | undefined;
  readonly MessageAttributes?: Readonly<Record<string, Sns.MessageAttributeValue>> | undefined;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
}

const sizeOf = ({ Message = '', MessageAttributes = {} }: Outgoing) =>
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

/**
 * A group id on a standard topic is for subscribed queues alone, and no queue can subscribe here.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_RequestParameters
 */
const checkMessage = (message: Outgoing) => {
  const { Message = '', Subject, MessageGroupId, MessageDeduplicationId } = message;
  if (MessageGroupId !== undefined && !/^[!-~]{1,128}$/.test(MessageGroupId))
    throw invalidParameter('MessageGroupId Reason: 1 to 128 letters, digits and punctuation');
  if (MessageDeduplicationId !== undefined)
    throw invalidParameter(
      'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
    );
  if (Message === '') throw invalidParameter('Empty message');
  if (sizeOf(message) > MESSAGE_BYTES) throw invalidParameter('Message too long');
  if (Subject !== undefined && (Subject === '' || Subject.length > 100 || CONTROL.test(Subject)))
    throw invalidParameter('Subject');
};

/** The text for a protocol where the message is one per protocol. */
const textFor = ({ Message = '', MessageStructure }: Outgoing, protocol: string): string => {
  if (MessageStructure === undefined) return Message;
  if (MessageStructure !== 'json') throw invalidParameter('MessageStructure');
  const byProtocol = parseStructure(Message);
  const text = byProtocol[protocol] ?? byProtocol['default'];
  if (typeof text !== 'string')
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  return text;
};

const parseStructure = (text: string): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
};

const send = (context: Context, topicArn: string, message: Outgoing): string => {
  const { state, random, clock } = context;
  const attributes = readAttributes(message.MessageAttributes);
  const messageId = random.uuid();
  textFor(message, 'default');
  const texts = subscriptionsOf(state, topicArn).map(
    (subscription) => [subscription, textFor(message, subscription.protocol)] as const,
  );
  for (const [subscription, text] of texts) {
    const id = random.uuid();
    state.deliveries.set(id, {
      subscriptionArn: subscription.arn,
      messageId,
      message: text,
      ...(message.Subject === undefined ? {} : { subject: message.Subject }),
      attributes,
      publishedAt: clock.now(),
      attempt: 0,
      dueAt: clock.now(),
      cause: context.callId,
    });
    deliver(context, id);
  }
  return messageId;
};

const publish = operation<SnsState, Sns.PublishInput, Sns.PublishResponse>({
  needs: (input, context) => {
    if (input.PhoneNumber !== undefined) throw notSupported('Publishing to a phone number');
    const arn = input.TopicArn ?? input.TargetArn;
    if (arn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    return topicNeed('sns:Publish')({ TopicArn: arn }, context);
  },
  handle: (input, context) => {
    const arn = input.TopicArn ?? input.TargetArn ?? '';
    if (!context.state.topics.has(arn)) throw topicNotFound();
    checkMessage(input);
    return { MessageId: send(context, arn, input) };
  },
});

const publishBatch = operation<SnsState, Sns.PublishBatchInput, Sns.PublishBatchResponse>({
  needs: topicNeed('sns:Publish'),
  handle: (input, context) => {
    const arn = input.TopicArn ?? '';
    const entries = input.PublishBatchRequestEntries ?? [];
    if (entries.length === 0) throw emptyBatch();
    if (entries.length > BATCH_ENTRIES) throw tooManyEntries();
    if (entries.some(({ Id }) => !/^[\w-]{1,80}$/.test(Id ?? ''))) throw invalidEntryId();
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw idsNotDistinct();
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MESSAGE_BYTES)
      throw batchTooLong();
    if (!context.state.topics.has(arn)) throw topicNotFound();
    const successful: Sns.PublishBatchResultEntry[] = [];
    const failed: Sns.BatchResultErrorEntry[] = [];
    for (const entry of entries)
      try {
        checkMessage(entry);
        successful.push({ Id: entry.Id, MessageId: send(context, arn, entry) });
      } catch (error) {
        failed.push({
          Id: entry.Id,
          Code: 'InvalidParameter',
          Message: error instanceof Error ? error.message : String(error),
          SenderFault: true,
        });
      }
    return { Successful: successful, Failed: failed };
  },
});

/** Operations that send. */
export const publishOperations: OperationTable<SnsState> = {
  Publish: publish,
  PublishBatch: publishBatch,
};
