import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import type * as Kms from '@aws-sdk/client-kms';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { signDigest, verifyDigest } from './ec-digest.ts';
import {
  invalidMac,
  invalidSignature,
  outOfEnum,
  unsupported,
  validation,
  wrongAlgorithm,
} from './errors.ts';
import { findKey } from './find-key.ts';
import { privateKeyOf, publicKeyOf } from './key-material.ts';
import { factsOf, KEY_SPECS } from './key-specs.ts';
import type { KeySpecFacts } from './key-specs.ts';
import { LIMITS } from './limits.ts';
import { needByName } from './needs.ts';
import { signRsaDigest, verifyRsaDigest } from './rsa-digest.ts';
import type { Key, KeyPair, KmsState } from './state.ts';
import { assertUsable, checkAsides } from './usable.ts';

type Context = OperationContext<KmsState>;

/** `RSASSA_PSS_SHA_256` → how Node says it. */
const schemeOf = (algorithm: string) => ({
  hash: `sha${/\d+$/.exec(algorithm)?.[0] ?? ''}`,
  pss: algorithm.startsWith('RSASSA_PSS'),
  ec: algorithm.startsWith('ECDSA'),
});

const DIGEST_BYTES: Readonly<Record<string, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** For PSS the salt is as long as the digest: https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
const nodeKey = <K>(key: K, { pss }: { readonly pss: boolean }) => ({
  key,
  ...(pss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}),
});

const allOf = (which: (facts: KeySpecFacts) => readonly string[] | undefined) => [
  ...new Set(Object.values(KEY_SPECS).flatMap((facts: KeySpecFacts) => which(facts) ?? [])),
];

interface SigningRequest {
  readonly KeyId: string | undefined;
  readonly Message: Uint8Array | undefined;
  readonly MessageType?: string | undefined;
  readonly SigningAlgorithm: string | undefined;
  readonly DryRun?: boolean | undefined;
}

/** What Sign and Verify check alike. */
const prepare = (input: SigningRequest, context: Context, name: string) => {
  const { key } = findKey(context, input.KeyId ?? '');
  const algorithm = input.SigningAlgorithm ?? '';
  const message = input.Message ?? new Uint8Array();
  const known = allOf(({ signing }) => signing);
  if (!known.includes(algorithm)) throw outOfEnum('signingAlgorithm', algorithm, known);
  const type = input.MessageType ?? 'RAW';
  if (!['RAW', 'DIGEST'].includes(type)) throw outOfEnum('messageType', type, ['RAW', 'DIGEST']);
  if (message.length < 1 || message.length > LIMITS.messageBytes)
    throw validation(
      `1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length ${message.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${LIMITS.messageBytes}`}`,
    );
  assertUsable(key, 'SIGN_VERIFY', name);
  if (!(factsOf(key.spec).signing ?? []).includes(algorithm))
    throw wrongAlgorithm(algorithm, key.spec);
  const scheme = schemeOf(algorithm);
  if (type === 'DIGEST' && message.length !== DIGEST_BYTES[scheme.hash])
    throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
  checkAsides(input);
  return { key, pair: key.pair as KeyPair, message, scheme, digested: type === 'DIGEST' };
};

const signingNeed =
  (action: string) =>
  ({ KeyId, SigningAlgorithm = '', MessageType = 'RAW' }: SigningRequest, context: Context) =>
    needByName(action, context, KeyId, {
      'kms:SigningAlgorithm': SigningAlgorithm,
      'kms:MessageType': MessageType,
    });

interface MacRequest {
  readonly KeyId: string | undefined;
  readonly Message: Uint8Array | undefined;
  readonly MacAlgorithm: string | undefined;
  readonly DryRun?: boolean | undefined;
}

const macOf = (input: MacRequest, context: Context, name: string): { key: Key; mac: Buffer } => {
  const { key } = findKey(context, input.KeyId ?? '');
  const algorithm = input.MacAlgorithm ?? '';
  const known = allOf(({ mac }) => mac);
  if (!known.includes(algorithm)) throw outOfEnum('macAlgorithm', algorithm, known);
  assertUsable(key, 'GENERATE_VERIFY_MAC', name);
  if (!(factsOf(key.spec).mac ?? []).includes(algorithm)) throw wrongAlgorithm(algorithm, key.spec);
  checkAsides(input);
  const secret = key.materials.at(-1)?.bytes ?? new Uint8Array();
  const mac = createHmac(schemeOf(algorithm).hash, secret)
    .update(input.Message ?? new Uint8Array())
    .digest();
  return { key, mac };
};

const macNeed =
  (action: string) =>
  ({ KeyId, MacAlgorithm = '' }: MacRequest, context: Context) =>
    needByName(action, context, KeyId, { 'kms:MacAlgorithm': MacAlgorithm });

/** Signatures, their public keys, and codes that authenticate messages. */
export const signOperations: OperationTable<KmsState> = {
  Sign: operation<KmsState, Kms.SignRequest, Kms.SignResponse>({
    needs: signingNeed('Sign'),
    handle: (input, context) => {
      const { key, pair, message, scheme, digested } = prepare(input, context, 'Sign');
      const privateKey = privateKeyOf(pair);
      const { random } = context;
      const digestSignature = () =>
        scheme.ec
          ? signDigest(privateKey, message, random)
          : signRsaDigest(privateKey, message, scheme, random);
      return {
        KeyId: key.arn,
        Signature: digested
          ? digestSignature()
          : sign(scheme.hash, message, nodeKey(privateKey, scheme)),
        SigningAlgorithm: input.SigningAlgorithm,
      };
    },
  }),

  Verify: operation<KmsState, Kms.VerifyRequest, Kms.VerifyResponse>({
    needs: signingNeed('Verify'),
    handle: (input, context) => {
      const { key, pair, message, scheme, digested } = prepare(input, context, 'Verify');
      const publicKey = publicKeyOf(pair);
      const signature = input.Signature ?? new Uint8Array();
      const digestMatches = () =>
        scheme.ec
          ? verifyDigest(publicKey, message, signature)
          : verifyRsaDigest(publicKey, message, signature, scheme);
      const valid = digested
        ? digestMatches()
        : verify(scheme.hash, message, nodeKey(publicKey, scheme), signature);
      if (!valid) throw invalidSignature();
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
    },
  }),

  GetPublicKey: operation<KmsState, Kms.GetPublicKeyRequest, Kms.GetPublicKeyResponse>({
    needs: ({ KeyId }, context) => needByName('GetPublicKey', context, KeyId),
    handle: ({ KeyId }, context) => {
      const { key } = findKey(context, KeyId ?? '');
      if (key.pair === undefined)
        throw unsupported(`${key.arn} key spec is ${key.spec}, which has no public key.`);
      assertUsable(key, key.usage, 'GetPublicKey');
      const { encryption = [], signing = [] } = factsOf(key.spec);
      return {
        KeyId: key.arn,
        PublicKey: key.pair.publicKey,
        CustomerMasterKeySpec: key.spec,
        KeySpec: key.spec,
        KeyUsage: key.usage,
        ...(key.usage === 'SIGN_VERIFY'
          ? { SigningAlgorithms: [...signing] as Kms.SigningAlgorithmSpec[] }
          : key.usage === 'KEY_AGREEMENT'
            ? { KeyAgreementAlgorithms: ['ECDH'] }
            : { EncryptionAlgorithms: [...encryption] as Kms.EncryptionAlgorithmSpec[] }),
      };
    },
  }),

  GenerateMac: operation<KmsState, Kms.GenerateMacRequest, Kms.GenerateMacResponse>({
    needs: macNeed('GenerateMac'),
    handle: (input, context) => {
      const { key, mac } = macOf(input, context, 'GenerateMac');
      return { Mac: mac, MacAlgorithm: input.MacAlgorithm, KeyId: key.arn };
    },
  }),

  VerifyMac: operation<KmsState, Kms.VerifyMacRequest, Kms.VerifyMacResponse>({
    needs: macNeed('VerifyMac'),
    handle: (input, context) => {
      const { key, mac } = macOf(input, context, 'VerifyMac');
      const given = input.Mac ?? new Uint8Array();
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) throw invalidMac();
      return { KeyId: key.arn, MacValid: true, MacAlgorithm: input.MacAlgorithm };
    },
  }),
};
