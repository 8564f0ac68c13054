import { defineService } from '../../core/define-service.ts';
import { agreeOperations } from './agree-operations.ts';
import { aliasOperations } from './alias-operations.ts';
import { dataKeyOperations } from './data-key-operations.ts';
import { encryptOperations } from './encrypt-operations.ts';
import { grantOperations } from './grant-operations.ts';
import { ownerOfKey } from './key-owner.ts';
import { keyOperations } from './key-operations.ts';
import { policyOperations } from './key-policy.ts';
import { effectivePolicy } from './policies.ts';
import { alias, key } from './resources.ts';
import { rotationOperations } from './rotation-operations.ts';
import { signOperations } from './sign-operations.ts';
import type { KmsState } from './state.ts';
import { createKmsState } from './state.ts';
import { tagOperations } from './tag-operations.ts';

/** AWS Key Management Service. */
export const kms = defineService<KmsState>({
  id: 'kms',
  signingName: 'kms',
  principal: 'kms.amazonaws.com',
  scope: 'region',
  createState: createKmsState,
  operations: {
    ...keyOperations,
    ...policyOperations,
    ...aliasOperations,
    ...encryptOperations,
    ...dataKeyOperations,
    ...signOperations,
    ...agreeOperations,
    ...grantOperations,
    ...rotationOperations,
    ...tagOperations,
  },
  accountOf: ownerOfKey,
  resourcePolicy: (arn, state) => {
    const key = state.keys.get(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/(.+)$/.exec(arn)?.[1] ?? '');
    return key === undefined ? undefined : effectivePolicy(key, state);
  },
  resources: [key, alias],
});
