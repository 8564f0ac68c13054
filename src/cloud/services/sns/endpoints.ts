import { AwsError, notSupported } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { effectiveSubscriptionPolicy } from './delivery-policy.ts';
import { jsonEnvelope, lambdaEvent } from './envelope.ts';
import { HTTP_ANSWER_MS, RAW_ATTRIBUTES } from './limits.ts';
import type { Delivery, MessageAttribute, SnsState } from './state.ts';

type Context = ServiceContext<SnsState>;

export const isRaw = ({ subscription, message }: Delivery): boolean =>
  subscription.attributes['RawMessageDelivery'] === 'true' && message.type === 'Notification';

/**
 * Brings a message to its endpoint.
 * @throws {AwsError} when it has not arrived
 */
export const bring = (context: Context, delivery: Delivery): Promise<void> => {
  const { protocol, endpoint } = delivery.subscription;
  switch (protocol) {
    case 'lambda':
      return toFunction(context, delivery);
    case 'sqs':
      return toQueue(context, delivery, endpoint);
    case 'http':
    case 'https':
      return toUrl(context, delivery);
    default:
      return onPaper(context, delivery);
  }
};

const calledBy = (context: Context, delivery: Delivery) => ({
  principal: servicePrincipal('sns.amazonaws.com', {
    sourceArn: delivery.subscription.topicArn,
    sourceAccount: context.accountId,
  }),
  cause: delivery.cause,
});

const toFunction = async (context: Context, delivery: Delivery): Promise<void> => {
  const { message, subscription } = delivery;
  await context.call({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: subscription.endpoint,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(lambdaEvent(message, subscription, context))),
    },
    ...calledBy(context, delivery),
  });
};

/** Sends a message to a queue: the subscribed one, or the one for dead letters. */
export const toQueue = async (
  context: Context,
  delivery: Delivery,
  queueArn: string,
): Promise<void> => {
  const { message, subscription } = delivery;
  const [, , , region = context.region, account = '', name = ''] = queueArn.split(':');
  const raw = isRaw(delivery);
  const count = Object.keys(message.attributes).length;
  // "Messages with more than ten attributes are discarded as client-side errors": https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
  if (raw && count > RAW_ATTRIBUTES)
    throw new AwsError(
      'InvalidParameterValue',
      `Raw delivery to a queue takes ${RAW_ATTRIBUTES} message attributes at most; the message has ${count}.`,
    );
  await context.call({
    service: 'sqs',
    operation: 'SendMessage',
    region,
    input: {
      QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
      MessageBody: raw ? message.text : jsonEnvelope(message, subscription, context),
      ...(raw && count > 0 ? { MessageAttributes: queueAttributes(message.attributes) } : {}),
      ...orderOf(delivery, name),
    },
    ...calledBy(context, delivery),
  });
};

/**
 * A standard queue learns the group from a standard topic alone, as recorded from AWS by LocalStack's snapshot tests
 * (`test_fifo_topic_to_regular_sqs`, `test_publish_message_group_id`).
 */
const orderOf = ({ message }: Delivery, queue: string) => {
  const { groupId, deduplicationId } = message;
  if (queue.endsWith('.fifo'))
    return { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId };
  return groupId === undefined || message.sequenceNumber !== undefined
    ? {}
    : { MessageGroupId: groupId };
};

const queueAttributes = (attributes: Readonly<Record<string, MessageAttribute>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { Type, Value }]) => [
      name,
      Type.startsWith('Binary')
        ? { DataType: Type, BinaryValue: Uint8Array.from(Buffer.from(Value, 'base64')) }
        : { DataType: Type, StringValue: Value },
    ]),
  );

/**
 * "Amazon SNS considers all 5XX errors and 429 as retryable […] All other errors are considered permanent failures."
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy
 * @see https://docs.aws.amazon.com/sns/latest/dg/http-header.html
 */
const toUrl = async (context: Context, delivery: Delivery): Promise<void> => {
  const { message, subscription } = delivery;
  const raw = isRaw(delivery);
  const topic = context.state.topics.get(subscription.topicArn) ?? { attributes: {} };
  const { requestPolicy } = effectiveSubscriptionPolicy(subscription, topic);
  const tooLong = new AbortController();
  const timer = context.clock.after(HTTP_ANSWER_MS, () => tooLong.abort());
  try {
    const answer = await context.fetch(subscription.endpoint, {
      method: 'POST',
      // A redirection is no arrival: https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
      redirect: 'manual',
      signal: tooLong.signal,
      headers: {
        'content-type':
          message.type === 'Notification'
            ? requestPolicy.headerContentType
            : 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
        'x-amz-sns-message-type': message.type,
        'x-amz-sns-message-id': message.messageId,
        'x-amz-sns-topic-arn': message.topicArn,
        ...(message.type === 'SubscriptionConfirmation'
          ? {}
          : { 'x-amz-sns-subscription-arn': subscription.arn }),
        ...(raw ? { 'x-amz-sns-rawdelivery': 'true' } : {}),
      },
      body: raw ? message.text : jsonEnvelope(message, subscription, context),
    });
    await answer.arrayBuffer();
    if (answer.status < 200 || answer.status > 299)
      throw new AwsError('EndpointError', `The endpoint answered with status ${answer.status}.`, {
        status: answer.status >= 500 || answer.status === 429 ? answer.status : 400,
      });
    // No call of the cloud: this alone tells of it.
    context.journal.note(
      'sns',
      `message ${message.messageId} has come to ${subscription.endpoint}`,
      {
        cause: delivery.cause,
        source: subscription.topicArn,
        target: subscription.endpoint,
      },
    );
  } catch (error) {
    if (error instanceof AwsError) throw error;
    const why = error instanceof Error ? ((error.cause as Error | undefined) ?? error) : error;
    throw new AwsError(
      'EndpointError',
      tooLong.signal.aborted
        ? `The endpoint did not answer within ${HTTP_ANSWER_MS / 1000} seconds.`
        : `The endpoint can not be reached: ${why instanceof Error ? why.message || why.name : String(why)}`,
      { status: 503 },
    );
  } finally {
    timer.cancel();
  }
};

/** Differs: no mail and no SMS leave the cloud; the journal has what they would say. */
const onPaper = (context: Context, delivery: Delivery): Promise<void> => {
  const { message, subscription } = delivery;
  const { protocol, endpoint } = subscription;
  if (protocol === 'application' || protocol === 'firehose')
    throw notSupported(`A subscription with the protocol ${protocol}`);
  const says =
    message.token === undefined
      ? message.text
      : `${message.text} Confirm it with ConfirmSubscription and the token ${message.token}.`;
  context.journal.note(
    'sns',
    `message ${message.messageId} to ${endpoint} (${protocol}) stays here, the embedded cloud sends none: ${message.subject === undefined ? '' : `${message.subject}: `}${says}`,
    {
      outcome: 'ok',
      cause: delivery.cause,
      source: subscription.topicArn,
      target: endpoint,
    },
  );
  return Promise.resolve();
};
