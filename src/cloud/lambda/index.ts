import type { ServiceDefinition } from '../core/define-service.ts';
import { defineService } from '../core/define-service.ts';
import { resourceTagKeys } from '../core/resource-tags.ts';
import type { FunctionHost } from './environment/function-host.ts';
import type { Witness } from './environment/witness.ts';
import { resumeEvents } from './async-queue.ts';
import { codeDownload } from './code-download.ts';
import { throttled } from './errors.ts';
import { loadMappings, resumePollers } from './event-sources/index.ts';
import { loadFleet } from './fleet-of.ts';
import { operations } from './operations.ts';
import { policyOfArn } from './operations/permissions.ts';
import { resources } from './resources/index.ts';
import type { LambdaState } from './state.ts';
import { createLambdaState } from './state.ts';

export type {
  FunctionHost,
  HostedEvent,
  HostedResult,
  HostedStart,
} from './environment/function-host.ts';
export type { EndedInvocation } from './environment/witness.ts';

/** How Lambda runs functions. */
export interface LambdaOptions {
  /** Runs the functions that it has the code of; all others are processes. @defaultValue none */
  readonly host?: FunctionHost;
  /** Is told of every invocation that ends. @defaultValue nobody */
  readonly witness?: Witness;
}

/** AWS Lambda. */
export const createLambda = ({ host, witness }: LambdaOptions = {}): ServiceDefinition =>
  defineService<LambdaState>({
    id: 'lambda',
    signingName: 'lambda',
    principal: 'lambda.amazonaws.com',
    scope: 'region',
    createState: (tools) => ({
      ...createLambdaState(tools),
      ...(host === undefined ? {} : { host }),
      ...(witness === undefined ? {} : { witness }),
    }),
    operations,
    throttled: (operation) =>
      operation.startsWith('Invoke') ? throttled('CallerRateLimitExceeded') : undefined,
    resources,
    resourcePolicy: policyOfArn,
    resourceKeys: (arn, state) =>
      resourceTagKeys(state.functions.get(arn.split(':')[6] ?? '')?.tags),
    dataPlane: codeDownload,
    // "Request must be smaller than 70167211 bytes for the CreateFunction operation": 50 MB of code in base64, and the rest.
    maxBodyBytes: 70_167_211,
    preload: () => Promise.all([loadFleet(), loadMappings()]),
    start: (context) => {
      context.state.base = context;
      resumeEvents(context);
      resumePollers(context);
    },
    stop: async ({ state }) => {
      state.stopped = true;
      await state.fleet?.stop();
    },
  });
