import type { OperationModel, ServiceModel } from './model.ts';
import type { WireRequest } from './wire.ts';

/** Which operation of a REST service a request is for. */
export interface RestMatch {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

interface Route {
  readonly operation: OperationModel;
  readonly method: string;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
  /** Literal query parameters of the template; an empty value asks for presence. */
  readonly literals: readonly (readonly [string, string])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  readonly rank: readonly number[];
}

const tables = new WeakMap<ServiceModel, readonly Route[]>();

const compileRoute = (model: ServiceModel, operation: OperationModel): Route | undefined => {
  if (operation.http === undefined) return undefined;
  const [method, uri] = operation.http;
  const [path = '/', query = ''] = uri.split('?');
  // S3's models keep the bucket out of the path: the SDK's endpoint rules put it there.
  const template =
    model.id === 's3' && operation.input.byName.has('Bucket')
      ? `/{Bucket}${path === '/' ? '' : path}`
      : path;
  const labels: string[] = [];
  const source = template
    .replace(/[.*^$()|[\]\\]/g, '\\$&')
    .replace(/\{(\w+)(\+?)\}/g, (_whole, label: string, greedy: string) => {
      labels.push(label);
      return greedy === '+' ? '(.+)' : '([^/]+)';
    });
  // `x-id` only names the operation, except where nothing else tells two apart.
  const literals = [...new URLSearchParams(query)].filter(
    ([name]) => name !== 'x-id' || operation.name === 'ListDirectoryBuckets',
  );
  const required = operation.input.members.filter((member) => member.required);
  const requiredHeaders = required.flatMap(({ traits }) =>
    traits.httpHeader === undefined ? [] : [traits.httpHeader.toLowerCase()],
  );
  const requiredQuery = required.flatMap(({ traits }) =>
    traits.httpQuery === undefined ? [] : [traits.httpQuery],
  );
  return {
    operation,
    method,
    pattern: new RegExp(`^${source}/?$`, 's'),
    labels,
    literals,
    requiredQuery,
    requiredHeaders,
    rank: [
      literals.length + requiredQuery.length,
      requiredHeaders.length,
      template.replace(/\{\w+\+?\}/g, '').length,
      template.includes('+}') ? 0 : 1,
    ],
  };
};

/** More literal and required query keys first, then required headers, then more literal path: that settles S3's overlaps. */
const byRank = (a: Route, b: Route): number => {
  for (const [index, rank] of a.rank.entries()) {
    const difference = (b.rank[index] ?? 0) - rank;
    if (difference !== 0) return difference;
  }
  return 0;
};

const tableOf = (model: ServiceModel): readonly Route[] => {
  let table = tables.get(model);
  if (table === undefined) {
    table = model.operationNames
      .flatMap((name) => {
        const operation = model.operation(name);
        const route = operation === undefined ? undefined : compileRoute(model, operation);
        return route === undefined ? [] : [route];
      })
      .sort(byRank);
    tables.set(model, table);
  }
  return table;
};

const decodeLabel = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

export const matchRest = (model: ServiceModel, request: WireRequest): RestMatch | undefined => {
  for (const route of tableOf(model)) {
    if (route.method !== request.method) continue;
    const match = route.pattern.exec(request.path);
    if (match === null) continue;
    if (!route.literals.every(([name, value]) => isGiven(request, name, value))) continue;
    if (!route.requiredQuery.every((name) => request.query.has(name))) continue;
    if (!route.requiredHeaders.every((name) => name in request.headers)) continue;
    return {
      operation: route.operation,
      labels: Object.fromEntries(
        route.labels.map((label, index) => [label, decodeLabel(match[index + 1] ?? '')]),
      ),
    };
  }
  return undefined;
};

const isGiven = (request: WireRequest, name: string, value: string): boolean => {
  const given = request.query.get(name);
  return given !== undefined && (value === '' || given.includes(value));
};
