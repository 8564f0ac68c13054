import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, failureOutcome } from '../../core/aws-error.ts';
import type { DataPlane } from '../../core/data-plane.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { logAccess } from './access-log.ts';
import { preflight, withCors } from './cors.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { eventV1, eventV2 } from './proxy-event.ts';
import type { ProxyRequest } from './proxy-event.ts';
import type { ProxyResponse } from './proxy-response.ts';
import {
  bodyTooLarge,
  internalServerError,
  notFoundResponse,
  readResult,
  serviceUnavailable,
  tooManyRequests,
} from './proxy-response.ts';
import type { RouteMatch } from './route-table.ts';
import { createRouteTable, splitPath } from './route-table.ts';
import type { Api, ApiGatewayState, Cors, Deployment, Stage } from './state.ts';
import { childKey } from './state.ts';
import { admit } from './throttle.ts';

type Context = ServiceContext<ApiGatewayState>;

/** Where an API answers on the cloud's own address: `/_aws/execute-api/REGION/API/…`. */
export const EXECUTE_PREFIX = '/_aws/execute-api/';
const EXECUTE_HOST = /^([a-z0-9]+)\.execute-api(?:\.([a-z0-9-]+))?\.localhost$/;

const EXECUTE_PATH = /^\/_aws\/execute-api\/([a-z0-9-]+)\/([a-z0-9]+)(?=[/?]|$)/;

/** The URL of an API. A name under localhost would be nicer, but Node resolves only `localhost` itself everywhere. */
export const executeUrl = (endpoint: string, region: string, apiId: string): string =>
  `${endpoint}${EXECUTE_PREFIX}${region}/${apiId}`;

interface Located {
  readonly apiId: string;
  readonly region?: string;
  readonly target: string;
}

const locate = (host: string, url: string): Located | undefined => {
  if (url.startsWith(EXECUTE_PREFIX)) {
    const match = EXECUTE_PATH.exec(url);
    if (match === null) return { apiId: '', target: url };
    const [whole, region = '', apiId = ''] = match;
    const target = url.slice(whole.length);
    return { apiId, region, target: target.startsWith('/') ? target : `/${target}` };
  }
  const named = host.endsWith('.localhost') ? EXECUTE_HOST.exec(host) : null;
  if (named === null) return undefined;
  const [, apiId = '', region] = named;
  return { apiId, target: url, ...(region === undefined ? {} : { region }) };
};

export const dataPlane: DataPlane<ApiGatewayState> = {
  claims: (host, url) => {
    const located = locate(host, url);
    if (located === undefined) return undefined;
    return located.region === undefined ? {} : { region: located.region };
  },
  serve: async (request, response, context) => {
    const headers = headersOf(request);
    const located = locate((headers['host'] ?? '').replace(/:\d+$/, ''), request.url ?? '/');
    const api = located === undefined ? undefined : context.state.apis.get(located.apiId);
    if (located === undefined || api === undefined) return reply(response, notFoundResponse());
    const entry = context.journal.begin();
    const startedAt = context.clock.monotonic();
    const answered = ({ status }: ProxyResponse, served?: Served) =>
      noteRequest(context, api, {
        id: entry,
        method: request.method ?? 'GET',
        target: located.target,
        status,
        durationMs: context.clock.monotonic() - startedAt,
        ...(served === undefined ? {} : { served }),
      });
    const body = await readBody(request, headers);
    const served =
      body === undefined
        ? undefined
        : select(context, api, request.method ?? 'GET', located.target, headers);
    if (body === undefined || served === undefined) {
      const refusal = body === undefined ? bodyTooLarge() : notFoundResponse();
      answered(refusal);
      return reply(response, refusal);
    }
    const { proxy, deployment, stage } = served;
    const proxied: ProxyRequest | undefined =
      proxy === undefined
        ? undefined
        : {
            ...proxy,
            headers: forwarded(proxy.headers, request),
            body,
            sourceIp: sourceIpOf(request),
          };
    const answer = await respondAcross(deployment.cors, request.method ?? 'GET', headers, () =>
      respond(context, api, stage, proxied, entry),
    );
    answered(answer, served);
    reply(response, {
      ...answer,
      headers: { ...answer.headers, 'apigw-requestid': served.requestId },
    });
    logAccess(
      context,
      stage,
      served.requestId,
      request,
      answer,
      proxied,
      context.clock.monotonic() - startedAt,
    );
  },
};

interface Served {
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly requestId: string;
  /** Undefined when no route fits. */
  readonly proxy: Omit<ProxyRequest, 'body' | 'sourceIp'> | undefined;
}

/** A request is the first cause of all that its function does, so the journal has it beside the calls. */
const noteRequest = (
  { journal, region, accountId }: Context,
  { apiId }: Api,
  given: {
    readonly id: number;
    readonly method: string;
    readonly target: string;
    readonly status: number;
    readonly durationMs: number;
    /** Left out where no stage took it. */
    readonly served?: Served;
  },
): void => {
  const { id, method, target, status, durationMs, served } = given;
  const proxy = served?.proxy;
  // What a function answers with 4xx is its own business; without a route it is ours.
  const isFailure = status >= 500 || (status >= 400 && proxy === undefined);
  journal.record({
    id,
    kind: 'call',
    service: 'apigatewayv2',
    operation: `${method} ${decodePath(target.split('?', 1)[0] ?? '')}`,
    principal: 'anonymous',
    region,
    outcome: isFailure ? 'error' : 'ok',
    message: `answered ${status}${proxy === undefined ? ', no route took it' : ''}`,
    target:
      proxy === undefined
        ? `arn:aws:execute-api:${region}:${accountId}:${apiId}`
        : sourceArn({ region, accountId }, proxy),
    durationMs,
    ...(isFailure ? { code: String(status) } : {}),
    ...(served === undefined ? {} : { requestId: served.requestId }),
  });
};

const select = (
  context: Context,
  api: Api,
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
): Served | undefined => {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const rawQuery = at < 0 ? '' : target.slice(at + 1);
  const decoded = decodePath(path);
  const segments = splitPath(decoded);
  const named =
    segments[0] === undefined
      ? undefined
      : context.state.stages.get(childKey(api.apiId, segments[0]));
  const stage = named ?? context.state.stages.get(childKey(api.apiId, '$default'));
  const deployment =
    stage?.deploymentId === undefined
      ? undefined
      : context.state.deployments.get(childKey(api.apiId, stage.deploymentId));
  if (stage === undefined || deployment === undefined) return undefined;
  const routes = routesOf(context.state, deployment);
  const match = routes.match(method, named === undefined ? segments : segments.slice(1));
  const requestId = requestIdOf(context);
  return {
    stage,
    deployment,
    requestId,
    proxy:
      match === undefined
        ? undefined
        : proxyRequest(context, api, stage, match, method, decoded, rawQuery, headers, requestId),
  };
};

const requestIdOf = (context: Context) =>
  Buffer.from(context.random.bytes(11)).toString('base64url').slice(0, 15) + '=';

const routesOf = (state: ApiGatewayState, deployment: Deployment) => {
  const key = childKey(deployment.apiId, deployment.deploymentId);
  let table = state.routeTables.get(key);
  if (table === undefined) {
    table = createRouteTable(deployment.routes, deployment.integrations);
    state.routeTables.set(key, table);
  }
  return table;
};

const proxyRequest = (
  context: Context,
  api: Api,
  stage: Stage,
  match: RouteMatch,
  method: string,
  path: string,
  rawQuery: string,
  headers: Readonly<Record<string, string>>,
  requestId: string,
): Omit<ProxyRequest, 'body' | 'sourceIp'> => {
  // Hop-by-hop headers end here.
  const {
    cookie,
    connection: _,
    'transfer-encoding': _transfer,
    'keep-alive': _alive,
    ...others
  } = headers;
  return {
    method,
    path,
    rawQuery,
    headers: others,
    cookies: cookie === undefined ? [] : cookie.split(/;\s*/),
    protocol: 'HTTP/1.1',
    apiId: api.apiId,
    stage: stage.stageName,
    stageVariables: stage.variables,
    domainName: headers['host'] ?? '',
    accountId: context.accountId,
    requestId,
    atMs: context.clock.now(),
    match,
  };
};

/** The answer with its headers for browsers of other origins. */
const respondAcross = async (
  cors: Cors | undefined,
  method: string,
  headers: Readonly<Record<string, string>>,
  respond: () => Promise<ProxyResponse>,
): Promise<ProxyResponse> => {
  if (cors === undefined) return respond();
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html: preflights never reach a route but $default
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined)
    return preflight(cors, headers);
  const answer = await respond();
  return { ...answer, headers: withCors(cors, headers['origin'], answer.headers) };
};

const respond = async (
  context: Context,
  api: Api,
  stage: Stage,
  proxied: ProxyRequest | undefined,
  cause: number,
): Promise<ProxyResponse> => {
  if (proxied === undefined) return notFoundResponse();
  if (!admit(context, stage, proxied.match.route.routeKey)) return tooManyRequests();
  const { integration } = proxied.match;
  if (integration === undefined) return internalServerError();
  try {
    return await invoke(
      context,
      proxied,
      integration.payloadFormatVersion,
      integration.timeoutMs,
      integration.uri,
      cause,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.journal.note(
      'apigatewayv2',
      `${proxied.match.route.routeKey} of API ${api.apiId}: ${why}`,
      { outcome: failureOutcome(error), cause },
    );
    return error instanceof AwsError && error.status === 429
      ? serviceUnavailable()
      : internalServerError();
  }
};

interface InvokeAnswer {
  readonly Payload?: Uint8Array;
  readonly FunctionError?: string;
}

const invoke = async (
  context: Context,
  request: ProxyRequest,
  format: string,
  timeoutMs: number,
  uri: string,
  cause: number,
): Promise<ProxyResponse> => {
  const event = format === '1.0' ? eventV1(request) : eventV2(request);
  const call = context.call({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: functionOf(uri, request.stageVariables),
      Payload: Buffer.from(JSON.stringify(event)),
    },
    principal: servicePrincipal('apigateway.amazonaws.com', {
      sourceArn: sourceArn(context, request),
      sourceAccount: context.accountId,
    }),
    cause,
  }) as Promise<InvokeAnswer>;
  const answer = await within(context, call, timeoutMs);
  if (answer === undefined) return serviceUnavailable();
  if (answer.FunctionError !== undefined) return internalServerError();
  return readResult(answer.Payload ?? new Uint8Array(0), format);
};

/** The answer, or undefined when it takes too long: the function runs on, nobody waits. */
const within = <T>(context: Context, call: Promise<T>, timeoutMs: number): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const timer = context.clock.after(timeoutMs, () => resolve(undefined));
    call.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });

/** `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`, or the function's ARN itself. */
const functionOf = (uri: string, variables: Readonly<Record<string, string>>): string => {
  const wrapped = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  return wrapped.replaceAll(
    /\$\{stageVariables\.(\w+)\}/g,
    (_whole, name: string) => variables[name] ?? '',
  );
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html: permissions name API, stage and route */
const sourceArn = (
  { region, accountId }: Pick<Context, 'region' | 'accountId'>,
  { apiId, stage, match }: Pick<ProxyRequest, 'apiId' | 'stage' | 'match'>,
): string => {
  const { routeKey } = match.route;
  const [method, path] = routeKey.split(' ');
  const what = path === undefined ? '$default' : `${method === 'ANY' ? '*' : method}${path}`;
  return `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage}/${what}`;
};

const decodePath = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
};

const headersOf = (request: IncomingMessage): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(',');
  return headers;
};

/** As API Gateway says where a request came from; here it came over HTTP. */
const forwarded = (headers: Readonly<Record<string, string>>, request: IncomingMessage) => {
  const before = headers['x-forwarded-for'];
  const sourceIp = sourceIpOf(request);
  return {
    ...headers,
    'x-forwarded-for': before === undefined ? sourceIp : `${before}, ${sourceIp}`,
    'x-forwarded-port': String(request.socket.localPort ?? ''),
    'x-forwarded-proto': 'http',
  };
};

const sourceIpOf = (request: IncomingMessage) => request.socket.remoteAddress ?? '127.0.0.1';

/** The body, or undefined when it is over the limit. */
const readBody = async (
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): Promise<Uint8Array | undefined> => {
  const length = headers['content-length'];
  if (length === undefined && headers['transfer-encoding'] === undefined) return new Uint8Array(0);
  if (Number(length ?? 0) > MAX_BODY_BYTES) return undefined;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
};

const reply = (response: ServerResponse, { status, headers, body }: ProxyResponse): void => {
  if (response.destroyed) return;
  const all: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    // Hop-by-hop headers are API Gateway's own business.
    if (name === 'connection' || name === 'transfer-encoding' || name === 'content-length')
      continue;
    all[name] = typeof value === 'string' ? value : [...value];
  }
  if (status !== 204 && status !== 304) all['content-length'] = String(body.byteLength);
  if (!response.req.complete) all['connection'] = 'close';
  try {
    response.writeHead(status, all);
  } catch {
    // A function may answer with a header that is no header.
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"message":"Internal Server Error"}');
    return;
  }
  response.end(body);
};
