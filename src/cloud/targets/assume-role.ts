import { AwsError } from '../core/aws-error.ts';
import type { Principal } from '../core/principals.ts';
import { servicePrincipal } from '../core/principals.ts';
import type { DeliveryContext } from './delivery-context.ts';

/** A role that a service delivers under. */
export interface AssumedRole {
  readonly roleArn: string;
  /** `events.amazonaws.com` */
  readonly service: string;
  /** `aws:SourceArn` of the call that assumes it. */
  readonly sourceArn: string;
  readonly sessionName: string;
  /** Journal id. */
  readonly cause?: number | undefined;
}

/**
 * A session of the role.
 *
 * @throws {AwsError} when there is no such role, or its trust policy does not let the service in
 */
export const assumeRole = async (
  context: DeliveryContext,
  { roleArn, service, sourceArn, sessionName, cause }: AssumedRole,
): Promise<Principal> => {
  const answer = (await context.call({
    service: 'sts',
    operation: 'AssumeRole',
    input: { RoleArn: roleArn, RoleSessionName: sessionName },
    principal: servicePrincipal(service, { sourceArn, sourceAccount: context.accountId }),
    cause,
  })) as { readonly Credentials?: { readonly AccessKeyId?: string } };
  const session = context.credentials.find(answer.Credentials?.AccessKeyId ?? '');
  if (session === undefined)
    throw new AwsError('AccessDenied', `The role ${roleArn} cannot be assumed.`, { denied: true });
  return session.principal;
};
