import type * as Kms from '@aws-sdk/client-kms';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { tooManyTags } from './errors.ts';
import { findKeyItself } from './find-key.ts';
import { assertCustomerKey, assertNoSystemTags } from './key-operations.ts';
import { LIMITS, PAGE } from './limits.ts';
import { needById, tagKeys } from './needs.ts';
import { page } from './page.ts';
import type { KmsState } from './state.ts';
import { assertNotPendingDeletion } from './usable.ts';

/** Tags of keys. */
export const tagOperations: OperationTable<KmsState> = {
  TagResource: operation<KmsState, Kms.TagResourceRequest, object>({
    needs: ({ KeyId, Tags = [] }, context) =>
      needById('TagResource', context, KeyId, tagKeys(Tags)),
    handle: ({ KeyId, Tags = [] }, context) => {
      const key = findKeyItself(context, KeyId ?? '');
      assertNotPendingDeletion(key);
      assertCustomerKey(key);
      assertNoSystemTags(Tags, context);
      const added = Object.fromEntries(
        Tags.map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]),
      );
      const tags = { ...key.tags, ...added };
      if (Object.keys(tags).length > LIMITS.tags) throw tooManyTags(LIMITS.tags);
      context.state.keys.set(key.id, { ...key, tags });
      return {};
    },
  }),

  UntagResource: operation<KmsState, Kms.UntagResourceRequest, object>({
    needs: ({ KeyId, TagKeys = [] }, context) =>
      needById('UntagResource', context, KeyId, { 'aws:TagKeys': TagKeys }),
    handle: ({ KeyId, TagKeys = [] }, context) => {
      const key = findKeyItself(context, KeyId ?? '');
      assertNotPendingDeletion(key);
      assertCustomerKey(key);
      const gone = new Set(TagKeys);
      const tags = Object.fromEntries(Object.entries(key.tags).filter(([name]) => !gone.has(name)));
      context.state.keys.set(key.id, { ...key, tags });
      return {};
    },
  }),

  ListResourceTags: operation<KmsState, Kms.ListResourceTagsRequest, Kms.ListResourceTagsResponse>({
    needs: ({ KeyId }, context) => needById('ListResourceTags', context, KeyId),
    handle: (input, context) => {
      const { tags } = findKeyItself(context, input.KeyId ?? '');
      const { items, more } = page(Object.entries(tags), input, PAGE.tags);
      return { Tags: items.map(([TagKey, TagValue]) => ({ TagKey, TagValue })), ...more };
    },
  }),
};
