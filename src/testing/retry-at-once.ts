import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** What the AWS SDK's middleware asks of a token. */
interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

/** As many attempts as an SDK makes: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const ATTEMPTS = 3;
const RETRIED: ReadonlySet<string> = new Set(['THROTTLING', 'TRANSIENT', 'SERVER_ERROR']);

const token = (retries: number): RetryToken => ({
  getRetryCount: () => retries,
  getRetryDelay: () => 0,
});

/**
 * Retries of the AWS SDK that do not wait. A cloud that refuses a call now and then is not the readier for a second of the machine's,
 * and what happens in what order must not hang on it.
 */
export const RETRY_AT_ONCE: NonNullable<S3ClientConfig['retryStrategy']> = {
  acquireInitialRetryToken: () => Promise.resolve(token(0)),
  refreshRetryTokenForRetry: (
    before: RetryToken,
    { errorType }: { readonly errorType: string },
  ): Promise<RetryToken> => {
    const retries = before.getRetryCount() + 1;
    return retries < ATTEMPTS && RETRIED.has(errorType)
      ? Promise.resolve(token(retries))
      : Promise.reject(new TypeError('No retry is left.'));
  },
  recordSuccess: () => {},
};
