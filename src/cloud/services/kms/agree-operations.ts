import type { KeyObject } from 'node:crypto';
import { createPublicKey, diffieHellman } from 'node:crypto';
import type * as Kms from '@aws-sdk/client-kms';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { outOfEnum, validation } from './errors.ts';
import { findKey } from './find-key.ts';
import { privateKeyOf } from './key-material.ts';
import { needByName } from './needs.ts';
import type { KeyPair, KmsState } from './state.ts';
import { assertUsable, checkAsides } from './usable.ts';

/** The other side's public key, of the same curve as ours. @throws {ValidationException} */
const readPublicKey = (der: Uint8Array, own: KeyObject): KeyObject => {
  let key: KeyObject | undefined;
  try {
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    key = undefined;
  }
  const curve = (one: KeyObject) => one.asymmetricKeyDetails?.namedCurve;
  if (key === undefined || curve(key) !== curve(own))
    throw validation(
      `PublicKey is no DER-encoded public key of the curve ${curve(own)}, on which the KMS key is.`,
    );
  return key;
};

/** DeriveSharedSecret: a secret that two sides come to by their pairs of keys. */
export const agreeOperations: OperationTable<KmsState> = {
  DeriveSharedSecret: operation<
    KmsState,
    Kms.DeriveSharedSecretRequest,
    Kms.DeriveSharedSecretResponse
  >({
    needs: ({ KeyId, KeyAgreementAlgorithm = '' }, context) =>
      needByName('DeriveSharedSecret', context, KeyId, {
        'kms:KeyAgreementAlgorithm': KeyAgreementAlgorithm,
      }),
    handle: (input, context) => {
      const { key } = findKey(context, input.KeyId ?? '');
      const algorithm = input.KeyAgreementAlgorithm ?? '';
      if (algorithm !== 'ECDH') throw outOfEnum('keyAgreementAlgorithm', algorithm, ['ECDH']);
      assertUsable(key, 'KEY_AGREEMENT', 'DeriveSharedSecret');
      checkAsides(input);
      const privateKey = privateKeyOf(key.pair as KeyPair);
      const publicKey = readPublicKey(input.PublicKey ?? new Uint8Array(), privateKey);
      return {
        KeyId: key.arn,
        SharedSecret: diffieHellman({ privateKey, publicKey }),
        KeyAgreementAlgorithm: 'ECDH',
        KeyOrigin: 'AWS_KMS',
      };
    },
  }),
};
