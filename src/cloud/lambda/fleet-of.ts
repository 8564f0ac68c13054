import type { ServiceContext } from '../core/define-service.ts';
import { stopping } from './errors.ts';
import type { Fleet } from './environment/fleet.ts';
import type { LambdaState } from './state.ts';

/** Modules of environments are loaded for the first function, not for the start of every cloud. */
export const loadFleet = () => import('./environment/fleet.ts');

/**
 * The environments of this state, made with the first use.
 * @throws {ServiceException} when the cloud ends
 */
export const fleetOf = async (context: ServiceContext<LambdaState>): Promise<Fleet> => {
  const { state } = context;
  if (state.fleet !== undefined) return state.fleet;
  const { createFleet } = await loadFleet();
  if (state.stopped === true) throw stopping();
  state.fleet ??= createFleet(state.base ?? context);
  return state.fleet;
};
