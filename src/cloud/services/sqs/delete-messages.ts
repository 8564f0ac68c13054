import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { checkBatch, eachEntry } from './batch.ts';
import { failNowAndThen, survives } from './disorder.ts';
import { expiredReceipt, invalidReceipt } from './errors.ts';
import { readReceiptHandle } from './message.ts';
import { count } from './metrics.ts';
import type { Context } from './names.ts';
import { requireLane, urlNeed } from './names.ts';
import type { Lane, SqsState } from './state.ts';
import { wake } from './wake.ts';

/**
 * A message that is gone already is a success. The handle of an earlier receive succeeds in a standard queue and deletes nothing;
 * in a FIFO queue a handle ends with its visibility timeout.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
 * @throws {ReceiptHandleIsInvalid | InvalidParameterValueException}
 */
const remove = (context: Context, lane: Lane, handle: string) => {
  const read = readReceiptHandle(handle, lane.queueId);
  if (read === undefined) throw invalidReceipt(handle);
  const { line } = lane;
  const entry = line.find(read.key);
  if (entry === undefined) return;
  const isLatest = entry.message.receipt === read.receipt;
  if (line.settings.fifo && !(isLatest && entry.place === 'inFlight')) throw expiredReceipt(handle);
  if (isLatest && !survives(context, lane, entry)) line.remove(entry);
  count(context, lane, (tally) => {
    tally.deleted += 1;
  });
};

/** Operations that delete messages. */
export const deleteOperations: OperationTable<SqsState> = {
  DeleteMessage: operation<SqsState, Sqs.DeleteMessageRequest, object>({
    needs: urlNeed('DeleteMessage'),
    handle: ({ QueueUrl, ReceiptHandle = '' }, context) => {
      const { lane } = requireLane(context, QueueUrl);
      remove(context, lane, ReceiptHandle);
      wake(context, lane);
      return {};
    },
  }),
  DeleteMessageBatch: operation<
    SqsState,
    Sqs.DeleteMessageBatchRequest,
    Sqs.DeleteMessageBatchResult
  >({
    needs: urlNeed('DeleteMessage'),
    handle: ({ QueueUrl, Entries = [] }, context) => {
      const { lane } = requireLane(context, QueueUrl);
      checkBatch(Entries, 'DeleteMessageBatchRequestEntry');
      const answer = eachEntry(Entries, ({ Id, ReceiptHandle = '' }) => {
        failNowAndThen(context, lane, { Id });
        remove(context, lane, ReceiptHandle);
        return { Id };
      });
      wake(context, lane);
      return answer;
    },
  }),
};
