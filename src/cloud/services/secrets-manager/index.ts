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
  // A secret of another account is named by its ARN
  // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html).
  accountOf: (_operation, input) =>
    /^arn:[^:]+:secretsmanager:[^:]*:(\d{12}):secret:/.exec(
      (input as { readonly SecretId?: string }).SecretId ?? '',
    )?.[1],
  resourcePolicy: (arn, state) => findSecret(state, arn)?.policy,
  resources: [secret, resourcePolicy, rotationSchedule],
  start: resumeRotations,
});
