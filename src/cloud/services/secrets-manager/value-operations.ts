import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  invalidParameter,
  invalidRequest,
  stageNotFound,
  validation,
  versionExists,
  versionNotFound,
} from './errors.ts';
import { checkFilters, passes } from './filters.ts';
import { LIMITS, PAGE } from './limits.ts';
import { allSecrets, checkToken, dayOf, needOn, requireLive } from './names.ts';
import { page } from './page.ts';
import { openValue, sealValue } from './seal.ts';
import type { Secret, SecretsState, SecretVersion } from './state.ts';
import { DEFAULT_KEY } from './state.ts';
import { attach, CURRENT, detach, holderOf, withVersion } from './versions.ts';

type Context = OperationContext<SecretsState>;

interface GivenValue {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/** A request's value. @throws {InvalidParameterException | ValidationException} */
export const givenValue = ({ SecretString, SecretBinary }: GivenValue) => {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  if (SecretString === undefined && SecretBinary === undefined) return undefined;
  const bytes = SecretBinary ?? Buffer.from(SecretString ?? '');
  const member = SecretBinary === undefined ? 'secretString' : 'secretBinary';
  if (bytes.length < 1 || bytes.length > LIMITS.valueBytes)
    throw validation(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${bytes.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${LIMITS.valueBytes}`}`,
    );
  return { bytes, kind: SecretBinary === undefined ? ('string' as const) : ('binary' as const) };
};

/**
 * Writes a version, or finds that it has been written.
 * @throws {ResourceExistsException} when a version has this id and another value
 */
export const putVersion = async (
  context: Context,
  secret: Secret,
  version: {
    readonly id: string;
    readonly value: NonNullable<ReturnType<typeof givenValue>>;
    readonly stages: readonly string[] | undefined;
    readonly kmsKeyId: string | undefined;
  },
): Promise<SecretVersion> => {
  const where = { arn: secret.arn, versionId: version.id, kmsKeyId: version.kmsKeyId };
  const known = secret.versions.find(({ id }) => id === version.id);
  if (known !== undefined && known.copies.length > 0) {
    const there = await openValue(context, where, known.copies);
    if (known.kind !== version.value.kind || !Buffer.from(there).equals(version.value.bytes))
      throw versionExists(version.id);
    return known;
  }
  const sealed = await sealValue(context, where, version.value.bytes);
  // What happened while KMS worked counts: the secret is read again.
  const now = context.clock.now();
  const current = requireLive(context.state, secret.arn);
  const versions = withVersion(
    current.versions,
    { id: version.id, createdAt: now, kind: version.value.kind, copies: [sealed] },
    version.stages,
  );
  context.state.secrets.set(current.name, { ...current, versions, changedAt: now });
  return versions.find(({ id }) => id === version.id) as SecretVersion;
};

/** The version that a request means. @throws {ResourceNotFoundException | InvalidRequestException} */
const versionOf = (
  { versions }: Secret,
  { VersionId, VersionStage }: SecretsManager.GetSecretValueRequest,
): SecretVersion => {
  if (VersionId === undefined) {
    const stage = VersionStage ?? CURRENT;
    const found = holderOf(versions, stage);
    if (found === undefined || found.copies.length === 0) throw stageNotFound(stage);
    return found;
  }
  const found = versions.find(({ id }) => id === VersionId);
  if (found === undefined) throw versionNotFound(VersionId);
  if (VersionStage !== undefined && !found.stages.includes(VersionStage))
    throw invalidRequest(
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  if (found.copies.length === 0)
    throw VersionStage === undefined ? versionNotFound(VersionId) : stageNotFound(VersionStage);
  return found;
};

const getValue = async (
  input: SecretsManager.GetSecretValueRequest,
  context: Context,
): Promise<SecretsManager.GetSecretValueResponse> => {
  const secret = requireLive(context.state, input.SecretId);
  const version = versionOf(secret, input);
  const bytes = await openValue(
    context,
    { arn: secret.arn, versionId: version.id },
    version.copies,
  );
  const accessedAt = dayOf(context.clock.now());
  const current = context.state.secrets.get(secret.name);
  if (current?.arn === secret.arn && current.accessedAt !== accessedAt)
    context.state.secrets.set(current.name, {
      ...current,
      accessedAt,
      versions: current.versions.map((one) =>
        one.id === version.id ? { ...one, accessedAt } : one,
      ),
    });
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...(version.kind === 'binary'
      ? { SecretBinary: bytes }
      : { SecretString: Buffer.from(bytes).toString() }),
    VersionStages: [...version.stages],
    CreatedDate: new Date(version.createdAt),
  };
};

const moveStage = (
  secret: Secret,
  input: SecretsManager.UpdateSecretVersionStageRequest,
): readonly SecretVersion[] => {
  const { VersionStage: stage = '', RemoveFromVersionId: from, MoveToVersionId: to } = input;
  const { versions } = secret;
  for (const id of [from, to])
    if (id !== undefined && !versions.some((version) => version.id === id))
      throw invalidParameter(`Not a valid version: ${id}`);
  const holder = holderOf(versions, stage);
  if (from === undefined && holder !== undefined && holder.id !== to)
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (from !== undefined && holder?.id !== from)
    throw invalidParameter(
      `The staging label ${stage} is not attached to the version ${from} that RemoveFromVersionId names.`,
    );
  if (to !== undefined) return attach(versions, to, stage);
  if (stage === CURRENT)
    throw invalidParameter(
      'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    );
  return detach(versions, stage);
};

/** Values of secrets and their versions. */
export const valueOperations: OperationTable<SecretsState> = {
  GetSecretValue: operation<
    SecretsState,
    SecretsManager.GetSecretValueRequest,
    SecretsManager.GetSecretValueResponse
  >({
    needs: ({ SecretId, VersionId, VersionStage }, context) =>
      needOn('GetSecretValue', context, SecretId, {
        ...(VersionId === undefined ? {} : { 'secretsmanager:VersionId': VersionId }),
        ...(VersionStage === undefined && VersionId !== undefined
          ? {}
          : { 'secretsmanager:VersionStage': VersionStage ?? CURRENT }),
      }),
    handle: getValue,
  }),

  BatchGetSecretValue: operation<
    SecretsState,
    SecretsManager.BatchGetSecretValueRequest,
    SecretsManager.BatchGetSecretValueResponse
  >({
    needs: () => ({ action: 'secretsmanager:BatchGetSecretValue', resource: '*' }),
    handle: async (input, context) => {
      const { SecretIdList, Filters, MaxResults } = input;
      if ((SecretIdList === undefined) === (Filters === undefined))
        throw invalidParameter('Either SecretIdList or Filters must be provided, but not both.');
      if (SecretIdList !== undefined && MaxResults !== undefined)
        throw invalidParameter('MaxResults is for Filters; with a SecretIdList leave it out.');
      if ((SecretIdList ?? []).length > LIMITS.batch)
        throw invalidParameter(`SecretIdList has at most ${LIMITS.batch} secrets.`);
      checkFilters(Filters ?? []);
      const ids =
        SecretIdList ??
        allSecrets(context.state)
          .filter(
            (secret) =>
              secret.purgeAt === undefined && passes(secret, Filters ?? [], context.state),
          )
          .map(({ arn }) => arn);
      const { items, more } = page(ids, input, PAGE.batch);
      const SecretValues: SecretsManager.SecretValueEntry[] = [];
      const Errors: SecretsManager.APIErrorType[] = [];
      // Each secret is asked for on its own, so that its own policies decide.
      for (const SecretId of items)
        try {
          SecretValues.push(
            (await context.call({
              service: 'secrets-manager',
              operation: 'GetSecretValue',
              input: { SecretId },
            })) as SecretsManager.SecretValueEntry,
          );
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
        }
      return { SecretValues, Errors, ...more };
    },
  }),

  PutSecretValue: operation<
    SecretsState,
    SecretsManager.PutSecretValueRequest,
    SecretsManager.PutSecretValueResponse
  >({
    needs: ({ SecretId }, context) => needOn('PutSecretValue', context, SecretId),
    handle: async (input, context) => {
      const secret = requireLive(context.state, input.SecretId);
      const id = checkToken(input.ClientRequestToken);
      const value = givenValue(input);
      if (value === undefined)
        throw invalidRequest('You must provide either SecretString or SecretBinary.');
      const { VersionStages: stages } = input;
      if (stages !== undefined && (stages.length < 1 || stages.length > LIMITS.stages))
        throw validation(
          `1 validation error detected: Value at 'versionStages' failed to satisfy constraint: Member must have length between 1 and ${LIMITS.stages}`,
        );
      const version = await putVersion(context, secret, {
        id,
        value,
        stages,
        kmsKeyId: secret.kmsKeyId,
      });
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: id,
        VersionStages: [...version.stages],
      };
    },
  }),

  UpdateSecretVersionStage: operation<
    SecretsState,
    SecretsManager.UpdateSecretVersionStageRequest,
    SecretsManager.UpdateSecretVersionStageResponse
  >({
    needs: ({ SecretId, VersionStage = '' }, context) =>
      needOn('UpdateSecretVersionStage', context, SecretId, {
        'secretsmanager:VersionStage': VersionStage,
      }),
    handle: (input, context) => {
      const secret = requireLive(context.state, input.SecretId);
      context.state.secrets.set(secret.name, {
        ...secret,
        versions: moveStage(secret, input),
        changedAt: context.clock.now(),
      });
      return { ARN: secret.arn, Name: secret.name };
    },
  }),

  ListSecretVersionIds: operation<
    SecretsState,
    SecretsManager.ListSecretVersionIdsRequest,
    SecretsManager.ListSecretVersionIdsResponse
  >({
    needs: ({ SecretId }, context) => needOn('ListSecretVersionIds', context, SecretId),
    handle: (input, context) => {
      const secret = requireLive(context.state, input.SecretId);
      const found = secret.versions.filter(
        ({ stages }) => stages.length > 0 || input.IncludeDeprecated === true,
      );
      const { items, more } = page(found, input, PAGE.versions);
      return {
        ARN: secret.arn,
        Name: secret.name,
        Versions: items.map(({ id, stages, createdAt, accessedAt, copies }) => ({
          VersionId: id,
          ...(stages.length === 0 ? {} : { VersionStages: [...stages] }),
          CreatedDate: new Date(createdAt),
          ...(accessedAt === undefined ? {} : { LastAccessedDate: new Date(accessedAt) }),
          KmsKeyIds:
            copies.length === 0
              ? [secret.kmsKeyId ?? DEFAULT_KEY]
              : copies.map(({ keyId }) => keyId),
        })),
        ...more,
      };
    },
  }),
};
