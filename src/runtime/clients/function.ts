import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { ClientBinding } from '../../spec/grant.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const lambda = sharedClient((settings) => new LambdaClient(settings));

/** The called function failed; its own error's name and message are in it. */
export class FunctionInvocationError extends Error {
  constructor(
    functionName: string,
    error: { readonly errorType?: string; readonly errorMessage?: string },
  ) {
    super(`${functionName} failed: ${error.errorType ?? 'Error'}: ${error.errorMessage ?? ''}`);
    this.name = 'FunctionInvocationError';
  }
}

/** The client of one function. */
export const make = (FunctionName: string, _binding: ClientBinding, settings: ClientSettings) => ({
  invoke: async (event: unknown): Promise<unknown> => {
    const { Payload, FunctionError } = await lambda(settings).send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event ?? null) }),
    );
    const text = Payload === undefined ? '' : Payload.transformToString();
    const result: unknown = text === '' ? undefined : JSON.parse(text);
    if (FunctionError !== undefined)
      throw new FunctionInvocationError(FunctionName, result as object);
    return result;
  },
  send: async (event: unknown): Promise<void> => {
    await lambda(settings).send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'Event',
        Payload: JSON.stringify(event ?? null),
      }),
    );
  },
});
