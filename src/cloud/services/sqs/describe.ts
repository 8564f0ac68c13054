import type { Line } from './line.ts';
import { DEFAULTS, FIFO_DEFAULTS } from './settings.ts';
import type { Queue } from './state.ts';

/** All attributes of a queue as they are told. API_GetQueueAttributes.html */
export const describe = (queue: Queue, { counts }: Line): Record<string, string> => ({
  QueueArn: queue.arn,
  ApproximateNumberOfMessages: String(counts.ready),
  ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
  ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
  LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  ...DEFAULTS,
  ...(queue.attributes['FifoQueue'] === 'true' ? FIFO_DEFAULTS : {}),
  ...(queue.attributes['KmsMasterKeyId'] === undefined
    ? {}
    : { KmsDataKeyReusePeriodSeconds: '300' }),
  ...queue.attributes,
});
