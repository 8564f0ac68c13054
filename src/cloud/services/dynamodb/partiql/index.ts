export type { Statement } from './parse.ts';
export { parseStatement } from './parse.ts';
export { pick } from './pick.ts';
export { keyedWhere, planSelect, planStatement, refuseDuplicate } from './plan.ts';
