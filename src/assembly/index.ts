export type { Assembly } from './assemble.ts';
export { archiveKey, assemble, WITHOUT } from './assemble.ts';
export { divideService } from './divide-service.ts';
