import type {
  FunctionConfiguration,
  GetFunctionConfigurationCommandInput,
  UpdateFunctionCodeCommandInput,
  UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { ClientSettings } from './client-settings.ts';

type Call<Input> = (input: Input, signal?: AbortSignal) => Promise<FunctionConfiguration>;

/** The operations of Lambda that the deployer uses, and no other. */
export interface LambdaApi {
  readonly getConfiguration: Call<GetFunctionConfigurationCommandInput>;
  readonly updateCode: Call<UpdateFunctionCodeCommandInput>;
  readonly updateConfiguration: Call<UpdateFunctionConfigurationCommandInput>;
}

/**
 * Lambda takes 15 control requests a second in an account, so a service of many functions is throttled now and then.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#api-requests
 */
const MAX_ATTEMPTS = 10;

/** Loads the client: this module is imported only when it is about to be used. */
export const openLambda = (settings: ClientSettings): LambdaApi => {
  const client = new LambdaClient({ ...settings, maxAttempts: MAX_ATTEMPTS });
  const aborting = (signal: AbortSignal | undefined) =>
    signal === undefined ? {} : { abortSignal: signal };
  return {
    getConfiguration: (input, signal) =>
      client.send(new GetFunctionConfigurationCommand(input), aborting(signal)),
    updateCode: (input, signal) =>
      client.send(new UpdateFunctionCodeCommand(input), aborting(signal)),
    updateConfiguration: (input, signal) =>
      client.send(new UpdateFunctionConfigurationCommand(input), aborting(signal)),
  };
};
