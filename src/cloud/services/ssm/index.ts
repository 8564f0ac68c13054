import { defineService } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { labelOperations } from './label-operations.ts';
import { listingOperations } from './listing-operations.ts';
import { find, plainName } from './names.ts';
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
  resourceKeys: (arn, state) =>
    resourceTagKeys(find(state, plainName(arn))?.tags, 'ssm:resourceTag/'),
  resources: [parameter],
});
