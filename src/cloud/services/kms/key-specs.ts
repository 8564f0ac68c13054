/** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html#KMS-CreateKey-request-KeyUsage */
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC' | 'KEY_AGREEMENT';

/** All of them. */
export const KEY_USAGES: readonly KeyUsage[] = [
  'ENCRYPT_DECRYPT',
  'SIGN_VERIFY',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
];

/** What a kind of key is and can do. */
export interface KeySpecFacts {
  /** The first is the one that is taken where there is no choice. */
  readonly usages: readonly KeyUsage[];
  readonly make:
    | { readonly kind: 'secret'; readonly bytes: number }
    | { readonly kind: 'rsa'; readonly bits: number }
    | { readonly kind: 'ec'; readonly curve: string };
  readonly encryption?: readonly string[];
  readonly signing?: readonly string[];
  readonly mac?: readonly string[];
}

const RSA_SIGNING = [
  'RSASSA_PKCS1_V1_5_SHA_256',
  'RSASSA_PKCS1_V1_5_SHA_384',
  'RSASSA_PKCS1_V1_5_SHA_512',
  'RSASSA_PSS_SHA_256',
  'RSASSA_PSS_SHA_384',
  'RSASSA_PSS_SHA_512',
] as const;

const rsa = (bits: number): KeySpecFacts => ({
  usages: ['ENCRYPT_DECRYPT', 'SIGN_VERIFY'],
  make: { kind: 'rsa', bits },
  encryption: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
  signing: RSA_SIGNING,
});

const ec = (curve: string, hash: number): KeySpecFacts => ({
  // The curve of coins is for signatures alone.
  usages: curve === 'secp256k1' ? ['SIGN_VERIFY'] : ['SIGN_VERIFY', 'KEY_AGREEMENT'],
  make: { kind: 'ec', curve },
  signing: [`ECDSA_SHA_${hash}`],
});

const hmac = (hash: number): KeySpecFacts => ({
  usages: ['GENERATE_VERIFY_MAC'],
  make: { kind: 'secret', bytes: hash / 8 },
  mac: [`HMAC_SHA_${hash}`],
});

/** https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
export const KEY_SPECS = {
  SYMMETRIC_DEFAULT: {
    usages: ['ENCRYPT_DECRYPT'],
    make: { kind: 'secret', bytes: 32 },
    encryption: ['SYMMETRIC_DEFAULT'],
  },
  RSA_2048: rsa(2048),
  RSA_3072: rsa(3072),
  RSA_4096: rsa(4096),
  ECC_NIST_P256: ec('P-256', 256),
  ECC_NIST_P384: ec('P-384', 384),
  ECC_NIST_P521: ec('P-521', 512),
  ECC_SECG_P256K1: ec('secp256k1', 256),
  HMAC_224: hmac(224),
  HMAC_256: hmac(256),
  HMAC_384: hmac(384),
  HMAC_512: hmac(512),
} as const satisfies Readonly<Record<string, KeySpecFacts>>;

/** Kinds of key that there are here. */
export type KeySpec = keyof typeof KEY_SPECS;

/** Kinds that AWS has and there are not here. */
export const SPECS_NOT_HERE: readonly string[] = [
  'SM2',
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ECC_NIST_EDWARDS25519',
];

/** What a kind of key is and can do. */
export const factsOf = (spec: KeySpec): KeySpecFacts => KEY_SPECS[spec];

/** Whether there are keys of this kind here. */
export const isKeySpec = (spec: string): spec is KeySpec => Object.hasOwn(KEY_SPECS, spec);
