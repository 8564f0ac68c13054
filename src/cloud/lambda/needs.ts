import type { Need, OperationContext } from '../core/define-service.ts';
import { functionArn, readReference } from './names.ts';
import type { LambdaState } from './state.ts';

type Context = OperationContext<LambdaState>;

/** A need on the function itself, whatever qualifier was named. */
export const onFunction =
  (action: string) =>
  (input: { readonly FunctionName?: string | undefined }, context: Context): Need => ({
    action,
    resource: functionArn(context, readReference(context, input.FunctionName).name),
  });

/** A need on the version or alias that was named. */
export const onQualified =
  (action: string) =>
  (
    input: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
    context: Context,
  ): Need => {
    const { name, qualifier } = readReference(context, input.FunctionName, input.Qualifier);
    return { action, resource: functionArn(context, name, qualifier) };
  };
