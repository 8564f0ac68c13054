import { defineService } from '../../core/define-service.ts';
import { findSecret } from './names.ts';
import { passwordOperations } from './password.ts';
import { policyOperations } from './policy-operations.ts';
import { resourcePolicy, rotationSchedule, secret } from './resources.ts';
import { resumeRotations } from './rotate.ts';
import { rotationOperations } from './rotation-operations.ts';
import { secretOperations } from './secret-operations.ts';
import type { SecretsState } from './state.ts';
import { createSecretsState } from './state.ts';
import { valueOperations } from './value-operations.ts';

/** AWS Secrets Manager. */
export const secretsManager = defineService<SecretsState>({
  id: 'secrets-manager',
  signingName: 'secretsmanager',
  principal: 'secretsmanager.amazonaws.com',
  scope: 'region',
  createState: createSecretsState,
  operations: {
    ...secretOperations,
    ...valueOperations,
    ...passwordOperations,
    ...policyOperations,
    ...rotationOperations,
  },
  resourcePolicy: (arn, state) => findSecret(state, arn)?.policy,
  resources: [secret, resourcePolicy, rotationSchedule],
  start: resumeRotations,
});
