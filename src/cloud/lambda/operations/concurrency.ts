import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { functionNotFound, invalidParameterValue } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { functionArn, readReference } from '../names.ts';
import type { FunctionRecord, LambdaState } from '../state.ts';
import { onFunction } from '../needs.ts';

type Context = OperationContext<LambdaState>;

const requireRecord = (context: Context, given: string | undefined): FunctionRecord => {
  const { name, qualifier } = readReference(context, given);
  const record = context.state.functions.get(name);
  if (record === undefined) throw functionNotFound(functionArn(context, name));
  if (qualifier !== undefined)
    throw invalidParameterValue(
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    );
  return record;
};

const reservedBesides = (state: LambdaState, name: string): number => {
  let sum = 0;
  for (const record of state.functions.values())
    if (record.name !== name) sum += record.reservedConcurrency ?? 0;
  return sum;
};

const put = operation<LambdaState, Lambda.PutFunctionConcurrencyRequest, Lambda.Concurrency>({
  needs: onFunction('lambda:PutFunctionConcurrency'),
  handle: (input, context) => {
    const { state } = context;
    const record = requireRecord(context, input.FunctionName);
    const reserved = input.ReservedConcurrentExecutions ?? 0;
    constraints()
      .range('reservedConcurrentExecutions', reserved, 0, Number.MAX_SAFE_INTEGER)
      .check();
    const left = LIMITS.accountConcurrency - reservedBesides(state, record.name) - reserved;
    if (left < LIMITS.unreservedMinimum)
      throw invalidParameterValue(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${LIMITS.unreservedMinimum}].`,
      );
    state.functions.set(record.name, { ...record, reservedConcurrency: reserved });
    return { ReservedConcurrentExecutions: reserved };
  },
});

const get = operation<
  LambdaState,
  Lambda.GetFunctionConcurrencyRequest,
  Lambda.GetFunctionConcurrencyResponse
>({
  needs: onFunction('lambda:GetFunctionConcurrency'),
  handle: (input, context) => {
    const { reservedConcurrency } = requireRecord(context, input.FunctionName);
    return reservedConcurrency === undefined
      ? {}
      : { ReservedConcurrentExecutions: reservedConcurrency };
  },
});

const remove = operation<LambdaState, Lambda.DeleteFunctionConcurrencyRequest, object>({
  needs: onFunction('lambda:DeleteFunctionConcurrency'),
  handle: (input, context) => {
    const { reservedConcurrency: _gone, ...record } = requireRecord(context, input.FunctionName);
    context.state.functions.set(record.name, record);
    return {};
  },
});

const accountSettings = operation<LambdaState, object, Lambda.GetAccountSettingsResponse>({
  needs: () => ({ action: 'lambda:GetAccountSettings', resource: '*' }),
  handle: (_input, { state }) => {
    let codeBytes = 0;
    for (const version of state.versions.values()) codeBytes += version.code.sizeBytes;
    return {
      AccountLimit: {
        TotalCodeSize: LIMITS.totalCodeBytes,
        CodeSizeUnzipped: LIMITS.unzippedBytes,
        CodeSizeZipped: LIMITS.zipBytes,
        ConcurrentExecutions: LIMITS.accountConcurrency,
        UnreservedConcurrentExecutions: LIMITS.accountConcurrency - reservedBesides(state, ''),
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: state.functions.size },
    };
  },
});

export const concurrencyOperations: OperationTable<LambdaState> = {
  PutFunctionConcurrency: put,
  GetFunctionConcurrency: get,
  DeleteFunctionConcurrency: remove,
  GetAccountSettings: accountSettings,
};
