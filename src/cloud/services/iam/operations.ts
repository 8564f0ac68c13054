import type { OperationTable } from '../../core/define-service.ts';
import { ROLES, USERS } from './holders.ts';
import { holderPolicyOperations } from './operations/holder-policies.ts';
import { holderTagOperations } from './operations/holder-tags.ts';
import { managedPolicyOperations } from './operations/managed-policies.ts';
import { roleOperations } from './operations/roles.ts';
import { simulateOperations } from './operations/simulate.ts';
import { userOperations } from './operations/users.ts';
import type { IamState } from './state.ts';

/** Every operation that the cloud has of IAM. */
export const operations: OperationTable<IamState> = {
  ...roleOperations,
  ...holderPolicyOperations(ROLES),
  ...holderTagOperations(ROLES),
  ...managedPolicyOperations,
  ...simulateOperations,
  ...userOperations,
  ...holderPolicyOperations(USERS),
  ...holderTagOperations(USERS),
};
