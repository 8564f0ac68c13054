import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AwsError } from './aws-error.ts';
import type { Authentication } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import type { Clock } from './clock.ts';
import type { Cloud } from './cloud.ts';
import type { ServiceDefinition, WireFacts } from './define-service.ts';
import type { UnreadableRequest } from './http2-door.ts';
import { openHttp2Door } from './http2-door.ts';
import { inspect } from './inspect.ts';
import { foreignRequest, hostName } from './origin-guard.ts';
import type { RoutedRequest, ServiceModel, WireRequest, WireResponse } from './protocols/index.ts';
import {
  decode,
  encode,
  encodeError,
  escapeXml,
  loadModel,
  route,
  validateInput,
} from './protocols/index.ts';
import { readRequest, readWhole, streamBody } from './request-body.ts';
import { locateService } from './service-locator.ts';
import { readVersion2Claim } from './sigv2.ts';
import type { SignatureClaim } from './sigv4.ts';
import { readClaim } from './sigv4.ts';

/** Where a cloud listens. */
export interface ListenOptions {
  /** 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
}

/** A cloud that listens. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

// The ES module facade of node:http loads undici, 25 ms on Node 24; the built-in alone does not.
const http = process.getBuiltinModule('node:http');

const DEFAULT_BODY_BYTES = 10 * 1024 * 1024;
const HEADER_BYTES = 64 * 1024;

/** The cloud's one endpoint, which listens nowhere yet. */
export const createEndpoint = (cloud: Cloud): Server => {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    void answer(cloud, request, response);
  };
  const server = http.createServer(
    { maxHeaderSize: HEADER_BYTES, keepAliveTimeout: 60_000 },
    onRequest,
  );
  server.requestTimeout = 0;
  const http2 = openHttp2Door(server, HEADER_BYTES, onRequest);
  server.on('clientError', (error: UnreadableRequest, socket: Socket) => {
    if (!http2.takes(error, socket)) refuseUnreadable(error, socket);
  });
  return server;
};

/** Opens the endpoint, on loopback only. */
export const listen = (
  cloud: Cloud,
  options: ListenOptions = {},
  server = createEndpoint(cloud),
): Promise<Listening> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      cloud.endpoint = `http://127.0.0.1:${port}`;
      resolve({ url: cloud.endpoint, port, close: () => close(server) });
    });
  });

const close = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** A request that is no HTTP, or whose headers are too large, gets a sentence before the connection ends. */
const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Socket) => {
  if (!socket.writable) return void socket.destroy();
  const [status, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [
          '431 Request Header Fields Too Large',
          `The request's headers are over ${HEADER_BYTES} bytes.`,
        ]
      : ['400 Bad Request', 'The request is not HTTP/1.1 that can be read.'];
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
};

const answer = async (
  cloud: Cloud,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  try {
    if (isOff(cloud.signatureClock)) tellTime(cloud.signatureClock, response);
    const headers = flatHeaders(request);
    const foreign = foreignRequest(headers);
    if (foreign !== undefined) return sendText(response, 403, foreign);
    const target = request.url ?? '/';
    const host = hostName(headers['host'] ?? '');
    for (const service of cloud.services.values()) {
      const claimed = service.dataPlane?.claims(host, target);
      if (claimed === undefined) continue;
      const context = cloud.contextOf(
        service,
        claimed.accountId ?? cloud.accountId,
        claimed.region ?? cloud.region,
      );
      return await service.dataPlane?.serve(request, response, context);
    }
    // After the services, which have places of their own there: Lambda's code to download.
    if (target.startsWith('/_sparta/')) return await inspect(cloud, target, response);
    await answerOperation(cloud, request, response, headers, host, target);
  } catch (error) {
    // Only what the protocols could not word comes here; the sentence is all a client can use.
    if (response.headersSent) response.destroy();
    else sendText(response, error instanceof AwsError ? error.status : 500, messageOf(error));
  }
};

/** SDKs set their clock by the answer's date. Node writes this machine's; a cloud on its own time says that. */
const tellTime = (clock: Clock, response: ServerResponse) =>
  response.setHeader('date', new Date(clock.now()).toUTCString());

const isOff = (clock: Clock): boolean => Math.abs(clock.now() - Date.now()) > 1_000;

const answerOperation = async (
  cloud: Cloud,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  host: string,
  target: string,
): Promise<void> => {
  const requestId = cloud.random.uuid();
  const wireRequest = readTarget(request.method ?? 'GET', target, headers);
  let service: ServiceDefinition | undefined;
  let model: ServiceModel | undefined;
  let routed: RoutedRequest | undefined;
  let reply: WireResponse;
  let facts: WireFacts | undefined;
  try {
    const signed = { method: wireRequest.method, target, headers };
    const claim = readClaim(signed) ?? readVersion2Claim(signed);
    const located = locateService(cloud.services, claim?.service, host, wireRequest);
    service = located.service;
    model = loadModel(service.id);
    const trailers: Record<string, string> = {};
    facts = wireFacts(request, { ...wireRequest, path: located.path }, claim, trailers);
    if (wireRequest.method === 'OPTIONS' && service.cors !== undefined) {
      const preflight = service.cors.preflight(facts, stateOf(cloud, service));
      return await send(response, { ...preflight, headers: { ...preflight.headers } }, requestId);
    }
    const unread: WireRequest = { ...wireRequest, path: located.path, body: undefined };
    const byHead = route(model, unread);
    const streams = byHead?.operation.streamingInput !== undefined;
    const body = streams ? undefined : await wholeBody(request, headers, service);
    const whole: WireRequest = { ...unread, body };
    // Query services say their operation in the body.
    routed = byHead ?? route(model, whole);
    const caller = authenticate(signed, claim, located.path, body, cloud.credentials, cloud);
    if (caller !== undefined && caller.signedBy !== cloud.signatureClock)
      tellTime(caller.signedBy, response);
    if (routed === undefined) throw unknownOperation(service, whole);
    refuseAnonymous(service, routed.operation.name, caller);
    const input = decode(model, routed, whole) as Record<string, unknown>;
    const member = routed.operation.streamingInput;
    if (streams && member !== undefined)
      input[member] = streamBody(
        request,
        headers,
        trailers,
        claim,
        caller?.credential.secretAccessKey,
      );
    service.completeInput?.(input, facts);
    const invalid = validateInput(
      routed.operation,
      input,
      service.validationCode ?? 'ValidationException',
    );
    if (invalid !== undefined) throw invalid;
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const principal = caller?.principal ?? ({ kind: 'anonymous' } as const);
    const output = await cloud.dispatch({
      service: service.id,
      operation: routed.operation.name,
      input,
      principal,
      accountId: 'accountId' in principal ? principal.accountId : cloud.accountId,
      region: claim?.region ?? cloud.region,
      requestId,
      wire: facts,
      signal: gone.signal,
      ...causeOf(cloud, caller),
    });
    // Acknowledged only once it is written: a killed cloud loses nothing that a client was told.
    cloud.store.commit();
    reply = encode(model, routed, output as Record<string, unknown>, requestId);
  } catch (error) {
    reply = refusal(cloud, service, model, routed, error, requestId, headers);
    settleState(cloud);
  }
  if (facts?.headers['origin'] !== undefined && service?.cors !== undefined)
    reply = {
      ...reply,
      headers: { ...reply.headers, ...service.cors.headers(facts, stateOf(cloud, service)) },
    };
  await send(response, reply, requestId, request);
};

/** A failed operation may have changed something before it failed; that is committed as AWS would keep it. */
const settleState = (cloud: Cloud) => {
  try {
    cloud.store.commit();
  } catch (error) {
    cloud.journal.note('core', `state could not be written: ${messageOf(error)}`, {
      outcome: 'error',
    });
  }
};

const stateOf = (cloud: Cloud, service: ServiceDefinition) =>
  cloud.contextOf(service, cloud.accountId, cloud.region).state;

const causeOf = (cloud: Cloud, caller: Authentication | undefined) => {
  const cause = caller === undefined ? undefined : cloud.causes.get(caller.claim.accessKeyId);
  return cause === undefined ? {} : { cause };
};

const wholeBody = (
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  service: ServiceDefinition,
): Promise<Uint8Array> => {
  const length = headers['content-length'];
  // S3 frames even small XML bodies when an SDK asks for a checksum.
  const framed = (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const known = framed ? headers['x-amz-decoded-content-length'] : length;
  const expected = known === undefined ? undefined : Number(known);
  const limit = service.maxBodyBytes ?? DEFAULT_BODY_BYTES;
  return framed
    ? readWhole(streamBody(request, headers, {}, undefined, undefined), expected, limit)
    : readRequest(request, expected, limit);
};

/** Services that have no public resources refuse a request without a signature before they look at it. */
const refuseAnonymous = (
  { allowsAnonymous = false }: ServiceDefinition,
  operation: string,
  caller: Authentication | undefined,
) => {
  if (caller !== undefined || allowsAnonymous === true) return;
  if (allowsAnonymous !== false && allowsAnonymous.includes(operation)) return;
  throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', {
    status: 403,
  });
};

const unknownOperation = (service: ServiceDefinition, request: WireRequest): AwsError => {
  const target = request.headers['x-amz-target'];
  if (target !== undefined)
    return new AwsError(
      'UnknownOperationException',
      `${service.id} has no operation '${target}'.`,
      { status: 404 },
    );
  const action =
    request.query.get('Action')?.[0] ?? new URLSearchParams(textOf(request.body)).get('Action');
  if (action !== null && action !== undefined)
    return new AwsError('InvalidAction', `The action ${action} is not valid for this web service.`);
  if (service.signingName === 's3')
    return new AwsError(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      {
        status: 405,
        fields: { Method: request.method, ResourceType: 'OBJECT' },
      },
    );
  return new AwsError(
    'UnknownOperationException',
    `${service.id} has no operation for ${request.method} ${request.path}.`,
    { status: 404 },
  );
};

const textOf = (body: Uint8Array | undefined) =>
  body === undefined || body.byteLength > 4_096 ? '' : Buffer.from(body).toString('utf8');

const refusal = (
  cloud: Cloud,
  service: ServiceDefinition | undefined,
  model: ServiceModel | undefined,
  routed: RoutedRequest | undefined,
  thrown: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>>,
): WireResponse => {
  const error = thrown instanceof AwsError ? thrown : unwritable(cloud, thrown);
  if (service === undefined || model === undefined)
    return unroutedRefusal(headers, error, requestId);
  return encodeError(model, routed ?? formRequest(model, headers), error, requestId);
};

/** A form for no operation of a service that speaks JSON too is still answered in the query protocol. */
const formRequest = (model: ServiceModel, headers: Readonly<Record<string, string>>) =>
  model.protocols.includes('awsQuery') &&
  (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    ? ({ protocol: 'query', contentType: 'text/xml', head: false } as const)
    : undefined;

/** Nobody knows the service, so its protocol is told by the request alone: targets speak JSON, the others read XML. */
const unroutedRefusal = (
  headers: Readonly<Record<string, string>>,
  error: AwsError,
  requestId: string,
): WireResponse => {
  if ('x-amz-target' in headers || (headers['content-type'] ?? '').includes('json'))
    return {
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
      body: JSON.stringify({ __type: error.code, message: error.message }),
    };
  const inner = `<Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>`;
  const body = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
    ? `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`
    : `<Error>${inner}<RequestId>${requestId}</RequestId></Error>`;
  return { status: error.status, headers: { 'content-type': 'application/xml' }, body };
};

/** What is no AWS error is a defect of ours, or a state folder that cannot be written. */
const unwritable = (cloud: Cloud, thrown: unknown): AwsError => {
  const message = messageOf(thrown);
  cloud.journal.note('core', message, { outcome: 'error' });
  process.stderr.write(
    `sparta: ${thrown instanceof Error ? (thrown.stack ?? message) : message}\n`,
  );
  return new AwsError(
    'InternalFailure',
    `The embedded cloud could not finish the request: ${message}`,
    {
      status: 500,
      fault: 'server',
    },
  );
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

const flatHeaders = (request: IncomingMessage): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ');
  // HTTP/2 has a field of its own for it.
  if (headers[':authority'] !== undefined) headers['host'] ??= headers[':authority'];
  return headers;
};

const readTarget = (
  method: string,
  target: string,
  headers: Record<string, string>,
): WireRequest => {
  const at = target.indexOf('?');
  const rawQuery = at < 0 ? '' : target.slice(at + 1);
  const query = new Map<string, string[]>();
  if (rawQuery !== '')
    for (const [name, value] of new URLSearchParams(rawQuery)) {
      const values = query.get(name);
      if (values === undefined) query.set(name, [value]);
      else values.push(value);
    }
  return {
    method,
    path: at < 0 ? target : target.slice(0, at),
    query,
    rawQuery,
    headers,
    body: undefined,
  };
};

const wireFacts = (
  request: IncomingMessage,
  wire: WireRequest,
  claim: SignatureClaim | undefined,
  trailers: Record<string, string>,
): WireFacts => ({
  method: wire.method,
  headers: wire.headers,
  query: wire.query,
  path: wire.path,
  sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  presigned: claim?.expiresSeconds !== undefined,
  trailers,
});

const send = async (
  response: ServerResponse,
  reply: WireResponse,
  requestId: string,
  request?: IncomingMessage,
): Promise<void> => {
  if (response.destroyed) return;
  const headers: Record<string, string> = { 'x-amzn-requestid': requestId, ...reply.headers };
  // A body that was refused unread would be taken for the next request of the connection.
  const unread = request !== undefined && !request.complete;
  if (unread) Object.assign(headers, lastOfConnection(response));
  const { body } = reply;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const whole = body ?? '';
    if (headers['content-length'] === undefined && reply.status !== 204 && reply.status !== 304)
      headers['content-length'] = String(
        typeof whole === 'string' ? Buffer.byteLength(whole) : whole.byteLength,
      );
    response.writeHead(reply.status, headers);
    // Text goes out with the headers in one piece.
    response.end(whole);
    if (unread) request.resume();
    return;
  }
  response.writeHead(reply.status, headers);
  let gone = false;
  response.once('close', () => {
    gone = true;
  });
  try {
    for await (const piece of body) {
      if (gone) break;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    // The status has gone out already: a cut connection is the only way left to say that the body is not whole.
    response.destroy();
  }
};

const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });

/** Says that the connection ends with this answer. HTTP/2 has streams instead, and no such header. */
const lastOfConnection = ({ req }: ServerResponse): Record<string, string> =>
  req.httpVersionMajor < 2 ? { connection: 'close' } : {};

const sendText = (response: ServerResponse, status: number, text: string) => {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...lastOfConnection(response),
  });
  response.end(`${text}\n`);
};
