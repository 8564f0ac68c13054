import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { isPublicPolicy, parsePolicy } from '../../../iam/index.ts';
import type { PolicyDocument } from '../../../iam/index.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { malformedPolicy, publicPolicy } from './errors.ts';
import { LIMITS } from './limits.ts';
import { needOn, requireLive } from './names.ts';
import type { SecretsState } from './state.ts';

/** @throws {MalformedPolicyDocumentException} */
const readPolicy = (text: string): PolicyDocument => {
  if (text.length > LIMITS.policyCharacters)
    throw malformedPolicy(`A resource policy has at most ${LIMITS.policyCharacters} characters.`);
  try {
    JSON.parse(text);
  } catch {
    throw malformedPolicy('This resource policy contains invalid Json.');
  }
  try {
    return parsePolicy(text, 'resource');
  } catch (error) {
    throw malformedPolicy(
      `This resource policy contains invalid policy syntax: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Policies of secrets, which the cloud enforces. */
export const policyOperations: OperationTable<SecretsState> = {
  PutResourcePolicy: operation<
    SecretsState,
    SecretsManager.PutResourcePolicyRequest,
    SecretsManager.PutResourcePolicyResponse
  >({
    needs: ({ SecretId, BlockPublicPolicy }, context) =>
      needOn('PutResourcePolicy', context, SecretId, {
        'secretsmanager:BlockPublicPolicy': String(BlockPublicPolicy === true),
      }),
    handle: ({ SecretId, ResourcePolicy = '', BlockPublicPolicy }, { state }) => {
      const secret = requireLive(state, SecretId);
      const document = readPolicy(ResourcePolicy);
      if (BlockPublicPolicy === true && isPublicPolicy(document)) throw publicPolicy();
      state.secrets.set(secret.name, { ...secret, policy: ResourcePolicy });
      return { ARN: secret.arn, Name: secret.name };
    },
  }),

  GetResourcePolicy: operation<
    SecretsState,
    SecretsManager.GetResourcePolicyRequest,
    SecretsManager.GetResourcePolicyResponse
  >({
    needs: ({ SecretId }, context) => needOn('GetResourcePolicy', context, SecretId),
    handle: ({ SecretId }, { state }) => {
      const { arn, name, policy } = requireLive(state, SecretId);
      return { ARN: arn, Name: name, ...(policy === undefined ? {} : { ResourcePolicy: policy }) };
    },
  }),

  DeleteResourcePolicy: operation<
    SecretsState,
    SecretsManager.DeleteResourcePolicyRequest,
    SecretsManager.DeleteResourcePolicyResponse
  >({
    needs: ({ SecretId }, context) => needOn('DeleteResourcePolicy', context, SecretId),
    handle: ({ SecretId }, { state }) => {
      const { policy: _, ...secret } = requireLive(state, SecretId);
      state.secrets.set(secret.name, secret);
      return { ARN: secret.arn, Name: secret.name };
    },
  }),

  ValidateResourcePolicy: operation<
    SecretsState,
    SecretsManager.ValidateResourcePolicyRequest,
    SecretsManager.ValidateResourcePolicyResponse
  >({
    needs: ({ SecretId }, context) =>
      SecretId === undefined
        ? { action: 'secretsmanager:ValidateResourcePolicy', resource: '*' }
        : needOn('ValidateResourcePolicy', context, SecretId),
    handle: ({ SecretId, ResourcePolicy = '' }, { state }) => {
      if (SecretId !== undefined) requireLive(state, SecretId);
      const document = readPolicy(ResourcePolicy);
      return isPublicPolicy(document)
        ? {
            PolicyValidationPassed: false,
            ValidationErrors: [
              {
                CheckName: 'PublicPolicy',
                ErrorMessage: publicPolicy().message,
              },
            ],
          }
        : { PolicyValidationPassed: true, ValidationErrors: [] };
    },
  }),
};
