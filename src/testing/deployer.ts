import type { Cloud } from '../cloud/index.ts';
import { isVirtual } from '../cloud/index.ts';
import type { Machine } from '../provision/index.ts';
import { THIS_MACHINE } from '../provision/index.ts';

/** A deployer whose waits and names are the cloud's own: the same seed deploys in the same calls. */
export const deployerOf = (cloud: Cloud): Machine => ({
  uuid: () => cloud.random.uuid(),
  pause: (ms, signal) =>
    isVirtual(cloud.clock) && cloud.busy ? cloud.settle() : THIS_MACHINE.pause(ms, signal),
});
