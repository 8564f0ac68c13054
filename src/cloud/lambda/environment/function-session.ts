import type * as Sts from '@aws-sdk/client-sts';
import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Credential, Principal } from '../../core/principals.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { notAssumable } from '../errors.ts';
import { FLEET } from '../limits.ts';
import { functionArn } from '../names.ts';
import type { FunctionVersion } from '../state.ts';

/** Keys of a function's role, and whom they stand for. */
export interface FunctionSession {
  readonly credential: Credential & { readonly sessionToken: string; readonly expiresAt: number };
  readonly principal: Principal;
}

/**
 * Lambda assumes the function's role, under its trust policy, with the function's name as the session's.
 * @throws {InvalidParameterValueException} when the role is gone, or does not trust Lambda any more
 */
export const assumeFunctionRole = async (
  context: ServiceContext<never> | ServiceContext<unknown>,
  version: Pick<FunctionVersion, 'role' | 'functionName'>,
): Promise<FunctionSession> => {
  let answer: Sts.AssumeRoleResponse;
  try {
    answer = (await context.call({
      service: 'sts',
      operation: 'AssumeRole',
      input: {
        RoleArn: version.role,
        // STS wants two characters; a function's name may have one.
        RoleSessionName: version.functionName.padEnd(2, '_'),
        DurationSeconds: FLEET.credentialSeconds,
      },
      principal: servicePrincipal('lambda.amazonaws.com', {
        sourceArn: functionArn(context, version.functionName),
        sourceAccount: context.accountId,
      }),
    })) as Sts.AssumeRoleResponse;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const refusal = notAssumable();
    // AWS does not say why; the desk is told.
    refusal.hint = `${error.code}: ${error.message}`;
    throw refusal;
  }
  const credential = context.credentials.find(answer.Credentials?.AccessKeyId ?? '');
  if (credential?.sessionToken === undefined || credential.expiresAt === undefined)
    throw notAssumable();
  return {
    credential: {
      ...credential,
      sessionToken: credential.sessionToken,
      expiresAt: credential.expiresAt,
    },
    principal: credential.principal,
  };
};
