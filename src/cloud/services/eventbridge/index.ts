import { defineService } from '../../core/define-service.ts';
import { archiveOperations } from './archive-operations.ts';
import { busOperations } from './bus-operations.ts';
import { resumeDeliveries } from './deliver.ts';
import { throttled } from './errors.ts';
import { permissionOperations } from './permission-operations.ts';
import { eventOperations } from './put-events.ts';
import { replayOperations, resumeReplays } from './replay-operations.ts';
import { archive, eventBus, eventBusPolicy, rule } from './resources.ts';
import { ruleOperations } from './rule-operations.ts';
import { resumeSchedules } from './rule-schedule.ts';
import type { EventBridgeState } from './state.ts';
import { createEventBridgeState } from './state.ts';
import { resourceKeys, tagOperations } from './tags.ts';
import { targetOperations } from './target-operations.ts';

/** Amazon EventBridge: buses, rules, archives. */
export const eventbridge = defineService<EventBridgeState>({
  id: 'eventbridge',
  signingName: 'events',
  principal: 'events.amazonaws.com',
  scope: 'region',
  createState: createEventBridgeState,
  operations: {
    ...busOperations,
    ...permissionOperations,
    ...ruleOperations,
    ...targetOperations,
    ...eventOperations,
    ...archiveOperations,
    ...replayOperations,
    ...tagOperations,
  },
  resourcePolicy: (arn, state) => state.buses.get(arn.split('event-bus/')[1] ?? '')?.policy,
  resourceKeys,
  throttled: (operation) => (operation === 'PutEvents' ? throttled() : undefined),
  resources: [eventBus, eventBusPolicy, rule, archive],
  start: (context) => {
    resumeDeliveries(context);
    resumeSchedules(context);
    resumeReplays(context);
  },
  stop: ({ state }) => state.reminders.stop(),
});
