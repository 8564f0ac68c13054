import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import type { LambdaApi } from '../aws/lambda-api.ts';
import { pollUntil } from '../aws/polling.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import type { Lacking } from './desired.ts';

/** Waits until a function has taken its last change. https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
export const awaitFunction = (
  api: LambdaApi,
  functionName: string,
  signal: AbortSignal,
): Promise<FunctionConfiguration> =>
  pollUntil(async () => {
    const seen = await api.getConfiguration({ FunctionName: functionName }, signal);
    return seen.LastUpdateStatus === 'InProgress' || seen.State === 'Pending' ? undefined : seen;
  }, signal);

/**
 * Gives a function what it lacks, and waits until Lambda says that it runs it. The revision that was read goes along: of
 * two that change a function at once, one is told so.
 *
 * @throws {STACK_OVERTAKEN} when something else changed the function meanwhile
 * @throws {IN_PLACE_UNFINISHED} when Lambda took the change and could not carry it out
 */
export const changeFunction = async (
  api: LambdaApi,
  functionName: string,
  what: { readonly live: FunctionConfiguration; readonly lacking: Lacking },
  signal: AbortSignal,
): Promise<void> => {
  const { lacking } = what;
  let { live } = what;
  try {
    if (lacking.configuration !== undefined) {
      // Not abortable: whether it was taken must be known.
      await api.updateConfiguration({
        FunctionName: functionName,
        ...lacking.configuration,
        ...revisionOf(live),
      });
      live = await settled(api, functionName, signal);
    }
    if (lacking.code !== undefined) {
      const { Architectures, ...code } = lacking.code;
      await api.updateCode({
        FunctionName: functionName,
        ...code,
        ...(Architectures === undefined ? {} : { Architectures: [...Architectures] as never[] }),
        ...revisionOf(live),
      });
      await settled(api, functionName, signal);
    }
  } catch (error) {
    const { code } = readFailure(error);
    // https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html#API_UpdateFunctionConfiguration_Errors
    if (code === 'PreconditionFailedException' || code === 'ResourceConflictException')
      throw new DeployError(
        'STACK_OVERTAKEN',
        `something else changed ${functionName} at the same time`,
        { cause: error },
      );
    throw error;
  }
};

const revisionOf = ({ RevisionId }: FunctionConfiguration) =>
  RevisionId === undefined ? {} : { RevisionId };

const settled = async (
  api: LambdaApi,
  functionName: string,
  signal: AbortSignal,
): Promise<FunctionConfiguration> => {
  const seen = await awaitFunction(api, functionName, signal);
  if (seen.LastUpdateStatus === 'Failed')
    throw new DeployError(
      'IN_PLACE_UNFINISHED',
      seen.LastUpdateStatusReason ?? 'Lambda could not carry the change out',
    );
  return seen;
};
