import type { ServiceContext } from '../../core/define-service.ts';
import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { CloudFormationState } from '../state.ts';

export type Context = ServiceContext<CloudFormationState>;

/** Providers by the type of resource. */
export interface Providers {
  /**
   * @param inertTypes - Types of which a record is enough
   * @returns undefined for a type that has no behaviour here
   */
  get(type: string, inertTypes?: readonly string[]): ResourceProvider | undefined;
}
