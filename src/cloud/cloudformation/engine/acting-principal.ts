import type { Principal } from '../../core/principals.ts';
import { forwardedBy, servicePrincipal } from '../../core/principals.ts';
import { AwsError } from '../../core/aws-error.ts';
import { validationError } from '../errors.ts';
import type { Context } from './context.ts';

/** CloudFormation's service principal. */
export const CLOUDFORMATION = 'cloudformation.amazonaws.com';

/**
 * Who calls the services: a session of the stack's role, or whoever started the operation.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
 * @throws {AwsError} when CloudFormation may not assume the role
 */
export const actingPrincipal = async (
  context: Context,
  caller: Principal,
  roleArn: string | undefined,
): Promise<Principal> => {
  if (roleArn === undefined) return forwardedBy(caller, CLOUDFORMATION);
  try {
    const answer = (await context.call({
      service: 'sts',
      operation: 'AssumeRole',
      input: { RoleArn: roleArn, RoleSessionName: 'AWSCloudFormation' },
      principal: servicePrincipal(CLOUDFORMATION, {
        sourceAccount: context.accountId,
      }),
    })) as { readonly Credentials?: { readonly AccessKeyId?: string } };
    const session = context.credentials.find(answer.Credentials?.AccessKeyId ?? '');
    if (session !== undefined) return session.principal;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const refused = validationError(`Role ${roleArn} is invalid or cannot be assumed`);
    refused.hint = `${error.message} Its trust policy must let cloudformation.amazonaws.com assume it.`;
    throw refused;
  }
  throw validationError(`Role ${roleArn} is invalid or cannot be assumed`);
};
