import type { Parts } from '../scenario.ts';
import { messages } from './messages.ts';
import { queues } from './queues.ts';

/** All that is asked of SQS, in this order. */
export const sqsCalls: Parts = {
  queues,
  messages,
};
