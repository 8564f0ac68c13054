import { defineService } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { metricFilter, subscriptionFilter } from './filter-resources.ts';
import { resumeForwardings } from './forward-events.ts';
import { operations } from './operations.ts';
import { logGroup } from './resources.ts';
import { logStream, resourcePolicy } from './stream-resources.ts';
import type { LogsState } from './state.ts';
import { createLogsState } from './state.ts';

/** Amazon CloudWatch Logs. */
export const cloudwatchLogs = defineService<LogsState>({
  id: 'cloudwatch-logs',
  signingName: 'logs',
  principal: 'logs.amazonaws.com',
  scope: 'region',
  createState: createLogsState,
  operations,
  // ARNs of streams go on after the group's: `…:log-group:NAME:log-stream:STREAM`.
  resourcePolicy: (arn, state) => state.policyOf(arn.split(':', 7).join(':')),
  resourceKeys: (arn, state) => resourceTagKeys(state.groups.get(arn.split(':')[6] ?? '')?.tags),
  resources: [logGroup, logStream, resourcePolicy, subscriptionFilter, metricFilter],
  validationCode: 'InvalidParameterException',
  start: resumeForwardings,
  stop: ({ state }) => {
    state.stopped = true;
    state.reminders.stop();
  },
});
