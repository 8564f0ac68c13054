import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import type { Context } from './context.ts';
import type { ProviderRun } from './provider-context.ts';

/** What providers of CloudFormation's own types get: the engine itself beside what every provider has. */
export interface EngineProviderContext extends ProviderContext {
  readonly engine: Context;
  readonly run: ProviderRun;
}

/** A provider of one of CloudFormation's own types. */
export interface EngineProvider {
  readonly type: string;
  create(
    properties: ResourceProperties,
    context: EngineProviderContext,
  ): Promise<ProvisionedResource>;
  update?(
    physicalId: string,
    properties: ResourceProperties,
    previous: ResourceProperties,
    context: EngineProviderContext,
  ): Promise<ProvisionedResource>;
  delete(
    physicalId: string,
    properties: ResourceProperties,
    context: EngineProviderContext,
  ): Promise<void>;
}

/** The engine runs it with its own context, as `provider-context.ts` makes it. */
export const engineProvider = (provider: EngineProvider): ResourceProvider =>
  provider as unknown as ResourceProvider;
