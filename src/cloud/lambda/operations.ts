import type { OperationTable } from '../core/define-service.ts';
import { eventSourceOperations } from './event-sources/index.ts';
import { concurrencyOperations } from './operations/concurrency.ts';
import { eventInvokeOperations } from './operations/event-invoke-config.ts';
import { functionOperations } from './operations/functions.ts';
import { invokeOperations } from './operations/invoke.ts';
import { permissionOperations } from './operations/permissions.ts';
import { tagOperations } from './operations/tags.ts';
import { versionOperations } from './operations/versions.ts';
import type { LambdaState } from './state.ts';

/** Every operation that the cloud has of Lambda. */
export const operations: OperationTable<LambdaState> = {
  ...functionOperations,
  ...versionOperations,
  ...permissionOperations,
  ...concurrencyOperations,
  ...eventInvokeOperations,
  ...eventSourceOperations,
  ...tagOperations,
  ...invokeOperations,
};
