import { logicalIdOf } from '../../spec/keeping.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Expression } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import type { MessageSchema, Received } from '../../spec/message-schema.ts';
import { routeReader } from './runtime.ts';

type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Greedy}+` ? Greedy : Name) | ParameterNames<Rest>
  : never;

/** The parameters of a path, by name: `/info/{key}` has `key`. Values are decoded. */
export type PathParameters<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParameterNames<Path>]: string };

/** What a route checks before its handler is called. A request that is refused is answered with status 400 and what is wrong. */
export interface RouteOptions<
  Body extends MessageSchema | undefined = undefined,
  Query extends MessageSchema | undefined = undefined,
> {
  /** How the body looks; it is JSON then. */
  readonly body?: Body;
  /** How the query parameters look. They are text: let the schema make numbers of them. */
  readonly query?: Query;
}

/**
 * A request to an API.
 * @typeParam Path - The route's path, which types `params`.
 * @typeParam Body - What the route's schema makes of the body.
 * @typeParam Query - What the route's schema makes of the query parameters.
 */
export interface HttpRequest<
  Path extends string = string,
  Body = undefined,
  Query = Readonly<Record<string, string>>,
> {
  /** `GET` */
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** Path parameters, decoded. */
  readonly params: PathParameters<Path>;
  /** Query parameters, as the route's schema makes them; of several of one name, the last. */
  readonly query: Query;
  /** Query parameters with every value. */
  readonly queryAll: Readonly<Record<string, readonly string[]>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Cookies by name. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The body as the route's schema makes it; undefined where the route has none. */
  readonly body: Body;
  /** The body's bytes, base64 undone. */
  bytes(): Uint8Array;
  /** The body as UTF-8. */
  text(): string;
  /** The body read as JSON. @throws {HttpError} 400 when it is none */
  json<T = unknown>(): T;
}

/** A whole answer. */
export interface HttpResponse {
  /** Status code. @defaultValue 200 */
  readonly statusCode: number;
  /** Headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `Set-Cookie` headers. */
  readonly cookies?: readonly string[];
  /** Text, bytes, or a value that goes as JSON. */
  readonly body?: unknown;
}

/**
 * What a handler may answer: a value (JSON, status 200), text, bytes, nothing (204), a whole {@link HttpResponse}, or a fetch
 * `Response`.
 */
export type HttpResult = unknown;

/** How a browser from another origin may call. */
export interface CorsOptions {
  /** Origins, `*` for all. @defaultValue ['*'] */
  readonly allowOrigins?: readonly string[];
  /** Methods. @defaultValue ['*'] */
  readonly allowMethods?: readonly string[];
  /** Request headers. @defaultValue ['*'] */
  readonly allowHeaders?: readonly string[];
  /** Response headers that a page may read. */
  readonly exposeHeaders?: readonly string[];
  /** Cookies and authorisation; not with the origin `*`. @defaultValue false */
  readonly allowCredentials?: boolean;
  /** Seconds that a browser may keep the answer to a preflight. */
  readonly maxAge?: number;
}

/** How an API is made. */
export interface HttpApiOptions {
  /** Browsers from other origins; `true` allows all. @defaultValue false */
  readonly cors?: boolean | CorsOptions;
  /** Access log: one JSON line a request. `retentionDays` in days; `replaceable` when it may be lost with its API. @defaultValue 30 days */
  readonly accessLog?: false | { readonly retentionDays: number; readonly replaceable?: boolean };
  /** Requests a second, and burst as a count of requests. @defaultValue the account's */
  readonly throttling?: { readonly rateLimit: number; readonly burstLimit: number };
  /** The logical id, where the declaration has got another name since it was provisioned. @defaultValue the name of the declaration */
  readonly logicalId?: string;
  /** What it is for. */
  readonly description?: string;
}

/** A route as an event source. */
export type HttpRoute<
  Path extends string,
  Body extends MessageSchema | undefined = undefined,
  Query extends MessageSchema | undefined = undefined,
> = EventSource<
  HttpRequest<Path, Received<Body, undefined>, Received<Query, Readonly<Record<string, string>>>>,
  HttpResult
>;

/** States a route of one method. */
export type StateRoute = <
  const Path extends string,
  const Body extends MessageSchema | undefined = undefined,
  const Query extends MessageSchema | undefined = undefined,
>(
  path: Path,
  options?: RouteOptions<Body, Query>,
) => HttpRoute<Path, Body, Query>;

/** An HTTP API as data. Each method states a route. */
export interface HttpApiDeclaration {
  readonly kind: 'httpApi';
  /** Logical id. */
  readonly name: string;
  /** How it is made. */
  readonly options: HttpApiOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Where it answers, without a slash at the end. */
  readonly url: Expression;
  /** Its id. */
  readonly apiId: Expression;
  /** Route for GET. */
  readonly get: StateRoute;
  /** Route for POST. */
  readonly post: StateRoute;
  /** Route for PUT. */
  readonly put: StateRoute;
  /** Route for PATCH. */
  readonly patch: StateRoute;
  /** Route for DELETE. */
  readonly delete: StateRoute;
  /** Route for every method. */
  readonly any: StateRoute;
  /** Every request that no other route takes. */
  fallback<
    const Body extends MessageSchema | undefined = undefined,
    const Query extends MessageSchema | undefined = undefined,
  >(options?: RouteOptions<Body, Query>): HttpRoute<string, Body, Query>;
}

/**
 * States an HTTP API of API Gateway.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { httpApi, lambda } from 'sparta';
 * const api = httpApi('Api', { cors: true });
 * export const hello = lambda('Hello', { on: api.get('/hello/{name}') }, async ({ params }) => `Hello ${params.name}`);
 * ```
 */
export const httpApi = (declared: string, options: HttpApiOptions = {}): HttpApiDeclaration => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'httpApi', name, options, ...declaredAt() } as const;
  const source = (
    routeKey: string,
    checks: RouteOptions<MessageSchema | undefined, MessageSchema | undefined> = {},
  ): EventSource<never, HttpResult> => ({
    kind: 'event-source',
    source: 'http-api',
    target: self,
    detail: { routeKey },
    reader: routeReader(routeKey, checks),
  });
  const route =
    (method: string): StateRoute =>
    (path, checks) =>
      source(`${method} ${path}`, checks);
  return Object.freeze({
    ...self,
    url: getAtt(self, 'ApiEndpoint'),
    apiId: ref(self),
    get: route('GET'),
    post: route('POST'),
    put: route('PUT'),
    patch: route('PATCH'),
    delete: route('DELETE'),
    any: route('ANY'),
    fallback: (checks) => source('$default', checks),
  } satisfies HttpApiDeclaration);
};
