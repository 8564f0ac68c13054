import { AwsError, failureOutcome } from '../core/aws-error.ts';

/** Why a delivery failed, and whether it is worth another try. */
export interface Failure {
  /**
   * As EventBridge tells it in a dead letter.
   * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
   */
  readonly code:
    | 'NO_PERMISSIONS'
    | 'NO_RESOURCE'
    | 'THROTTLING'
    | 'INTERNAL_ERROR'
    | 'INVALID_PARAMETER'
    | 'SDK_CLIENT_ERROR'
    | 'FAILED_TO_ASSUME_ROLE';
  /** AWS's own code of the error that the target answered. */
  readonly cause: string;
  readonly message: string;
  readonly retried: boolean;
  /** What the journal calls it. */
  readonly outcome: 'denied' | 'error';
}

const THROTTLED =
  /Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|OverLimit/;
const MISSING = /NotFound|NonExistent|NoSuch|DoesNotExist/;
const INVALID = /Validation|Invalid/;

/**
 * Reads an error of a target. What only somebody's action can mend is not tried again: every service that delivers says so of
 * itself, and that throttling and the other side's own faults are.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html#why-do-message-deliveries-fail
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
 */
export const readFailure = (error: unknown): Failure => {
  const message = error instanceof Error ? error.message : String(error);
  const outcome = failureOutcome(error);
  if (!(error instanceof AwsError))
    return { code: 'INTERNAL_ERROR', cause: 'InternalFailure', message, retried: true, outcome };
  const { code: cause, status, denied } = error;
  const as = (code: Failure['code'], retried: boolean): Failure => ({
    code,
    cause,
    message,
    retried,
    outcome,
  });
  if (denied) return as('NO_PERMISSIONS', false);
  // Ours, not AWS's: what the embedded cloud does not do. An endpoint's own status 501 is a fault like any other.
  if (cause === 'NotImplemented') return as('SDK_CLIENT_ERROR', false);
  if (status === 429 || THROTTLED.test(cause)) return as('THROTTLING', true);
  if (status >= 500) return as('INTERNAL_ERROR', true);
  if (status === 404 || MISSING.test(cause)) return as('NO_RESOURCE', false);
  return as(INVALID.test(cause) ? 'INVALID_PARAMETER' : 'SDK_CLIENT_ERROR', false);
};
