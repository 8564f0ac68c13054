import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import type * as Kms from '@aws-sdk/client-kms';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { keyIdIn, seal, unseal } from './ciphertext.ts';
import type { EncryptionContext } from './ciphertext.ts';
import {
  incorrectKey,
  invalidCiphertext,
  unknownCiphertextKey,
  validation,
  wrongAlgorithm,
} from './errors.ts';
import { findKey, keyById } from './find-key.ts';
import type { FoundKey } from './find-key.ts';
import { privateKeyOf, publicKeyOf } from './key-material.ts';
import { factsOf } from './key-specs.ts';
import { LIMITS } from './limits.ts';
import { encryptionContextKeys, needOnKey, usualAlgorithm } from './needs.ts';
import type { Key, KmsState } from './state.ts';
import { assertUsable, checkAsides } from './usable.ts';

type Context = OperationContext<KmsState>;

/** Bytes that OAEP adds: twice the hash and two. https://datatracker.ietf.org/doc/html/rfc8017#section-7.1.1 */
const oaep = (algorithm: string) => ({
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: algorithm === 'RSAES_OAEP_SHA_1' ? 'sha1' : 'sha256',
});

const checkAlgorithm = (key: Key, algorithm: string): void => {
  if (!(factsOf(key.spec).encryption ?? []).includes(algorithm))
    throw wrongAlgorithm(algorithm, key.spec);
};

const encryptWith = (
  key: Key,
  plaintext: Uint8Array,
  algorithm: string,
  context: EncryptionContext | undefined,
  { random }: Context,
): Uint8Array => {
  checkAlgorithm(key, algorithm);
  if (key.pair === undefined) return seal(key, plaintext, context, random);
  const { make } = factsOf(key.spec);
  const overhead = algorithm === 'RSAES_OAEP_SHA_1' ? 42 : 66;
  const most = make.kind === 'rsa' ? make.bits / 8 - overhead : 0;
  if (plaintext.length > most)
    throw validation(
      `Algorithm ${algorithm} and key spec ${key.spec} cannot encrypt data larger than ${most} bytes.`,
    );
  return publicEncrypt({ key: publicKeyOf(key.pair), ...oaep(algorithm) }, plaintext);
};

const decryptWith = (
  key: Key,
  blob: Uint8Array,
  algorithm: string,
  context: EncryptionContext | undefined,
): Uint8Array => {
  checkAlgorithm(key, algorithm);
  if (key.pair === undefined) return unseal(key, blob, context);
  try {
    return privateDecrypt({ key: privateKeyOf(key.pair), ...oaep(algorithm) }, blob);
  } catch {
    throw invalidCiphertext();
  }
};

/**
 * The key of a ciphertext: a symmetric one is named in it, an asymmetric one by the request.
 * @throws {AccessDeniedException | IncorrectKeyException | InvalidCiphertextException}
 */
const keyOfCiphertext = (
  context: Context,
  blob: Uint8Array,
  given: string | undefined,
  algorithm: string,
): FoundKey => {
  const named = given === undefined ? undefined : findKey(context, given);
  if (algorithm !== 'SYMMETRIC_DEFAULT') {
    if (named === undefined)
      throw validation(
        'KeyId is required when the ciphertext was encrypted under an asymmetric key.',
      );
    return named;
  }
  if (named !== undefined && named.key.spec !== 'SYMMETRIC_DEFAULT') throw incorrectKey();
  const id = keyIdIn(blob);
  if (named !== undefined && named.key.id !== id) throw incorrectKey();
  const key = keyById(context, id);
  if (key === undefined) throw unknownCiphertextKey();
  return named ?? { key };
};

const needsToDecrypt = (
  action: string,
  context: Context,
  request: {
    readonly blob: Uint8Array | undefined;
    readonly keyId: string | undefined;
    readonly algorithm: string | undefined;
    readonly pairs: EncryptionContext | undefined;
  },
): Need => {
  const algorithm = request.algorithm ?? 'SYMMETRIC_DEFAULT';
  const found = keyOfCiphertext(
    context,
    request.blob ?? new Uint8Array(),
    request.keyId,
    algorithm,
  );
  return needOnKey(action, found, context, {
    'kms:EncryptionAlgorithm': algorithm,
    ...encryptionContextKeys(request.pairs),
  });
};

/** Encrypt, Decrypt, ReEncrypt. */
export const encryptOperations: OperationTable<KmsState> = {
  Encrypt: operation<KmsState, Kms.EncryptRequest, Kms.EncryptResponse>({
    needs: (input, context) => {
      const found = findKey(context, input.KeyId ?? '');
      return needOnKey('Encrypt', found, context, {
        'kms:EncryptionAlgorithm': input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
        ...encryptionContextKeys(input.EncryptionContext),
      });
    },
    handle: (input, context) => {
      const { key } = findKey(context, input.KeyId ?? '');
      const plaintext = input.Plaintext ?? new Uint8Array();
      if (plaintext.length < 1 || plaintext.length > LIMITS.plaintextBytes)
        throw validation(
          `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length ${plaintext.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${LIMITS.plaintextBytes}`}`,
        );
      assertUsable(key, 'ENCRYPT_DECRYPT', 'Encrypt');
      checkAsides(input);
      const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
      return {
        KeyId: key.arn,
        CiphertextBlob: encryptWith(key, plaintext, algorithm, input.EncryptionContext, context),
        EncryptionAlgorithm: algorithm,
      };
    },
  }),

  Decrypt: operation<KmsState, Kms.DecryptRequest, Kms.DecryptResponse>({
    needs: (input, context) =>
      needsToDecrypt('Decrypt', context, {
        blob: input.CiphertextBlob,
        keyId: input.KeyId,
        algorithm: input.EncryptionAlgorithm,
        pairs: input.EncryptionContext,
      }),
    handle: (input, context) => {
      const algorithm = input.EncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
      const blob = input.CiphertextBlob ?? new Uint8Array();
      const { key } = keyOfCiphertext(context, blob, input.KeyId, algorithm);
      assertUsable(key, 'ENCRYPT_DECRYPT', 'Decrypt');
      checkAsides(input);
      return {
        KeyId: key.arn,
        Plaintext: decryptWith(key, blob, algorithm, input.EncryptionContext),
        EncryptionAlgorithm: algorithm,
      };
    },
  }),

  ReEncrypt: operation<KmsState, Kms.ReEncryptRequest, Kms.ReEncryptResponse>({
    needs: (input, context) => {
      const from = needsToDecrypt('ReEncryptFrom', context, {
        blob: input.CiphertextBlob,
        keyId: input.SourceKeyId,
        algorithm: input.SourceEncryptionAlgorithm,
        pairs: input.SourceEncryptionContext,
      });
      const target = findKey(context, input.DestinationKeyId ?? '');
      const same = { 'kms:ReEncryptOnSameKey': String(from.resource === target.key.arn) };
      return [
        { ...from, conditions: { ...from.conditions, ...same } },
        needOnKey('ReEncryptTo', target, context, {
          'kms:EncryptionAlgorithm':
            input.DestinationEncryptionAlgorithm ?? usualAlgorithm(target.key),
          ...encryptionContextKeys(input.DestinationEncryptionContext),
          ...same,
        }),
      ];
    },
    handle: (input, context) => {
      const blob = input.CiphertextBlob ?? new Uint8Array();
      const sourceAlgorithm = input.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
      const source = keyOfCiphertext(context, blob, input.SourceKeyId, sourceAlgorithm).key;
      const target = findKey(context, input.DestinationKeyId ?? '').key;
      assertUsable(source, 'ENCRYPT_DECRYPT', 'ReEncrypt');
      assertUsable(target, 'ENCRYPT_DECRYPT', 'ReEncrypt');
      checkAsides(input);
      const algorithm = input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT';
      const plaintext = decryptWith(source, blob, sourceAlgorithm, input.SourceEncryptionContext);
      return {
        CiphertextBlob: encryptWith(
          target,
          plaintext,
          algorithm,
          input.DestinationEncryptionContext,
          context,
        ),
        SourceKeyId: source.arn,
        KeyId: target.arn,
        SourceEncryptionAlgorithm: sourceAlgorithm as Kms.EncryptionAlgorithmSpec,
        DestinationEncryptionAlgorithm: algorithm,
      };
    },
  }),
};
