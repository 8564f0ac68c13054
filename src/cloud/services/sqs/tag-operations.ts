import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter } from './errors.ts';
import { requireQueue, tagKeys, urlNeed } from './names.ts';
import type { SqsState } from './state.ts';

/**
 * "We don't recommend adding more than 50 tags": AWS's own bound is not told, so there is none here.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html
 * @throws {InvalidParameterValueException}
 */
export const checkTags = (tags: Readonly<Record<string, string>>): void => {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128)
      throw invalidParameter(`Tag keys must be between 1 and 128 characters in length.`);
    if (value.length > 256)
      throw invalidParameter(`Tag values must be between 0 and 256 characters in length.`);
  }
};

/** Operations on tags. */
export const tagOperations: OperationTable<SqsState> = {
  TagQueue: operation<SqsState, Sqs.TagQueueRequest, object>({
    needs: (input, context) => ({
      ...urlNeed('TagQueue')(input, context),
      conditions: tagKeys(input.Tags),
    }),
    handle: ({ QueueUrl, Tags = {} }, context) => {
      const queue = requireQueue(context, QueueUrl);
      checkTags(Tags);
      context.state.changeQueue({ ...queue, tags: { ...queue.tags, ...Tags } });
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
