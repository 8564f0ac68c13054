import { HttpError } from '../../runtime/http-error.ts';
import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { HttpRequest, HttpResponse } from './spec.ts';

/** Payload format 2.0. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
interface RawHttpEvent {
  readonly version: string;
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

const readHttpEvent = (event: RawHttpEvent): HttpRequest => {
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

/** An {@link HttpError} is an answer; any other error is the function's failure. */
const handleHttpEvent = async (event: RawHttpEvent, { run }: Reading): Promise<unknown> => {
  try {
    return await httpAnswer(await run(readHttpEvent(event)));
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return print({ statusCode: error.statusCode, body: { message: error.message } });
  }
};

/** Requests to HTTP APIs, and answers to them. */
export const httpEvents: EventReader = { matches: isHttpEvent, handle: handleHttpEvent };
