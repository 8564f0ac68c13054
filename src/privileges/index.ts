export type { CloudFacts, JournalLine } from './cloud-facts.ts';
export { cloudFacts } from './cloud-facts.ts';
export type { Explanation } from './explain.ts';
export { explain } from './explain.ts';
export { PrivilegesError } from './privileges-error.ts';
export type { StackNames } from './stack-names.ts';
export { stackNames } from './stack-names.ts';
export type { PolicyStatement, PrivilegeUse } from './usage.ts';
export { managedUseOf, usageOf } from './usage.ts';
