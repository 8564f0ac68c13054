import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, within } from './constraints.ts';
import type { Holder } from './names.ts';
import { holderNeed, requireHolder, requireStream, streamNeed, tagConditions } from './names.ts';
import type { KinesisState } from './state.ts';
import { withoutTags, withTags } from './tag-rules.ts';

type Tags = Readonly<Record<string, string>>;

const tagsOf = (holder: Holder): Tags =>
  holder.kind === 'stream' ? holder.stream.tags : holder.consumer.tags;

const put = (state: KinesisState, holder: Holder, tags: Tags) => {
  if (holder.kind === 'stream') state.putStream({ ...holder.stream, tags });
  else state.putConsumer({ ...holder.consumer, tags });
};

const nameOf = (holder: Holder, account: string): string =>
  holder.kind === 'stream'
    ? `stream ${holder.stream.name} under account ${account}`
    : `consumer ${holder.consumer.name} under account ${account}`;

const listed = (tags: Tags): Kinesis.Tag[] =>
  Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, Value]) => ({ Key, Value }));

const keyConditions = (keys: readonly string[] | undefined) =>
  (keys ?? []).length === 0 ? {} : { conditions: { 'aws:TagKeys': [...(keys ?? [])] } };

/** Operations on tags: AWS has two families of them. */
export const tagOperations: OperationTable<KinesisState> = {
  AddTagsToStream: operation<KinesisState, Kinesis.AddTagsToStreamInput, object>({
    needs: (input, context) => ({
      ...streamNeed('AddTagsToStream')(input, context),
      ...tagConditions(input.Tags),
    }),
    handle: (input, context) => {
      const holder: Holder = { kind: 'stream', stream: requireStream(input, context) };
      const what = nameOf(holder, context.accountId);
      put(context.state, holder, withTags(tagsOf(holder), input.Tags ?? {}, what));
      return {};
    },
  }),
  RemoveTagsFromStream: operation<KinesisState, Kinesis.RemoveTagsFromStreamInput, object>({
    needs: (input, context) => ({
      ...streamNeed('RemoveTagsFromStream')(input, context),
      ...keyConditions(input.TagKeys),
    }),
    handle: (input, context) => {
      const holder: Holder = { kind: 'stream', stream: requireStream(input, context) };
      put(context.state, holder, withoutTags(tagsOf(holder), input.TagKeys ?? []));
      return {};
    },
  }),
  ListTagsForStream: operation<
    KinesisState,
    Kinesis.ListTagsForStreamInput,
    Kinesis.ListTagsForStreamOutput
  >({
    needs: streamNeed('ListTagsForStream'),
    handle: (input, context) => {
      check(within('limit', input.Limit, [1, 50]));
      const { tags } = requireStream(input, context);
      const rest = listed(tags).filter(({ Key = '' }) => Key > (input.ExclusiveStartTagKey ?? ''));
      const limit = input.Limit ?? rest.length;
      return { Tags: rest.slice(0, limit), HasMoreTags: rest.length > limit };
    },
  }),
  TagResource: operation<KinesisState, Kinesis.TagResourceInput, object>({
    needs: (input) => ({ ...holderNeed('TagResource')(input), ...tagConditions(input.Tags) }),
    handle: (input, context) => {
      const holder = requireHolder(input, context);
      const what = nameOf(holder, context.accountId);
      put(context.state, holder, withTags(tagsOf(holder), input.Tags ?? {}, what));
      return {};
    },
  }),
  UntagResource: operation<KinesisState, Kinesis.UntagResourceInput, object>({
    needs: (input) => ({ ...holderNeed('UntagResource')(input), ...keyConditions(input.TagKeys) }),
    handle: (input, context) => {
      const holder = requireHolder(input, context);
      put(context.state, holder, withoutTags(tagsOf(holder), input.TagKeys ?? []));
      return {};
    },
  }),
  ListTagsForResource: operation<
    KinesisState,
    Kinesis.ListTagsForResourceInput,
    Kinesis.ListTagsForResourceOutput
  >({
    needs: holderNeed('ListTagsForResource'),
    handle: (input, context) => ({ Tags: listed(tagsOf(requireHolder(input, context))) }),
  }),
};
