import type { OperationTable } from '../../core/define-service.ts';
import { GROUPS, ROLES, USERS } from './holders.ts';
import { groupOperations } from './operations/groups.ts';
import { holderBoundaryOperations } from './operations/holder-boundary.ts';
import { holderPolicyOperations } from './operations/holder-policies.ts';
import { holderTagOperations } from './operations/holder-tags.ts';
import { instanceProfileOperations } from './operations/instance-profiles.ts';
import { managedPolicyOperations } from './operations/managed-policies.ts';
import { oidcProviderOperations } from './operations/oidc-providers.ts';
import { roleOperations } from './operations/roles.ts';
import { simulateOperations } from './operations/simulate.ts';
import { userOperations } from './operations/users.ts';
import type { IamState } from './state.ts';

/** Every operation that the cloud has of IAM. */
export const operations: OperationTable<IamState> = {
  ...roleOperations,
  ...holderPolicyOperations(ROLES),
  ...holderBoundaryOperations(ROLES),
  ...holderTagOperations(ROLES),
  ...managedPolicyOperations,
  ...simulateOperations,
  ...userOperations,
  ...holderPolicyOperations(USERS),
  ...holderBoundaryOperations(USERS),
  ...holderTagOperations(USERS),
  ...groupOperations,
  ...holderPolicyOperations(GROUPS),
  ...instanceProfileOperations,
  ...oidcProviderOperations,
};
