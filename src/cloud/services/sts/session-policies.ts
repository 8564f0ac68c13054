import type * as Iam from '@aws-sdk/client-iam';
import type * as Sts from '@aws-sdk/client-sts';
import { parsePolicy, PolicyError } from '../../../iam/index.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { lookUpPrincipal } from '../../core/principals.ts';
import { malformedPolicy, packedPolicyTooLarge, validationError } from './errors.ts';
import { SESSION_POLICY_ARNS, SESSION_POLICY_SIZE } from './limits.ts';
import type { StsState } from './state.ts';

/**
 * The documents that bound a session: the one that is passed, and the managed ones that are named. Undefined when the
 * call passes none, which is not the same as passing an empty one.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
 * @throws {MalformedPolicyDocument}
 * @throws {PackedPolicyTooLarge}
 */
export const readSessionPolicies = async (
  { Policy, PolicyArns = [] }: Pick<Sts.AssumeRoleRequest, 'Policy' | 'PolicyArns'>,
  context: OperationContext<StsState>,
): Promise<readonly string[] | undefined> => {
  if (Policy === undefined && PolicyArns.length === 0) return undefined;
  if (PolicyArns.length > SESSION_POLICY_ARNS)
    throw validationError(
      `1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to ${SESSION_POLICY_ARNS}`,
    );
  const documents: string[] = [];
  if (Policy !== undefined) documents.push(checkSessionPolicy(Policy));
  for (const { arn = '' } of PolicyArns) documents.push(await managedDocument(arn, context));
  return documents;
};

const checkSessionPolicy = (document: string): string => {
  try {
    parsePolicy(document, 'session');
  } catch (error) {
    if (error instanceof PolicyError)
      throw malformedPolicy(error.message, `${error.path}: ${error.detail}.`);
    throw error;
  }
  const size = document.replaceAll(/\s/g, '').length;
  // Differs: AWS measures a packed form that it does not describe.
  if (size > SESSION_POLICY_SIZE)
    throw packedPolicyTooLarge(Math.ceil((size * 100) / SESSION_POLICY_SIZE));
  return document;
};

/** STS reads managed policies as the account itself: the caller needs no permission to see them. */
const managedDocument = async (
  arn: string,
  { call, accountId }: OperationContext<StsState>,
): Promise<string> => {
  const ask = (operation: string, input: Readonly<Record<string, unknown>>) =>
    call({ service: 'iam', operation, input, principal: lookUpPrincipal(accountId) });
  const { Policy } = (await ask('GetPolicy', { PolicyArn: arn })) as Iam.GetPolicyResponse;
  const { PolicyVersion } = (await ask('GetPolicyVersion', {
    PolicyArn: arn,
    VersionId: Policy?.DefaultVersionId,
  })) as Iam.GetPolicyVersionResponse;
  return decodeURIComponent(PolicyVersion?.Document ?? '');
};
