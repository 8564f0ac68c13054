import type { Cloud } from './cloud.ts';
import { lookUpPrincipal } from './principals.ts';

/**
 * Calls an operation as whoever owns the cloud: for tools that look at what is in it.
 * @throws {AwsError} what the operation answers
 */
export const lookUp = (
  cloud: Cloud,
  call: {
    readonly service: string;
    readonly operation: string;
    readonly input: Readonly<Record<string, unknown>>;
  },
): Promise<unknown> => {
  const { accountId, region } = cloud;
  return cloud.dispatch({
    ...call,
    principal: lookUpPrincipal(accountId),
    accountId,
    region,
    // Looking changes nothing, chance included.
    requestId: 'look-up',
  });
};
