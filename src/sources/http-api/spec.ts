import { logicalIdOf } from '../../spec/keeping.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Expression } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import { httpEvents } from './runtime.ts';

type ParameterNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Greedy}+` ? Greedy : Name) | ParameterNames<Rest>
  : never;

/** The parameters of a path, by name: `/info/{key}` has `key`. Values are decoded. */
export type PathParameters<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParameterNames<Path>]: string };

/**
 * A request to an API.
 * @typeParam Path - The route's path, which types `params`.
 */
export interface HttpRequest<Path extends string = string> {
  /** `GET` */
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** Path parameters, decoded. */
  readonly params: PathParameters<Path>;
  /** Query parameters; of several of one name, the last. */
  readonly query: Readonly<Record<string, string>>;
  /** Query parameters with every value. */
  readonly queryAll: Readonly<Record<string, readonly string[]>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Cookies by name. */
  readonly cookies: Readonly<Record<string, string>>;
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
export type HttpRoute<Path extends string> = EventSource<HttpRequest<Path>, HttpResult>;

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
  get<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Route for POST. */
  post<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Route for PUT. */
  put<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Route for PATCH. */
  patch<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Route for DELETE. */
  delete<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Route for every method. */
  any<const Path extends string>(path: Path): HttpRoute<Path>;
  /** Every request that no other route takes. */
  fallback(): HttpRoute<string>;
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
  const route =
    (method: string) =>
    <const Path extends string>(path: Path): HttpRoute<Path> => ({
      kind: 'event-source',
      source: 'http-api',
      target: self,
      detail: { routeKey: `${method} ${path}` },
      reader: httpEvents,
    });
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
    fallback: (): HttpRoute<string> => ({
      kind: 'event-source',
      source: 'http-api',
      target: self,
      detail: { routeKey: '$default' },
      reader: httpEvents,
    }),
  });
};
