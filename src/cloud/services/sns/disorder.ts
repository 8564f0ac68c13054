import type { OperationContext, ServiceContext } from '../../core/define-service.ts';
import { plainName } from '../../core/disorder.ts';
import type { Delivery, SnsState, Topic } from './state.ts';
import { laneOf } from './state.ts';

type Context = ServiceContext<SnsState>;

const lastOf = (text: string) => plainName(text.slice(text.search(/[^:/]*$/)));

const aboutOf = ({ subscription }: Delivery) =>
  `${lastOf(subscription.topicArn)} to ${lastOf(subscription.endpoint)}`;

const SHOWN = 40;

const textOf = ({ message: { text } }: Delivery) =>
  JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** A FIFO topic brings every message once, and in order; confirmations come as they are. */
const isLoose = (delivery: Delivery) =>
  laneOf(delivery) === undefined && delivery.message.type === 'Notification';

/** Whether a message is delivered twice. */
export const isDoubled = (context: Context, delivery: Delivery): boolean =>
  context.disorder !== undefined &&
  isLoose(delivery) &&
  context.disorder.happens({
    point: 'sns.duplicate',
    about: aboutOf(delivery),
    says: () => `${textOf(delivery)} is delivered twice from ${aboutOf(delivery)}`,
  });

/** Waits, now and then, until other deliveries have been made. */
export const comeLate = async (context: Context, delivery: Delivery | undefined): Promise<void> => {
  if (delivery === undefined || delivery.attempt > 0 || !isLoose(delivery)) return;
  await context.disorder?.late({
    point: 'sns.order',
    about: aboutOf(delivery),
    says: () => `${textOf(delivery)} comes late from ${aboutOf(delivery)}`,
  });
};

/** Whether an entry of a client's batch fails. */
export const failsNow = (
  { disorder, wire }: OperationContext<SnsState>,
  topic: Topic,
  { Id }: { readonly Id?: string | undefined },
): boolean =>
  disorder !== undefined &&
  wire !== undefined &&
  disorder.happens({
    point: 'sns.partial',
    about: lastOf(topic.arn),
    says: () => `entry ${Id ?? ''} of a batch for ${lastOf(topic.arn)} failed`,
  });
