import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import type { SnsState, Topic } from './state.ts';

/** KMS's errors as SNS tells them. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors */
const CODES: Readonly<Record<string, string>> = {
  DisabledException: 'KMSDisabledException',
  KMSInvalidStateException: 'KMSInvalidStateException',
  NotFoundException: 'KMSNotFoundException',
};

/**
 * Who publishes to an encrypted topic must be allowed to make and open a data key of the topic's key, alarms and other
 * services by the key's policy.
 * Differs: messages wait in the cloud's memory as they are; each call makes a data key where AWS uses one for a while.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @throws {KMSAccessDeniedException} and its kin
 */
export const makeDataKey = async (
  context: OperationContext<SnsState>,
  topic: Topic,
): Promise<void> => {
  const { KmsMasterKeyId } = topic.attributes;
  if (KmsMasterKeyId === undefined) return;
  const EncryptionContext = { 'aws:sns:topicArn': topic.arn };
  try {
    const { CiphertextBlob } = (await context.call({
      service: 'kms',
      operation: 'GenerateDataKey',
      input: { KeyId: KmsMasterKeyId, KeySpec: 'AES_256', EncryptionContext },
    })) as { readonly CiphertextBlob: Uint8Array };
    await context.call({
      service: 'kms',
      operation: 'Decrypt',
      input: { CiphertextBlob, EncryptionContext },
    });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const code = error.denied ? 'KMSAccessDeniedException' : CODES[error.code];
    if (code === undefined) throw error;
    throw new AwsError(
      code,
      `${error.message} (Service: AWSKMS; Status Code: ${error.status}; Error Code: ${error.code})`,
    );
  }
};
