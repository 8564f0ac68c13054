import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { withAttributes } from './check-attributes.ts';
import { describe } from './describe.ts';
import { unknownAttribute } from './errors.ts';
import { requireLane, urlNeed } from './names.ts';
import type { SqsState } from './state.ts';
import { wake } from './wake.ts';

/** Names that may be asked for, of the SDK's model (@aws-sdk/client-sqs, QueueAttributeName). */
const NAMES: ReadonlySet<string> = new Set<Sqs.QueueAttributeName>([
  'All',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'ContentBasedDeduplication',
  'CreatedTimestamp',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'LastModifiedTimestamp',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'Policy',
  'QueueArn',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
]);

/** Operations on attributes. */
export const attributeOperations: OperationTable<SqsState> = {
  GetQueueAttributes: operation<
    SqsState,
    Sqs.GetQueueAttributesRequest,
    Sqs.GetQueueAttributesResult
  >({
    needs: urlNeed('GetQueueAttributes'),
    handle: ({ QueueUrl, AttributeNames = [] }, context) => {
      const { queue, lane } = requireLane(context, QueueUrl);
      const unknown = AttributeNames.find((name) => !NAMES.has(name));
      if (unknown !== undefined) throw unknownAttribute(unknown);
      const all = describe(queue, lane.line);
      if (AttributeNames.includes('All')) return { Attributes: all };
      const wanted: readonly string[] = AttributeNames;
      return {
        Attributes: Object.fromEntries(
          Object.entries(all).filter(([name]) => wanted.includes(name)),
        ),
      };
    },
  }),
  SetQueueAttributes: operation<SqsState, Sqs.SetQueueAttributesRequest, object>({
    needs: urlNeed('SetQueueAttributes'),
    handle: ({ QueueUrl, Attributes = {} }, context) => {
      const { queue, lane } = requireLane(context, QueueUrl);
      const given = Attributes as Readonly<Record<string, string>>;
      context.state.changeQueue({
        ...queue,
        attributes: withAttributes(context.state, queue, given),
        modifiedAt: context.clock.now(),
      });
      lane.sealing.clear();
      lane.line.catchUp(context.clock.now());
      wake(context, lane);
      return {};
    },
  }),
};
