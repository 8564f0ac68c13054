export { noSuchMapping } from './errors.ts';
export type { MappingRecord, Poller, ShardProgress } from './mapping.ts';
export { uuidOfArn } from './mapping.ts';
export { eventSourceOperations } from './operations.ts';
export { loadMappings } from './load-mappings.ts';
export { resumePollers } from './pollers.ts';
