import type { Integration, Route } from './state.ts';

/** A route that fits a request. */
export interface RouteMatch {
  readonly route: Route;
  readonly integration: Integration | undefined;
  readonly pathParameters: Readonly<Record<string, string>>;
}

export interface RouteTable {
  /**
   * The most specific route: a full match before a greedy one before `$default`; a method before `ANY`.
   * @param segments - Decoded parts of the path.
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
   */
  match(method: string, segments: readonly string[]): RouteMatch | undefined;
  readonly hasPreflightRoute: boolean;
}

interface CompiledRoute {
  readonly route: Route;
  readonly integration: Integration | undefined;
  readonly method: string;
  readonly segments: readonly Segment[];
  readonly greedy: boolean;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

export const splitPath = (path: string): readonly string[] =>
  path.split('/').filter((part) => part !== '');

const readSegment = (text: string): Segment => {
  const match = /^\{([^{}+]+)(\+?)\}$/.exec(text);
  if (match === null) return { kind: 'literal', text };
  return { kind: match[2] === '+' ? 'greedy' : 'parameter', name: match[1] ?? '' };
};

const compile = (route: Route, integrations: ReadonlyMap<string, Integration>): CompiledRoute => {
  const [method = '', path = ''] = route.routeKey.split(' ');
  const segments = splitPath(path).map(readSegment);
  return {
    route,
    integration: integrations.get(route.target?.replace('integrations/', '') ?? ''),
    method,
    segments,
    greedy: segments.at(-1)?.kind === 'greedy',
  };
};

/** Literals before parameters, place by place; then the method before ANY. */
const bySpecificity = (a: CompiledRoute, b: CompiledRoute): number => {
  if (a.greedy !== b.greedy) return a.greedy ? 1 : -1;
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (other === undefined) break;
    const rank = RANK[segment.kind] - RANK[other.kind];
    if (rank !== 0) return rank;
  }
  if (a.segments.length !== b.segments.length) return b.segments.length - a.segments.length;
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
};

const RANK = { literal: 0, parameter: 1, greedy: 2 } as const;

export const createRouteTable = (
  routes: readonly Route[],
  integrations: readonly Integration[],
): RouteTable => {
  const byId = new Map(integrations.map((integration) => [integration.integrationId, integration]));
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const compiled = routes
    .filter(({ routeKey }) => routeKey !== '$default')
    .map((route) => compile(route, byId))
    .sort(bySpecificity);
  // Most APIs are a list of plain paths: those are found by one look.
  const plain = new Map<string, CompiledRoute>();
  for (const route of compiled.toReversed())
    if (route.segments.every(({ kind }) => kind === 'literal'))
      plain.set(keyOf(route.method, route.segments), route);
  return {
    hasPreflightRoute: routes.some(
      ({ routeKey }) => routeKey.startsWith('OPTIONS ') || routeKey.startsWith('ANY '),
    ),
    match: (method, segments) => {
      const path = segments.join('/');
      const exact = plain.get(`${method} ${path}`) ?? plain.get(`ANY ${path}`);
      if (exact !== undefined)
        return { route: exact.route, integration: exact.integration, pathParameters: {} };
      for (const candidate of compiled) {
        if (candidate.method !== method && candidate.method !== 'ANY') continue;
        const pathParameters = fit(candidate, segments);
        if (pathParameters !== undefined)
          return { route: candidate.route, integration: candidate.integration, pathParameters };
      }
      if (fallback === undefined) return undefined;
      return {
        route: fallback,
        integration: byId.get(fallback.target?.replace('integrations/', '') ?? ''),
        pathParameters: {},
      };
    },
  };
};

const keyOf = (method: string, segments: readonly Segment[]) =>
  `${method} ${segments.map((segment) => (segment.kind === 'literal' ? segment.text : '')).join('/')}`;

const fit = (
  route: CompiledRoute,
  segments: readonly string[],
): Record<string, string> | undefined => {
  if (
    route.greedy
      ? segments.length < route.segments.length
      : segments.length !== route.segments.length
  )
    return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    const given = segments[index] ?? '';
    if (segment.kind === 'literal') {
      if (segment.text !== given) return undefined;
    } else
      parameters[segment.name] =
        segment.kind === 'greedy' ? segments.slice(index).join('/') : given;
  }
  return parameters;
};
