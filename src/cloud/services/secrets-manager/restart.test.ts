import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, KMSClient, SignCommand, VerifyCommand } from '@aws-sdk/client-kms';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

const clients = ({ url }: RunningCloud) => {
  const settings = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  return {
    kms: new KMSClient(settings),
    secrets: new SecretsManagerClient(settings),
    ssm: new SSMClient(settings),
  };
};

it('what was encrypted is read after a restart', async () => {
  const first = await startCloud({ stateDir });
  const before = clients(first);
  const { KeyMetadata } = await before.kms.send(new CreateKeyCommand({}));
  const signing = await before.kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  const question = {
    KeyId: signing.KeyMetadata?.KeyId,
    Message: Buffer.from('a message'),
    SigningAlgorithm: 'ECDSA_SHA_256',
  } as const;
  const { Signature } = await before.kms.send(new SignCommand(question));
  await before.secrets.send(
    new CreateSecretCommand({ Name: 'kept', SecretString: 'hush', KmsKeyId: KeyMetadata?.Arn }),
  );
  await before.ssm.send(
    new PutParameterCommand({ Name: '/kept', Value: 'hush', Type: 'SecureString' }),
  );
  await first.stop();

  const second = await startCloud({ stateDir });
  const after = clients(second);
  expect(
    (await after.secrets.send(new GetSecretValueCommand({ SecretId: 'kept' }))).SecretString,
  ).toBe('hush');
  const { Parameter } = await after.ssm.send(
    new GetParameterCommand({ Name: '/kept', WithDecryption: true }),
  );
  expect(Parameter?.Value).toBe('hush');
  expect(await after.kms.send(new VerifyCommand({ ...question, Signature }))).toMatchObject({
    SignatureValid: true,
  });
  await second.stop();
});
