import type * as Lambda from '@aws-sdk/client-lambda';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { describeEventInvoke } from '../describe.ts';
import { functionNotFound, invalidParameterValue, resourceNotFound } from '../errors.ts';
import { functionArn, readReference, resolveFunction } from '../names.ts';
import { page } from '../page.ts';
import type { EventInvokeRecord, LambdaState } from '../state.ts';
import { onFunction } from '../needs.ts';

type Context = OperationContext<LambdaState>;

type Target = {
  readonly FunctionName?: string | undefined;
  readonly Qualifier?: string | undefined;
};

const place = (context: Context, input: Target) => {
  const reference = readReference(context, input.FunctionName, input.Qualifier);
  const { name, qualifier = '$LATEST' } = resolveFunction(context.state, reference);
  return { functionName: name, qualifier, key: `${name}:${qualifier}` };
};

const requireConfig = (context: Context, input: Target): EventInvokeRecord => {
  const { functionName, qualifier, key } = place(context, input);
  const record = context.state.eventInvokeConfigs.get(key);
  if (record === undefined)
    throw resourceNotFound(
      `The function ${functionArn(context, functionName, qualifier)} doesn't have an EventInvokeConfig`,
    );
  return record;
};

const DESTINATION = /^arn:aws[\w-]*:(sqs|sns|lambda|events|s3):/;

/** Buckets are told of failures alone. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const SUCCESS_DESTINATION = /^arn:aws[\w-]*:(sqs|sns|lambda|events):/;

const needsDestination =
  (action: string) =>
  (input: Target, context: Context): Need =>
    onFunction(action)(input, context);

const readConfig = (
  context: Context,
  input: Lambda.PutFunctionEventInvokeConfigRequest,
  before: EventInvokeRecord | undefined,
): EventInvokeRecord => {
  constraints()
    .range('maximumRetryAttempts', input.MaximumRetryAttempts, 0, 2)
    .range('maximumEventAgeInSeconds', input.MaximumEventAgeInSeconds, 60, 21_600)
    .check();
  const { functionName, qualifier } = place(context, input);
  const destination = (
    given: string | undefined,
    known: string | undefined,
    allowed: RegExp = DESTINATION,
  ) => {
    const arn = given ?? known;
    if (arn === undefined || arn === '') return undefined;
    if (!allowed.test(arn))
      throw invalidParameterValue(
        allowed === DESTINATION
          ? `The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination=${arn})) is invalid.`
          : `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${arn}), onFailure=null) is invalid.`,
      );
    if (arn === functionArn(context, functionName))
      throw invalidParameterValue("You can't specify the function as a destination for itself.");
    return arn;
  };
  const { DestinationConfig } = input;
  const onSuccess = destination(
    DestinationConfig?.OnSuccess?.Destination,
    before?.onSuccess,
    SUCCESS_DESTINATION,
  );
  const onFailure = destination(DestinationConfig?.OnFailure?.Destination, before?.onFailure);
  const retries = input.MaximumRetryAttempts ?? before?.maximumRetryAttempts;
  const age = input.MaximumEventAgeInSeconds ?? before?.maximumEventAgeSeconds;
  if (
    retries === undefined &&
    age === undefined &&
    onSuccess === undefined &&
    onFailure === undefined
  )
    throw invalidParameterValue(
      'You must specify at least one of error handling or destination setting.',
    );
  return {
    functionName,
    qualifier,
    modifiedAt: context.clock.now(),
    ...(retries === undefined ? {} : { maximumRetryAttempts: retries }),
    ...(age === undefined ? {} : { maximumEventAgeSeconds: age }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
};

const put = operation<
  LambdaState,
  Lambda.PutFunctionEventInvokeConfigRequest,
  Lambda.FunctionEventInvokeConfig
>({
  needs: needsDestination('lambda:PutFunctionEventInvokeConfig'),
  handle: (input, context) => {
    const record = readConfig(context, input, undefined);
    context.state.eventInvokeConfigs.set(`${record.functionName}:${record.qualifier}`, record);
    return describeEventInvoke(context.state, record);
  },
});

const update = operation<
  LambdaState,
  Lambda.UpdateFunctionEventInvokeConfigRequest,
  Lambda.FunctionEventInvokeConfig
>({
  needs: needsDestination('lambda:UpdateFunctionEventInvokeConfig'),
  handle: (input, context) => {
    const record = readConfig(context, input, requireConfig(context, input));
    context.state.eventInvokeConfigs.set(`${record.functionName}:${record.qualifier}`, record);
    return describeEventInvoke(context.state, record);
  },
});

const get = operation<
  LambdaState,
  Lambda.GetFunctionEventInvokeConfigRequest,
  Lambda.FunctionEventInvokeConfig
>({
  needs: onFunction('lambda:GetFunctionEventInvokeConfig'),
  handle: (input, context) => describeEventInvoke(context.state, requireConfig(context, input)),
});

const remove = operation<LambdaState, Lambda.DeleteFunctionEventInvokeConfigRequest, object>({
  needs: onFunction('lambda:DeleteFunctionEventInvokeConfig'),
  handle: (input, context) => {
    const record = requireConfig(context, input);
    context.state.eventInvokeConfigs.delete(`${record.functionName}:${record.qualifier}`);
    return {};
  },
});

const list = operation<
  LambdaState,
  Lambda.ListFunctionEventInvokeConfigsRequest,
  Lambda.ListFunctionEventInvokeConfigsResponse
>({
  needs: onFunction('lambda:ListFunctionEventInvokeConfigs'),
  handle: (input, context) => {
    const { name } = readReference(context, input.FunctionName);
    if (!context.state.functions.has(name)) throw functionNotFound(functionArn(context, name));
    const all = [...context.state.eventInvokeConfigs.values()]
      .filter(({ functionName }) => functionName === name)
      .map((record) => describeEventInvoke(context.state, record));
    const { items, ...rest } = page(all, input.Marker, input.MaxItems);
    return { FunctionEventInvokeConfigs: [...items], ...rest };
  },
});

export const eventInvokeOperations: OperationTable<LambdaState> = {
  PutFunctionEventInvokeConfig: put,
  UpdateFunctionEventInvokeConfig: update,
  GetFunctionEventInvokeConfig: get,
  DeleteFunctionEventInvokeConfig: remove,
  ListFunctionEventInvokeConfigs: list,
};
