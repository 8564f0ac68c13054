import { AwsError, failureOutcome } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { retryDelayMs } from './limits.ts';
import type { Delivery, SnsState, Subscription } from './state.ts';

type Context = ServiceContext<SnsState>;

/** Sends a delivery off; what AWS would drop is dropped, and the journal says why. */
export const deliver = (context: Context, id: string): void =>
  context.background('delivery', async () => {
    const { state, clock } = context;
    const delivery = state.deliveries.get(id);
    if (delivery === undefined) return;
    const subscription = state.subscriptions.get(delivery.subscriptionArn);
    if (subscription === undefined) {
      state.deliveries.delete(id);
      return;
    }
    try {
      await invoke(context, subscription, delivery);
      state.deliveries.delete(id);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const retried = error instanceof AwsError && (error.status >= 500 || error.status === 429);
      const delay = retried ? retryDelayMs(delivery.attempt + 1) : undefined;
      if (delay === undefined) {
        state.deliveries.delete(id);
        context.journal.note(
          'sns',
          `message ${delivery.messageId} to ${subscription.endpoint} was dropped: ${why}`,
          {
            outcome: failureOutcome(error),
            ...(delivery.cause === undefined ? {} : { cause: delivery.cause }),
          },
        );
        return;
      }
      state.deliveries.set(id, {
        ...delivery,
        attempt: delivery.attempt + 1,
        dueAt: clock.now() + delay,
      });
      clock.after(delay, () => deliver(context, id));
    }
  });

/** Takes up what an earlier run did not deliver. */
export const resumeDeliveries = (context: Context): void => {
  for (const [id, { dueAt }] of context.state.deliveries.entries())
    context.clock.after(Math.max(0, dueAt - context.clock.now()), () => deliver(context, id));
};

const topicArnOf = (subscription: Subscription) => subscription.topicArn;

const invoke = async (
  context: Context,
  subscription: Subscription,
  delivery: Delivery,
): Promise<void> => {
  const event = lambdaEvent(context.endpoint, subscription, delivery);
  await context.call({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: subscription.endpoint,
      InvocationType: 'Event',
      Payload: Buffer.from(JSON.stringify(event)),
    },
    principal: servicePrincipal('sns.amazonaws.com', {
      sourceArn: topicArnOf(subscription),
      sourceAccount: context.accountId,
    }),
    ...(delivery.cause === undefined ? {} : { cause: delivery.cause }),
  });
};

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
 * Differs: the signature is a placeholder, since there is no certificate of AWS to check it with.
 */
const lambdaEvent = (endpoint: string, subscription: Subscription, delivery: Delivery) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: subscription.arn,
      Sns: {
        Type: 'Notification',
        MessageId: delivery.messageId,
        TopicArn: subscription.topicArn,
        Subject: delivery.subject ?? null,
        Message: delivery.message,
        Timestamp: new Date(delivery.publishedAt).toISOString(),
        SignatureVersion: '1',
        Signature: 'RU1CRURERUQtQ0xPVUQ=',
        SigningCertUrl: `${endpoint}/_aws/sns/SimpleNotificationService.pem`,
        UnsubscribeUrl: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${encodeURIComponent(subscription.arn)}`,
        MessageAttributes: delivery.attributes,
      },
    },
  ],
});
