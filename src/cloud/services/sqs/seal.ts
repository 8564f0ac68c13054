import { AwsError } from '../../core/aws-error.ts';
import { principalName } from '../../core/principals.ts';
import type { Context } from './names.ts';
import type { Lane } from './state.ts';

/** KMS's errors under the names that SQS has for them. API_SendMessage.html#API_SendMessage_Errors */
const NAMES: Readonly<Record<string, string>> = {
  DisabledException: 'KmsDisabled',
  InvalidKeyUsageException: 'KmsInvalidKeyUsage',
  KMSInvalidStateException: 'KmsInvalidState',
  NotFoundException: 'KmsNotFound',
  ThrottlingException: 'KmsThrottled',
};

const callKms = async (
  context: Context,
  lane: Lane,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly CiphertextBlob: Uint8Array }> => {
  try {
    return (await context.call({
      service: 'kms',
      operation,
      input: { ...input, EncryptionContext: { 'aws:sqs:arn': lane.arn } },
    })) as { readonly CiphertextBlob: Uint8Array };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.denied ? 'KmsAccessDenied' : NAMES[error.code];
    if (code === undefined) throw error;
    const told = new AwsError(code, error.message, { denied: error.denied });
    if (error.hint !== undefined) told.hint = error.hint;
    throw told;
  }
};

/**
 * The data key for a message: made by KMS for whoever sends, under the sender's own permissions, and used again for as long as the
 * queue says.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export const seal = async (context: Context, lane: Lane): Promise<Uint8Array | undefined> => {
  const { kms } = lane.line.settings;
  if (kms === undefined) return undefined;
  const who = principalName(context.principal);
  const now = context.clock.now();
  const known = lane.sealing.get(who);
  if (known !== undefined && known.until > now) return known.dataKey;
  const made = await callKms(context, lane, 'GenerateDataKey', {
    KeyId: kms.keyId,
    KeySpec: 'AES_256',
  });
  // "The call to kms:Decrypt is to verify the integrity of the new data key before using it" (sqs-key-management.html).
  await callKms(context, lane, 'Decrypt', { CiphertextBlob: made.CiphertextBlob });
  lane.sealing.set(who, { until: now + kms.reuseMs, dataKey: made.CiphertextBlob });
  return made.CiphertextBlob;
};

/** Who receives must be able to decrypt: asked of KMS once in a while. */
export const open = async (context: Context, lane: Lane, dataKey: Uint8Array): Promise<void> => {
  const now = context.clock.now();
  // A principal may open what it opened before: the key's bytes are its name.
  const what = `${principalName(context.principal)} ${Buffer.from(dataKey).toString('base64')}`;
  if ((lane.opening.get(what) ?? 0) > now) return;
  await callKms(context, lane, 'Decrypt', { CiphertextBlob: dataKey });
  for (const [one, until] of lane.opening) if (until <= now) lane.opening.delete(one);
  lane.opening.set(what, now + (lane.line.settings.kms?.reuseMs ?? 0));
};
