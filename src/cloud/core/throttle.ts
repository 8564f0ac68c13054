import type { CloudCall } from './cloud-call.ts';
import type { ServiceDefinition } from './define-service.ts';
import type { Disorder } from './disorder.ts';
import { plainName } from './disorder.ts';
import { shortName } from './principals.ts';

/** SDKs try three times unless they are told otherwise: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
const SPARED_ATTEMPT = 3;

/**
 * Refuses a call of an SDK for want of room, where the seed wants it. SDKs say which attempt a call is; the third is spared, so that
 * a program that leaves retries to its SDK sees nothing of it.
 *
 * @throws {AwsError} as the service words it
 */
export const throttleNowAndThen = (
  disorder: Disorder,
  service: ServiceDefinition,
  { operation, principal, wire }: CloudCall,
): void => {
  const attempt = /^attempt=(\d+)/.exec(wire?.headers['amz-sdk-request'] ?? '')?.[1];
  if (attempt === undefined || Number(attempt) >= SPARED_ATTEMPT) return;
  const refusal = service.throttled?.(operation);
  if (refusal === undefined) return;
  const who = plainName(shortName(principal));
  const refused = disorder.happens({
    point: 'throttle',
    about: `${service.id}.${operation} by ${who}`,
    says: () => `${service.id} refused ${operation} of ${who} (${refusal.code})`,
  });
  if (refused) throw refusal;
};
