import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { invalidParameter, isBeingDeleted, secretExists, versionExists } from './errors.ts';
import { LIMITS } from './limits.ts';
import { checkName, checkToken, findSecret, newArn, requireLive } from './names.ts';
import { isOwnKey, openValue, sealValue, validateKey } from './seal.ts';
import type { Secret, SecretsState, SecretVersion } from './state.ts';
import { givenValue, putVersion } from './value-operations.ts';
import { withVersion } from './versions.ts';

type Context = OperationContext<SecretsState>;

/** Tags of a request; those of AWS are CloudFormation's to set. @throws {InvalidParameterException} */
export const tagsOf = (tags: readonly SecretsManager.Tag[] | undefined, { via }: Context) => {
  const system = (tags ?? []).find(({ Key = '' }) => /^aws:/i.test(Key));
  if (system !== undefined && via !== 'cloudformation.amazonaws.com')
    throw invalidParameter(`The tag key ${system.Key} begins with aws:, which is for AWS.`);
  return Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
};

/** @throws {InvalidParameterException} */
export const checkTagCount = (tags: Readonly<Record<string, string>>): void => {
  if (Object.keys(tags).length > LIMITS.tags)
    throw invalidParameter(`A secret can have at most ${LIMITS.tags} tags.`);
};

/** CreateSecret. */
export const createSecret = async (
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

/** UpdateSecret. */
export const updateSecret = async (
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
