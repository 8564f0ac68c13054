import type * as ApiGateway from '@aws-sdk/client-apigatewayv2';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { executeUrl } from './data-plane.ts';
import { autoDeploy, ID_ALPHABET } from './deploy.ts';
import { badRequest, notFound } from './errors.ts';
import { given, onPath } from './needs.ts';
import type { Api, ApiGatewayState, Cors } from './state.ts';
import { childKey, childrenOf } from './state.ts';

interface Place {
  readonly endpoint: string;
  readonly region: string;
}

interface OnApi {
  readonly ApiId: string | undefined;
}

export const requireApi = (state: ApiGatewayState, apiId: string | undefined): Api => {
  const api = state.apis.get(apiId ?? '');
  if (api === undefined) throw notFound('API', apiId ?? '');
  return api;
};

/** All at once or a page: tokens are places in the list. */
export const paged = <T>(
  items: readonly T[],
  token: string | undefined,
  max: string | undefined,
) => {
  const [at, size] = [Number(token ?? 0), Number(max ?? 500)];
  if (!Number.isInteger(at) || at < 0) throw badRequest(`The NextToken '${token}' is invalid.`);
  return {
    Items: items.slice(at, at + size),
    ...(items.length > at + size ? { NextToken: String(at + size) } : {}),
  };
};

const describe = (api: Api, { endpoint, region }: Place): ApiGateway.Api => ({
  ApiId: api.apiId,
  ApiEndpoint: executeUrl(endpoint, region, api.apiId),
  Name: api.name,
  Description: api.description,
  Version: api.version,
  ProtocolType: 'HTTP',
  RouteSelectionExpression: api.routeSelectionExpression,
  ApiKeySelectionExpression: api.apiKeySelectionExpression,
  CorsConfiguration: api.cors === undefined ? undefined : mutable(api.cors),
  DisableExecuteApiEndpoint: api.disableExecuteApiEndpoint,
  IpAddressType: api.ipAddressType as ApiGateway.IpAddressType,
  CreatedDate: new Date(api.createdAt),
  Tags: { ...api.tags },
});

const mutable = (cors: Cors): ApiGateway.Cors =>
  JSON.parse(JSON.stringify(cors)) as ApiGateway.Cors;

const checkCors = (cors: ApiGateway.Cors | undefined): Cors | undefined => {
  if (cors === undefined || Object.keys(given(cors)).length === 0) return undefined;
  if (cors.AllowCredentials === true && cors.AllowOrigins?.includes('*') === true)
    throw badRequest('Cannot have wildcard AllowOrigins when AllowCredentials is true');
  return given(cors);
};

const quickCreate = ['Target', 'RouteKey', 'CredentialsArn'] as const;

const change = (api: Api, input: Partial<ApiGateway.UpdateApiRequest>): Api => {
  const { cors: _, ...rest } = api;
  const cors =
    input.CorsConfiguration === undefined ? api.cors : checkCors(input.CorsConfiguration);
  return {
    ...rest,
    ...given({
      name: input.Name,
      description: input.Description,
      version: input.Version,
      routeSelectionExpression: input.RouteSelectionExpression,
      disableExecuteApiEndpoint: input.DisableExecuteApiEndpoint,
      ipAddressType: input.IpAddressType,
      cors,
    }),
  };
};

/** Operations on APIs and their tags. */
export const apiOperations: OperationTable<ApiGatewayState> = {
  CreateApi: operation<ApiGatewayState, ApiGateway.CreateApiRequest, ApiGateway.Api>({
    needs: onPath('POST', () => '/apis'),
    handle: (input, context) => {
      if (input.ProtocolType !== 'HTTP')
        throw notSupported(`An API with the protocol ${input.ProtocolType}`);
      for (const name of quickCreate)
        if (input[name] !== undefined) throw notSupported(`CreateApi with ${name}`);
      if ((input.Name ?? '') === '') throw badRequest('Name must not be empty');
      const base: Api = {
        apiId: context.random.text(10, ID_ALPHABET),
        name: input.Name ?? '',
        routeSelectionExpression: '$request.method $request.path',
        apiKeySelectionExpression: '$request.header.x-api-key',
        disableExecuteApiEndpoint: false,
        ipAddressType: 'ipv4',
        createdAt: context.clock.now(),
        tags: { ...input.Tags },
      };
      const api = change(base, input as Partial<ApiGateway.UpdateApiRequest>);
      context.state.apis.set(api.apiId, api);
      return describe(api, context);
    },
  }),
  GetApi: operation<ApiGatewayState, OnApi, ApiGateway.Api>({
    needs: onPath('GET', ({ ApiId }) => `/apis/${ApiId}`),
    handle: ({ ApiId }, context) => describe(requireApi(context.state, ApiId), context),
  }),
  GetApis: operation<ApiGatewayState, ApiGateway.GetApisRequest, ApiGateway.GetApisResponse>({
    needs: onPath('GET', () => '/apis'),
    handle: ({ NextToken, MaxResults }, context) =>
      paged(
        [...context.state.apis.values()].map((api) => describe(api, context)),
        NextToken,
        MaxResults,
      ),
  }),
  UpdateApi: operation<ApiGatewayState, ApiGateway.UpdateApiRequest, ApiGateway.Api>({
    needs: onPath('PATCH', ({ ApiId }) => `/apis/${ApiId}`),
    handle: (input, context) => {
      const api = change(requireApi(context.state, input.ApiId), input);
      context.state.apis.set(api.apiId, api);
      autoDeploy(context, api.apiId);
      return describe(api, context);
    },
  }),
  DeleteApi: operation<ApiGatewayState, OnApi, object>({
    needs: onPath('DELETE', ({ ApiId }) => `/apis/${ApiId}`),
    handle: ({ ApiId }, { state }) => {
      const { apiId } = requireApi(state, ApiId);
      for (const route of childrenOf(state.routes, apiId))
        state.routes.delete(childKey(apiId, route.routeId));
      for (const { integrationId } of childrenOf(state.integrations, apiId))
        state.integrations.delete(childKey(apiId, integrationId));
      for (const { stageName } of childrenOf(state.stages, apiId))
        state.stages.delete(childKey(apiId, stageName));
      for (const { deploymentId } of childrenOf(state.deployments, apiId)) {
        state.deployments.delete(childKey(apiId, deploymentId));
        state.routeTables.delete(childKey(apiId, deploymentId));
      }
      state.apis.delete(apiId);
      return {};
    },
  }),
  DeleteCorsConfiguration: operation<ApiGatewayState, OnApi, object>({
    needs: onPath('DELETE', ({ ApiId }) => `/apis/${ApiId}/cors`),
    handle: ({ ApiId }, context) => {
      const { cors: _, ...api } = requireApi(context.state, ApiId);
      context.state.apis.set(api.apiId, api);
      autoDeploy(context, api.apiId);
      return {};
    },
  }),
  GetTags: operation<ApiGatewayState, ApiGateway.GetTagsRequest, ApiGateway.GetTagsResponse>({
    needs: onPath('GET', ({ ResourceArn }) => `/tags/${encodeURIComponent(ResourceArn ?? '')}`),
    handle: ({ ResourceArn }, { state }) => ({ Tags: { ...tagged(state, ResourceArn).tags } }),
  }),
  TagResource: operation<ApiGatewayState, ApiGateway.TagResourceRequest, object>({
    needs: onPath('POST', ({ ResourceArn }) => `/tags/${encodeURIComponent(ResourceArn ?? '')}`),
    handle: ({ ResourceArn, Tags }, { state }) => {
      const { tags, put } = tagged(state, ResourceArn);
      put({ ...tags, ...Tags });
      return {};
    },
  }),
  UntagResource: operation<ApiGatewayState, ApiGateway.UntagResourceRequest, object>({
    needs: onPath('DELETE', ({ ResourceArn }) => `/tags/${encodeURIComponent(ResourceArn ?? '')}`),
    handle: ({ ResourceArn, TagKeys = [] }, { state }) => {
      const { tags, put } = tagged(state, ResourceArn);
      put(Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))));
      return {};
    },
  }),
};

type Tags = Readonly<Record<string, string>>;

/** What has tags: APIs and their stages. */
const tagged = (
  state: ApiGatewayState,
  arn: string | undefined,
): { readonly tags: Tags; put(tags: Tags): void } => {
  const match = /\/apis\/([^/]+)(?:\/stages\/([^/]+))?$/.exec(arn ?? '');
  if (match === null) throw notSupported(`Tagging ${arn ?? 'nothing'}`);
  const [, apiId, stageName] = match;
  const api = requireApi(state, apiId);
  if (stageName === undefined)
    return { tags: api.tags, put: (tags) => state.apis.set(api.apiId, { ...api, tags }) };
  const key = childKey(api.apiId, stageName);
  const stage = state.stages.get(key);
  if (stage === undefined) throw notFound('Stage', stageName);
  return { tags: stage.tags, put: (tags) => state.stages.set(key, { ...stage, tags }) };
};
