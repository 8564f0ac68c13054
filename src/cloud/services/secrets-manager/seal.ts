import { createCipheriv, createDecipheriv } from 'node:crypto';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { decryptionFailed, encryptionFailed, kmsNotAllowed } from './errors.ts';
import type { SealedValue, SecretsState } from './state.ts';
import { DEFAULT_KEY } from './state.ts';

type Context = OperationContext<SecretsState>;

const OWN_KEY = 'alias/aws/secretsmanager';
const IV_BYTES = 12;

/** Whether a request means AWS's own key. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html, KmsKeyId */
export const isOwnKey = (keyId: string | undefined): boolean =>
  keyId === undefined || keyId === '' || /(^|:)alias\/aws\/secretsmanager$/.test(keyId);

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context */
const contextOf = (secretArn: string, versionId: string) => ({
  SecretARN: secretArn,
  SecretVersionId: versionId,
});

/** KMS for the caller, under the caller's own permissions: `kms:ViaService` says that it is through this service. */
const callKms = async (
  context: Context,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  failure: () => AwsError,
): Promise<{
  readonly Plaintext: Uint8Array;
  readonly CiphertextBlob: Uint8Array;
  readonly KeyId: string;
}> => {
  try {
    return (await context.call({ service: 'kms', operation, input })) as {
      readonly Plaintext: Uint8Array;
      readonly CiphertextBlob: Uint8Array;
      readonly KeyId: string;
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const told = error.denied ? kmsNotAllowed() : failure();
    told.hint = `KMS: ${error.message}${error.hint === undefined ? '' : ` ${error.hint}`}`;
    throw told;
  }
};

/**
 * Encrypts a value under a data key of its own.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encrypt
 * @throws {AccessDeniedException | EncryptionFailure}
 */
export const sealValue = async (
  context: Context,
  where: {
    readonly arn: string;
    readonly versionId: string;
    readonly kmsKeyId: string | undefined;
  },
  value: Uint8Array,
): Promise<SealedValue> => {
  const own = isOwnKey(where.kmsKeyId);
  const made = await callKms(
    context,
    'GenerateDataKey',
    {
      KeyId: own ? OWN_KEY : where.kmsKeyId,
      KeySpec: 'AES_256',
      EncryptionContext: contextOf(where.arn, where.versionId),
    },
    encryptionFailed,
  );
  const iv = Uint8Array.from(context.random.bytes(IV_BYTES));
  const cipher = createCipheriv('aes-256-gcm', made.Plaintext, iv);
  const bytes = Uint8Array.from(Buffer.concat([cipher.update(value), cipher.final()]));
  return {
    keyId: own ? DEFAULT_KEY : made.KeyId,
    dataKey: made.CiphertextBlob,
    iv,
    tag: Uint8Array.from(cipher.getAuthTag()),
    bytes,
  };
};

const openCopy = async (
  context: Context,
  where: { readonly arn: string; readonly versionId: string },
  copy: SealedValue,
): Promise<Uint8Array> => {
  const { Plaintext } = await callKms(
    context,
    'Decrypt',
    {
      CiphertextBlob: copy.dataKey,
      EncryptionContext: contextOf(where.arn, where.versionId),
    },
    decryptionFailed,
  );
  const decipher = createDecipheriv('aes-256-gcm', Plaintext, copy.iv);
  decipher.setAuthTag(copy.tag);
  return Buffer.concat([decipher.update(copy.bytes), decipher.final()]);
};

/**
 * Decrypts a version's value. After a change of its key a version is there under both, and either will do.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html
 * @throws {AccessDeniedException | DecryptionFailure}
 */
export const openValue = async (
  context: Context,
  where: { readonly arn: string; readonly versionId: string },
  copies: readonly SealedValue[],
): Promise<Uint8Array> => {
  let failure: unknown = decryptionFailed();
  for (const [index, copy] of copies.entries()) {
    try {
      return await openCopy(context, where, copy);
    } catch (error) {
      if (index === 0) failure = error;
    }
  }
  throw failure;
};

/**
 * A key that a request names must be one that the caller may use, whether or not there is a value yet.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-using-cmk
 * @throws {AccessDeniedException | EncryptionFailure | DecryptionFailure}
 */
export const validateKey = async (
  context: Context,
  arn: string,
  kmsKeyId: string | undefined,
): Promise<void> => {
  if (isOwnKey(kmsKeyId)) return;
  const where = { arn, versionId: 'RequestToValidateKeyAccess', kmsKeyId };
  await openCopy(context, where, await sealValue(context, where, new Uint8Array()));
};
