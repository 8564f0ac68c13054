import type { ServiceContext } from '../../core/define-service.ts';
import type { Entry } from './line.ts';
import { findByArn } from './names.ts';
import { sequenceOf } from './send.ts';
import type { Lane, SqsState } from './state.ts';
import { wake } from './wake.ts';

type Context = ServiceContext<SqsState>;

/**
 * Moves a message that was received often enough to the dead-letter queue: what would be one receive more is none.
 * "The expiration of a message is always based on its original enqueue timestamp" in a standard queue; in a FIFO queue it
 * starts again, and the deduplication id becomes the message's id.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 * @returns whether it was moved
 */
export const moveIfDead = (context: Context, lane: Lane, entry: Entry): boolean => {
  const { redrive, fifo } = lane.line.settings;
  const { message } = entry;
  if (redrive === undefined || message.receivesHere < redrive.maxReceives) return false;
  const target = findByArn(context.state, redrive.target);
  // A dead-letter queue that was deleted takes nothing: the message stays where it is.
  if (target === undefined) return false;
  const now = context.clock.now();
  const order = context.state.nextOrder(now);
  const { receipt: _receipt, receivedAt: _receivedAt, ...rest } = message;
  const cause = context.journal.note(
    'sqs',
    `message ${message.id} was received ${message.receivesHere} times and moved to ${target.arn}`,
    { cause: message.cause, source: lane.arn, target: target.arn },
  );
  const moved = {
    ...rest,
    order,
    receivesHere: 0,
    visibleAt: now,
    cause,
    sourceArn: lane.arn,
    ...(fifo ? { enqueuedAt: now, deduplicationId: message.id, sequence: sequenceOf(order) } : {}),
  };
  lane.line.remove(entry);
  const into = context.state.lane(target);
  const key = `${target.id}/${order.toString(36)}`;
  context.state.messages.set(key, moved);
  into.line.add(key, moved, now);
  wake(context, into);
  return true;
};
