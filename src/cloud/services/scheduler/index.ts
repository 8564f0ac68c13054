import { defineService } from '../../core/define-service.ts';
import { groupOperations, resourceKeys } from './group-operations.ts';
import { resumeSchedules } from './invoke.ts';
import { schedule, scheduleGroup } from './resources.ts';
import { scheduleOperations } from './schedule-operations.ts';
import type { SchedulerState } from './state.ts';
import { createSchedulerState } from './state.ts';

/** Amazon EventBridge Scheduler. */
export const scheduler = defineService<SchedulerState>({
  id: 'scheduler',
  signingName: 'scheduler',
  principal: 'scheduler.amazonaws.com',
  scope: 'region',
  createState: createSchedulerState,
  operations: { ...scheduleOperations, ...groupOperations },
  resourceKeys,
  resources: [schedule, scheduleGroup],
  start: resumeSchedules,
  stop: ({ state }) => state.reminders.stop(),
});
