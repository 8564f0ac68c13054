import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import type {
  CreateSecretCommandInput,
  GetRandomPasswordCommandInput,
  GetSecretValueCommandInput,
  ListSecretsCommandInput,
} from '@aws-sdk/client-secrets-manager';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sessions } from './fixtures/sessions.ts';
import { startSessions } from './fixtures/sessions.ts';

const DAY_MS = 86_400_000;
const ACCOUNT = '000000000000';

let sessions: Sessions;
let client: SecretsManagerClient;
let kms: KMSClient;

beforeAll(async () => {
  sessions = await startSessions();
  client = sessions.client(SecretsManagerClient);
  kms = sessions.client(KMSClient);
});
afterAll(() => sessions.stop());

const create = (
  Name: string,
  SecretString?: string,
  more: Partial<CreateSecretCommandInput> = {},
) =>
  client.send(
    new CreateSecretCommand({
      Name,
      ...(SecretString === undefined ? {} : { SecretString }),
      ...more,
    }),
  );
const get = (SecretId: string, more: Partial<GetSecretValueCommandInput> = {}, by = client) =>
  by.send(new GetSecretValueCommand({ SecretId, ...more }));
const put = async (SecretId: string, SecretString: string, VersionStages?: string[]) =>
  client.send(
    new PutSecretValueCommand({
      SecretId,
      SecretString,
      ...(VersionStages === undefined ? {} : { VersionStages }),
    }),
  );
const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));

describe('secrets', () => {
  it('are read by name, ARN and an ARN without its end', async () => {
    const made = await create('app/db', 'hush', { Description: 'the database' });
    expect(made.ARN).toMatch(
      new RegExp(`^arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:app/db-[A-Za-z0-9]{6}$`),
    );
    for (const id of ['app/db', made.ARN ?? '', (made.ARN ?? '').slice(0, -7)])
      expect(await get(id)).toMatchObject({
        ARN: made.ARN,
        Name: 'app/db',
        SecretString: 'hush',
        VersionId: made.VersionId,
        VersionStages: ['AWSCURRENT'],
      });
    const told = await describeSecret('app/db');
    expect(told).toMatchObject({
      Description: 'the database',
      VersionIdsToStages: { [made.VersionId ?? '']: ['AWSCURRENT'] },
    });
    expect(told.LastAccessedDate?.toISOString()).toMatch(/T00:00:00.000Z$/);
    expect(told).not.toHaveProperty('KmsKeyId');
    const binary = await create('app/binary', undefined, { SecretBinary: Buffer.from([0, 255]) });
    expect([...((await get(binary.ARN ?? '')).SecretBinary ?? [])]).toEqual([0, 255]);
  });

  it('may have no value yet', async () => {
    const made = await create('empty');
    expect(made.VersionId).toBeUndefined();
    await expect(get('empty')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message:
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    expect((await put('empty', 'first', ['mine'])).VersionStages).toEqual(['AWSCURRENT', 'mine']);
  });

  it.each([
    ['app/db', 'x', {}, 'ResourceExistsException', 'the secret app/db already exists'],
    ['Inv Name', 'x', {}, 'ValidationException', 'Invalid name. Must be a valid name'],
    ['a'.repeat(513), 'x', {}, 'ValidationException', "at 'name' failed to satisfy constraint"],
    ['both', 'x', { SecretBinary: Buffer.from('x') }, 'InvalidParameterException', 'both a binary'],
    ['large', 'x'.repeat(65_537), {}, 'ValidationException', 'less than or equal to 65536'],
    ['tagged', 'x', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidParameterException', 'aws:x'],
    [
      'copy',
      'x',
      { AddReplicaRegions: [{ Region: 'eu-west-1' }] },
      'NotImplemented',
      'AddReplicaRegions',
    ],
    ['tok', 'x', { ClientRequestToken: 'short' }, 'InvalidParameterException', '32-64'],
  ] as const)('%s: refused', async (name, value, more, code, text) => {
    const refused = create(name, value, more as Partial<CreateSecretCommandInput>);
    await expect(refused).rejects.toMatchObject({ name: code });
    await expect(refused).rejects.toThrow(text);
  });

  it('that are not there', async () => {
    for (const id of ['none', `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:app/db-abcdef`])
      await expect(get(id)).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
  });

  it('are made and written once by one token', async () => {
    const ClientRequestToken = '11111111-2222-3333-4444-555555555555';
    const first = await create('once', 'v1', { ClientRequestToken });
    expect(await create('once', 'v1', { ClientRequestToken })).toMatchObject({
      ARN: first.ARN,
      VersionId: ClientRequestToken,
    });
    await expect(create('once', 'other', { ClientRequestToken })).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    const send = (SecretString: string) =>
      client.send(
        new PutSecretValueCommand({
          SecretId: 'once',
          SecretString,
          ClientRequestToken: '21111111-2222-3333-4444-555555555555',
        }),
      );
    await send('v2');
    await put('once', 'v3');
    // Sent again it changes nothing, not even the labels.
    expect((await send('v2')).VersionStages).toEqual(['AWSPREVIOUS']);
    expect((await get('once')).SecretString).toBe('v3');
    await expect(send('other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('have versions, whose labels move', async () => {
    const { VersionId: one = '' } = await create('staged', 'v1');
    const { VersionId: two = '' } = await put('staged', 'v2');
    expect((await get('staged', { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('v1');
    expect((await get('staged', { VersionId: one })).SecretString).toBe('v1');
    const { VersionId: three = '' } = await put('staged', 'v3', ['AWSPENDING']);
    expect((await get('staged')).SecretString).toBe('v2');
    await expect(
      get('staged', { VersionId: one, VersionStage: 'AWSPENDING' }),
    ).rejects.toMatchObject({ name: 'InvalidRequestException' });
    const move = (input: object) =>
      client.send(
        new UpdateSecretVersionStageCommand({
          SecretId: 'staged',
          VersionStage: 'AWSCURRENT',
          ...input,
        }),
      );
    await expect(move({ MoveToVersionId: three })).rejects.toThrow(
      `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${two}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
    await expect(move({ RemoveFromVersionId: two })).rejects.toThrow('completely removed');
    await move({ MoveToVersionId: three, RemoveFromVersionId: two });
    expect((await describeSecret('staged')).VersionIdsToStages).toEqual({
      [two]: ['AWSPREVIOUS'],
      [three]: ['AWSCURRENT', 'AWSPENDING'],
    });
    const ids = async (IncludeDeprecated: boolean) =>
      (
        await client.send(
          new ListSecretVersionIdsCommand({ SecretId: 'staged', IncludeDeprecated }),
        )
      ).Versions?.map(({ VersionId, KmsKeyIds }) => [VersionId, KmsKeyIds]);
    expect(await ids(false)).toHaveLength(2);
    expect(await ids(true)).toContainEqual([one, ['DefaultEncryptionKey']]);
  });

  it('change their description, and their value', async () => {
    const { ARN } = await create('changing', 'v1', { Description: 'before' });
    const changed = await client.send(
      new UpdateSecretCommand({ SecretId: ARN, Description: 'after' }),
    );
    expect(changed.VersionId).toBeUndefined();
    await client.send(new UpdateSecretCommand({ SecretId: ARN, SecretString: 'v2' }));
    expect(await describeSecret('changing')).toMatchObject({ Description: 'after' });
    expect((await get('changing')).SecretString).toBe('v2');
    await client.send(
      new TagResourceCommand({
        SecretId: ARN,
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
    );
    await client.send(new UntagResourceCommand({ SecretId: ARN, TagKeys: ['a'] }));
    expect((await describeSecret('changing')).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  it('are deleted after a window, in which they come back', async () => {
    await create('leaving', 'v1');
    const remove = (input: object = {}) =>
      client.send(new DeleteSecretCommand({ SecretId: 'leaving', ...input }));
    await expect(remove({ RecoveryWindowInDays: 6 })).rejects.toThrow(
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
    await expect(
      remove({ RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await remove({ RecoveryWindowInDays: 7 });
    await expect(get('leaving')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    });
    await expect(create('leaving', 'v2')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message:
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
    });
    await client.send(new RestoreSecretCommand({ SecretId: 'leaving' }));
    expect((await get('leaving')).SecretString).toBe('v1');
    await remove({ RecoveryWindowInDays: 7 });
    await sessions.advance(7 * DAY_MS);
    await expect(get('leaving')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('leaving', 'anew');
    const { ARN } = await describeSecret('leaving');
    await remove({ ForceDeleteWithoutRecovery: true });
    expect((await create('leaving', 'again')).ARN).not.toBe(ARN);
    // Gone already is no error.
    await remove({ ForceDeleteWithoutRecovery: true });
    await remove({ ForceDeleteWithoutRecovery: true });
  });
});

describe('lists', () => {
  it('go by filter, order and page', async () => {
    await create('list/one', 'x', {
      Description: 'First of them',
      Tags: [{ Key: 'tier', Value: 'gold' }],
    });
    await create('list/two', 'x', { Tags: [{ Key: 'tier', Value: 'silver' }] });
    await create('list/three', 'x');
    await client.send(new DeleteSecretCommand({ SecretId: 'list/three' }));
    const names = async (input: ListSecretsCommandInput) =>
      (await client.send(new ListSecretsCommand(input))).SecretList?.map(({ Name }) => Name);
    const by = (
      Key: 'name' | 'tag-key' | 'tag-value' | 'description' | 'all',
      ...Values: string[]
    ) => ({
      Filters: [{ Key, Values }],
    });
    expect(await names(by('name', 'list/'))).toEqual(['list/one', 'list/two']);
    expect(await names({ ...by('name', 'list/'), SortOrder: 'desc' })).toEqual([
      'list/two',
      'list/one',
    ]);
    expect(await names({ ...by('name', 'list/'), IncludePlannedDeletion: true })).toHaveLength(3);
    expect(await names(by('tag-value', 'gold'))).toEqual(['list/one']);
    expect(await names(by('description', 'first'))).toEqual(['list/one']);
    expect(await names(by('all', 'SILVER'))).toEqual(['list/two']);
    expect(
      await names({
        Filters: [
          { Key: 'tag-key', Values: ['tier'] },
          { Key: 'tag-value', Values: ['!gold'] },
        ],
      }),
    ).toEqual(['list/two']);
    const first = await client.send(
      new ListSecretsCommand({ ...by('name', 'list/'), MaxResults: 1 }),
    );
    expect(
      await names({ ...by('name', 'list/'), MaxResults: 1, NextToken: first.NextToken }),
    ).toEqual(['list/two']);
    await expect(names({ NextToken: 'x' })).rejects.toMatchObject({
      name: 'InvalidNextTokenException',
    });
    await expect(names({ Filters: [{ Key: 'colour' as 'name', Values: ['x'] }] })).rejects.toThrow(
      "Value 'colour' at 'filters.1.member.key'",
    );
  });

  it('of values tell what could not be read', async () => {
    await create('batch/a', 'a');
    await create('batch/b', 'b');
    const { SecretValues, Errors } = await client.send(
      new BatchGetSecretValueCommand({ SecretIdList: ['batch/a', 'batch/none', 'batch/b'] }),
    );
    expect(SecretValues?.map(({ SecretString }) => SecretString)).toEqual(['a', 'b']);
    expect(Errors).toMatchObject([
      { SecretId: 'batch/none', ErrorCode: 'ResourceNotFoundException' },
    ]);
    const found = await client.send(
      new BatchGetSecretValueCommand({ Filters: [{ Key: 'name', Values: ['batch/'] }] }),
    );
    expect(found.SecretValues).toHaveLength(2);
  });
});

describe('random passwords', () => {
  const password = async (input: GetRandomPasswordCommandInput) =>
    (await client.send(new GetRandomPasswordCommand(input))).RandomPassword ?? '';

  it('have what is asked for', async () => {
    expect(await password({})).toHaveLength(32);
    const short = await password({ PasswordLength: 4 });
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/]) expect(short).toMatch(kind);
    expect(
      await password({ PasswordLength: 200, ExcludePunctuation: true, ExcludeCharacters: 'aeiou' }),
    ).toMatch(/^[^aeiou\W_]{200}$/);
    expect(
      await password({
        PasswordLength: 20,
        ExcludeLowercase: true,
        ExcludeUppercase: true,
        ExcludePunctuation: true,
      }),
    ).toMatch(/^\d{20}$/);
  });

  it.each([
    [{ PasswordLength: 3 }, 'too short'],
    [{ PasswordLength: 4097 }, 'too long'],
    [{ ExcludePunctuation: false, ExcludeCharacters: '0123456789' }, 'No characters are left'],
  ])('of %j are refused', async (input, text) => {
    const refused = password(input);
    await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(refused).rejects.toThrow(text);
  });
});

describe('who may', () => {
  it('is decided by identity and resource policies', async () => {
    const { ARN = '' } = await create('guarded', 'v1', { Tags: [{ Key: 'team', Value: 'a' }] });
    const none = await sessions.role([]);
    const reader = await sessions.role([
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
        Condition: { StringEquals: { 'secretsmanager:ResourceTag/team': 'a' } },
      },
    ]);
    const denied = get('guarded', {}, none.client(SecretsManagerClient));
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(denied).rejects.toThrow(
      `is not authorized to perform: secretsmanager:GetSecretValue on resource: ${ARN} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
    );
    expect((await get('guarded', {}, reader.client(SecretsManagerClient))).SecretString).toBe('v1');
    await expect(get('app/db', {}, reader.client(SecretsManagerClient))).rejects.toThrow(
      'not authorized',
    );
    const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
    const ResourcePolicy = policy(
      {
        Effect: 'Allow',
        Principal: { AWS: none.arn },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      },
      {
        Effect: 'Deny',
        Principal: { AWS: reader.arn },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      },
    );
    await client.send(new PutResourcePolicyCommand({ SecretId: 'guarded', ResourcePolicy }));
    expect(
      (await client.send(new GetResourcePolicyCommand({ SecretId: ARN }))).ResourcePolicy,
    ).toBe(ResourcePolicy);
    expect((await get('guarded', {}, none.client(SecretsManagerClient))).SecretString).toBe('v1');
    await expect(get('guarded', {}, reader.client(SecretsManagerClient))).rejects.toThrow(
      'with an explicit deny in a resource-based policy',
    );
    await client.send(new DeleteResourcePolicyCommand({ SecretId: ARN }));
    await expect(get('guarded', {}, none.client(SecretsManagerClient))).rejects.toThrow(
      'not authorized',
    );
    const open = policy({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
    await expect(
      client.send(
        new PutResourcePolicyCommand({
          SecretId: ARN,
          ResourcePolicy: open,
          BlockPublicPolicy: true,
        }),
      ),
    ).rejects.toMatchObject({ name: 'PublicPolicyException' });
    expect(
      (await client.send(new ValidateResourcePolicyCommand({ ResourcePolicy: open })))
        .PolicyValidationPassed,
    ).toBe(false);
    await expect(
      client.send(new PutResourcePolicyCommand({ SecretId: ARN, ResourcePolicy: '{' })),
    ).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'This resource policy contains invalid Json.',
    });
  });

  it('is decided by the key, too', async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { Arn: keyArn = '', KeyId = '' } = KeyMetadata ?? {};
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/secrets', TargetKeyId: KeyId }));
    await create('keyed', 'v1', { KmsKeyId: 'alias/secrets' });
    const allow = (Action: string, more: object = {}) => ({
      Effect: 'Allow',
      Action,
      Resource: '*',
      ...more,
    });
    const reads = allow('secretsmanager:GetSecretValue');
    const through = {
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' } },
    };
    const withoutKey = await sessions.role([reads]);
    const withKey = await sessions.role([reads, allow('kms:Decrypt', through)]);
    await expect(get('keyed', {}, withoutKey.client(SecretsManagerClient))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Access to KMS is not allowed',
    });
    expect((await get('keyed', {}, withKey.client(SecretsManagerClient))).SecretString).toBe('v1');
    // With AWS's own key nothing more is needed.
    expect((await get('app/db', {}, withoutKey.client(SecretsManagerClient))).SecretString).toBe(
      'hush',
    );
    const writer = await sessions.role([allow('secretsmanager:*')]);
    await expect(
      writer
        .client(SecretsManagerClient)
        .send(new CreateSecretCommand({ Name: 'keyed/2', KmsKeyId: keyArn })),
    ).rejects.toThrow('Access to KMS is not allowed');
    expect(
      (await client.send(new ListSecretVersionIdsCommand({ SecretId: 'keyed' }))).Versions,
    ).toMatchObject([{ KmsKeyIds: [keyArn] }]);
    await client.send(
      new UpdateSecretCommand({ SecretId: 'keyed', KmsKeyId: 'alias/aws/secretsmanager' }),
    );
    expect((await get('keyed', {}, withoutKey.client(SecretsManagerClient))).SecretString).toBe(
      'v1',
    );
    expect(await describeSecret('keyed')).not.toHaveProperty('KmsKeyId');
    await client.send(new UpdateSecretCommand({ SecretId: 'keyed', KmsKeyId: keyArn }));
    await put('keyed', 'v2');
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(get('keyed')).rejects.toMatchObject({ name: 'DecryptionFailure' });
    await expect(put('keyed', 'v3')).rejects.toMatchObject({ name: 'EncryptionFailure' });
  });
});
