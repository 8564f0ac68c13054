export type { Statement } from './parse.ts';
export { parseStatement } from './parse.ts';
export { keyedWhere, planSelect, planStatement, refuseDuplicate } from './plan.ts';
