import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ClientBinding } from '../../spec/grant.ts';
import { keeping } from '../keeping.ts';

const state: { client?: SSMClient } = {};

/** The client of one parameter. Secure strings are decrypted, with what the function's role may. */
export const make = (Name: string, { modes: [maxAge] }: ClientBinding) =>
  keeping(Number(maxAge), async () => {
    const client = (state.client ??= new SSMClient({}));
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    return Parameter?.Value ?? '';
  });
