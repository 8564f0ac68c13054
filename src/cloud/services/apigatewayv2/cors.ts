import type { Cors } from './state.ts';
import type { ProxyResponse } from './proxy-response.ts';

const allowedOrigin = (cors: Cors, origin: string): string | undefined => {
  for (const allowed of cors.AllowOrigins ?? []) {
    if (allowed === '*') return cors.AllowCredentials === true ? origin : '*';
    if (allowed.toLowerCase() === origin.toLowerCase()) return origin;
    if (allowed.endsWith('*') && origin.startsWith(allowed.slice(0, -1))) return origin;
  }
  return undefined;
};

const joined = (values: readonly string[] | undefined) =>
  values === undefined || values.length === 0 ? undefined : values.join(',');

/** Headers for a browser from another origin. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
const corsHeaders = (cors: Cors, origin: string | undefined): Record<string, string> => {
  const allowed = origin === undefined ? undefined : allowedOrigin(cors, origin);
  if (allowed === undefined) return {};
  const exposed = joined(cors.ExposeHeaders);
  return {
    'access-control-allow-origin': allowed,
    ...(cors.AllowCredentials === true ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(exposed === undefined ? {} : { 'access-control-expose-headers': exposed }),
    ...(allowed === '*' ? {} : { vary: 'origin' }),
  };
};

/**
 * An answer's headers with those for the browser: what its function says of them is dropped.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export const withCors = (
  cors: Cors,
  origin: string | undefined,
  headers: ProxyResponse['headers'],
): ProxyResponse['headers'] => ({
  ...Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')),
  ),
  ...corsHeaders(cors, origin),
});

/** The answer to an OPTIONS request, which API Gateway gives itself. */
export const preflight = (cors: Cors, headers: Readonly<Record<string, string>>): ProxyResponse => {
  const base = corsHeaders(cors, headers['origin']);
  const methods = joined(cors.AllowMethods);
  const allowedHeaders = joined(cors.AllowHeaders);
  return {
    status: 204,
    headers:
      Object.keys(base).length === 0
        ? {}
        : {
            ...base,
            ...(methods === undefined ? {} : { 'access-control-allow-methods': methods }),
            ...(allowedHeaders === undefined
              ? {}
              : { 'access-control-allow-headers': allowedHeaders }),
            'access-control-max-age': String(cors.MaxAge ?? 0),
          },
    body: Buffer.alloc(0),
  };
};
