import { defineService } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { keepEvaluating } from './alarm-actions.ts';
import { alarmOperations } from './alarm-operations.ts';
import { compositeOperations } from './composite-operations.ts';
import { metricOperations } from './metric-operations.ts';
import { alarm, compositeAlarm } from './resources.ts';
import type { CloudWatchState } from './state.ts';
import { createCloudWatchState } from './state.ts';
import { resumeSuppressions } from './suppression.ts';

/** Amazon CloudWatch: metrics and alarms. */
export const cloudwatch = defineService<CloudWatchState>({
  id: 'cloudwatch',
  signingName: 'monitoring',
  principal: 'cloudwatch.amazonaws.com',
  scope: 'region',
  createState: createCloudWatchState,
  operations: { ...metricOperations, ...alarmOperations, ...compositeOperations },
  resourceKeys: (arn, state) => {
    const name = arn.split(':')[6] ?? '';
    return resourceTagKeys((state.alarms.get(name) ?? state.composites.get(name))?.tags);
  },
  resources: [alarm, compositeAlarm],
  validationCode: 'ValidationError',
  accessDeniedCode: 'AccessDenied',
  start: (context) => {
    keepEvaluating(context);
    resumeSuppressions(context);
  },
  stop: ({ state }) => {
    state.tick?.cancel();
    state.reminders.stop();
  },
});
