import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter, missingParameter } from './errors.ts';
import { requireQueue, tagKeys, urlNeed } from './names.ts';
import type { SqsState } from './state.ts';

const BAD_KEY = 'Tag keys must be between 1 and 128 characters in length.';

/** @throws {InvalidParameterValueException} */
export const checkTags = (tags: Readonly<Record<string, string>>): void => {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128) throw invalidParameter(BAD_KEY);
    if (value.length > 256)
      throw invalidParameter(`Tag values must be between 0 and 256 characters in length.`);
  }
};

/**
 * "Adding more than 50 tags to a queue isn't recommended", say AWS's pages; SQS refuses it.
 * https://github.com/getmoto/moto/blob/master/tests/test_sqs/test_sqs.py (test_tag_queue_errors)
 */
const TAGS = 50;

/** Operations on tags. */
export const tagOperations: OperationTable<SqsState> = {
  TagQueue: operation<SqsState, Sqs.TagQueueRequest, object>({
    needs: (input, context) => ({
      ...urlNeed('TagQueue')(input, context),
      conditions: tagKeys(input.Tags),
    }),
    handle: ({ QueueUrl, Tags = {} }, context) => {
      const queue = requireQueue(context, QueueUrl);
      if (Object.keys(Tags).length === 0) throw missingParameter('Tags');
      checkTags(Tags);
      const tags = { ...queue.tags, ...Tags };
      if (Object.keys(tags).length > TAGS)
        throw invalidParameter(`Too many tags added for queue ${queue.name}.`);
      context.state.changeQueue({ ...queue, tags });
      return {};
    },
  }),
  UntagQueue: operation<SqsState, Sqs.UntagQueueRequest, object>({
    needs: (input, context) => ({
      ...urlNeed('UntagQueue')(input, context),
      conditions: { 'aws:TagKeys': input.TagKeys ?? [] },
    }),
    handle: ({ QueueUrl, TagKeys = [] }, context) => {
      const queue = requireQueue(context, QueueUrl);
      if (TagKeys.length === 0) throw invalidParameter(BAD_KEY);
      const left = Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key));
      context.state.changeQueue({ ...queue, tags: Object.fromEntries(left) });
      return {};
    },
  }),
  ListQueueTags: operation<SqsState, Sqs.ListQueueTagsRequest, Sqs.ListQueueTagsResult>({
    needs: urlNeed('ListQueueTags'),
    handle: ({ QueueUrl }, context) => ({ Tags: { ...requireQueue(context, QueueUrl).tags } }),
  }),
};
