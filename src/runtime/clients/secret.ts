import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientBinding } from '../../spec/grant.ts';
import { keeping } from '../keeping.ts';

const state: { client?: SecretsManagerClient } = {};

/** The client of one secret. */
export const make = (SecretId: string, { modes: [maxAge] }: ClientBinding) =>
  keeping(Number(maxAge), async () => {
    const client = (state.client ??= new SecretsManagerClient({}));
    const { SecretString, SecretBinary } = await client.send(
      new GetSecretValueCommand({ SecretId }),
    );
    return SecretString ?? new TextDecoder().decode(SecretBinary);
  });
