import { memoize } from '../../core/memoize.ts';

/**
 * What may be done to a queue of another account: "cross-account permissions don't apply to" the other actions.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-customer-managed-policy-examples.html
 */
const SHARED: ReadonlySet<string> = new Set([
  'ChangeMessageVisibility',
  'ChangeMessageVisibilityBatch',
  'DeleteMessage',
  'DeleteMessageBatch',
  'GetQueueAttributes',
  'GetQueueUrl',
  'ListDeadLetterSourceQueues',
  'PurgeQueue',
  'ReceiveMessage',
  'SendMessage',
  'SendMessageBatch',
]);

/** The account whose queue a call names by its address, or, for its address, by its name. */
export const queueOwner = (operation: string, input: unknown): string | undefined => {
  if (!SHARED.has(operation)) return undefined;
  const { QueueUrl, QueueOwnerAWSAccountId } = input as {
    readonly QueueUrl?: string;
    readonly QueueOwnerAWSAccountId?: string;
  };
  const owner = ownerInUrl(QueueUrl ?? '');
  return QueueOwnerAWSAccountId ?? (owner === '' ? undefined : owner);
};

/** Empty where it names none. */
const ownerInUrl = memoize((url) => /\/(\d{12})\/[^/]+\/?$/.exec(url)?.[1] ?? '');
