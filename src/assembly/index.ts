export type { Assembly } from './assemble.ts';
export { archiveKey, assemble } from './assemble.ts';
export { divideService } from './divide-service.ts';
