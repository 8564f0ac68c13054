export type { Finding } from './finding.ts';
export type { ValidationOptions } from './validate-template.ts';
export { validateTemplate } from './validate-template.ts';
