import type { ServiceDefinition } from '../core/define-service.ts';
import { defineService } from '../core/define-service.ts';
import type { ResourceProvider } from '../core/resource-provider.ts';
import { changeSetOperations } from './change-set-operations.ts';
import { createEngine } from './engine.ts';
import { stackOperations } from './stack-operations.ts';
import type { CloudFormationState } from './state.ts';
import { createCloudFormationState } from './state.ts';

/** AWS CloudFormation, for the resource types that the other services provide. */
export const createCloudFormation = (resources: readonly ResourceProvider[]): ServiceDefinition => {
  const providers = new Map(resources.map((provider) => [provider.type, provider]));
  const engine = createEngine(providers);
  return defineService<CloudFormationState>({
    id: 'cloudformation',
    signingName: 'cloudformation',
    principal: 'cloudformation.amazonaws.com',
    scope: 'region',
    createState: createCloudFormationState,
    operations: {
      ...stackOperations(providers, engine),
      ...changeSetOperations(providers, engine),
    },
    validationCode: 'ValidationError',
    accessDeniedCode: 'AccessDenied',
    // What a killed cloud left in the middle goes on.
    start: (context) => {
      for (const stack of context.state.stacks.values())
        if (stack.operation !== undefined) engine.run(context, stack.stackId);
    },
  });
};
