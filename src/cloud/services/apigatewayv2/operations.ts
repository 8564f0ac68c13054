import { apiOperations } from './api-operations.ts';
import { integrationOperations } from './integration-operations.ts';
import { routeOperations } from './route-operations.ts';
import { stageOperations } from './stage-operations.ts';
import type { OperationTable } from '../../core/define-service.ts';
import type { ApiGatewayState } from './state.ts';

/** Every operation that the cloud has of HTTP APIs. */
export const operations: OperationTable<ApiGatewayState> = {
  ...apiOperations,
  ...integrationOperations,
  ...routeOperations,
  ...stageOperations,
};
