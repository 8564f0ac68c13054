import type { DeliveryContext, Sender } from './delivery-context.ts';
import { queueUrl } from './send.ts';
import { readTargetArn } from './target-arn.ts';

/** What could not be delivered. */
export interface DeadLetter {
  /** ARN of a standard queue. */
  readonly queueArn: string;
  readonly body: string;
  /** Why, in message attributes; undefined ones are left out. */
  readonly attributes: Readonly<Record<string, string | undefined>>;
}

/**
 * Lays it in its queue.
 *
 * @throws {AwsError} what the queue answers
 */
export const sendDeadLetter = async (
  context: DeliveryContext,
  { queueArn, body, attributes }: DeadLetter,
  sender: Sender,
): Promise<void> => {
  const queue = readTargetArn(queueArn);
  if (queue?.kind !== 'sqs') return;
  await context.call({
    service: 'sqs',
    operation: 'SendMessage',
    input: {
      QueueUrl: queueUrl(context, queue),
      MessageBody: body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, { DataType: 'String', StringValue: value }]],
        ),
      ),
    },
    region: queue.region,
    ...sender,
  });
};
