import { createCipheriv, createDecipheriv } from 'node:crypto';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { invalidKeyId } from './errors.ts';
import { arnOf } from './names.ts';
import type { ParameterVersion, SsmState } from './state.ts';

type Context = OperationContext<SsmState>;

/** The key of the account for parameters that name none. */
export const OWN_KEY = 'alias/aws/ssm';

const IV_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 2;

/**
 * KMS for the caller: without permission on the key there is no value, whatever `ssm:GetParameter` says.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
 * @throws {AccessDeniedException | InvalidKeyId}
 */
const callKms = async (
  context: Context,
  operation: string,
  name: string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly Plaintext: Uint8Array; readonly CiphertextBlob: Uint8Array }> => {
  try {
    return (await context.call({
      service: 'kms',
      operation,
      input: { ...input, EncryptionContext: { PARAMETER_ARN: arnOf(context, name) } },
    })) as { readonly Plaintext: Uint8Array; readonly CiphertextBlob: Uint8Array };
  } catch (error) {
    if (!(error instanceof AwsError) || error.denied) throw error;
    throw invalidKeyId(error.message);
  }
};

/** Encrypts a value as its tier has it: a standard one by the key itself, an advanced one by a data key of its own. */
export const encryptValue = async (
  context: Context,
  name: string,
  value: string,
  how: { readonly keyId: string; readonly tier: string },
): Promise<Pick<ParameterVersion, 'value' | 'cipher'>> => {
  const plaintext = Buffer.from(value);
  if (how.tier === 'Standard') {
    const { CiphertextBlob } = await callKms(context, 'Encrypt', name, {
      KeyId: how.keyId,
      Plaintext: plaintext,
    });
    return { value: Buffer.from(CiphertextBlob).toString('base64'), cipher: 'key' };
  }
  const made = await callKms(context, 'GenerateDataKey', name, {
    KeyId: how.keyId,
    KeySpec: 'AES_256',
  });
  const iv = context.random.bytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', made.Plaintext, iv);
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(made.CiphertextBlob.length);
  const blob = Buffer.concat([length, made.CiphertextBlob, iv, cipher.getAuthTag(), sealed]);
  return { value: blob.toString('base64'), cipher: 'data-key' };
};

/** The value behind what is kept. */
export const decryptValue = async (
  context: Context,
  name: string,
  { value, cipher }: ParameterVersion,
): Promise<string> => {
  // State of before there were keys has the value itself.
  if (cipher === undefined) return value;
  const blob = Buffer.from(value, 'base64');
  if (cipher === 'key') {
    const { Plaintext } = await callKms(context, 'Decrypt', name, { CiphertextBlob: blob });
    return Buffer.from(Plaintext).toString();
  }
  const keyEnd = LENGTH_BYTES + blob.readUInt16BE(0);
  const { Plaintext } = await callKms(context, 'Decrypt', name, {
    CiphertextBlob: blob.subarray(LENGTH_BYTES, keyEnd),
  });
  const tagAt = keyEnd + IV_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', Plaintext, blob.subarray(keyEnd, tagAt));
  decipher.setAuthTag(blob.subarray(tagAt, tagAt + TAG_BYTES));
  return Buffer.concat([
    decipher.update(blob.subarray(tagAt + TAG_BYTES)),
    decipher.final(),
  ]).toString();
};
