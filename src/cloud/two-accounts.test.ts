import {
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  KMSClient,
  PutKeyPolicyCommand,
} from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutResourcePolicyCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountKeys } from './fixtures/account-keys.ts';
import { rootKeys, settingsOf } from './fixtures/account-keys.ts';
import { startCloud, type RunningCloud } from './index.ts';

const OWNER = '000000000000';
const OTHER = '111122223333';

let running: RunningCloud;
let owner: AccountKeys;
let other: AccountKeys;
let next = 0;
const unique = (what: string) => `${what}-${++next}`;
const clients: { destroy(): void }[] = [];
const kept = <C extends { destroy(): void }>(client: C): C => {
  clients.push(client);
  return client;
};
const iam = (keys: AccountKeys) => kept(new IAMClient(settingsOf(running, keys)));
const kms = (keys: AccountKeys) => kept(new KMSClient(settingsOf(running, keys)));
const s3 = (keys: AccountKeys) => kept(new S3Client(settingsOf(running, keys)));
const secrets = (keys: AccountKeys) => kept(new SecretsManagerClient(settingsOf(running, keys)));
const sts = (keys: AccountKeys) => kept(new STSClient(settingsOf(running, keys)));

beforeAll(async () => {
  running = await startCloud({
    serviceControlPolicies: [
      {
        name: 'owner.json',
        document: document({ Effect: 'Deny', Action: 'iam:CreateGroup', Resource: '*' }),
      },
    ],
  });
  owner = { AccessKeyId: 'test', SecretAccessKey: 'test' };
  other = rootKeys(running, OTHER);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await running.stop();
});

const document = (...Statement: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | readonly string[], Resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const rootOf = (account: string) => ({ Principal: { AWS: `arn:aws:iam::${account}:root` } });

/** A user of the other account, with these statements. */
const userWith = async (...statements: readonly object[]) => {
  const UserName = unique('user');
  await iam(other).send(new CreateUserCommand({ UserName }));
  if (statements.length > 0)
    await iam(other).send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'own',
        PolicyDocument: document(...statements),
      }),
    );
  const { AccessKey } = await iam(other).send(new CreateAccessKeyCommand({ UserName }));
  return { keys: AccessKey as AccountKeys, arn: `arn:aws:iam::${OTHER}:user/${UserName}` };
};

const createKey = async (...statements: readonly object[]) => {
  const { KeyMetadata } = await kms(owner).send(
    new CreateKeyCommand({
      Policy: document(allow('kms:*', '*', rootOf(OWNER)), ...statements),
    }),
  );
  return KeyMetadata?.Arn ?? '';
};

const isAllowed = async (call: Promise<unknown>) => {
  try {
    await call;
    return true;
  } catch (error) {
    expect(String(error)).toMatch(
      /not authorized to perform|Access Denied|Access to KMS is not allowed/,
    );
    return false;
  }
};

// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
describe('a key of KMS', () => {
  const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:DescribeKey'];
  const encrypt = (keys: AccountKeys, KeyId: string) =>
    kms(keys).send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('hello') }));

  it('is used by another account when its policy and the account’s allow it, and not by either alone', async () => {
    const trusting = await createKey(allow(use, '*', rootOf(OTHER)));
    const closed = await createKey();
    const { keys: permitted } = await userWith(allow(use, '*'));
    const { keys: bare } = await userWith();
    expect([
      await isAllowed(encrypt(permitted, trusting)),
      await isAllowed(encrypt(permitted, closed)),
      await isAllowed(encrypt(bare, trusting)),
      // Its root user needs the key's policy alone.
      await isAllowed(encrypt(other, trusting)),
      await isAllowed(encrypt(other, closed)),
    ]).toEqual([true, false, false, true, false]);
  });

  it('names the user in its policy: the user’s account has to allow it too', async () => {
    const { keys, arn } = await userWith();
    const key = await createKey(allow(use, '*', { Principal: { AWS: arn } }));
    await expect(encrypt(keys, key)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${arn} is not authorized to perform: kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action`,
    });
  });

  it('decrypts for the other account, with or without its name; only its ARN finds it', async () => {
    const key = await createKey(allow(use, '*', rootOf(OTHER)));
    const { keys } = await userWith(allow(use, '*'));
    const { CiphertextBlob } = await encrypt(owner, key);
    for (const KeyId of [key, undefined]) {
      const { Plaintext, KeyId: by } = await kms(keys).send(
        new DecryptCommand({ CiphertextBlob, KeyId }),
      );
      expect([Buffer.from(Plaintext ?? []).toString(), by]).toEqual(['hello', key]);
    }
    await expect(encrypt(keys, key.split('/')[1] ?? '')).rejects.toMatchObject({
      name: 'NotFoundException',
    });
    const AliasName = `alias/${unique('shared')}`;
    await kms(owner).send(new CreateAliasCommand({ AliasName, TargetKeyId: key }));
    expect((await encrypt(keys, `arn:aws:kms:us-east-1:${OWNER}:${AliasName}`)).KeyId).toBe(key);
    await expect(encrypt(keys, AliasName)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('tells its policy whose account calls', async () => {
    const from = (account: string) =>
      createKey(
        allow(use, '*', {
          Principal: '*',
          Condition: { StringEquals: { 'kms:CallerAccount': account } },
        }),
      );
    const { keys } = await userWith(allow(use, '*'));
    expect([
      await isAllowed(encrypt(keys, await from(OTHER))),
      await isAllowed(encrypt(keys, await from(OWNER))),
    ]).toEqual([true, false]);
  });

  it('can be granted across accounts, and managed only within its own', async () => {
    const key = await createKey(allow([...use, 'kms:*'], '*', rootOf(OTHER)));
    const { keys } = await userWith(allow('kms:*', '*'));
    const { KeyMetadata } = await kms(keys).send(new DescribeKeyCommand({ KeyId: key }));
    expect(KeyMetadata?.AWSAccountId).toBe(OWNER);
    const { GrantId } = await kms(keys).send(
      new CreateGrantCommand({
        KeyId: key,
        GranteePrincipal: `arn:aws:iam::${OTHER}:root`,
        Operations: ['Decrypt'],
      }),
    );
    expect(GrantId).toMatch(/^[0-9a-f]{64}$/);
    for (const command of [
      new DisableKeyCommand({ KeyId: key }),
      new PutKeyPolicyCommand({ KeyId: key, Policy: document(allow('kms:*', '*', rootOf(OTHER))) }),
    ])
      await expect(kms(keys).send(command as DisableKeyCommand)).rejects.toMatchObject({
        name: 'NotFoundException',
      });
  });
});

// https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
describe('a secret', () => {
  const READ = 'secretsmanager:GetSecretValue';
  const createSecret = async (policy: object | undefined, KmsKeyId?: string) => {
    const Name = unique('secret');
    const { ARN = '' } = await secrets(owner).send(
      new CreateSecretCommand({ Name, SecretString: 'open sesame', KmsKeyId }),
    );
    if (policy !== undefined)
      await secrets(owner).send(
        new PutResourcePolicyCommand({ SecretId: ARN, ResourcePolicy: document(policy) }),
      );
    return { Name, ARN };
  };
  const read = (keys: AccountKeys, SecretId: string) =>
    secrets(keys).send(new GetSecretValueCommand({ SecretId }));
  const toOther = allow(READ, '*', rootOf(OTHER));

  it('is read by another account when its policy, its key’s and the account’s allow it', async () => {
    const key = await createKey(allow('kms:Decrypt', '*', rootOf(OTHER)));
    const shared = await createSecret(toOther, key);
    const { keys } = await userWith(allow([READ, 'kms:Decrypt'], '*'));
    expect((await read(keys, shared.ARN)).SecretString).toBe('open sesame');
    // By its name, it would be a secret of the reader's own account.
    await expect(read(keys, shared.Name)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is not, when one of the three does not', async () => {
    const open = await createKey(allow('kms:Decrypt', '*', rootOf(OTHER)));
    const closed = await createKey();
    const both = await userWith(allow([READ, 'kms:Decrypt'], '*'));
    const onlySecret = await userWith(allow(READ, '*'));
    const onlyKey = await userWith(allow('kms:Decrypt', '*'));
    const denied = async (keys: AccountKeys, secret: { readonly ARN: string }) =>
      expect(await isAllowed(read(keys, secret.ARN))).toBe(false);
    await denied(both.keys, await createSecret(undefined, open));
    await denied(both.keys, await createSecret(toOther, closed));
    await denied(onlySecret.keys, await createSecret(toOther, open));
    await denied(onlyKey.keys, await createSecret(toOther, open));
  });

  // AWS's key is for the principals of its account alone: its policy asks for their kms:CallerAccount.
  it('is not, under the key that AWS manages', async () => {
    const secret = await createSecret(toOther);
    const { keys } = await userWith(allow([READ, 'kms:Decrypt'], '*'));
    expect(await isAllowed(read(keys, secret.ARN))).toBe(false);
  });
});

describe('a role', () => {
  it('is assumed by another account when its trust policy and the account’s policies allow it', async () => {
    const RoleName = unique('role');
    await iam(owner).send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: document({
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          ...rootOf(OTHER),
        }),
      }),
    );
    await iam(owner).send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'all',
        PolicyDocument: document(allow('*', '*')),
      }),
    );
    const assume = (keys: AccountKeys) =>
      sts(keys).send(
        new AssumeRoleCommand({
          RoleArn: `arn:aws:iam::${OWNER}:role/${RoleName}`,
          RoleSessionName: 'visit',
        }),
      );
    const { keys } = await userWith(allow('sts:AssumeRole', '*'));
    const { Credentials = {} } = await assume(keys);
    expect((await sts(Credentials).send(new GetCallerIdentityCommand({}))).Account).toBe(OWNER);
    expect(await isAllowed(assume((await userWith()).keys))).toBe(false);
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
describe('RestrictPublicBuckets', () => {
  const EVERYONE = { Principal: '*' };
  const bucketWith = async (restrict: boolean, ...statements: readonly object[]) => {
    const Bucket = unique('bucket');
    const resource = `arn:aws:s3:::${Bucket}/*`;
    await s3(owner).send(new CreateBucketCommand({ Bucket }));
    await s3(owner).send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicPolicy: false,
          RestrictPublicBuckets: restrict,
        },
      }),
    );
    await s3(owner).send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: document(
          ...statements.map((one) => ({ ...allow('s3:GetObject', resource), ...one })),
        ),
      }),
    );
    await s3(owner).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    return Bucket;
  };
  const readers = async (Bucket: string) => {
    const get = (keys: AccountKeys) => s3(keys).send(new GetObjectCommand({ Bucket, Key: 'a' }));
    const { keys: visitor } = await userWith(allow('s3:GetObject', '*'));
    await iam(owner).send(new CreateUserCommand({ UserName: unique('own') }));
    const { AccessKey } = await iam(owner).send(
      new CreateAccessKeyCommand({ UserName: `own-${next}` }),
    );
    return {
      anonymous: (await fetch(`${running.url}/${Bucket}/a`)).status === 200,
      otherAccount: await isAllowed(get(visitor)),
      // Who has no policy, and is let in by the bucket's alone.
      ownAccount: await isAllowed(get(AccessKey as AccountKeys)),
    };
  };

  it('leaves a public bucket to its own account', async () => {
    const all = { anonymous: true, otherAccount: true, ownAccount: true };
    expect(await readers(await bucketWith(false, EVERYONE))).toEqual(all);
    expect(await readers(await bucketWith(true, EVERYONE))).toEqual({
      ...all,
      anonymous: false,
      otherAccount: false,
    });
  });

  // "Even though statement 2 isn't public, Amazon S3 disables access by Account-2."
  it('shuts out an account that is named beside the public, and not one that is named alone', async () => {
    const named = await bucketWith(true, rootOf(OTHER));
    expect((await readers(named)).otherAccount).toBe(true);
    const beside = await bucketWith(true, rootOf(OTHER), EVERYONE);
    expect((await readers(beside)).otherAccount).toBe(false);
  });

  it('is named where the denial is explained', async () => {
    const Bucket = await bucketWith(true, EVERYONE);
    expect((await fetch(`${running.url}/${Bucket}/a`)).status).toBe(403);
    const denial = running.cloud.journal.entries().findLast(({ outcome }) => outcome === 'denied');
    expect(denial?.message).toContain('(RestrictPublicBuckets)');
  });
});

it('the organization of one account does not bound another', async () => {
  const create = (keys: AccountKeys) =>
    iam(keys).send(new CreateGroupCommand({ GroupName: 'members' }));
  expect([await isAllowed(create(owner)), await isAllowed(create(other))]).toEqual([false, true]);
});
