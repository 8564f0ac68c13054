export { actionFault } from './check-actions.ts';
export type { Finding } from './finding.ts';
export { nearest } from './nearest.ts';
export type { ValidationOptions } from './validate-template.ts';
export { validateTemplate } from './validate-template.ts';
