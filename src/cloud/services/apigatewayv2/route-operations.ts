import type * as ApiGateway from '@aws-sdk/client-apigatewayv2';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { paged, requireApi } from './api-operations.ts';
import { autoDeploy, ID_ALPHABET } from './deploy.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import { given, onPath } from './needs.ts';
import type { ApiGatewayState, Route } from './state.ts';
import { childKey, childrenOf } from './state.ts';

interface OnRoute {
  readonly ApiId: string | undefined;
  readonly RouteId: string | undefined;
}

const ROUTE_KEY = /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) \/\S*)$/;

const requireRoute = (state: ApiGatewayState, { ApiId, RouteId }: OnRoute): Route => {
  requireApi(state, ApiId);
  const route = state.routes.get(childKey(ApiId ?? '', RouteId ?? ''));
  if (route === undefined) throw notFound('Route', RouteId ?? '');
  return route;
};

const describe = (route: Route): ApiGateway.Route => ({
  RouteId: route.routeId,
  RouteKey: route.routeKey,
  Target: route.target,
  OperationName: route.operationName,
  ApiKeyRequired: false,
  AuthorizationType: 'NONE',
});

const change = (
  state: ApiGatewayState,
  route: Route,
  input: Partial<ApiGateway.UpdateRouteRequest>,
): Route => {
  if (input.AuthorizationType !== undefined && input.AuthorizationType !== 'NONE')
    throw notSupported(`A route with the authorization ${input.AuthorizationType}`);
  if (input.ApiKeyRequired === true) throw notSupported('A route that requires an API key');
  const changed: Route = {
    ...route,
    ...given({
      routeKey: input.RouteKey,
      target: input.Target,
      operationName: input.OperationName,
    }),
  };
  if (!ROUTE_KEY.test(changed.routeKey))
    throw badRequest(
      `The provided route key is not formatted properly for HTTP protocol. Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"`,
    );
  if (/\{[^}]*\+\}./.test(changed.routeKey))
    throw badRequest(
      `The provided route key '${changed.routeKey}' has a greedy path variable that is not at its end`,
    );
  const taken = childrenOf(state.routes, route.apiId).find(
    ({ routeId, routeKey }) => routeKey === changed.routeKey && routeId !== route.routeId,
  );
  if (taken !== undefined)
    throw conflict(`Route with key ${changed.routeKey} already exists for this API`);
  const integrationId = changed.target?.replace(/^integrations\//, '');
  if (integrationId !== undefined && !state.integrations.has(childKey(route.apiId, integrationId)))
    throw badRequest(`Invalid Target identifier specified: '${changed.target}'`);
  return changed;
};

const pathOf = ({ ApiId, RouteId }: OnRoute) => `/apis/${ApiId}/routes/${RouteId}`;

/** Operations on routes. */
export const routeOperations: OperationTable<ApiGatewayState> = {
  CreateRoute: operation<ApiGatewayState, ApiGateway.CreateRouteRequest, ApiGateway.Route>({
    needs: onPath('POST', ({ ApiId }) => `/apis/${ApiId}/routes`),
    handle: (input, context) => {
      const { apiId } = requireApi(context.state, input.ApiId);
      const base: Route = { apiId, routeId: context.random.text(7, ID_ALPHABET), routeKey: '' };
      const route = change(context.state, base, input as Partial<ApiGateway.UpdateRouteRequest>);
      context.state.routes.set(childKey(apiId, route.routeId), route);
      autoDeploy(context, apiId);
      return describe(route);
    },
  }),
  GetRoute: operation<ApiGatewayState, OnRoute, ApiGateway.Route>({
    needs: onPath('GET', pathOf),
    handle: (input, { state }) => describe(requireRoute(state, input)),
  }),
  GetRoutes: operation<ApiGatewayState, ApiGateway.GetRoutesRequest, ApiGateway.GetRoutesResponse>({
    needs: onPath('GET', ({ ApiId }) => `/apis/${ApiId}/routes`),
    handle: ({ ApiId, NextToken, MaxResults }, { state }) =>
      paged(
        childrenOf(state.routes, requireApi(state, ApiId).apiId).map(describe),
        NextToken,
        MaxResults,
      ),
  }),
  UpdateRoute: operation<ApiGatewayState, ApiGateway.UpdateRouteRequest, ApiGateway.Route>({
    needs: onPath('PATCH', (input) => pathOf(input as OnRoute)),
    handle: (input, context) => {
      const route = change(context.state, requireRoute(context.state, input as OnRoute), input);
      context.state.routes.set(childKey(route.apiId, route.routeId), route);
      autoDeploy(context, route.apiId);
      return describe(route);
    },
  }),
  DeleteRoute: operation<ApiGatewayState, OnRoute, object>({
    needs: onPath('DELETE', pathOf),
    handle: (input, context) => {
      const { apiId, routeId } = requireRoute(context.state, input);
      context.state.routes.delete(childKey(apiId, routeId));
      autoDeploy(context, apiId);
      return {};
    },
  }),
};
