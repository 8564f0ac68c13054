import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { functionNotFound, invalidParameterValue } from '../errors.ts';
import { noSuchMapping, uuidOfArn } from '../event-sources/index.ts';
import { functionArn, readReference } from '../names.ts';
import type { LambdaState } from '../state.ts';

type Context = OperationContext<LambdaState>;

const onResource = (action: string) => (input: { readonly Resource?: string | undefined }) => ({
  action,
  resource: input.Resource ?? '*',
});

type Tags = Readonly<Record<string, string>>;

/** Where tags stand. */
interface Tagged {
  readonly tags: Tags;
  keep(tags: Tags): void;
}

/** Tags belong to functions and event source mappings; versions and aliases have none. */
const tagged = (context: Context, arn: string | undefined): Tagged => {
  const { functions, eventSourceMappings } = context.state;
  const uuid = uuidOfArn(context, arn ?? '');
  if (uuid !== undefined) {
    const mapping = eventSourceMappings.get(uuid);
    if (mapping === undefined) throw noSuchMapping();
    return {
      tags: mapping.tags,
      keep: (tags) => eventSourceMappings.set(uuid, { ...mapping, tags }),
    };
  }
  const { name, qualifier } = readReference(context, arn);
  if (qualifier !== undefined)
    throw invalidParameterValue(
      'Tags on function aliases and versions are not supported. Please specify a function ARN.',
    );
  const record = functions.get(name);
  if (record === undefined) throw functionNotFound(functionArn(context, name));
  return { tags: record.tags, keep: (tags) => functions.set(name, { ...record, tags }) };
};

export const tagOperations: OperationTable<LambdaState> = {
  TagResource: operation<LambdaState, Lambda.TagResourceRequest, object>({
    needs: onResource('lambda:TagResource'),
    handle: (input, context) => {
      const { tags, keep } = tagged(context, input.Resource);
      const all = { ...tags, ...input.Tags };
      const MOST = 50;
      if (Object.keys(all).length > MOST)
        throw invalidParameterValue('Number of tags exceeds resource tag limit.');
      keep(all);
      return {};
    },
  }),
  UntagResource: operation<LambdaState, Lambda.UntagResourceRequest, object>({
    needs: onResource('lambda:UntagResource'),
    handle: (input, context) => {
      const { tags, keep } = tagged(context, input.Resource);
      const gone = new Set(input.TagKeys);
      keep(Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
      return {};
    },
  }),
  ListTags: operation<LambdaState, Lambda.ListTagsRequest, Lambda.ListTagsResponse>({
    needs: onResource('lambda:ListTags'),
    handle: (input, context) => ({ Tags: { ...tagged(context, input.Resource).tags } }),
  }),
};
