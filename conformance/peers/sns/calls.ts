import type { Parts } from '../scenario.ts';
import { subscriptions } from './subscriptions.ts';
import { topics } from './topics.ts';

/** All that is asked of SNS, in this order. */
export const snsCalls: Parts = {
  topics,
  'messages and subscriptions': subscriptions,
};
