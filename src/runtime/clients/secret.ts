import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ClientBinding } from '../../spec/grant.ts';
import { keeping } from '../keeping.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const client = sharedClient((settings) => new SecretsManagerClient(settings));

/** The client of one secret. */
export const make = (
  SecretId: string,
  { modes: [maxAge] }: ClientBinding,
  settings: ClientSettings,
) =>
  keeping(Number(maxAge), async () => {
    const { SecretString, SecretBinary } = await client(settings).send(
      new GetSecretValueCommand({ SecretId }),
    );
    return SecretString ?? new TextDecoder().decode(SecretBinary);
  });
