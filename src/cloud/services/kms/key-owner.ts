import { ownerIn } from './ciphertext.ts';

/**
 * Operations that work on keys of other accounts: those with "Yes" in the column "Cross-account use". A key policy that
 * lets another account do anything else has no effect.
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
 */
const ACROSS_ACCOUNTS: ReadonlySet<string> = new Set([
  'CreateGrant',
  'Decrypt',
  'DeriveSharedSecret',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'GetKeyRotationStatus',
  'GetPublicKey',
  'ListGrants',
  'ReEncrypt',
  'RetireGrant',
  'RevokeGrant',
  'Sign',
  'Verify',
  'VerifyMac',
]);

interface NamesKey {
  readonly KeyId?: string;
  readonly SourceKeyId?: string;
  readonly CiphertextBlob?: Uint8Array;
}

/**
 * Whose key a call is about: of the key or alias that it names by its ARN, else of the ciphertext that it brings.
 * Differs: both keys of ReEncrypt are of one account.
 */
export const ownerOfKey = (operation: string, input: unknown): string | undefined => {
  if (!ACROSS_ACCOUNTS.has(operation)) return undefined;
  const { KeyId, SourceKeyId, CiphertextBlob } = input as NamesKey;
  const named = KeyId ?? SourceKeyId;
  if (named !== undefined) return /^arn:[^:]+:kms:[^:]*:(\d{12}):/.exec(named)?.[1];
  return CiphertextBlob === undefined ? undefined : ownerIn(CiphertextBlob);
};
