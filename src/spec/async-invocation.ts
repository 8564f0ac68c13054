import type { Destination } from './destination.ts';

/**
 * What becomes of events that a function is invoked with asynchronously: by buckets, topics, buses, schedules, and by `send`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
export interface AsyncInvocation {
  /** Seconds that an event waits at most, 60 to 21,600. @defaultValue 21,600 (six hours) */
  readonly maximumEventAge?: number;
  /** How many times Lambda tries again after an error, 0 to 2. @defaultValue 2 */
  readonly maximumRetryAttempts?: number;
  /** Where the record of an invocation that succeeded goes; not a bucket. `successesOf` starts a function with it. */
  readonly onSuccess?: Destination;
  /** Where the record of an event goes that failed for good, or became too old. `failuresOf` starts a function with it. */
  readonly onFailure?: Destination;
}
