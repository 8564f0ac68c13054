import type { Cloud, CloudOptions } from './core/cloud.ts';
import { createCloud } from './core/cloud.ts';
import { listen } from './core/server.ts';
import { createServices, SERVICES } from './registry.ts';

export type { Cloud, CloudState } from './core/cloud.ts';
export type { JournalEntry } from './core/journal.ts';
export type {
  EndedInvocation,
  FunctionHost,
  HostedEvent,
  HostedResult,
  HostedStart,
} from './lambda/index.ts';
export { createCloud } from './core/cloud.ts';
export type { DisorderChoice, DisorderOptions } from './core/disorder.ts';
export type { DisorderPoint } from './core/disorder-points.ts';
export { DISORDER_POINTS } from './core/disorder-points.ts';
export type { VirtualClock } from './core/clock.ts';
export { createRealClock, createVirtualClock, isVirtual } from './core/clock.ts';
export { JOURNAL_ENTRIES } from './core/journal.ts';
export { lookUp } from './core/look-up.ts';
export { createSeededRandom, createSystemRandom } from './core/random.ts';
export { createEndpoint, listen } from './core/server.ts';
export { createServices } from './registry.ts';
export type { ServiceControlPolicy } from './core/service-control.ts';

/** How an embedded cloud is started. */
export interface StartCloudOptions extends Omit<CloudOptions, 'services'> {
  /** 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
  /** @defaultValue all that Sparta has */
  readonly services?: CloudOptions['services'];
  /** Whether a resource type without behaviour becomes a record instead of failing its stack. @defaultValue false */
  readonly inert?: boolean;
}

/** A cloud that runs. */
export interface RunningCloud {
  /** `http://127.0.0.1:4566` */
  readonly url: string;
  readonly port: number;
  readonly cloud: Cloud;
  /** Ends functions, writes the state, frees the port. */
  stop(): Promise<void>;
}

/**
 * Starts an embedded cloud on loopback.
 *
 * @throws {EADDRINUSE} when the port is taken
 * @example
 * ```ts
 * const cloud = await startCloud({ port: 4566, stateDir: '.sparta/state' });
 * await cloud.stop();
 * ```
 */
export const startCloud = async (options: StartCloudOptions = {}): Promise<RunningCloud> => {
  const services = options.inert === true ? createServices({ inert: true }) : SERVICES;
  const cloud = createCloud({ ...options, services: options.services ?? services });
  const listening = await listen(cloud, options.port === undefined ? {} : { port: options.port });
  cloud.resume();
  return {
    url: listening.url,
    port: listening.port,
    cloud,
    stop: async () => {
      await listening.close();
      await cloud.stop();
    },
  };
};
