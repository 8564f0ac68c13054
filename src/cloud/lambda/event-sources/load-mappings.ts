import { loadPollers } from './pollers.ts';

/** What only a change needs is loaded with the first: it would cost every start of a cloud. */
export const loadChange = () => import('./change-mapping.ts');

/** Loads everything that the first mapping would load. */
export const loadMappings = () => Promise.all([loadChange(), loadPollers()]);
