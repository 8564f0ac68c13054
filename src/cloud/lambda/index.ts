import { defineService } from '../core/define-service.ts';
import { resourceTagKeys } from '../core/resource-tags.ts';
import { resumeEvents } from './async-queue.ts';
import { codeDownload } from './code-download.ts';
import { operations } from './operations.ts';
import { policyOfArn } from './operations/permissions.ts';
import { resources } from './resources/index.ts';
import type { LambdaState } from './state.ts';
import { createLambdaState } from './state.ts';

/** AWS Lambda. */
export const lambda = defineService<LambdaState>({
  id: 'lambda',
  signingName: 'lambda',
  principal: 'lambda.amazonaws.com',
  scope: 'region',
  createState: createLambdaState,
  operations,
  resources,
  resourcePolicy: policyOfArn,
  resourceKeys: (arn, state) => resourceTagKeys(state.functions.get(arn.split(':')[6] ?? '')?.tags),
  dataPlane: codeDownload,
  // "Request must be smaller than 70167211 bytes for the CreateFunction operation": 50 MB of code in base64, and the rest.
  maxBodyBytes: 70_167_211,
  start: (context) => {
    context.state.base = context;
    resumeEvents(context);
  },
  stop: async ({ state }) => {
    state.stopped = true;
    await state.fleet?.stop();
  },
});
