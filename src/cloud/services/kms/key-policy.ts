import type * as Kms from '@aws-sdk/client-kms';
import { compilePolicy, evaluate, parsePolicy } from '../../../iam/index.ts';
import type { RequestPrincipal } from '../../../iam/index.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { malformedPolicy, unsupported } from './errors.ts';
import { findKeyItself } from './find-key.ts';
import { LIMITS, PAGE } from './limits.ts';
import { needById } from './needs.ts';
import { page } from './page.ts';
import type { KmsState } from './state.ts';
import { assertNotPendingDeletion } from './usable.ts';

/**
 * Refuses what is no policy, and one that its author could not change again.
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
 * @throws {MalformedPolicyDocumentException}
 */
export const checkPolicy = (
  text: string,
  arn: string,
  context: OperationContext<KmsState>,
  bypass: boolean | undefined,
): void => {
  if (Buffer.byteLength(text) > LIMITS.policyBytes)
    throw malformedPolicy(`A key policy has at most ${LIMITS.policyBytes} bytes.`);
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    throw malformedPolicy(
      `Policy contains a statement that is not valid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (bypass === true || leavesDoorOpen(text, arn, context)) return;
  throw malformedPolicy(
    'The new key policy will not allow you to update the key policy in the future.',
  );
};

const ALLOW_ALL = compilePolicy(
  parsePolicy(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    }),
  ),
  'whatever IAM says',
);

const callerOf = ({ principal }: OperationContext<KmsState>): RequestPrincipal => {
  switch (principal.kind) {
    case 'root':
    case 'user':
      return { kind: principal.kind, arn: principal.arn, account: principal.accountId };
    case 'session':
      return {
        kind: 'role-session',
        arn: principal.arn,
        account: principal.accountId,
        roleArn: principal.roleArn,
      };
    case 'service':
      return { kind: 'service', arn: principal.service, service: principal.service };
    case 'anonymous':
      return { kind: 'anonymous', arn: '*' };
  }
};

/** The key policy alone is looked at: who it leaves to IAM counts as allowed, whatever IAM says today. */
const leavesDoorOpen = (text: string, arn: string, context: OperationContext<KmsState>): boolean =>
  evaluate(
    {
      principal: callerOf(context),
      action: 'kms:PutKeyPolicy',
      resource: arn,
      resourceAccount: context.accountId,
      context: { 'kms:CallerAccount': context.accountId },
    },
    { identity: [ALLOW_ALL], resource: compilePolicy(parsePolicy(text, 'resource'), arn) },
  ).effect === 'allow';

/** The only name that a key policy has. */
const assertDefault = (name: string | undefined): void => {
  if (name !== undefined && name !== 'default')
    throw new AwsError('NotFoundException', 'No such policy exists');
};

/** A key's policy. */
export const policyOperations: OperationTable<KmsState> = {
  GetKeyPolicy: operation<KmsState, Kms.GetKeyPolicyRequest, Kms.GetKeyPolicyResponse>({
    needs: ({ KeyId }, context) => needById('GetKeyPolicy', context, KeyId),
    handle: ({ KeyId, PolicyName }, context) => {
      const { policy } = findKeyItself(context, KeyId ?? '');
      assertDefault(PolicyName);
      return { Policy: policy, PolicyName: 'default' };
    },
  }),

  PutKeyPolicy: operation<KmsState, Kms.PutKeyPolicyRequest, object>({
    needs: ({ KeyId, BypassPolicyLockoutSafetyCheck: bypass }, context) =>
      needById('PutKeyPolicy', context, KeyId, {
        'kms:BypassPolicyLockoutSafetyCheck': String(bypass === true),
      }),
    handle: (input, context) => {
      const key = findKeyItself(context, input.KeyId ?? '');
      assertDefault(input.PolicyName);
      assertNotPendingDeletion(key);
      if (key.manager === 'AWS')
        throw unsupported(`${key.arn} is an AWS managed key, whose policy can not be changed.`);
      const policy = input.Policy ?? '';
      checkPolicy(policy, key.arn, context, input.BypassPolicyLockoutSafetyCheck);
      context.state.keys.set(key.id, { ...key, policy });
      return {};
    },
  }),

  ListKeyPolicies: operation<KmsState, Kms.ListKeyPoliciesRequest, Kms.ListKeyPoliciesResponse>({
    needs: ({ KeyId }, context) => needById('ListKeyPolicies', context, KeyId),
    handle: (input, context) => {
      findKeyItself(context, input.KeyId ?? '');
      const { items, more } = page(['default'], input, PAGE.keys);
      return { PolicyNames: [...items], ...more };
    },
  }),
};
