import type { Parts } from '../scenario.ts';
import { buses } from './buses.ts';
import { sending } from './sending.ts';

/** All that is asked of EventBridge, in this order. */
export const eventsCalls: Parts = {
  'buses, rules, targets': buses,
  'events, archives, replays': sending,
};
