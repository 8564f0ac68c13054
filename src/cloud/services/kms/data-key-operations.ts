import type * as Kms from '@aws-sdk/client-kms';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { seal } from './ciphertext.ts';
import { outOfEnum, validation, wrongUsage } from './errors.ts';
import { findKey } from './find-key.ts';
import { newPair } from './key-material.ts';
import { factsOf, isKeySpec, KEY_SPECS, SPECS_NOT_HERE } from './key-specs.ts';
import { LIMITS } from './limits.ts';
import { encryptionContextKeys, needByName, needOfAccount } from './needs.ts';
import type { Key, KmsState } from './state.ts';
import { assertUsable, checkAsides } from './usable.ts';

type Context = OperationContext<KmsState>;

/** Bytes of a data key. @throws {ValidationException} unless exactly one of both says it */
const dataKeyBytes = ({
  KeySpec,
  NumberOfBytes,
}: Pick<Kms.GenerateDataKeyRequest, 'KeySpec' | 'NumberOfBytes'>): number => {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw validation('Please specify either number of bytes or key spec.');
  if (KeySpec === 'AES_256') return 32;
  if (KeySpec === 'AES_128') return 16;
  if (KeySpec !== undefined) throw outOfEnum('keySpec', KeySpec, ['AES_256', 'AES_128']);
  return checkBytes(NumberOfBytes);
};

const checkBytes = (bytes: number | undefined): number => {
  if (bytes === undefined) throw validation('NumberOfBytes is required.');
  const problem = (bound: string) =>
    validation(
      `1 validation error detected: Value '${bytes}' at 'numberOfBytes' failed to satisfy constraint: Member must have value ${bound}`,
    );
  if (bytes < 1) throw problem('greater than or equal to 1');
  if (bytes > LIMITS.randomBytes) throw problem(`less than or equal to ${LIMITS.randomBytes}`);
  return bytes;
};

/** Data keys are made under symmetric keys alone. */
const sealingKey = (
  input: {
    readonly KeyId: string | undefined;
    readonly DryRun?: boolean | undefined;
    readonly Recipient?: unknown;
  },
  context: Context,
  name: string,
): Key => {
  const { key } = findKey(context, input.KeyId ?? '');
  assertUsable(key, 'ENCRYPT_DECRYPT', name);
  if (key.pair !== undefined) throw wrongUsage(key.arn, key.usage, name);
  checkAsides(input);
  return key;
};

const dataKey = (
  input: Kms.GenerateDataKeyRequest | Kms.GenerateDataKeyWithoutPlaintextRequest,
  context: Context,
  name: string,
) => {
  const bytes = dataKeyBytes(input);
  const key = sealingKey(input, context, name);
  const Plaintext = Uint8Array.from(context.random.bytes(bytes));
  return {
    Plaintext,
    CiphertextBlob: seal(key, Plaintext, input.EncryptionContext, context.random),
    KeyId: key.arn,
  };
};

const dataKeyPair = async (
  input: Kms.GenerateDataKeyPairRequest | Kms.GenerateDataKeyPairWithoutPlaintextRequest,
  context: Context,
  name: string,
) => {
  const spec = input.KeyPairSpec ?? '';
  if (SPECS_NOT_HERE.includes(spec)) throw notSupported(`A pair of keys of the spec ${spec}`);
  const make = isKeySpec(spec) ? factsOf(spec).make : undefined;
  if (make === undefined || make.kind === 'secret')
    throw outOfEnum(
      'keyPairSpec',
      spec,
      Object.keys(KEY_SPECS).filter((one) => /^(RSA|ECC)/.test(one)),
    );
  const key = sealingKey(input, context, name);
  const { privateKey, publicKey } = await newPair(context.clock, make);
  return {
    PrivateKeyPlaintext: privateKey,
    PrivateKeyCiphertextBlob: seal(key, privateKey, input.EncryptionContext, context.random),
    PublicKey: publicKey,
    KeyId: key.arn,
    KeyPairSpec: spec as Kms.DataKeyPairSpec,
  };
};

/** Data keys, pairs of them, and random bytes. */
export const dataKeyOperations: OperationTable<KmsState> = {
  GenerateDataKey: operation<KmsState, Kms.GenerateDataKeyRequest, Kms.GenerateDataKeyResponse>({
    needs: ({ KeyId, EncryptionContext }, context) =>
      needByName('GenerateDataKey', context, KeyId, {
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        ...encryptionContextKeys(EncryptionContext),
      }),
    handle: (input, context) => dataKey(input, context, 'GenerateDataKey'),
  }),

  GenerateDataKeyWithoutPlaintext: operation<
    KmsState,
    Kms.GenerateDataKeyWithoutPlaintextRequest,
    Kms.GenerateDataKeyWithoutPlaintextResponse
  >({
    needs: ({ KeyId, EncryptionContext }, context) =>
      needByName('GenerateDataKeyWithoutPlaintext', context, KeyId, {
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        ...encryptionContextKeys(EncryptionContext),
      }),
    handle: (input, context) => {
      const { CiphertextBlob, KeyId } = dataKey(input, context, 'GenerateDataKeyWithoutPlaintext');
      return { CiphertextBlob, KeyId };
    },
  }),

  GenerateDataKeyPair: operation<
    KmsState,
    Kms.GenerateDataKeyPairRequest,
    Kms.GenerateDataKeyPairResponse
  >({
    needs: ({ KeyId, KeyPairSpec = '', EncryptionContext }, context) =>
      needByName('GenerateDataKeyPair', context, KeyId, {
        'kms:DataKeyPairSpec': KeyPairSpec,
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        ...encryptionContextKeys(EncryptionContext),
      }),
    handle: (input, context) => dataKeyPair(input, context, 'GenerateDataKeyPair'),
  }),

  GenerateDataKeyPairWithoutPlaintext: operation<
    KmsState,
    Kms.GenerateDataKeyPairWithoutPlaintextRequest,
    Kms.GenerateDataKeyPairWithoutPlaintextResponse
  >({
    needs: ({ KeyId, KeyPairSpec = '', EncryptionContext }, context) =>
      needByName('GenerateDataKeyPairWithoutPlaintext', context, KeyId, {
        'kms:DataKeyPairSpec': KeyPairSpec,
        'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT',
        ...encryptionContextKeys(EncryptionContext),
      }),
    handle: async (input, context) => {
      const { PrivateKeyPlaintext: _, ...rest } = await dataKeyPair(
        input,
        context,
        'GenerateDataKeyPairWithoutPlaintext',
      );
      return rest;
    },
  }),

  GenerateRandom: operation<KmsState, Kms.GenerateRandomRequest, Kms.GenerateRandomResponse>({
    needs: (_input, context) => needOfAccount('GenerateRandom', context),
    handle: ({ NumberOfBytes, CustomKeyStoreId, Recipient }, { random }) => {
      if (CustomKeyStoreId !== undefined) throw notSupported('CustomKeyStoreId');
      checkAsides({ Recipient });
      return { Plaintext: Uint8Array.from(random.bytes(checkBytes(NumberOfBytes))) };
    },
  }),
};
