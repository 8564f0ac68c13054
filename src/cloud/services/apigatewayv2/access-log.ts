import type { IncomingMessage } from 'node:http';
import { AwsError, failureOutcome } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { LOG_DELIVERY } from './enable-logging.ts';
import type { ProxyRequest } from './proxy-event.ts';
import { clfTime } from './proxy-event.ts';
import type { ProxyResponse } from './proxy-response.ts';
import type { ApiGatewayState, Stage } from './state.ts';

type Context = ServiceContext<ApiGatewayState>;

/**
 * One line of an access log: `$context.…` variables in a format.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
export const formatAccessLog = (
  format: string,
  context: Readonly<Record<string, string>>,
): string =>
  format.replaceAll(/\$context\.([\w.]+)/g, (_whole, name: string) => {
    const clean = name.replace(/\.+$/, '');
    return `${context[clean] ?? '-'}${name.slice(clean.length)}`;
  });

/** Lines are gathered this long before they are written, as AWS gathers them. */
const GATHER_MS = 100;
/** Lines in one call: far from PutLogEvents' limits. */
const MOST_LINES = 1_000;

/** Lines on their way to one stream. */
interface Batch {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly lines: { readonly timestamp: number; readonly message: string }[];
}

const gathered = new WeakMap<ApiGatewayState, Map<string, Batch>>();

/** Writes the access log of one request, if its stage has one. */
export const logAccess = (
  context: Context,
  stage: Stage,
  requestId: string,
  request: IncomingMessage,
  answer: ProxyResponse,
  proxied: ProxyRequest | undefined,
  latencyMs: number,
): void => {
  const log = stage.accessLog;
  if (log === undefined) return;
  const timestamp = context.clock.now();
  const message = formatAccessLog(log.Format, {
    accountId: context.accountId,
    apiId: stage.apiId,
    domainName: request.headers.host ?? '',
    domainPrefix: stage.apiId,
    extendedRequestId: requestId,
    httpMethod: request.method ?? '',
    'identity.sourceIp': request.socket.remoteAddress ?? '',
    'identity.userAgent': request.headers['user-agent'] ?? '',
    path: proxied?.path ?? request.url ?? '',
    protocol: 'HTTP/1.1',
    requestId,
    requestTime: clfTime(timestamp),
    requestTimeEpoch: String(timestamp),
    responseLatency: String(Math.round(latencyMs)),
    integrationLatency: String(Math.round(latencyMs)),
    responseLength: String(answer.body.byteLength),
    routeKey: proxied?.match.route.routeKey ?? '-',
    stage: stage.stageName,
    status: String(answer.status),
    integrationStatus: proxied === undefined ? '-' : '200',
  });
  const logGroupName = log.DestinationArn.split(':')[6] ?? '';
  const logStreamName = `${stage.apiId}-${stage.stageName.replace('$', '')}`;
  const key = `${logGroupName}\n${logStreamName}`;
  const batches = gathered.get(context.state) ?? new Map<string, Batch>();
  gathered.set(context.state, batches);
  const waiting = batches.get(key);
  if (waiting !== undefined) {
    waiting.lines.push({ timestamp, message });
    return;
  }
  batches.set(key, { logGroupName, logStreamName, lines: [{ timestamp, message }] });
  context.clock.after(GATHER_MS, () => {
    const batch = batches.get(key);
    batches.delete(key);
    if (batch !== undefined) context.background('access log', () => write(context, batch));
  });
};

/** Writes what has been gathered, before the cloud ends. */
export const flushAccessLogs = async (context: Context): Promise<void> => {
  const batches = gathered.get(context.state);
  for (const [key, batch] of batches ?? []) {
    batches?.delete(key);
    try {
      await write(context, batch);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      context.journal.note('apigatewayv2', `access log failed: ${why}`, {
        outcome: failureOutcome(error),
      });
    }
  }
};

const write = async (
  context: Context,
  { logGroupName, logStreamName, lines }: Batch,
): Promise<void> => {
  const principal = servicePrincipal(LOG_DELIVERY, {
    sourceArn: `arn:aws:logs:${context.region}:${context.accountId}:delivery:${logStreamName}`,
    sourceAccount: context.accountId,
  });
  const call = (operation: string, input: Record<string, unknown>) =>
    context.call({
      service: 'cloudwatch-logs',
      operation,
      input: { logGroupName, logStreamName, ...input },
      principal,
    });
  for (let at = 0; at < lines.length; at += MOST_LINES) {
    const logEvents = lines.slice(at, at + MOST_LINES);
    try {
      await call('PutLogEvents', { logEvents });
    } catch (error) {
      if (!(error instanceof AwsError && error.message.includes('log stream'))) throw error;
      await call('CreateLogStream', {});
      await call('PutLogEvents', { logEvents });
    }
  }
};
