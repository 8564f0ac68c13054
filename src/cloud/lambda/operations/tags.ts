import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { functionNotFound, invalidParameterValue } from '../errors.ts';
import { functionArn, readReference } from '../names.ts';
import type { FunctionRecord, LambdaState } from '../state.ts';

type Context = OperationContext<LambdaState>;

const onResource = (action: string) => (input: { readonly Resource?: string | undefined }) => ({
  action,
  resource: input.Resource ?? '*',
});

/** Tags belong to functions; versions and aliases have none. */
const tagged = (context: Context, arn: string | undefined): FunctionRecord => {
  const { name, qualifier } = readReference(context, arn);
  if (qualifier !== undefined)
    throw invalidParameterValue(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  const record = context.state.functions.get(name);
  if (record === undefined) throw functionNotFound(functionArn(context, name));
  return record;
};

export const tagOperations: OperationTable<LambdaState> = {
  TagResource: operation<LambdaState, Lambda.TagResourceRequest, object>({
    needs: onResource('lambda:TagResource'),
    handle: (input, context) => {
      const record = tagged(context, input.Resource);
      const tags = { ...record.tags, ...input.Tags };
      const MOST = 50;
      if (Object.keys(tags).length > MOST)
        throw invalidParameterValue('Number of tags exceeds resource tag limit.');
      context.state.functions.set(record.name, { ...record, tags });
      return {};
    },
  }),
  UntagResource: operation<LambdaState, Lambda.UntagResourceRequest, object>({
    needs: onResource('lambda:UntagResource'),
    handle: (input, context) => {
      const record = tagged(context, input.Resource);
      const gone = new Set(input.TagKeys);
      const tags = Object.fromEntries(
        Object.entries(record.tags).filter(([key]) => !gone.has(key)),
      );
      context.state.functions.set(record.name, { ...record, tags });
      return {};
    },
  }),
  ListTags: operation<LambdaState, Lambda.ListTagsRequest, Lambda.ListTagsResponse>({
    needs: onResource('lambda:ListTags'),
    handle: (input, context) => ({ Tags: { ...tagged(context, input.Resource).tags } }),
  }),
};
