import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { principalName } from '../../core/principals.ts';
import type { KinesisState, Stream } from './state.ts';

type Context = OperationContext<KinesisState>;

/** Errors of KMS as Kinesis hands them on. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html#API_PutRecord_Errors */
const CODES: Readonly<Record<string, string>> = {
  DisabledException: 'KMSDisabledException',
  KMSInvalidStateException: 'KMSInvalidStateException',
  InvalidKeyUsageException: 'KMSInvalidStateException',
  NotFoundException: 'KMSNotFoundException',
};

/** KMS for the caller, under the caller's own permissions: `kms:ViaService` says that it is through this service. */
const callKms = async (
  context: Context,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly CiphertextBlob: Uint8Array }> => {
  try {
    return (await context.call({ service: 'kms', operation, input })) as {
      readonly CiphertextBlob: Uint8Array;
    };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const code = error.denied ? 'KMSAccessDeniedException' : CODES[error.code];
    if (code === undefined) throw error;
    const told = new AwsError(code, error.message, { denied: error.denied });
    if (error.hint !== undefined) told.hint = error.hint;
    throw told;
  }
};

/** "Kinesis Data Streams uses the stream ARN as the encryption context". https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html */
const encryptionContext = ({ arn }: Stream) => ({ 'aws:kinesis:arn': arn });

/**
 * The id of the data key that the caller's records are written under: his last one, or a new one of KMS. The records
 * themselves lie in the clear; what counts is who may, and whether the key is there.
 * @throws {KMSAccessDeniedException | KMSDisabledException | KMSInvalidStateException | KMSNotFoundException}
 */
export const dataKeyFor = async (stream: Stream, context: Context): Promise<string> => {
  const { dataKeys } = context.state;
  const writer = `${stream.arn}\n${stream.keyId}\n${principalName(context.principal)}`;
  const known = dataKeys.current(writer, context.clock.now());
  if (known !== undefined) return known;
  const { CiphertextBlob: ciphertext } = await callKms(context, 'GenerateDataKey', {
    KeyId: stream.keyId,
    KeySpec: 'AES_256',
    EncryptionContext: encryptionContext(stream),
  });
  return dataKeys.add(writer, { streamArn: stream.arn, ciphertext }, context.clock.now());
};

/**
 * Makes sure that the caller may read what was written under data keys.
 * @throws {KMSAccessDeniedException | KMSDisabledException | KMSInvalidStateException | KMSNotFoundException}
 */
export const openDataKeys = async (
  ids: ReadonlySet<string>,
  stream: Stream,
  context: Context,
): Promise<void> => {
  const { dataKeys } = context.state;
  const reader = principalName(context.principal);
  for (const id of ids) {
    const key = dataKeys.get(id);
    if (key === undefined || dataKeys.isOpenTo(reader, id, context.clock.now())) continue;
    await callKms(context, 'Decrypt', {
      CiphertextBlob: key.ciphertext,
      EncryptionContext: encryptionContext(stream),
    });
    dataKeys.opened(reader, id, context.clock.now());
  }
};

/** A key that a stream is to be encrypted with must be there. @throws as {@link dataKeyFor} */
export const requireKey = async (keyId: string, context: Context): Promise<void> => {
  await callKms(context, 'DescribeKey', { KeyId: keyId });
};
