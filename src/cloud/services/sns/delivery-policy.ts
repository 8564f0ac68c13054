import type { Subscription, Topic } from './state.ts';

/**
 * How often and when a failed delivery is tried again. Delays in seconds.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export interface RetryPolicy {
  readonly minDelayTarget: number;
  readonly maxDelayTarget: number;
  /** All retries; those of the backoff phase are what the other phases leave. */
  readonly numRetries: number;
  readonly numMaxDelayRetries: number;
  readonly numNoDelayRetries: number;
  readonly numMinDelayRetries: number;
  readonly backoffFunction: BackoffFunction;
}

const BACKOFF = {
  linear: (part: number) => part,
  arithmetic: (part: number) => (part * (part + 1)) / 2,
  geometric: (part: number) => part ** 2,
  exponential: (part: number) => (2 ** (part * 10) - 1) / (2 ** 10 - 1),
} as const;
type BackoffFunction = keyof typeof BACKOFF;

/** Queues and functions: 100,015 attempts over 23 days. */
const AWS_MANAGED: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numMaxDelayRetries: 100_000,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  backoffFunction: 'exponential',
};

/** HTTP and HTTPS, unless the topic or the subscription says otherwise. */
const HTTP: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/**
 * Milliseconds before the `retry`th further attempt, counted from 1; undefined when there is none.
 * Differs: AWS spreads the waits by chance, and publishes no formula for its backoff functions.
 */
export const retryDelayMs = (policy: RetryPolicy, retry: number): number | undefined => {
  const { numNoDelayRetries: none, numMinDelayRetries: least, numMaxDelayRetries: most } = policy;
  const backoff = Math.max(0, policy.numRetries - none - least - most);
  if (retry > policy.numRetries) return undefined;
  if (retry <= none) return 0;
  if (retry <= none + least) return policy.minDelayTarget * 1000;
  const step = retry - none - least;
  if (step > backoff) return policy.maxDelayTarget * 1000;
  const part = backoff === 1 ? 1 : (step - 1) / (backoff - 1);
  const span = policy.maxDelayTarget - policy.minDelayTarget;
  return Math.round((policy.minDelayTarget + span * BACKOFF[policy.backoffFunction](part)) * 1000);
};

type Json = Readonly<Record<string, unknown>>;

const objectAt = (of: unknown, name: string): Json | undefined => {
  const value = (of as Json | undefined)?.[name];
  return typeof value === 'object' && value !== null ? (value as Json) : undefined;
};

const parsed = (text: string | undefined): Json | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Json);

/** What AWS answers as `EffectiveDeliveryPolicy` of a topic, as recorded by LocalStack's snapshot tests. */
export const effectiveTopicPolicy = ({ attributes }: Pick<Topic, 'attributes'>) => {
  const given = objectAt(parsed(attributes['DeliveryPolicy']), 'http');
  return {
    http: {
      defaultHealthyRetryPolicy: { ...HTTP, ...objectAt(given, 'defaultHealthyRetryPolicy') },
      disableSubscriptionOverrides: given?.['disableSubscriptionOverrides'] === true,
      ...(objectAt(given, 'defaultThrottlePolicy') === undefined
        ? {}
        : { defaultThrottlePolicy: objectAt(given, 'defaultThrottlePolicy') }),
      defaultRequestPolicy: {
        headerContentType: 'text/plain; charset=UTF-8',
        ...objectAt(given, 'defaultRequestPolicy'),
      },
    },
  };
};

/** The same of a subscription over HTTP. */
export const effectiveSubscriptionPolicy = (
  subscription: Pick<Subscription, 'attributes'>,
  topic: Pick<Topic, 'attributes'>,
) => {
  const { http } = effectiveTopicPolicy(topic);
  const own = http.disableSubscriptionOverrides
    ? undefined
    : parsed(subscription.attributes['DeliveryPolicy']);
  const healthy = objectAt(own, 'healthyRetryPolicy');
  return {
    healthyRetryPolicy:
      healthy === undefined
        ? http.defaultHealthyRetryPolicy
        : ({ ...HTTP, ...healthy } as RetryPolicy),
    sicklyRetryPolicy: null,
    throttlePolicy: objectAt(own, 'throttlePolicy') ?? http.defaultThrottlePolicy ?? null,
    requestPolicy: { ...http.defaultRequestPolicy, ...objectAt(own, 'requestPolicy') },
    guaranteed: false,
  };
};

/** A subscription's own policy as AWS tells it back: every part that was not given is null. */
export const toldSubscriptionPolicy = (text: string) => {
  const own = parsed(text);
  const healthy = objectAt(own, 'healthyRetryPolicy');
  return {
    healthyRetryPolicy: healthy === undefined ? null : { ...HTTP, ...healthy },
    sicklyRetryPolicy: null,
    throttlePolicy: objectAt(own, 'throttlePolicy') ?? null,
    requestPolicy: objectAt(own, 'requestPolicy') ?? null,
    guaranteed: false,
  };
};

export const retryPolicyOf = (subscription: Subscription, topic: Topic | undefined): RetryPolicy =>
  subscription.protocol.startsWith('http')
    ? effectiveSubscriptionPolicy(subscription, topic ?? { attributes: {} }).healthyRetryPolicy
    : AWS_MANAGED;

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy */
const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
  minDelayTarget: [1, 3_600],
  maxDelayTarget: [1, 3_600],
  numRetries: [0, 100],
  numMaxDelayRetries: [0, 100],
  numNoDelayRetries: [0, 100],
  numMinDelayRetries: [0, 100],
};
const CONTENT_TYPE =
  /^(text\/(plain|html|css|csv|xml)|application\/(json|xml|soap\+xml|octet-stream|x-www-form-urlencoded|atom\+xml))(;\s*charset=[\w-]+)?$/i;

/** Why a retry policy can not be, or undefined. The words are our own; AWS's are not seen. */
const retryFault = (policy: Json): string | undefined => {
  for (const [name, [least, most]] of Object.entries(BOUNDS)) {
    const value = policy[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || Number(value) < least || Number(value) > most)
      return `${name} must be a whole number from ${least} to ${most}`;
  }
  const merged = { ...HTTP, ...policy } as RetryPolicy;
  if (merged.minDelayTarget > merged.maxDelayTarget)
    return 'minDelayTarget must not be over maxDelayTarget';
  const phases = merged.numMaxDelayRetries + merged.numMinDelayRetries + merged.numNoDelayRetries;
  if (phases > merged.numRetries) return 'the phases have more retries than numRetries';
  if (!(merged.backoffFunction in BACKOFF))
    return `backoffFunction must be one of ${Object.keys(BACKOFF).join(', ')}`;
  let total = 0;
  for (let retry = 1; retry <= merged.numRetries; retry += 1)
    total += retryDelayMs(merged, retry) ?? 0;
  return total > 3_600_000 ? 'all retries together must not take over 3600 seconds' : undefined;
};

const fault = (retry: Json | undefined, request: Json | undefined): string | undefined => {
  const contentType = request?.['headerContentType'];
  if (contentType !== undefined && !CONTENT_TYPE.test(String(contentType)))
    return `headerContentType '${String(contentType)}' is not supported`;
  return retry === undefined ? undefined : retryFault(retry);
};

export const topicPolicyFault = (policy: unknown): string | undefined => {
  const http = objectAt(policy, 'http');
  return fault(objectAt(http, 'defaultHealthyRetryPolicy'), objectAt(http, 'defaultRequestPolicy'));
};

export const subscriptionPolicyFault = (policy: unknown): string | undefined =>
  fault(objectAt(policy, 'healthyRetryPolicy'), objectAt(policy, 'requestPolicy'));
