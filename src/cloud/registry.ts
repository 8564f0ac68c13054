import type { ServiceDefinition } from './core/define-service.ts';

/** Every service of the embedded cloud: one line each. */
export const SERVICES: readonly ServiceDefinition[] = [];
