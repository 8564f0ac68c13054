import type { ServiceContext } from '../../core/define-service.ts';
import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { CloudFormationState } from '../state.ts';

export type Context = ServiceContext<CloudFormationState>;

/** Providers by the type of resource. */
export type Providers = ReadonlyMap<string, ResourceProvider>;
