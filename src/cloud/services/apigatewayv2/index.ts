import { defineService } from '../../core/define-service.ts';
import { flushAccessLogs } from './access-log.ts';
import { dataPlane } from './data-plane.ts';
import { operations } from './operations.ts';
import { api, deployment, integration, route, stage } from './resources.ts';
import type { ApiGatewayState } from './state.ts';
import { createApiGatewayState } from './state.ts';

/** Amazon API Gateway's HTTP APIs. */
export const apigatewayv2 = defineService<ApiGatewayState>({
  id: 'apigatewayv2',
  signingName: 'apigateway',
  pathPrefix: 'v2',
  principal: 'apigateway.amazonaws.com',
  scope: 'region',
  createState: createApiGatewayState,
  operations,
  dataPlane,
  stop: flushAccessLogs,
  resources: [api, integration, route, stage, deployment],
  validationCode: 'BadRequestException',
  accessDeniedCode: 'AccessDeniedException',
});
