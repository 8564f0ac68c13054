import type { ServiceContext } from '../core/define-service.ts';
import type { Fleet } from './environment/fleet.ts';
import { createFleet } from './environment/fleet.ts';
import type { LambdaState } from './state.ts';

/** The environments of this state, made with the first use. */
export const fleetOf = (context: ServiceContext<LambdaState>): Fleet => {
  const { state } = context;
  state.fleet ??= createFleet(state.base ?? context);
  return state.fleet;
};
