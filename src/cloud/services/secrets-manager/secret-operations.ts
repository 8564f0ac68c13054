import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { describeSecret } from './describe-secret.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import { checkFilters, passes } from './filters.ts';
import { DAY_MS, LIMITS, PAGE } from './limits.ts';
import {
  allSecrets,
  findSecret,
  needOn,
  newArn,
  requireLive,
  requireSecret,
  tagKeys,
} from './names.ts';
import { page } from './page.ts';
import { armTimer } from './rotate.ts';
import type { Secret, SecretsState } from './state.ts';
import { stagesById } from './versions.ts';
import { checkTagCount, createSecret, tagsOf, updateSecret } from './write-secret.ts';

const SORTS = {
  'created-date': ({ createdAt }: Secret) => createdAt,
  'last-accessed-date': ({ accessedAt = 0 }: Secret) => accessedAt,
  'last-changed-date': ({ changedAt }: Secret) => changedAt,
  name: ({ name }: Secret) => name,
} as const;

/** Secrets themselves: made, told, listed, changed, deleted, restored, tagged. */
export const secretOperations: OperationTable<SecretsState> = {
  CreateSecret: operation<
    SecretsState,
    SecretsManager.CreateSecretRequest,
    SecretsManager.CreateSecretResponse
  >({
    needs: (input, context) => {
      const tags = input.Tags ?? [];
      const conditions = {
        'secretsmanager:Name': input.Name ?? '',
        ...(input.Description === undefined
          ? {}
          : { 'secretsmanager:Description': input.Description }),
        ...(input.KmsKeyId === undefined ? {} : { 'secretsmanager:KmsKeyId': input.KmsKeyId }),
        ...tagKeys(tags),
      };
      return [
        needOn('CreateSecret', context, input.Name, conditions),
        // CloudFormation's own tags ask for no permission of the deployer.
        ...(tags.every(({ Key = '' }) => Key.startsWith('aws:'))
          ? []
          : [needOn('TagResource', context, input.Name, conditions)]),
      ];
    },
    handle: createSecret,
  }),

  UpdateSecret: operation<
    SecretsState,
    SecretsManager.UpdateSecretRequest,
    SecretsManager.UpdateSecretResponse
  >({
    needs: ({ SecretId, Description, KmsKeyId }, context) =>
      needOn('UpdateSecret', context, SecretId, {
        ...(Description === undefined ? {} : { 'secretsmanager:Description': Description }),
        ...(KmsKeyId === undefined ? {} : { 'secretsmanager:KmsKeyId': KmsKeyId }),
      }),
    handle: updateSecret,
  }),

  DescribeSecret: operation<
    SecretsState,
    SecretsManager.DescribeSecretRequest,
    SecretsManager.DescribeSecretResponse
  >({
    needs: ({ SecretId }, context) => needOn('DescribeSecret', context, SecretId),
    handle: ({ SecretId }, { state }) => {
      const secret = requireSecret(state, SecretId);
      const stages = stagesById(secret.versions);
      return {
        ...describeSecret(secret),
        ...(stages === undefined ? {} : { VersionIdsToStages: stages }),
      };
    },
  }),

  ListSecrets: operation<
    SecretsState,
    SecretsManager.ListSecretsRequest,
    SecretsManager.ListSecretsResponse
  >({
    needs: () => ({ action: 'secretsmanager:ListSecrets', resource: '*' }),
    handle: (input, { state }) => {
      const filters = input.Filters ?? [];
      checkFilters(filters);
      const sort = input.SortBy ?? 'created-date';
      if (!Object.hasOwn(SORTS, sort))
        throw invalidParameter(
          `SortBy is ${input.SortBy}; it is one of ${Object.keys(SORTS).join(', ')}.`,
        );
      const by: (secret: Secret) => number | string = SORTS[sort];
      const found = allSecrets(state)
        .filter(
          (secret) =>
            (secret.purgeAt === undefined || input.IncludePlannedDeletion === true) &&
            passes(secret, filters, state),
        )
        .sort((one, other) => (by(one) < by(other) ? -1 : by(one) > by(other) ? 1 : 0));
      if (input.SortOrder === 'desc') found.reverse();
      const { items, more } = page(found, input, PAGE.secrets);
      return {
        SecretList: items.map((secret) => {
          const stages = stagesById(secret.versions);
          return {
            ...describeSecret(secret),
            ...(stages === undefined ? {} : { SecretVersionsToStages: stages }),
          };
        }),
        ...more,
      };
    },
  }),

  DeleteSecret: operation<
    SecretsState,
    SecretsManager.DeleteSecretRequest,
    SecretsManager.DeleteSecretResponse
  >({
    needs: ({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery }, context) =>
      needOn('DeleteSecret', context, SecretId, {
        ...(RecoveryWindowInDays === undefined
          ? {}
          : { 'secretsmanager:RecoveryWindowInDays': String(RecoveryWindowInDays) }),
        'secretsmanager:ForceDeleteWithoutRecovery': String(ForceDeleteWithoutRecovery === true),
      }),
    handle: (input, context) => {
      const { state, clock } = context;
      const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force = false } = input;
      if (days !== undefined && force)
        throw invalidParameter(
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        );
      const { least, most } = LIMITS.recoveryDays;
      if (days !== undefined && (days < least || days > most))
        throw invalidParameter(
          `The RecoveryWindowInDays value must be between ${least} and ${most} days (inclusive).`,
        );
      const now = clock.now();
      if (force) {
        // "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException."
        const secret = findSecret(state, input.SecretId ?? '');
        if (secret === undefined)
          return {
            ARN: newArn(context, input.SecretId ?? ''),
            Name: input.SecretId,
            DeletionDate: new Date(now),
          };
        forget(state, secret.name);
        return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(now) };
      }
      const secret = requireSecret(state, input.SecretId);
      if (secret.purgeAt !== undefined)
        throw invalidRequest(
          "You can't perform this operation on the secret because it was already scheduled for deletion.",
        );
      const purgeAt = now + (days ?? most) * DAY_MS;
      stopTimer(state, secret.name);
      state.secrets.set(secret.name, { ...secret, purgeAt });
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(purgeAt) };
    },
  }),

  RestoreSecret: operation<
    SecretsState,
    SecretsManager.RestoreSecretRequest,
    SecretsManager.RestoreSecretResponse
  >({
    needs: ({ SecretId }, context) => needOn('RestoreSecret', context, SecretId),
    handle: ({ SecretId }, context) => {
      const { purgeAt: _, ...secret } = requireSecret(context.state, SecretId);
      context.state.secrets.set(secret.name, secret);
      armTimer(context, secret.name);
      return { ARN: secret.arn, Name: secret.name };
    },
  }),

  TagResource: operation<SecretsState, SecretsManager.TagResourceRequest, object>({
    needs: ({ SecretId, Tags = [] }, context) =>
      needOn('TagResource', context, SecretId, tagKeys(Tags)),
    handle: ({ SecretId, Tags }, context) => {
      const secret = requireLive(context.state, SecretId);
      const tags = { ...secret.tags, ...tagsOf(Tags, context) };
      checkTagCount(tags);
      context.state.secrets.set(secret.name, { ...secret, tags });
      return {};
    },
  }),

  UntagResource: operation<SecretsState, SecretsManager.UntagResourceRequest, object>({
    needs: ({ SecretId, TagKeys = [] }, context) =>
      needOn('UntagResource', context, SecretId, { 'aws:TagKeys': TagKeys }),
    handle: ({ SecretId, TagKeys = [] }, { state }) => {
      const secret = requireLive(state, SecretId);
      const gone = new Set(TagKeys);
      const tags = Object.fromEntries(
        Object.entries(secret.tags).filter(([name]) => !gone.has(name)),
      );
      state.secrets.set(secret.name, { ...secret, tags });
      return {};
    },
  }),
};

const stopTimer = ({ timers }: SecretsState, name: string): void => {
  timers.get(name)?.cancel();
  timers.delete(name);
};

const forget = (state: SecretsState, name: string): void => {
  stopTimer(state, name);
  state.secrets.delete(name);
};
