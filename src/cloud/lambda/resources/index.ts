import type { ResourceProvider } from '../../core/resource-provider.ts';

export const resources: readonly ResourceProvider[] = [];
