import { hash } from 'node:crypto';
import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { checkBatch, eachEntry } from './batch.ts';
import { failNowAndThen } from './disorder.ts';
import {
  batchTooLong,
  invalidContents,
  invalidParameter,
  invalidValue,
  missingParameter,
  noDeduplicationId,
  notForThisQueue,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Message } from './message.ts';
import {
  attributesMd5,
  attributesSize,
  readAttributes,
  readTraceHeader,
} from './message-attributes.ts';
import { countSent } from './metrics.ts';
import type { Context } from './names.ts';
import { requireLane, urlNeed } from './names.ts';
import { seal } from './seal.ts';
import type { Lane, SqsState } from './state.ts';
import { wake } from './wake.ts';

type Outgoing = Omit<Sqs.SendMessageRequest, 'QueueUrl'>;

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestParameters
// oxlint-disable-next-line no-control-regex -- the characters that XML knows are what AWS lets through
const FORBIDDEN = /[^\u0009\u000A\u000D\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const TOKEN = /^[!-~]{1,128}$/;

const md5 = (text: string) => hash('md5', text);

/** Who sent it, as a receiver is told: the id of a user or role session, the account of a root user. */
const senderOf = (principal: Principal): string => {
  switch (principal.kind) {
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'anonymous';
    default:
      return principal.userId;
  }
};

const sizeOf = ({ MessageBody = '', MessageAttributes }: Outgoing) =>
  Buffer.byteLength(MessageBody) + attributesSize(MessageAttributes);

const checkToken = (value: string | undefined, parameter: string) => {
  if (value !== undefined && !TOKEN.test(value))
    throw invalidValue(
      value,
      parameter,
      `${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    );
};

const checkForm = (message: Outgoing, { settings }: Lane['line']) => {
  const { MessageBody = '', DelaySeconds } = message;
  if (MessageBody === '') throw missingParameter('MessageBody');
  if (sizeOf(message) > settings.messageBytes)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.messageBytes} bytes.`,
    );
  if (FORBIDDEN.test(MessageBody)) throw invalidContents();
  if (DelaySeconds !== undefined) {
    if (!Number.isInteger(DelaySeconds) || DelaySeconds < 0 || DelaySeconds > LIMITS.delaySeconds)
      throw invalidValue(
        DelaySeconds,
        'DelaySeconds',
        `DelaySeconds must be >= 0 and <= ${LIMITS.delaySeconds}.`,
      );
    if (settings.fifo && DelaySeconds > 0) throw notForThisQueue(DelaySeconds, 'DelaySeconds');
  }
  checkToken(message.MessageGroupId, 'MessageGroupId');
  checkToken(message.MessageDeduplicationId, 'MessageDeduplicationId');
};

/** What makes a message of a FIFO queue one of its kind. @throws {MissingRequiredParameterException | InvalidParameterValueException} */
const deduplicationOf = (message: Outgoing, { settings }: Lane['line']): string | undefined => {
  const { MessageBody = '', MessageGroupId, MessageDeduplicationId } = message;
  if (!settings.fifo) {
    if (MessageDeduplicationId !== undefined)
      throw notForThisQueue(MessageDeduplicationId, 'MessageDeduplicationId');
    return undefined;
  }
  if (MessageGroupId === undefined) throw missingParameter('MessageGroupId');
  if (MessageDeduplicationId !== undefined) return MessageDeduplicationId;
  if (!settings.contentBased) throw noDeduplicationId();
  return hash('sha256', MessageBody);
};

/** "The sequence number is non-consecutive and its length is 128 bits"; AWS's have 20 digits. API_SendMessage.html */
export const sequenceOf = (order: number): string =>
  String(18_000_000_000_000_000_000n + BigInt(order) * 16n);

/** Puts one message into a queue. @throws {AwsError} */
const put = (
  context: Context,
  lane: Lane,
  message: Outgoing,
  dataKey: Uint8Array | undefined,
): Sqs.SendMessageResult => {
  const { line } = lane;
  const { MessageBody: body = '', MessageGroupId: groupId } = message;
  checkForm(message, line);
  const attributes = readAttributes(message.MessageAttributes);
  const given = readTraceHeader(message.MessageSystemAttributes);
  const traceHeader = given ?? context.wire?.headers['x-amzn-trace-id'];
  const deduplicationId = deduplicationOf(message, line);
  const now = context.clock.now();
  const scope =
    deduplicationId === undefined
      ? undefined
      : line.settings.perGroup
        ? `${groupId} ${deduplicationId}`
        : deduplicationId;
  const earlier = scope === undefined ? undefined : context.state.recall(lane, scope, now);
  const bodyMd5 = md5(body);
  const attributesHash = attributesMd5(attributes);
  const answer = {
    MD5OfMessageBody: bodyMd5,
    MD5OfMessageAttributes: attributesHash,
    MD5OfMessageSystemAttributes:
      given === undefined
        ? undefined
        : attributesMd5({ AWSTraceHeader: { type: 'String', text: given } }),
  };
  if (earlier !== undefined) {
    context.journal.note(
      'sqs',
      `a message with the deduplication id ${deduplicationId} was sent to ${lane.arn} less than five minutes before: this one is not delivered`,
      { cause: context.callId, target: lane.arn },
    );
    return { ...answer, MessageId: earlier.messageId, SequenceNumber: earlier.sequence };
  }

  const order = context.state.nextOrder(now);
  const id = context.random.uuid();
  const sequence = scope === undefined ? undefined : sequenceOf(order);
  const delayMs =
    message.DelaySeconds === undefined || line.settings.fifo
      ? line.settings.delayMs
      : message.DelaySeconds * 1000;
  const record: Message = {
    order,
    id,
    body,
    md5: bodyMd5,
    senderId: senderOf(context.principal),
    sentAt: now,
    enqueuedAt: now,
    receives: 0,
    receivesHere: 0,
    visibleAt: now + delayMs,
    cause: context.callId,
    ...(attributes === undefined ? {} : { attributes }),
    ...(traceHeader === undefined ? {} : { traceHeader }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
    ...(sequence === undefined ? {} : { sequence }),
    ...(dataKey === undefined ? {} : { dataKey }),
  };
  const key = `${lane.queueId}/${order.toString(36)}`;
  context.state.messages.set(key, record);
  line.add(key, record, now);
  countSent(context, lane, sizeOf(message));
  if (scope !== undefined && sequence !== undefined)
    context.state.remember(lane, scope, { at: now, messageId: id, sequence });
  return { ...answer, MessageId: id, SequenceNumber: sequence };
};

const sendMessage = operation<SqsState, Sqs.SendMessageRequest, Sqs.SendMessageResult>({
  needs: urlNeed('SendMessage'),
  handle: (input, context) => {
    const { lane } = requireLane(context, input.QueueUrl);
    const send = (dataKey?: Uint8Array) => {
      const answer = put(context, lane, input, dataKey);
      wake(context, lane);
      return answer;
    };
    return lane.line.settings.kms === undefined ? send() : seal(context, lane).then(send);
  },
});

/** Checks that are of the whole request, as recorded from AWS. */
const checkEntries = (entries: readonly Sqs.SendMessageBatchRequestEntry[], lane: Lane) => {
  checkBatch(entries, 'SendMessageBatchRequestEntry');
  const { fifo, contentBased } = lane.line.settings;
  for (const { MessageGroupId, MessageDeduplicationId } of entries) {
    if (fifo && MessageDeduplicationId === undefined && !contentBased) throw noDeduplicationId();
    if (fifo && MessageGroupId === undefined)
      throw invalidParameter('The request must contain the parameter MessageGroupId.');
  }
  const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (size > LIMITS.messageBytes) throw batchTooLong(LIMITS.messageBytes, size);
};

const sendMessageBatch = operation<
  SqsState,
  Sqs.SendMessageBatchRequest,
  Sqs.SendMessageBatchResult
>({
  needs: urlNeed('SendMessage'),
  handle: (input, context) => {
    const { lane } = requireLane(context, input.QueueUrl);
    const entries = input.Entries ?? [];
    checkEntries(entries, lane);
    const send = (dataKey?: Uint8Array) => {
      const answer = eachEntry(entries, (entry) => {
        failNowAndThen(context, lane, entry);
        return { ...put(context, lane, entry, dataKey), Id: entry.Id };
      });
      wake(context, lane);
      context.annotate({ items: answer.Successful?.length ?? 0 });
      return answer as Sqs.SendMessageBatchResult;
    };
    return lane.line.settings.kms === undefined ? send() : seal(context, lane).then(send);
  },
});

/** Operations that send. */
export const sendOperations: OperationTable<SqsState> = {
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
};
