import type {
  OperationContext,
  OperationTable,
  ServiceDefinition,
} from '../core/define-service.ts';
import { defineService } from '../core/define-service.ts';
import type { ResourceProvider } from '../core/resource-provider.ts';
import type { OperationName } from './needs.ts';
import { NEEDS } from './needs.ts';
import { signalDataPlane } from './signal-data-plane.ts';
import type { CloudFormationState } from './state.ts';
import { createCloudFormationState } from './state.ts';

type State = CloudFormationState;

/** How CloudFormation treats what it has no behaviour for. */
export interface CloudFormationOptions {
  /** Whether a resource type without behaviour becomes a record. @defaultValue false: it fails the operation */
  readonly inert?: boolean;
}

/**
 * AWS CloudFormation, for the resource types that the services provide.
 * @param resources - Providers of all services; a type that none of them has fails the operation that wants it
 */
export const createCloudFormation = (
  resources: readonly ResourceProvider[],
  options: CloudFormationOptions = {},
): ServiceDefinition => {
  const engine = createLoader(resources, options.inert ?? false);
  return defineService<State>({
    id: 'cloudformation',
    signingName: 'cloudformation',
    principal: 'cloudformation.amazonaws.com',
    scope: 'region',
    createState: createCloudFormationState,
    operations: operationTable(engine),
    validationCode: 'ValidationError',
    accessDeniedCode: 'AccessDenied',
    dataPlane: signalDataPlane,
    preload: engine,
    // What a killed cloud left in the middle goes on from its records.
    start: (context) => {
      for (const { stackId } of context.state.operations.values())
        context.background(`resuming ${stackId}`, async () => {
          const { providers, runOperation } = await engine();
          await runOperation(context, providers, stackId);
        });
    },
  });
};

/** The engine is most of this service's modules; a cloud that deploys nothing never loads them. */
const createLoader = (resources: readonly ResourceProvider[], inert: boolean) => {
  const load = async () => {
    const { createHandlers, createProviders, runOperation } = await import('./operations/index.ts');
    const providers = createProviders(resources, inert);
    return { handlers: createHandlers(providers), providers, runOperation };
  };
  let loading: ReturnType<typeof load> | undefined;
  return () => (loading ??= load());
};

const operationTable = (engine: ReturnType<typeof createLoader>): OperationTable<State> =>
  Object.fromEntries(
    (Object.keys(NEEDS) as OperationName[]).map((name) => [
      name,
      {
        needs: NEEDS[name],
        handle: async (input: never, context: OperationContext<State>) => {
          const { handlers } = await engine();
          return handlers[name](input, context);
        },
      },
    ]),
  );
