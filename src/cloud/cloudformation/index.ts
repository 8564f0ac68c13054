import type { ServiceDefinition } from '../core/define-service.ts';
import { defineService } from '../core/define-service.ts';
import type { ResourceProvider } from '../core/resource-provider.ts';
import type { Providers } from './engine/context.ts';
import { runOperation } from './engine/run-operation.ts';
import { changeSets } from './operations/change-sets.ts';
import { changeStacks } from './operations/change-stacks.ts';
import { readStacks } from './operations/read-stacks.ts';
import { templateOperations } from './operations/templates.ts';
import { cdkMetadata } from './resources/cdk-metadata.ts';
import type { CloudFormationState } from './state.ts';
import { createCloudFormationState } from './state.ts';

/**
 * AWS CloudFormation, for the resource types that the services provide.
 * @param resources - Providers of all services; a type that none of them has fails the operation that wants it
 */
export const createCloudFormation = (resources: readonly ResourceProvider[]): ServiceDefinition => {
  const providers: Providers = new Map(
    [cdkMetadata, ...resources].map((provider) => [provider.type, provider]),
  );
  return defineService<CloudFormationState>({
    id: 'cloudformation',
    signingName: 'cloudformation',
    principal: 'cloudformation.amazonaws.com',
    scope: 'region',
    createState: createCloudFormationState,
    operations: {
      ...changeStacks(providers),
      ...changeSets(providers),
      ...readStacks,
      ...templateOperations,
    },
    validationCode: 'ValidationError',
    accessDeniedCode: 'AccessDenied',
    // What a killed cloud left in the middle goes on from its records.
    start: (context) => {
      for (const { stackId } of context.state.operations.values())
        context.background(`resuming ${stackId}`, () => runOperation(context, providers, stackId));
    },
  });
};
