import { failureOutcome } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { readFailure } from '../../targets/index.ts';
import { retryDelayMs, retryPolicyOf } from './delivery-policy.ts';
import { comeLate } from './disorder.ts';
import { bring, toQueue } from './endpoints.ts';
import type { SnsMetric } from './metrics.ts';
import { createSnsMetrics } from './metrics.ts';
import type { Delivery, SnsState } from './state.ts';
import { laneOf } from './state.ts';
import { deadLetterOf } from './subscription-attributes.ts';

type Context = ServiceContext<SnsState>;

export const count = (context: Context, topicArn: string, metric: SnsMetric, value = 1): void => {
  context.state.metrics ??= createSnsMetrics(context);
  context.state.metrics.count(topicArn, metric, value);
};

/** Keeps a delivery and sends it off, unless one of its group is on its way to the same endpoint. */
export const startDelivery = (context: Context, delivery: Delivery): void => {
  const { deliveries, lanes } = context.state;
  deliveries.set(delivery.id, delivery);
  const lane = laneOf(delivery);
  if (lane !== undefined) {
    const waiting = lanes.get(lane);
    if (waiting !== undefined) return void waiting.push(delivery.id);
    lanes.set(lane, [delivery.id]);
  }
  attempt(context, delivery.id);
};

/** Takes up what an earlier run did not deliver. */
export const resumeDeliveries = (context: Context): void => {
  const { state } = context;
  for (const delivery of state.deliveries.values()) {
    const lane = laneOf(delivery);
    if (lane === undefined || state.lanes.get(lane)?.[0] === delivery.id) wait(context, delivery);
  }
};

const wait = (context: Context, { id, dueAt }: Delivery) => {
  const { state } = context;
  if (state.stopped !== true) state.reminders.set(id, dueAt, () => attempt(context, id));
};

const attempt = (context: Context, id: string): void =>
  context.background('delivery', async () => {
    const { state, clock } = context;
    if (context.disorder !== undefined) await comeLate(context, state.deliveries.get(id));
    const kept = state.deliveries.get(id);
    if (kept === undefined || state.stopped === true) return;
    // The subscription as it is now: a queue for dead letters that came meanwhile counts.
    const subscription = state.subscriptions.get(kept.subscription.arn);
    if (subscription === undefined && kept.message.type === 'Notification')
      return finish(context, kept);
    const delivery = { ...kept, subscription: subscription ?? kept.subscription };
    const { topicArn } = delivery.subscription;
    try {
      await bring(context, delivery);
      if (delivery.message.type === 'Notification')
        count(context, topicArn, 'NumberOfNotificationsDelivered');
      finish(context, delivery);
    } catch (error) {
      const policy = retryPolicyOf(delivery.subscription, state.topics.get(topicArn));
      const delay = readFailure(error).retried
        ? retryDelayMs(policy, delivery.attempt + 1)
        : undefined;
      if (delay === undefined) return giveUp(context, delivery, error);
      const later = { ...delivery, attempt: delivery.attempt + 1, dueAt: clock.now() + delay };
      state.deliveries.set(id, later);
      // The first retries have no delay: they need no time to pass.
      if (delay === 0) attempt(context, id);
      else wait(context, later);
    }
  });

/** What has arrived or is given up makes room for the next of its group. */
const finish = (context: Context, delivery: Delivery) => {
  const { deliveries, lanes } = context.state;
  deliveries.delete(delivery.id);
  const lane = laneOf(delivery);
  if (lane === undefined) return;
  const waiting = lanes.get(lane) ?? [];
  waiting.shift();
  const [next] = waiting;
  if (next === undefined) lanes.delete(lane);
  else attempt(context, next);
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html */
const giveUp = async (context: Context, delivery: Delivery, error: unknown): Promise<void> => {
  const { subscription, message } = delivery;
  const note = (text: string) =>
    context.journal.note(
      'sns',
      `message ${message.messageId} to ${subscription.endpoint} was ${text}: ${messageOf(error)}`,
      {
        outcome: failureOutcome(error),
        cause: delivery.cause,
        source: subscription.topicArn,
        target: subscription.endpoint,
      },
    );
  const isNotification = message.type === 'Notification';
  if (isNotification) count(context, subscription.topicArn, 'NumberOfNotificationsFailed');
  const queue = isNotification ? deadLetterOf(subscription) : undefined;
  if (queue === undefined) {
    note('dropped');
    return finish(context, delivery);
  }
  try {
    await toQueue(context, delivery, queue);
    count(context, subscription.topicArn, 'NumberOfNotificationsRedrivenToDlq');
    note(`moved to ${queue}`);
  } catch (refusal) {
    count(context, subscription.topicArn, 'NumberOfNotificationsFailedToRedriveToDlq');
    note(`dropped, and did not reach ${queue} (${messageOf(refusal)})`);
  }
  finish(context, delivery);
};
