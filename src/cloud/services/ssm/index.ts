import { defineService } from '../../core/define-service.ts';
import { labelOperations } from './label-operations.ts';
import { listingOperations } from './listing-operations.ts';
import { parameterOperations } from './parameter-operations.ts';
import { parameter } from './resources.ts';
import type { SsmState } from './state.ts';
import { createSsmState } from './state.ts';

/** AWS Systems Manager: Parameter Store. */
export const ssm = defineService<SsmState>({
  id: 'ssm',
  signingName: 'ssm',
  principal: 'ssm.amazonaws.com',
  scope: 'region',
  createState: createSsmState,
  operations: { ...parameterOperations, ...listingOperations, ...labelOperations },
  resources: [parameter],
});
