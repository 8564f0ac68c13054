import { defineService } from '../../core/define-service.ts';
import { takingTheirTime } from './disorder.ts';
import { operations } from './operations.ts';
import { resourceKeys } from './resource-keys.ts';
import { group, userToGroupAddition } from './resources/group.ts';
import { groupPolicy, rolePolicy, userPolicy } from './resources/inline-policy.ts';
import { instanceProfile } from './resources/instance-profile.ts';
import { managedPolicy } from './resources/managed-policy.ts';
import { oidcProvider } from './resources/oidc-provider.ts';
import { policy } from './resources/policy.ts';
import { role } from './resources/role.ts';
import { accessKey, user } from './resources/user.ts';
import type { IamState } from './state.ts';
import { createIamState } from './state.ts';

/** AWS Identity and Access Management. */
export const iam = defineService<IamState>({
  id: 'iam',
  signingName: 'iam',
  principal: 'iam.amazonaws.com',
  scope: 'account',
  // "IAM calls are always made to the us-east-1 Region"
  // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion).
  globalRegion: 'us-east-1',
  createState: createIamState,
  operations: takingTheirTime(operations),
  identityPolicies: (principal, state) => state.policiesOf(principal),
  // A role's trust policy is its resource-based policy: it decides who may assume it.
  resourcePolicy: (arn, state) => {
    const name = /^arn:[^:]+:iam::\d+:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
    const found = name === undefined ? undefined : state.role(name);
    return found?.arn === arn ? found.trustPolicy : undefined;
  },
  resourceKeys,
  resources: [
    role,
    rolePolicy,
    policy,
    managedPolicy,
    user,
    userPolicy,
    accessKey,
    group,
    groupPolicy,
    userToGroupAddition,
    instanceProfile,
    oidcProvider,
  ],
  validationCode: 'ValidationError',
  accessDeniedCode: 'AccessDenied',
});
