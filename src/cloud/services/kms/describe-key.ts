import type * as Kms from '@aws-sdk/client-kms';
import { factsOf } from './key-specs.ts';
import type { Key } from './state.ts';

/** A key as CreateKey and DescribeKey tell it. */
export const describeKey = (key: Key, accountId: string): Kms.KeyMetadata => {
  const facts = factsOf(key.spec);
  const pending = key.deletionAt !== undefined;
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
    Enabled: key.enabled && !pending,
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: pending ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled',
    ...(key.deletionAt === undefined ? {} : { DeletionDate: new Date(key.deletionAt) }),
    Origin: 'AWS_KMS',
    KeyManager: key.manager,
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...(key.usage === 'ENCRYPT_DECRYPT'
      ? { EncryptionAlgorithms: [...(facts.encryption ?? [])] as Kms.EncryptionAlgorithmSpec[] }
      : {}),
    ...(key.usage === 'SIGN_VERIFY'
      ? { SigningAlgorithms: [...(facts.signing ?? [])] as Kms.SigningAlgorithmSpec[] }
      : {}),
    ...(key.usage === 'GENERATE_VERIFY_MAC'
      ? { MacAlgorithms: [...(facts.mac ?? [])] as Kms.MacAlgorithmSpec[] }
      : {}),
    ...(key.usage === 'KEY_AGREEMENT' ? { KeyAgreementAlgorithms: ['ECDH'] } : {}),
    MultiRegion: false,
    ...(key.spec === 'SYMMETRIC_DEFAULT' && key.materials.length > 0
      ? { CurrentKeyMaterialId: key.materials.at(-1)?.id }
      : {}),
  };
};
