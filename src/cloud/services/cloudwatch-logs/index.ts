import { defineService } from '../../core/define-service.ts';
import { operations } from './operations.ts';
import { logGroup } from './resources.ts';
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
  resources: [logGroup],
  validationCode: 'InvalidParameterException',
});
