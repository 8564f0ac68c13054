import type { Random } from '../core/random.ts';

/** How long and how often a delivery is tried again. */
export interface RetryPolicy {
  /** 0 to 185. */
  readonly maximumRetryAttempts: number;
  /** 60 to 86,400. */
  readonly maximumEventAgeSeconds: number;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html, and Scheduler's alike */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maximumRetryAttempts: 185,
  maximumEventAgeSeconds: 86_400,
};

/** The policy of a target, in both services' words; what it leaves open is AWS's default. */
export const readRetryPolicy = (
  given: {
    readonly MaximumRetryAttempts?: number | undefined;
    readonly MaximumEventAgeInSeconds?: number | undefined;
  } = {},
): RetryPolicy => ({
  maximumRetryAttempts: given.MaximumRetryAttempts ?? DEFAULT_RETRY_POLICY.maximumRetryAttempts,
  maximumEventAgeSeconds:
    given.MaximumEventAgeInSeconds ?? DEFAULT_RETRY_POLICY.maximumEventAgeSeconds,
});

const FIRST_MS = 1_000;
// With it, 185 tries fill about the 24 hours that AWS gives both.
const LONGEST_MS = 600_000;

/**
 * "Exponential back off and jitter": the wait before a further try, between half and all of a length that doubles.
 * Differs: AWS does not tell the lengths.
 *
 * @param retry - 1 before the first.
 */
const backOffMs = (retry: number, random: Pick<Random, 'fraction'>): number => {
  const length = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(30, retry - 1));
  return Math.round(length * (0.5 + random.fraction() / 2));
};

/** What ended the tries, as a dead letter says it. */
export type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

export type NextTry =
  | { readonly kind: 'again'; readonly at: number }
  | { readonly kind: 'exhausted'; readonly condition: ExhaustedCondition };

/** When a delivery that failed is tried again, if ever. A try that would come too late is not made: its age ends it, at once. */
export const nextTry = (
  policy: RetryPolicy,
  delivery: {
    /** Tries again that were made. */
    readonly retries: number;
    /** Milliseconds since the epoch. */
    readonly since: number;
    readonly now: number;
    readonly random: Pick<Random, 'fraction'>;
  },
): NextTry => {
  if (delivery.retries >= policy.maximumRetryAttempts)
    return { kind: 'exhausted', condition: 'MaximumRetryAttempts' };
  const at = delivery.now + backOffMs(delivery.retries + 1, delivery.random);
  return at > delivery.since + policy.maximumEventAgeSeconds * 1000
    ? { kind: 'exhausted', condition: 'MaximumEventAgeInSeconds' }
    : { kind: 'again', at };
};
