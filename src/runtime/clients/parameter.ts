import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientBinding } from '../../spec/grant.ts';
import { keeping } from '../keeping.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const client = sharedClient((settings) => new SSMClient(settings));

/** The client of one parameter. Secure strings are decrypted, with what the function's role may. */
export const make = (Name: string, { modes: [maxAge] }: ClientBinding, settings: ClientSettings) =>
  keeping(Number(maxAge), async () => {
    const { Parameter } = await client(settings).send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    return Parameter?.Value ?? '';
  });
