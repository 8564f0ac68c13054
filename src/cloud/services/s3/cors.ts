import type { CorsRules, WireFacts } from '../../core/define-service.ts';
import type { S3State } from './state.ts';

interface Rule {
  readonly AllowedOrigins?: readonly string[];
  readonly AllowedMethods?: readonly string[];
  readonly AllowedHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly MaxAgeSeconds?: number;
}

const rulesFor = (request: WireFacts, state: S3State): readonly Rule[] => {
  const bucket = decodeURIComponent(request.path.split('/')[1] ?? '');
  const configuration = state.buckets.get(bucket)?.configuration['Cors'] as
    | { readonly CORSRules?: readonly Rule[] }
    | undefined;
  return configuration?.CORSRules ?? [];
};

const fits = (pattern: string, value: string) => {
  const at = pattern.indexOf('*');
  if (at < 0) return pattern === value;
  return (
    value.startsWith(pattern.slice(0, at)) &&
    value.endsWith(pattern.slice(at + 1)) &&
    value.length >= pattern.length - 1
  );
};

const ruleOf = (
  request: WireFacts,
  state: S3State,
  method: string,
  headers: readonly string[],
): Rule | undefined => {
  const origin = request.headers['origin'] ?? '';
  return rulesFor(request, state).find(
    (rule) =>
      (rule.AllowedOrigins ?? []).some((pattern) => fits(pattern, origin)) &&
      (rule.AllowedMethods ?? []).includes(method) &&
      headers.every((header) =>
        (rule.AllowedHeaders ?? []).some((pattern) => fits(pattern.toLowerCase(), header)),
      ),
  );
};

const headersOf = (rule: Rule, request: WireFacts): Record<string, string> => {
  const any = rule.AllowedOrigins?.includes('*') === true;
  return {
    'access-control-allow-origin': any ? '*' : (request.headers['origin'] ?? ''),
    'access-control-allow-methods': (rule.AllowedMethods ?? []).join(', '),
    ...(rule.ExposeHeaders === undefined || rule.ExposeHeaders.length === 0
      ? {}
      : { 'access-control-expose-headers': rule.ExposeHeaders.join(', ') }),
    ...(any ? {} : { 'access-control-allow-credentials': 'true' }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html */
export const cors: CorsRules<S3State> = {
  preflight: (request, state) => {
    const method = request.headers['access-control-request-method'] ?? '';
    const asked = (request.headers['access-control-request-headers'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '');
    const rule = ruleOf(request, state, method, asked);
    if (rule === undefined)
      return {
        status: 403,
        headers: { 'content-type': 'application/xml' },
        body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource\'s CORS spec.</Message></Error>',
      };
    return {
      status: 200,
      headers: {
        ...headersOf(rule, request),
        ...(asked.length > 0 ? { 'access-control-allow-headers': asked.join(', ') } : {}),
        ...(rule.MaxAgeSeconds === undefined
          ? {}
          : { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
      },
      body: '',
    };
  },
  headers: (request, state) => {
    const rule = ruleOf(request, state, request.method, []);
    return rule === undefined ? {} : headersOf(rule, request);
  },
};
