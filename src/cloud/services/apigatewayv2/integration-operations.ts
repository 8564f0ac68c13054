import type * as ApiGateway from '@aws-sdk/client-apigatewayv2';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { paged, requireApi } from './api-operations.ts';
import { autoDeploy, ID_ALPHABET } from './deploy.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import { MAX_INTEGRATION_MS } from './limits.ts';
import { given, onPath } from './needs.ts';
import type { ApiGatewayState, Integration } from './state.ts';
import { childKey, childrenOf } from './state.ts';

interface OnIntegration {
  readonly ApiId: string | undefined;
  readonly IntegrationId: string | undefined;
}

/** Members of the request that the cloud does not act on; asked for, they are refused. */
const UNSUPPORTED = [
  'ConnectionId',
  'CredentialsArn',
  'IntegrationSubtype',
  'RequestParameters',
  'ResponseParameters',
  'TlsConfig',
  'RequestTemplates',
  'TemplateSelectionExpression',
] as const;

const requireIntegration = (
  state: ApiGatewayState,
  { ApiId, IntegrationId }: OnIntegration,
): Integration => {
  requireApi(state, ApiId);
  const integration = state.integrations.get(childKey(ApiId ?? '', IntegrationId ?? ''));
  if (integration === undefined) throw notFound('Integration', IntegrationId ?? '');
  return integration;
};

const describe = (integration: Integration): ApiGateway.Integration => ({
  IntegrationId: integration.integrationId,
  IntegrationType: integration.type as ApiGateway.IntegrationType,
  IntegrationUri: integration.uri,
  IntegrationMethod: integration.method,
  PayloadFormatVersion: integration.payloadFormatVersion,
  TimeoutInMillis: integration.timeoutMs,
  ConnectionType: 'INTERNET',
  Description: integration.description,
});

const check = (integration: Integration): Integration => {
  if (integration.type !== 'AWS_PROXY')
    throw notSupported(`An integration of the type ${integration.type}`);
  if (integration.uri === '')
    throw badRequest('IntegrationUri must not be empty for AWS_PROXY integrations');
  if (!['1.0', '2.0'].includes(integration.payloadFormatVersion))
    throw badRequest(
      `PayloadFormatVersion must be one of 1.0, 2.0; it is '${integration.payloadFormatVersion}'`,
    );
  if (!(integration.timeoutMs >= 50 && integration.timeoutMs <= MAX_INTEGRATION_MS))
    throw badRequest(`Timeout should be between 50 ms and ${MAX_INTEGRATION_MS} ms`);
  return integration;
};

const change = (
  integration: Integration,
  input: Partial<ApiGateway.UpdateIntegrationRequest>,
): Integration => {
  for (const name of UNSUPPORTED)
    if (input[name] !== undefined && Object.keys(Object(input[name])).length > 0)
      throw notSupported(`An integration with ${name}`);
  return check({
    ...integration,
    ...given({
      type: input.IntegrationType,
      uri: input.IntegrationUri,
      payloadFormatVersion: input.PayloadFormatVersion,
      method: input.IntegrationMethod,
      timeoutMs: input.TimeoutInMillis,
      description: input.Description,
    }),
  });
};

const pathOf = ({ ApiId, IntegrationId }: OnIntegration) =>
  `/apis/${ApiId}/integrations/${IntegrationId}`;

/** Operations on integrations. */
export const integrationOperations: OperationTable<ApiGatewayState> = {
  CreateIntegration: operation<
    ApiGatewayState,
    ApiGateway.CreateIntegrationRequest,
    ApiGateway.Integration
  >({
    needs: onPath('POST', ({ ApiId }) => `/apis/${ApiId}/integrations`),
    handle: (input, context) => {
      const { apiId } = requireApi(context.state, input.ApiId);
      const base: Integration = {
        apiId,
        integrationId: context.random.text(7, ID_ALPHABET),
        type: '',
        uri: '',
        payloadFormatVersion: '1.0',
        timeoutMs: MAX_INTEGRATION_MS,
      };
      const integration = change(base, input as Partial<ApiGateway.UpdateIntegrationRequest>);
      context.state.integrations.set(childKey(apiId, integration.integrationId), integration);
      autoDeploy(context, apiId);
      return describe(integration);
    },
  }),
  GetIntegration: operation<ApiGatewayState, OnIntegration, ApiGateway.Integration>({
    needs: onPath('GET', pathOf),
    handle: (input, { state }) => describe(requireIntegration(state, input)),
  }),
  GetIntegrations: operation<
    ApiGatewayState,
    ApiGateway.GetIntegrationsRequest,
    ApiGateway.GetIntegrationsResponse
  >({
    needs: onPath('GET', ({ ApiId }) => `/apis/${ApiId}/integrations`),
    handle: ({ ApiId, NextToken, MaxResults }, { state }) =>
      paged(
        childrenOf(state.integrations, requireApi(state, ApiId).apiId).map(describe),
        NextToken,
        MaxResults,
      ),
  }),
  UpdateIntegration: operation<
    ApiGatewayState,
    ApiGateway.UpdateIntegrationRequest,
    ApiGateway.Integration
  >({
    needs: onPath('PATCH', pathOf),
    handle: (input, context) => {
      const integration = change(requireIntegration(context.state, input as OnIntegration), input);
      context.state.integrations.set(
        childKey(integration.apiId, integration.integrationId),
        integration,
      );
      autoDeploy(context, integration.apiId);
      return describe(integration);
    },
  }),
  DeleteIntegration: operation<ApiGatewayState, OnIntegration, object>({
    needs: onPath('DELETE', pathOf),
    handle: (input, context) => {
      const { apiId, integrationId } = requireIntegration(context.state, input);
      const used = childrenOf(context.state.routes, apiId).find(
        ({ target }) => target === `integrations/${integrationId}`,
      );
      if (used !== undefined)
        throw conflict(
          `Cannot delete Integration '${integrationId}'. Routes are still referencing this integration.`,
        );
      context.state.integrations.delete(childKey(apiId, integrationId));
      autoDeploy(context, apiId);
      return {};
    },
  }),
};
