import type * as Sns from '@aws-sdk/client-sns';
import { AwsError, notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { count, startDelivery } from './deliver.ts';
import { failsNow, isDoubled } from './disorder.ts';
import { makeDataKey } from './encryption.ts';
import { isRaw } from './endpoints.ts';
import {
  batchTooLong,
  emptyBatch,
  idsNotDistinct,
  internalError,
  invalidEntryId,
  invalidParameter,
  tooManyEntries,
} from './errors.ts';
import { takePlace } from './fifo.ts';
import type { Verdict } from './filter-policy.ts';
import { judge } from './filter-policy.ts';
import { BATCH_ENTRIES, MESSAGE_BYTES } from './limits.ts';
import type { Outgoing } from './message-input.ts';
import { checkMessage, checkOrder, readAttributes, sizeOf, textFor } from './message-input.ts';
import type { SnsMetric } from './metrics.ts';
import { withSignature } from './signing.ts';
import type { Delivery, Message, SnsState, Subscription, Topic } from './state.ts';
import { isFifo } from './state.ts';
import { scopeOf } from './subscription-attributes.ts';
import { requireTopic } from './topic-arn.ts';
import { topicNeed } from './topic-policy.ts';

type Context = OperationContext<SnsState>;

const kindOf = (topic: Topic) => ({
  fifo: isFifo(topic),
  contentBased: topic.attributes['ContentBasedDeduplication'] === 'true',
});

const FILTERED: Readonly<Record<Exclude<Verdict, 'passes' | 'filtered'>, SnsMetric>> = {
  'no-attributes': 'NumberOfNotificationsFilteredOut-NoMessageAttributes',
  'invalid-attributes': 'NumberOfNotificationsFilteredOut-InvalidAttributes',
  'invalid-body': 'NumberOfNotificationsFilteredOut-InvalidMessageBody',
};

/** Whether the subscription's filter lets the message through; what it keeps out is counted. */
const passes = (
  context: Context,
  subscription: Subscription,
  text: string,
  attributes: Message['attributes'],
): boolean => {
  const { FilterPolicy } = subscription.attributes;
  if (FilterPolicy === undefined) return true;
  const scope = scopeOf(subscription);
  const verdict = judge(context.state.filterPolicy(FilterPolicy, scope), text, attributes);
  if (verdict === 'passes') return true;
  const { topicArn } = subscription;
  count(context, topicArn, 'NumberOfNotificationsFilteredOut');
  count(
    context,
    topicArn,
    verdict === 'filtered' ? `NumberOfNotificationsFilteredOut-${scope}` : FILTERED[verdict],
  );
  return false;
};

interface Sent {
  readonly MessageId: string;
  readonly SequenceNumber?: string;
}

/** Sends a message that has been checked to whom its topic has and their filters let it. */
const send = async (context: Context, topic: Topic, outgoing: Outgoing): Promise<Sent> => {
  const { state, random, clock } = context;
  const now = clock.now();
  const place = isFifo(topic)
    ? takePlace(state, topic, outgoing, { now, messageId: random.uuid() })
    : undefined;
  const messageId = place?.messageId ?? random.uuid();
  count(context, topic.arn, 'NumberOfMessagesPublished');
  count(context, topic.arn, 'PublishSize', sizeOf(outgoing));
  const answer =
    place === undefined
      ? { MessageId: messageId }
      : { MessageId: messageId, SequenceNumber: place.sequenceNumber };
  if (place?.isRepeat === true) {
    context.journal.note(
      'sns',
      `a message with the deduplication id ${place.deduplicationId} was published to ${topic.arn} less than five minutes before: this one is not delivered`,
      { cause: context.callId, target: topic.arn },
    );
    return answer;
  }
  const attributes = readAttributes(outgoing.MessageAttributes);
  const base: Omit<Message, 'text'> = {
    type: 'Notification',
    messageId,
    topicArn: topic.arn,
    ...(outgoing.Subject === undefined ? {} : { subject: outgoing.Subject }),
    attributes,
    publishedAt: now,
    ...(outgoing.MessageGroupId === undefined ? {} : { groupId: outgoing.MessageGroupId }),
    ...(place === undefined
      ? {}
      : { deduplicationId: place.deduplicationId, sequenceNumber: place.sequenceNumber }),
  };
  const found: Delivery[] = [];
  for (const subscription of state.subscriptionsOf(topic.arn)) {
    if (subscription.pending === true) continue;
    const text = textFor(outgoing, subscription.protocol);
    if (!passes(context, subscription, text, attributes)) continue;
    found.push({
      id: random.uuid(),
      subscription,
      message: { ...base, text },
      attempt: 0,
      dueAt: now,
      cause: context.callId,
    });
  }
  for (const delivery of await sign(context, topic, found)) {
    startDelivery(context, delivery);
    if (isDoubled(context, delivery)) startDelivery(context, { ...delivery, id: random.uuid() });
  }
  return answer;
};

/** One signature serves all who get the same text. */
const sign = async (
  context: Context,
  topic: Topic,
  deliveries: readonly Delivery[],
): Promise<readonly Delivery[]> => {
  const byText = new Map<string, Message>();
  const done: Delivery[] = [];
  for (const delivery of deliveries) {
    if (isRaw(delivery) || isFifo(topic)) {
      done.push(delivery);
      continue;
    }
    const { text } = delivery.message;
    const message = byText.get(text) ?? (await withSignature(context, topic, delivery.message));
    byText.set(text, message);
    done.push({ ...delivery, message });
  }
  return done;
};

const publish = operation<SnsState, Sns.PublishInput, Sns.PublishResponse>({
  needs: (input, context) => {
    if (input.PhoneNumber !== undefined) {
      if (!/^\+\d{4,15}$/.test(input.PhoneNumber))
        throw invalidParameter(
          `PhoneNumber Reason: ${input.PhoneNumber} is not valid to publish to`,
        );
      throw notSupported('Publishing to a phone number');
    }
    const arn = input.TopicArn ?? input.TargetArn;
    if (arn === undefined)
      throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
    if (arn.split(':')[5]?.startsWith('endpoint/') === true)
      throw notSupported('Publishing to a mobile push endpoint');
    return topicNeed('sns:Publish')({ TopicArn: arn }, context);
  },
  handle: async (input, context) => {
    const topic = requireTopic(context, input.TopicArn ?? input.TargetArn);
    checkOrder(input, kindOf(topic));
    checkMessage(input);
    await makeDataKey(context, topic);
    return send(context, topic, input);
  },
});

const publishBatch = operation<SnsState, Sns.PublishBatchInput, Sns.PublishBatchResponse>({
  needs: topicNeed('sns:Publish'),
  handle: async (input, context) => {
    const topic = requireTopic(context, input.TopicArn);
    const entries = input.PublishBatchRequestEntries ?? [];
    if (entries.length === 0) throw emptyBatch();
    if (entries.length > BATCH_ENTRIES) throw tooManyEntries();
    if (entries.some(({ Id }) => !/^[\w-]{1,80}$/.test(Id ?? ''))) throw invalidEntryId();
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw idsNotDistinct();
    if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > MESSAGE_BYTES)
      throw batchTooLong();
    // What is wrong with its attributes, its structure or its order fails the whole batch, as recorded from AWS by
    // LocalStack's snapshot tests (`test_publish_batch_exceptions`, `test_empty_or_wrong_message_attributes`).
    for (const entry of entries) {
      checkOrder(entry, kindOf(topic));
      readAttributes(entry.MessageAttributes);
      textFor(entry, 'default');
    }
    await makeDataKey(context, topic);
    const successful: Sns.PublishBatchResultEntry[] = [];
    const failed: Sns.BatchResultErrorEntry[] = [];
    for (const entry of entries)
      try {
        checkMessage(entry);
        if (failsNow(context, topic, entry)) throw internalError();
        successful.push({ Id: entry.Id, ...(await send(context, topic, entry)) });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        failed.push({
          Id: entry.Id,
          Code: error.fault === 'server' ? error.code : 'InvalidParameter',
          Message: error.message,
          SenderFault: error.fault === 'client',
        });
      }
    context.annotate({ items: successful.length });
    return { Successful: successful, Failed: failed };
  },
});

/** Operations that send. */
export const publishOperations: OperationTable<SnsState> = {
  Publish: publish,
  PublishBatch: publishBatch,
};
