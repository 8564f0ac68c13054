export type { Statement } from './merge-statements.ts';
export { mergeStatements, oneOrAll } from './merge-statements.ts';
export type { Packed } from './pack-statements.ts';
export { packStatements } from './pack-statements.ts';
export { LIMITS, sizeOf } from './policy-size.ts';
