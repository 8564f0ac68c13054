export type { DeployPolicy, DeploySubject } from './deploy-policy.ts';
export { deployPolicy } from './deploy-policy.ts';
export { roleTemplate } from './role-template.ts';
export { filled } from './split-policy.ts';
export type { PolicyDocument } from './split-policy.ts';
export type { Statement } from './statement.ts';
export type { Trust } from './trust.ts';
