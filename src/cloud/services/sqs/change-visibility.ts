import type * as Sqs from '@aws-sdk/client-sqs';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { checkBatch, eachEntry } from './batch.ts';
import {
  expiredReceipt,
  invalidReceipt,
  invalidValue,
  missingParameter,
  notAvailable,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import { readReceiptHandle } from './message.ts';
import type { Context } from './names.ts';
import { requireLane, urlNeed } from './names.ts';
import type { Lane, SqsState } from './state.ts';
import { wake } from './wake.ts';

/**
 * The handle of a standard queue's message whose time is over still works, as long as nobody received it again (recorded from
 * AWS by LocalStack's `test_change_message_visibility_after_visibility_timeout_expiration`).
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 * @throws {ReceiptHandleIsInvalid | InvalidParameterValueException}
 */
const change = (context: Context, lane: Lane, handle: string, seconds: number | undefined) => {
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > LIMITS.visibilitySeconds)
    throw invalidValue(
      seconds,
      'VisibilityTimeout',
      `VisibilityTimeout must be an integer between 0 and ${LIMITS.visibilitySeconds}.`,
    );
  const read = readReceiptHandle(handle, lane.queueId);
  if (read === undefined) throw invalidReceipt(handle);
  const { line } = lane;
  const entry = line.find(read.key);
  if (entry === undefined || entry.message.receipt !== read.receipt) throw notAvailable(handle);
  if (line.settings.fifo && entry.place !== 'inFlight') throw expiredReceipt(handle);
  const now = context.clock.now();
  const visibleAt = now + seconds * 1000;
  if (visibleAt - (entry.message.receivedAt ?? now) > LIMITS.visibilitySeconds * 1000)
    throw invalidValue(
      seconds,
      'VisibilityTimeout',
      `Total VisibilityTimeout for the message is beyond the limit [${LIMITS.visibilitySeconds} seconds]`,
    );
  const hidden = line.hide(entry, { ...entry.message, visibleAt });
  if (seconds === 0) line.show(hidden);
};

/** Operations that change when a message can be received again. */
export const visibilityOperations: OperationTable<SqsState> = {
  ChangeMessageVisibility: operation<SqsState, Sqs.ChangeMessageVisibilityRequest, object>({
    needs: urlNeed('ChangeMessageVisibility'),
    handle: ({ QueueUrl, ReceiptHandle = '', VisibilityTimeout }, context) => {
      const { lane } = requireLane(context, QueueUrl);
      change(context, lane, ReceiptHandle, VisibilityTimeout);
      wake(context, lane);
      return {};
    },
  }),
  ChangeMessageVisibilityBatch: operation<
    SqsState,
    Sqs.ChangeMessageVisibilityBatchRequest,
    Sqs.ChangeMessageVisibilityBatchResult
  >({
    needs: urlNeed('ChangeMessageVisibility'),
    handle: ({ QueueUrl, Entries = [] }, context) => {
      const { lane } = requireLane(context, QueueUrl);
      checkBatch(Entries, 'ChangeMessageVisibilityBatchRequestEntry');
      const answer = eachEntry(Entries, ({ Id, ReceiptHandle = '', VisibilityTimeout }) => {
        change(context, lane, ReceiptHandle, VisibilityTimeout);
        return { Id };
      });
      wake(context, lane);
      return answer;
    },
  }),
};
