import type { IncomingMessage } from 'node:http';
import type { WireFacts } from './define-service.ts';
import type { WireRequest } from './protocols/index.ts';
import type { SignatureClaim } from './signature-claim.ts';

/** Header fields by lower-case name, each a text. */
export const flatHeaders = (request: IncomingMessage): Readonly<Record<string, string>> => {
  const given = request.headers;
  // Node has joined what came twice; of HTTP/1.1 only this field, which no client sends, is left a list.
  if (given['set-cookie'] === undefined && request.httpVersionMajor < 2)
    return given as Record<string, string>;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  // HTTP/2 has a field of its own for it.
  if (headers[':authority'] !== undefined) headers['host'] ??= headers[':authority'];
  return headers;
};

const NO_QUERY: ReadonlyMap<string, readonly string[]> = new Map();

const readQuery = (rawQuery: string): ReadonlyMap<string, readonly string[]> => {
  if (rawQuery === '') return NO_QUERY;
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const values = query.get(name);
    if (values === undefined) query.set(name, [value]);
    else values.push(value);
  }
  return query;
};

/** The request as protocols read it; its body is still to come. */
export const readTarget = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): WireRequest => {
  const at = target.indexOf('?');
  const rawQuery = at < 0 ? '' : target.slice(at + 1);
  return {
    method,
    path: at < 0 ? target : target.slice(0, at),
    query: readQuery(rawQuery),
    rawQuery,
    headers,
    body: undefined,
  };
};

/** What services are told of the request. */
export const wireFacts = (
  request: IncomingMessage,
  { method, headers, query, path }: WireRequest,
  claim: SignatureClaim | undefined,
  trailers: Record<string, string>,
): WireFacts => ({
  method,
  headers,
  query,
  path,
  sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  presigned: claim?.expiresSeconds !== undefined,
  trailers,
});
