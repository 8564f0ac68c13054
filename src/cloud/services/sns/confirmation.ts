import type { OperationContext, ServiceContext } from '../../core/define-service.ts';
import { startDelivery } from './deliver.ts';
import { TOKEN_MS } from './limits.ts';
import { withSignature } from './signing.ts';
import type { Confirmation, Message, SnsState, Subscription } from './state.ts';

type Context = ServiceContext<SnsState>;

const TOKEN_DIGITS = 192;

const TEXTS = {
  SubscriptionConfirmation: ({ topicArn }: Subscription) =>
    `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
  UnsubscribeConfirmation: ({ arn }: Subscription) =>
    `You have chosen to deactivate subscription ${arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
} as const;

/** Sends an endpoint the token by which it confirms a subscription, or restores one that was ended. */
export const askEndpoint = async (
  context: OperationContext<SnsState>,
  type: keyof typeof TEXTS,
  subscription: Subscription,
): Promise<void> => {
  const { state, random, clock, callId } = context;
  const token = random.hex(TOKEN_DIGITS);
  const confirmation = { token, subscription, expiresAt: clock.now() + TOKEN_MS };
  state.confirmations.set(token, confirmation);
  expireLater(context, confirmation);
  const message: Message = {
    type,
    messageId: random.uuid(),
    topicArn: subscription.topicArn,
    text: TEXTS[type](subscription),
    attributes: {},
    publishedAt: clock.now(),
    token,
  };
  const topic = state.topics.get(subscription.topicArn);
  startDelivery(context, {
    id: random.uuid(),
    subscription,
    message: await withSignature(context, topic, message),
    attempt: 0,
    dueAt: clock.now(),
    cause: callId,
  });
};

const expireLater = (context: Context, { token, expiresAt }: Confirmation) => {
  const { state } = context;
  state.reminders.set(token, expiresAt, () =>
    context.background('expiry of a token', async () => {
      const confirmation = state.confirmations.get(token);
      state.confirmations.delete(token);
      const arn = confirmation?.subscription.arn ?? '';
      if (state.subscriptions.get(arn)?.pending === true) state.dropSubscription(arn);
    }),
  );
};

/** Takes up the tokens of an earlier run. */
export const resumeConfirmations = (context: Context): void => {
  for (const confirmation of context.state.confirmations.values())
    expireLater(context, confirmation);
};

/** The subscription behind a token, confirmed; undefined for a token that nobody was sent, or of another topic. */
export const confirm = (
  { state }: Pick<Context, 'state'>,
  token: string,
  topicArn: string,
  how: { readonly authenticated: boolean; readonly authenticateOnUnsubscribe: boolean },
): Subscription | undefined => {
  const confirmation = state.confirmations.get(token);
  if (confirmation?.subscription.topicArn !== topicArn) return undefined;
  const { arn } = confirmation.subscription;
  const { pending: _, ...subscription } = state.subscriptions.get(arn) ?? confirmation.subscription;
  const confirmed = { ...subscription, ...how };
  state.putSubscription(confirmed);
  return confirmed;
};
