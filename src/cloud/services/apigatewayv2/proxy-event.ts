import type { RouteMatch } from './route-table.ts';

/** What an event is made of. */
export interface ProxyRequest {
  readonly method: string;
  /** Decoded, as HTTP APIs hand it on, with the stage where it is not `$default`. */
  readonly path: string;
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Uint8Array | undefined;
  readonly sourceIp: string;
  readonly protocol: string;
  readonly apiId: string;
  readonly stage: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly domainName: string;
  readonly accountId: string;
  readonly requestId: string;
  readonly atMs: number;
  readonly match: RouteMatch;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `23/Nov/2026:16:20:00 +0000` */
export const clfTime = (atMs: number): string => {
  const date = new Date(atMs);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} +0000`;
};

/**
 * AWS's documentation does not list them; measured there: these alone are text, forms and bodies without a type are not.
 * @see https://github.com/ministackorg/ministack/pull/766
 */
const TEXT_TYPES = /^(text\/[^;]*|application\/(json|xml|javascript))\s*(;|$)/i;

/** Bodies that are no text go as base64. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
const bodyOf = (request: ProxyRequest) => {
  const { body } = request;
  if (body === undefined || body.byteLength === 0) return { isBase64Encoded: false };
  const isText =
    request.headers['content-encoding'] === undefined &&
    TEXT_TYPES.test(request.headers['content-type'] ?? '');
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { body: buffer.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
};

const ifAny = <K extends string, T extends object>(key: K, value: T) =>
  (Object.keys(value).length > 0 ? { [key]: value } : {}) as { readonly [P in K]?: T };

const multiValues = (rawQuery: string): Record<string, string[]> => {
  // Without a prototype: `?__proto__=1` is a parameter like any other.
  const values = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of new URLSearchParams(rawQuery)) (values[name] ??= []).push(value);
  return values;
};

/** Payload format 2.0. */
export const eventV2 = (request: ProxyRequest): Record<string, unknown> => {
  const query = Object.fromEntries(
    Object.entries(multiValues(request.rawQuery)).map(([name, values]) => [name, values.join(',')]),
  );
  const { routeKey } = request.match.route;
  return {
    version: '2.0',
    routeKey,
    rawPath: request.path,
    rawQueryString: request.rawQuery,
    ...(request.cookies.length > 0 ? { cookies: request.cookies } : {}),
    headers: request.headers,
    ...ifAny('queryStringParameters', query),
    requestContext: {
      accountId: request.accountId,
      apiId: request.apiId,
      domainName: request.domainName,
      domainPrefix: request.apiId,
      http: {
        method: request.method,
        path: request.path,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: request.headers['user-agent'] ?? '',
      },
      requestId: request.requestId,
      routeKey,
      stage: request.stage,
      time: clfTime(request.atMs),
      timeEpoch: request.atMs,
    },
    ...ifAny('pathParameters', request.match.pathParameters),
    ...ifAny('stageVariables', request.stageVariables),
    ...bodyOf(request),
  };
};

/** Payload format 1.0. */
export const eventV1 = (request: ProxyRequest): Record<string, unknown> => {
  const query = multiValues(request.rawQuery);
  const headers = {
    ...request.headers,
    ...(request.cookies.length > 0 ? { cookie: request.cookies.join('; ') } : {}),
  };
  const path = request.match.route.routeKey.split(' ')[1] ?? '$default';
  const orNull = (value: object) => (Object.keys(value).length > 0 ? value : null);
  const { body, isBase64Encoded } = { body: null, ...bodyOf(request) };
  return {
    version: '1.0',
    resource: path,
    path: request.path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: orNull(
      Object.fromEntries(
        Object.entries(query).map(([name, values]) => [name, values.at(-1) ?? '']),
      ),
    ),
    multiValueQueryStringParameters: orNull(query),
    requestContext: {
      accountId: request.accountId,
      apiId: request.apiId,
      domainName: request.domainName,
      domainPrefix: request.apiId,
      extendedRequestId: request.requestId,
      httpMethod: request.method,
      identity: { sourceIp: request.sourceIp, userAgent: request.headers['user-agent'] ?? '' },
      path: request.path,
      protocol: request.protocol,
      requestId: request.requestId,
      requestTime: clfTime(request.atMs),
      requestTimeEpoch: request.atMs,
      resourceId: request.match.route.routeKey,
      resourcePath: path,
      stage: request.stage,
    },
    pathParameters: orNull(request.match.pathParameters),
    stageVariables: orNull(request.stageVariables),
    body,
    isBase64Encoded,
  };
};
