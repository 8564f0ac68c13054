import { createHash, createVerify } from 'node:crypto';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DeriveSharedSecretCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateMacCommand,
  GenerateRandomCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import type { CreateKeyCommandInput } from '@aws-sdk/client-kms';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../core/clock.ts';
import { createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const DAY_MS = 86_400_000;
const ACCOUNT = '000000000000';
const text = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString();

let clock: VirtualClock;
let cloud: RunningCloud;
let kms: KMSClient;
let iam: IAMClient;
let sts: STSClient;

const settings = (credentials: object = { accessKeyId: 'test', secretAccessKey: 'test' }) => ({
  endpoint: cloud.url,
  region: 'us-east-1',
  credentials: credentials as { accessKeyId: string; secretAccessKey: string },
  maxAttempts: 1,
  systemClockOffset: clock.now() - Date.now(),
});

/** Time passes, for the clients too: they sign with it. */
const advance = async (ms: number) => {
  await clock.advance(ms);
  for (const { config } of [kms, iam, sts]) config.systemClockOffset = clock.now() - Date.now();
};

beforeAll(async () => {
  clock = createVirtualClock(Date.now());
  cloud = await startCloud({ clock });
  kms = new KMSClient(settings());
  iam = new IAMClient(settings());
  sts = new STSClient(settings());
});
afterAll(() => cloud.stop());

const createKey = async (input: CreateKeyCommandInput = {}) => {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  if (KeyMetadata?.KeyId === undefined || KeyMetadata.Arn === undefined)
    throw new TypeError('no key');
  return { id: KeyMetadata.KeyId, arn: KeyMetadata.Arn };
};

let roles = 0;
/** KMS as a role that may do this and no more. */
const as = async (statements: readonly object[]) => {
  const RoleName = `role-${++roles}`;
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  if (statements.length > 0)
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'only',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
      }),
    );
  const RoleArn = Role?.Arn ?? '';
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' }),
  );
  return {
    arn: RoleArn,
    client: new KMSClient(
      settings({
        accessKeyId: Credentials?.AccessKeyId,
        secretAccessKey: Credentials?.SecretAccessKey,
        sessionToken: Credentials?.SessionToken,
      }),
    ),
  };
};

describe('keys', () => {
  it('are made, told and listed', async () => {
    const { id, arn } = await createKey({
      Description: 'orders',
      Tags: [{ TagKey: 'stage', TagValue: 'dev' }],
    });
    expect(arn).toBe(`arn:aws:kms:us-east-1:${ACCOUNT}:key/${id}`);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    expect(KeyMetadata).toMatchObject({
      AWSAccountId: ACCOUNT,
      Arn: arn,
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      Description: 'orders',
      Enabled: true,
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: 'Enabled',
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
    });
    await createKey();
    const first = await kms.send(new ListKeysCommand({ Limit: 1 }));
    expect(first).toMatchObject({ Keys: [{ KeyId: id, KeyArn: arn }], Truncated: true });
    const second = await kms.send(new ListKeysCommand({ Marker: first.NextMarker, Limit: 1000 }));
    expect(second.Truncated).toBe(false);
    expect(second.Keys?.map(({ KeyId }) => KeyId)).not.toContain(id);
    await kms.send(
      new TagResourceCommand({ KeyId: arn, Tags: [{ TagKey: 'team', TagValue: 'a' }] }),
    );
    await kms.send(new UntagResourceCommand({ KeyId: id, TagKeys: ['stage'] }));
    expect((await kms.send(new ListResourceTagsCommand({ KeyId: id }))).Tags).toEqual([
      { TagKey: 'team', TagValue: 'a' },
    ]);
  });

  it.each([
    ['fake-key-id', 'NotFoundException', "Invalid keyId 'fake-key-id'"],
    [
      '11111111-2222-3333-4444-555555555555',
      'NotFoundException',
      `Key 'arn:aws:kms:us-east-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555' does not exist`,
    ],
    [
      'alias/none',
      'NotFoundException',
      `Alias arn:aws:kms:us-east-1:${ACCOUNT}:alias/none is not found.`,
    ],
    [
      `arn:aws:kms:eu-west-1:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`,
      'NotFoundException',
      'Invalid arn eu-west-1',
    ],
  ])('that are not there: %s', async (KeyId, name, message) => {
    await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({
      name,
      message,
    });
  });

  it.each([
    [{ KeySpec: 'HMAC_256' }, 'ValidationException', 'You must specify a KeyUsage value'],
    [{ KeySpec: 'HMAC_random' }, 'ValidationException', "Value 'HMAC_random' at 'keySpec'"],
    [{ KeyUsage: 'RANDOM' }, 'ValidationException', "Value 'RANDOM' at 'keyUsage'"],
    [{ MultiRegion: true }, 'NotImplemented', 'MultiRegion'],
    [{ Origin: 'EXTERNAL' }, 'NotImplemented', 'EXTERNAL'],
    [{ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' }, 'NotImplemented', 'ML_DSA_44'],
    [{ Policy: '{}x' }, 'MalformedPolicyDocumentException', 'not valid'],
  ])('of %j are refused', async (input, name, message) => {
    const refused = createKey(input as CreateKeyCommandInput);
    await expect(refused).rejects.toMatchObject({ name });
    await expect(refused).rejects.toThrow(message);
  });

  it('are switched off, and deleted after their window', async () => {
    const { id, arn } = await createKey();
    const Plaintext = Buffer.from('x');
    await kms.send(new DisableKeyCommand({ KeyId: id }));
    await expect(kms.send(new EncryptCommand({ KeyId: id, Plaintext }))).rejects.toMatchObject({
      name: 'DisabledException',
      message: `${arn} is disabled.`,
    });
    await kms.send(new EnableKeyCommand({ KeyId: id }));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: id, Plaintext }));
    expect(
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 })),
    ).toMatchObject({ KeyId: arn, KeyState: 'PendingDeletion', PendingWindowInDays: 7 });
    await expect(kms.send(new EncryptCommand({ KeyId: id, Plaintext }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${arn} is pending deletion.`,
    });
    await kms.send(new CancelKeyDeletionCommand({ KeyId: id }));
    const after = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    expect(after.KeyMetadata?.KeyState).toBe('Disabled');
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/leaving', TargetKeyId: id }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: id, PendingWindowInDays: 7 }));
    await advance(7 * DAY_MS);
    await expect(kms.send(new DescribeKeyCommand({ KeyId: id }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    await expect(kms.send(new DescribeKeyCommand({ KeyId: 'alias/leaving' }))).rejects.toThrow(
      'is not found',
    );
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('does not exist in this region') as string,
    });
    await expect(
      kms.send(
        new ScheduleKeyDeletionCommand({ KeyId: (await createKey()).id, PendingWindowInDays: 6 }),
      ),
    ).rejects.toThrow("Value '6' at 'pendingWindowInDays'");
  });

  it('have aliases, which move', async () => {
    const [one, other] = [await createKey(), await createKey()];
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/app/data', TargetKeyId: one.arn }));
    await expect(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/app/data', TargetKeyId: other.id })),
    ).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    const { CiphertextBlob, KeyId } = await kms.send(
      new EncryptCommand({ KeyId: 'alias/app/data', Plaintext: Buffer.from('kept') }),
    );
    expect(KeyId).toBe(one.arn);
    await kms.send(new UpdateAliasCommand({ AliasName: 'alias/app/data', TargetKeyId: other.id }));
    expect((await kms.send(new ListAliasesCommand({ KeyId: other.id }))).Aliases).toMatchObject([
      {
        AliasName: 'alias/app/data',
        AliasArn: `arn:aws:kms:us-east-1:${ACCOUNT}:alias/app/data`,
        TargetKeyId: other.id,
      },
    ]);
    // The ciphertext names its key, whatever the alias says now.
    expect(text((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext)).toBe('kept');
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other.id })),
    ).rejects.toMatchObject({ name: 'IncorrectKeyException' });
    await kms.send(new DeleteAliasCommand({ AliasName: 'alias/app/data' }));
    await expect(
      kms.send(new DeleteAliasCommand({ AliasName: 'alias/app/data' })),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(
      kms.send(new CreateAliasCommand({ AliasName: 'alias/aws/mine', TargetKeyId: one.id })),
    ).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });

  it('rotate by time and on demand, and read what they wrote before', async () => {
    const { id } = await createKey();
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: id, Plaintext: Buffer.from('old') }),
    );
    await kms.send(new EnableKeyRotationCommand({ KeyId: id, RotationPeriodInDays: 90 }));
    expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }))).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
    });
    await advance(91 * DAY_MS);
    await kms.send(new RotateKeyOnDemandCommand({ KeyId: id }));
    const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId: id }));
    expect(Rotations?.map(({ RotationType }) => RotationType)).toEqual(['AUTOMATIC', 'ON_DEMAND']);
    expect(text((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext)).toBe('old');
  });
});

describe('encryption', () => {
  it('is bound to its context', async () => {
    const { id, arn } = await createKey();
    const EncryptionContext = { tenant: 'a', stage: 'dev' };
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: id, Plaintext: Buffer.from('hush'), EncryptionContext }),
    );
    expect(text(CiphertextBlob)).not.toContain('hush');
    expect(
      await kms.send(
        new DecryptCommand({ CiphertextBlob, EncryptionContext: { stage: 'dev', tenant: 'a' } }),
      ),
    ).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    for (const wrong of [undefined, { tenant: 'a' }, { tenant: 'b', stage: 'dev' }])
      await expect(
        kms.send(
          new DecryptCommand({
            CiphertextBlob,
            ...(wrong === undefined ? {} : { EncryptionContext: wrong }),
          }),
        ),
      ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    const broken = Uint8Array.from(CiphertextBlob ?? []);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob: broken, EncryptionContext })),
    ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob: Buffer.from('no blob') })),
    ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
    await expect(
      kms.send(new EncryptCommand({ KeyId: id, Plaintext: Buffer.alloc(4097) })),
    ).rejects.toThrow('Member must have length less than or equal to 4096');
  });

  it('moves to another key without showing', async () => {
    const [one, other] = [await createKey(), await createKey()];
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({
        KeyId: one.id,
        Plaintext: Buffer.from('moved'),
        EncryptionContext: { a: '1' },
      }),
    );
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: { a: '1' },
        DestinationKeyId: other.id,
        DestinationEncryptionContext: { b: '2' },
      }),
    );
    expect(moved).toMatchObject({ SourceKeyId: one.arn, KeyId: other.arn });
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        CiphertextBlob: moved.CiphertextBlob,
        EncryptionContext: { b: '2' },
      }),
    );
    expect(text(Plaintext)).toBe('moved');
  });

  it('gives data keys, pairs of them, and random bytes', async () => {
    const { id, arn } = await createKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId: id, KeySpec: 'AES_256' }));
    expect(made.Plaintext).toHaveLength(32);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(made.Plaintext);
    await expect(kms.send(new GenerateDataKeyCommand({ KeyId: id }))).rejects.toThrow(
      'Please specify either number of bytes or key spec.',
    );
    const pair = await kms.send(
      new GenerateDataKeyPairCommand({ KeyId: id, KeyPairSpec: 'ECC_NIST_P256' }),
    );
    expect(pair).toMatchObject({ KeyId: arn, KeyPairSpec: 'ECC_NIST_P256' });
    const half = await kms.send(
      new DecryptCommand({ CiphertextBlob: pair.PrivateKeyCiphertextBlob }),
    );
    expect(half.Plaintext).toEqual(pair.PrivateKeyPlaintext);
    const random = await kms.send(new GenerateRandomCommand({ NumberOfBytes: 44 }));
    expect(random.Plaintext).toHaveLength(44);
    await expect(kms.send(new GenerateRandomCommand({}))).rejects.toThrow(
      'NumberOfBytes is required.',
    );
    await expect(kms.send(new GenerateRandomCommand({ NumberOfBytes: 1025 }))).rejects.toThrow(
      "Value '1025' at 'numberOfBytes'",
    );
  });

  it('with RSA has room for little', async () => {
    const { id } = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const EncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: id, Plaintext: Buffer.from('short'), EncryptionAlgorithm }),
    );
    expect(
      text(
        (await kms.send(new DecryptCommand({ KeyId: id, CiphertextBlob, EncryptionAlgorithm })))
          .Plaintext,
      ),
    ).toBe('short');
    await expect(
      kms.send(
        new EncryptCommand({ KeyId: id, Plaintext: Buffer.alloc(191), EncryptionAlgorithm }),
      ),
    ).rejects.toThrow(
      'Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt data larger than 190 bytes.',
    );
  });
});

describe('signatures', () => {
  it.each([
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_512'],
    ['RSA_2048', 'RSASSA_PSS_SHA_256'],
    ['ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['ECC_NIST_P384', 'ECDSA_SHA_384'],
    ['ECC_NIST_P521', 'ECDSA_SHA_512'],
    ['ECC_SECG_P256K1', 'ECDSA_SHA_256'],
  ] as const)(
    'of %s with %s: a message and its digest are one',
    async (KeySpec, SigningAlgorithm) => {
      const { id, arn } = await createKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
      const raw = Buffer.from('a message');
      const hash = `sha${SigningAlgorithm.slice(-3)}`;
      const digest = createHash(hash).update(raw).digest();
      const sign = async (Message: Uint8Array, MessageType: 'RAW' | 'DIGEST') =>
        (await kms.send(new SignCommand({ KeyId: id, Message, MessageType, SigningAlgorithm })))
          .Signature;
      const verify = (
        Signature: Uint8Array | undefined,
        Message: Uint8Array,
        MessageType: 'RAW' | 'DIGEST',
      ) =>
        kms.send(
          new VerifyCommand({ KeyId: id, Message, MessageType, Signature, SigningAlgorithm }),
        );
      const ofRaw = await sign(raw, 'RAW');
      const ofDigest = await sign(digest, 'DIGEST');
      expect(await verify(ofDigest, raw, 'RAW')).toMatchObject({
        KeyId: arn,
        SignatureValid: true,
      });
      expect(await verify(ofRaw, digest, 'DIGEST')).toMatchObject({ SignatureValid: true });
      for (const type of ['RAW', 'DIGEST'] as const)
        await expect(
          verify(ofRaw, createHash(hash).update('another').digest(), type),
        ).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
      await expect(sign(raw, 'DIGEST')).rejects.toThrow(
        `Digest is invalid length for algorithm ${SigningAlgorithm}.`,
      );
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: id }));
      if (!SigningAlgorithm.includes('PSS'))
        expect(
          createVerify(hash)
            .update(raw)
            .verify(
              { key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' },
              ofDigest ?? new Uint8Array(),
            ),
        ).toBe(true);
    },
  );

  it('are not the only use of a pair: two sides derive one secret', async () => {
    const derive = async (KeyId: string, PublicKey: Uint8Array | undefined) =>
      (
        await kms.send(
          new DeriveSharedSecretCommand({ KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' }),
        )
      ).SharedSecret;
    const publicKey = async (KeyId: string) =>
      (await kms.send(new GetPublicKeyCommand({ KeyId }))).PublicKey;
    const spec = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' } as const;
    const [one, other] = [await createKey(spec), await createKey(spec)];
    const secret = await derive(one.id, await publicKey(other.id));
    expect(secret).toHaveLength(32);
    expect(await derive(other.id, await publicKey(one.id))).toEqual(secret);
    await expect(derive(one.id, Buffer.from('no key'))).rejects.toThrow('PublicKey is no DER');
    const foreign = await createKey({ ...spec, KeySpec: 'ECC_NIST_P384' });
    await expect(derive(one.id, await publicKey(foreign.id))).rejects.toThrow('of the curve');
    await expect(
      createKey({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'KEY_AGREEMENT' }),
    ).rejects.toThrow('not compatible');
  });

  it('and codes are refused to keys of another use', async () => {
    const encrypting = await createKey();
    const mac = await createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const Message = Buffer.from('a message');
    await expect(
      kms.send(
        new GenerateMacCommand({ KeyId: encrypting.id, Message, MacAlgorithm: 'HMAC_SHA_256' }),
      ),
    ).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
      message: `${encrypting.arn} key usage is ENCRYPT_DECRYPT which is not valid for GenerateMac.`,
    });
    await expect(
      kms.send(new GenerateMacCommand({ KeyId: mac.id, Message, MacAlgorithm: 'HMAC_SHA_512' })),
    ).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
      message: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
    });
    const { Mac } = await kms.send(
      new GenerateMacCommand({ KeyId: mac.id, Message, MacAlgorithm: 'HMAC_SHA_256' }),
    );
    const verify = (message: string) =>
      kms.send(
        new VerifyMacCommand({
          KeyId: mac.id,
          Message: Buffer.from(message),
          MacAlgorithm: 'HMAC_SHA_256',
          Mac,
        }),
      );
    expect(await verify('a message')).toMatchObject({ MacValid: true });
    await expect(verify('another')).rejects.toMatchObject({ name: 'KMSInvalidMacException' });
  });
});

describe('who may', () => {
  const encrypt = (client: KMSClient, KeyId: string, EncryptionContext?: Record<string, string>) =>
    client.send(
      new EncryptCommand({
        KeyId,
        Plaintext: Buffer.from('x'),
        ...(EncryptionContext === undefined ? {} : { EncryptionContext }),
      }),
    );
  const policy = (arn: string, ...more: object[]) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: arn }, Action: 'kms:*', Resource: '*' },
        ...more,
      ],
    });
  const root = `arn:aws:iam::${ACCOUNT}:root`;

  it('the default policy leaves to IAM', async () => {
    const { id, arn } = await createKey();
    expect((await kms.send(new GetKeyPolicyCommand({ KeyId: id }))).Policy).toContain(root);
    const allowed = await as([{ Effect: 'Allow', Action: 'kms:Encrypt', Resource: arn }]);
    const denied = await as([]);
    await encrypt(allowed.client, id);
    await expect(encrypt(denied.client, id)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        `is not authorized to perform: kms:Encrypt on resource: ${arn} because no identity-based policy allows the kms:Encrypt action`,
      ) as string,
    });
    const { CiphertextBlob } = await encrypt(kms, id);
    await expect(allowed.client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toThrow(
      'kms:Decrypt',
    );
  });

  it('a policy that does not name the account keeps from it', async () => {
    const reader = await as([]);
    const { id, arn } = await createKey();
    const anyone = await as([{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }]);
    await expect(
      kms.send(new PutKeyPolicyCommand({ KeyId: id, Policy: policy(reader.arn) })),
    ).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    });
    await kms.send(
      new PutKeyPolicyCommand({
        KeyId: id,
        Policy: policy(reader.arn),
        BypassPolicyLockoutSafetyCheck: true,
      }),
    );
    await encrypt(reader.client, id);
    // IAM alone is not enough, not even for the root user.
    for (const client of [anyone.client, kms])
      await expect(encrypt(client, id)).rejects.toThrow(
        `kms:Encrypt on resource: ${arn} because no resource-based policy allows the kms:Encrypt action`,
      );
  });

  it('who only creates keys may leave them to the account', async () => {
    const maker = await as([{ Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*' }]);
    const create = (Policy: string, more: object = {}) =>
      maker.client.send(new CreateKeyCommand({ Policy, ...more }));
    expect((await create(policy(root))).KeyMetadata?.Enabled).toBe(true);
    await expect(create(policy(`arn:aws:iam::${ACCOUNT}:role/other`))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    await expect(create(policy(root), { Tags: [{ TagKey: 'a', TagValue: '1' }] })).rejects.toThrow(
      'kms:TagResource',
    );
  });

  it('is decided by encryption context and alias', async () => {
    const role = await as([
      {
        Effect: 'Allow',
        Action: 'kms:Encrypt',
        Resource: '*',
        Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'a' } },
      },
      {
        Effect: 'Allow',
        Action: 'kms:DescribeKey',
        Resource: '*',
        Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/known' } },
      },
    ]);
    const { id } = await createKey();
    await encrypt(role.client, id, { tenant: 'a' });
    await expect(encrypt(role.client, id, { tenant: 'b' })).rejects.toThrow('not authorized');
    await expect(role.client.send(new DescribeKeyCommand({ KeyId: id }))).rejects.toThrow(
      'not authorized',
    );
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/known', TargetKeyId: id }));
    await role.client.send(new DescribeKeyCommand({ KeyId: id }));
  });

  it('grants add to, within their constraints, until they end', async () => {
    const { id } = await createKey();
    const role = await as([]);
    const granted = await kms.send(
      new CreateGrantCommand({
        KeyId: id,
        GranteePrincipal: role.arn,
        RetiringPrincipal: role.arn,
        Operations: ['Encrypt', 'DescribeKey'],
        Constraints: { EncryptionContextEquals: { tenant: 'a' } },
      }),
    );
    await encrypt(role.client, id, { tenant: 'a' });
    await role.client.send(new DescribeKeyCommand({ KeyId: id }));
    await expect(encrypt(role.client, id, { tenant: 'a', more: '1' })).rejects.toThrow(
      'not authorized',
    );
    await expect(encrypt(role.client, id)).rejects.toThrow('not authorized');
    expect((await kms.send(new ListGrantsCommand({ KeyId: id }))).Grants).toMatchObject([
      {
        GrantId: granted.GrantId,
        GranteePrincipal: role.arn,
        Operations: ['Encrypt', 'DescribeKey'],
      },
    ]);
    await role.client.send(new RetireGrantCommand({ GrantToken: granted.GrantToken }));
    await expect(encrypt(role.client, id, { tenant: 'a' })).rejects.toThrow('not authorized');
    const named = { KeyId: id, GranteePrincipal: role.arn, Operations: ['Encrypt' as const] };
    const again = await kms.send(new CreateGrantCommand({ ...named, Name: 'one' }));
    expect((await kms.send(new CreateGrantCommand({ ...named, Name: 'one' }))).GrantId).toBe(
      again.GrantId,
    );
    await encrypt(role.client, id);
    await kms.send(new RevokeGrantCommand({ KeyId: id, GrantId: again.GrantId }));
    await expect(encrypt(role.client, id)).rejects.toThrow('not authorized');
  });

  it('AWS’s own keys serve their service alone', async () => {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ssm' }));
    expect(KeyMetadata?.KeyManager).toBe('AWS');
    await expect(encrypt(kms, 'alias/aws/ssm')).rejects.toThrow('no resource-based policy');
    await expect(
      kms.send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
