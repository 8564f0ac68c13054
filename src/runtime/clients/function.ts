import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const state: { client?: LambdaClient } = {};
const lambda = (): LambdaClient => (state.client ??= new LambdaClient({}));

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
export const make = (FunctionName: string) => ({
  invoke: async (event: unknown): Promise<unknown> => {
    const { Payload, FunctionError } = await lambda().send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(event ?? null) }),
    );
    const text = Payload === undefined ? '' : Payload.transformToString();
    const result: unknown = text === '' ? undefined : JSON.parse(text);
    if (FunctionError !== undefined)
      throw new FunctionInvocationError(FunctionName, result as object);
    return result;
  },
  send: async (event: unknown): Promise<void> => {
    await lambda().send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'Event',
        Payload: JSON.stringify(event ?? null),
      }),
    );
  },
});
