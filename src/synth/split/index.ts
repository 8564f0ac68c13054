export type { Division, NestedTemplate, WholeService } from './divide.ts';
export { divide } from './divide.ts';
export type { Placement } from './placement.ts';
export { readPlacement } from './placement.ts';
export { SPLIT_ABOVE } from './limits.ts';
export { TEMPLATES_PARAMETER } from './write-stacks.ts';
