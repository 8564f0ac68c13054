import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParameterHistoryCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';

let cloud: RunningCloud;
let ssm: SSMClient;
let kms: KMSClient;
let keyArn: string;

const settings = (credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) => ({
  endpoint: cloud.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

beforeAll(async () => {
  cloud = await startCloud();
  ssm = new SSMClient(settings());
  kms = new KMSClient(settings());
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  keyArn = KeyMetadata?.Arn ?? '';
  await put('/own', 'of the account');
  await put('/keyed', 'of a key', { KeyId: keyArn });
});
afterAll(() => cloud.stop());

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}, by = ssm) =>
  by.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', ...more }));
const get = async (Name: string, by = ssm, WithDecryption = true) =>
  (await by.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter?.Value;

let roles = 0;
const as = async (...statements: object[]) => {
  const iam = new IAMClient(settings());
  const RoleName = `role-${++roles}`;
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'only',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
  const { Credentials } = await new STSClient(settings()).send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
      RoleSessionName: 'test',
    }),
  );
  return new SSMClient(
    settings({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    } as { accessKeyId: string; secretAccessKey: string }),
  );
};
const allow = (Action: string, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});

it('reads as its ciphertext unless it is decrypted', async () => {
  const shown = await get('/own', ssm, false);
  expect(Buffer.from(shown ?? '', 'base64').toString()).not.toContain('of the account');
  expect(await get('/own')).toBe('of the account');
  const { Parameters } = await ssm.send(new DescribeParametersCommand({}));
  expect(Parameters?.map(({ Name, KeyId }) => [Name, KeyId])).toEqual([
    ['/keyed', keyArn],
    ['/own', 'alias/aws/ssm'],
  ]);
});

it('of a customer’s key needs permission on the key, however it is read', async () => {
  const reader = await as(allow('ssm:*'));
  expect(await get('/own', reader)).toBe('of the account');
  const denied = {
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      `is not authorized to perform: kms:Decrypt on resource: ${keyArn}`,
    ) as string,
  };
  await expect(get('/keyed', reader)).rejects.toMatchObject(denied);
  await expect(
    reader.send(new GetParametersCommand({ Names: ['/own', '/keyed'], WithDecryption: true })),
  ).rejects.toMatchObject(denied);
  await expect(
    reader.send(new GetParametersByPathCommand({ Path: '/', WithDecryption: true })),
  ).rejects.toMatchObject(denied);
  await expect(
    reader.send(new GetParameterHistoryCommand({ Name: '/keyed', WithDecryption: true })),
  ).rejects.toMatchObject(denied);
  // The ciphertext is no secret.
  expect(await get('/keyed', reader, false)).toBe(await get('/keyed', ssm, false));
  await expect(put('/mine', 'x', { KeyId: keyArn }, reader)).rejects.toThrow('kms:Encrypt');
});

it('is decrypted through Parameter Store, bound to the parameter', async () => {
  const through = (service: string, name: string) =>
    as(
      allow('ssm:*'),
      allow('kms:Decrypt', {
        Condition: {
          StringEquals: {
            'kms:ViaService': `${service}.us-east-1.amazonaws.com`,
            'kms:EncryptionContext:PARAMETER_ARN': `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter${name}`,
          },
        },
      }),
    );
  expect(await get('/keyed', await through('ssm', '/keyed'))).toBe('of a key');
  await expect(get('/keyed', await through('ssm', '/other'))).rejects.toThrow('kms:Decrypt');
  await expect(get('/keyed', await through('s3', '/keyed'))).rejects.toThrow('kms:Decrypt');
});

it('of an advanced parameter has a data key', async () => {
  const value = 'x'.repeat(8_000);
  await put('/advanced', value, { Tier: 'Advanced', KeyId: keyArn });
  expect(await get('/advanced')).toBe(value);
  const reader = await as(allow('ssm:*'), allow('kms:Decrypt'));
  expect(await get('/advanced', reader)).toBe(value);
  await expect(
    put('/advanced/2', value, { Tier: 'Advanced', KeyId: keyArn }, reader),
  ).rejects.toThrow('kms:GenerateDataKey');
});

it('of a key that can not be used', async () => {
  await expect(put('/none', 'x', { KeyId: 'alias/none' })).rejects.toMatchObject({
    name: 'InvalidKeyId',
  });
  await kms.send(new DisableKeyCommand({ KeyId: keyArn }));
  await expect(get('/keyed')).rejects.toMatchObject({
    name: 'InvalidKeyId',
    message: `${keyArn} is disabled.`,
  });
});
