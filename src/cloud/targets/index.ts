export { assumeRole } from './assume-role.ts';
export { sendDeadLetter } from './dead-letter.ts';
export type { Failure } from './failure.ts';
export { readFailure } from './failure.ts';
export type { ExhaustedCondition, RetryPolicy } from './retry.ts';
export { DEFAULT_RETRY_POLICY, nextTry } from './retry.ts';
export type { TargetRequest } from './send.ts';
export { sendToTarget, targetRequests } from './send.ts';
export { readTargetArn } from './target-arn.ts';
