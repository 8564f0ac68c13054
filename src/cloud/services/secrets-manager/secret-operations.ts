import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  invalidParameter,
  invalidRequest,
  isBeingDeleted,
  secretExists,
  versionExists,
} from './errors.ts';
import { checkFilters, passes } from './filters.ts';
import { DAY_MS, LIMITS, PAGE } from './limits.ts';
import {
  allSecrets,
  checkName,
  checkToken,
  findSecret,
  needOn,
  newArn,
  requireLive,
  requireSecret,
  tagKeys,
} from './names.ts';
import { page } from './page.ts';
import { isOwnKey, openValue, sealValue, validateKey } from './seal.ts';
import { armTimer } from './rotate.ts';
import { windowEnd } from './schedule.ts';
import type { Secret, SecretsState, SecretVersion } from './state.ts';
import { givenValue, putVersion } from './value-operations.ts';
import { stagesById, withVersion } from './versions.ts';

type Context = OperationContext<SecretsState>;

/** @throws {InvalidParameterException} */
const tagsOf = (tags: readonly SecretsManager.Tag[] | undefined, { via }: Context) => {
  const system = (tags ?? []).find(({ Key = '' }) => /^aws:/i.test(Key));
  if (system !== undefined && via !== 'cloudformation.amazonaws.com')
    throw invalidParameter(`The tag key ${system.Key} begins with aws:, which is for AWS.`);
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
};

const checkTagCount = (tags: Readonly<Record<string, string>>): void => {
  if (Object.keys(tags).length > LIMITS.tags)
    throw invalidParameter(`A secret can have at most ${LIMITS.tags} tags.`);
};

const create = async (
  input: SecretsManager.CreateSecretRequest,
  context: Context,
): Promise<SecretsManager.CreateSecretResponse> => {
  const { Name: name = '', KmsKeyId: kmsKeyId } = input;
  if ((input.AddReplicaRegions ?? []).length > 0)
    throw notSupported('Replicas of secrets (AddReplicaRegions)');
  if (input.Type !== undefined) throw notSupported('Secrets managed by other services (Type)');
  checkName(name);
  const value = givenValue(input);
  const token = checkToken(input.ClientRequestToken);
  const tags = tagsOf(input.Tags, context);
  checkTagCount(tags);
  const existing = findSecret(context.state, name);
  if (existing?.purgeAt !== undefined) throw isBeingDeleted();
  if (existing !== undefined) return again(context, existing, token, value);
  const arn = newArn(context, name);
  const where = { arn, versionId: token, kmsKeyId };
  await validateKey(context, arn, kmsKeyId);
  const sealed = value === undefined ? undefined : await sealValue(context, where, value.bytes);
  if (findSecret(context.state, name) !== undefined) throw secretExists(name);
  const now = context.clock.now();
  context.state.secrets.set(name, {
    name,
    arn,
    ...(input.Description === undefined || input.Description === ''
      ? {}
      : { description: input.Description }),
    ...(kmsKeyId === undefined || isOwnKey(kmsKeyId) ? {} : { kmsKeyId }),
    createdAt: now,
    changedAt: now,
    tags,
    versions:
      sealed === undefined || value === undefined
        ? []
        : withVersion(
            [],
            { id: token, createdAt: now, kind: value.kind, copies: [sealed] },
            undefined,
          ),
  });
  return { ARN: arn, Name: name, ...(sealed === undefined ? {} : { VersionId: token }) };
};

/** A creation that was sent twice is one. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html, ClientRequestToken */
const again = async (
  context: Context,
  { arn, name, versions }: Secret,
  token: string,
  value: ReturnType<typeof givenValue>,
): Promise<SecretsManager.CreateSecretResponse> => {
  const known = versions.find(({ id }) => id === token);
  if (known === undefined || value === undefined) throw secretExists(name);
  const there = await openValue(context, { arn, versionId: token }, known.copies);
  if (known.kind !== value.kind || !Buffer.from(there).equals(value.bytes))
    throw versionExists(token);
  return { ARN: arn, Name: name, VersionId: token };
};

/**
 * The labelled versions under the new key too, as far as the caller may read them.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
 */
const underNewKey = async (
  context: Context,
  { arn, versions }: Secret,
  kmsKeyId: string | undefined,
): Promise<ReadonlyMap<string, SecretVersion>> => {
  const changed = new Map<string, SecretVersion>();
  for (const version of versions) {
    if (version.copies.length === 0 || !version.stages.some((stage) => stage.startsWith('AWS')))
      continue;
    const where = { arn, versionId: version.id, kmsKeyId };
    try {
      const copy = await sealValue(context, where, await openValue(context, where, version.copies));
      const others = version.copies.filter(({ keyId }) => keyId !== copy.keyId);
      changed.set(version.id, { ...version, copies: [copy, ...others] });
    } catch {
      // "If you don't have kms:Decrypt permission to the previous key, … Secrets Manager can't re-encrypt": not an error
    }
  }
  return changed;
};

const update = async (
  input: SecretsManager.UpdateSecretRequest,
  context: Context,
): Promise<SecretsManager.UpdateSecretResponse> => {
  if (input.Type !== undefined) throw notSupported('Secrets managed by other services (Type)');
  const secret = requireLive(context.state, input.SecretId);
  const value = givenValue(input);
  const token = value === undefined ? undefined : checkToken(input.ClientRequestToken);
  const kmsKeyId =
    input.KmsKeyId === undefined
      ? secret.kmsKeyId
      : isOwnKey(input.KmsKeyId)
        ? undefined
        : input.KmsKeyId;
  const moves = input.KmsKeyId !== undefined && kmsKeyId !== secret.kmsKeyId;
  if (moves) await validateKey(context, secret.arn, kmsKeyId);
  const copies = moves
    ? await underNewKey(context, secret, kmsKeyId)
    : new Map<string, SecretVersion>();
  if (value !== undefined && token !== undefined)
    await putVersion(context, secret, { id: token, value, stages: undefined, kmsKeyId });
  const { description: _d, kmsKeyId: _k, ...current } = requireLive(context.state, secret.arn);
  const description = input.Description ?? secret.description ?? '';
  context.state.secrets.set(secret.name, {
    ...current,
    ...(description === '' ? {} : { description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    versions: current.versions.map((version) => {
      const changed = copies.get(version.id);
      return changed === undefined ? version : { ...version, copies: changed.copies };
    }),
    changedAt: context.clock.now(),
  });
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(token === undefined ? {} : { VersionId: token }),
  };
};

/** What descriptions and lists tell alike. */
const describe = (secret: Secret) => {
  const { rotation } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === undefined ? {} : { KmsKeyId: secret.kmsKeyId }),
    ...(rotation === undefined
      ? {}
      : {
          RotationEnabled: rotation.enabled,
          RotationLambdaARN: rotation.lambdaArn,
          RotationRules: { ...rotation.rules },
          ...(rotation.rotatedAt === undefined
            ? {}
            : { LastRotatedDate: new Date(rotation.rotatedAt) }),
          ...(rotation.nextAt === undefined
            ? {}
            : { NextRotationDate: new Date(windowEnd(rotation.rules, rotation.nextAt)) }),
        }),
    LastChangedDate: new Date(secret.changedAt),
    ...(secret.accessedAt === undefined ? {} : { LastAccessedDate: new Date(secret.accessedAt) }),
    ...(secret.purgeAt === undefined ? {} : { DeletedDate: new Date(secret.purgeAt) }),
    ...(Object.keys(secret.tags).length === 0
      ? {}
      : { Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })) }),
    CreatedDate: new Date(secret.createdAt),
  };
};

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
    handle: create,
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
    handle: update,
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
        ...describe(secret),
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
            ...describe(secret),
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
