import { checkMessage } from '../../runtime/check-message.ts';
import { HttpError } from '../../runtime/http-error.ts';
import { InvalidMessageError } from '../../runtime/invalid-message.ts';
import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { HttpRequest, HttpResponse } from './spec.ts';

/** Payload format 2.0. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
interface RawHttpEvent {
  readonly version: string;
  readonly routeKey?: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly cookies?: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

const isHttpEvent = (event: unknown): event is RawHttpEvent =>
  (event as Partial<RawHttpEvent> | null)?.requestContext?.http !== undefined;

const cookiesOf = (cookies: readonly string[] = []): Record<string, string> =>
  Object.fromEntries(
    cookies.map((cookie) => {
      const at = cookie.indexOf('=');
      return at < 0 ? [cookie, ''] : [cookie.slice(0, at), cookie.slice(at + 1)];
    }),
  );

/** Query parameters with every value. */
const queryOf = (raw: string) => {
  const all: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(raw)) (all[name] ??= []).push(value);
  return all;
};

const readHttpEvent = (event: RawHttpEvent): HttpRequest<string, unknown> => {
  const queryAll = queryOf(event.rawQueryString);
  const bytes = () => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  const text = () => (event.isBase64Encoded ? bytes().toString('utf8') : (event.body ?? ''));
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    params: event.pathParameters ?? {},
    query: Object.fromEntries(
      Object.entries(queryAll).map(([name, values]) => [name, values.at(-1) ?? '']),
    ),
    queryAll,
    headers: event.headers,
    cookies: cookiesOf(event.cookies),
    body: undefined,
    bytes,
    text,
    json: <T>() => {
      try {
        return JSON.parse(text()) as T;
      } catch {
        throw new HttpError(400, 'The body is not JSON that can be read.');
      }
    },
  };
};

const isWhole = (value: unknown): value is HttpResponse =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as HttpResponse).statusCode === 'number';

const JSON_TYPE = 'application/json; charset=utf-8';

const bodyOf = (
  body: unknown,
): { readonly body?: string; readonly isBase64Encoded?: boolean; readonly type?: string } => {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string') return { body, type: 'text/plain; charset=utf-8' };
  if (body instanceof Uint8Array)
    return {
      body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
      isBase64Encoded: true,
      type: 'application/octet-stream',
    };
  return { body: JSON.stringify(body), type: JSON_TYPE };
};

const print = ({ statusCode, headers = {}, cookies, body }: HttpResponse) => {
  const { type, ...content } = bodyOf(body);
  const named = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    statusCode,
    headers: type === undefined ? named : { 'content-type': type, ...named },
    ...(cookies === undefined ? {} : { cookies }),
    ...content,
  };
};

// `instanceof Response` would load undici, 25 ms at a cold start, to answer no.
const isResponse = (result: unknown): result is Response =>
  typeof (result as Partial<Response> | null | undefined)?.arrayBuffer === 'function';

/** What a handler answered, in API Gateway's form. */
const httpAnswer = async (result: unknown): Promise<unknown> => {
  if (isResponse(result)) {
    const headers = Object.fromEntries(result.headers);
    delete headers['set-cookie'];
    return print({
      statusCode: result.status,
      headers,
      cookies: result.headers.getSetCookie(),
      body: new Uint8Array(await result.arrayBuffer()),
    });
  }
  if (result === undefined || result === null) return { statusCode: 204 };
  return print(isWhole(result) ? result : { statusCode: 200, body: result });
};

/** What a route checks. */
interface Checks {
  readonly body?: MessageSchema | undefined;
  readonly query?: MessageSchema | undefined;
}

const checked = async (request: HttpRequest<string, unknown>, { body, query }: Checks) => ({
  ...request,
  ...(query === undefined ? {} : { query: await checkMessage(query, request.query, 'The query') }),
  ...(body === undefined ? {} : { body: await checkMessage(body, request.json(), 'The body') }),
});

/** What the client did wrong is an answer; any other error is the function's failure. */
const refusalOf = (error: unknown): HttpResponse | undefined => {
  if (error instanceof HttpError)
    return { statusCode: error.statusCode, body: { message: error.message } };
  return undefined;
};

const refusedBy = (error: unknown): HttpResponse | undefined =>
  error instanceof InvalidMessageError
    ? { statusCode: 400, body: { message: error.message, issues: error.issues } }
    : refusalOf(error);

const handleHttpEvent = async (event: RawHttpEvent, checks: Checks, run: Reading['run']) => {
  let request: HttpRequest<string, unknown, unknown>;
  try {
    request = await checked(readHttpEvent(event), checks);
  } catch (error) {
    const refusal = refusedBy(error);
    if (refusal === undefined) throw error;
    return print(refusal);
  }
  try {
    return await httpAnswer(await run(request));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return print(refusal);
  }
};

/** Requests of one route of an HTTP API, and answers to them. */
export const routeReader = (routeKey: string, checks: Checks): EventReader => ({
  matches: (event) =>
    isHttpEvent(event) && (event.routeKey === undefined || event.routeKey === routeKey),
  handle: (event: RawHttpEvent, { run }: Reading) => handleHttpEvent(event, checks, run),
});
