import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
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

interface Line {
  readonly timestamp: number;
  readonly message: string;
}

const gathered = new WeakMap<ApiGatewayState, Map<string, Line[]>>();

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
  const lines = gathered.get(context.state) ?? new Map<string, Line[]>();
  gathered.set(context.state, lines);
  const waiting = lines.get(log.DestinationArn);
  if (waiting !== undefined) {
    waiting.push({ timestamp, message });
    return;
  }
  lines.set(log.DestinationArn, [{ timestamp, message }]);
  context.clock.after(GATHER_MS, () => {
    const batch = lines.get(log.DestinationArn) ?? [];
    lines.delete(log.DestinationArn);
    context.background('access log', () => write(context, stage, log.DestinationArn, batch));
  });
};

const write = async (
  context: Context,
  stage: Stage,
  arn: string,
  lines: readonly Line[],
): Promise<void> => {
  const logGroupName = arn.split(':')[6] ?? '';
  const logStreamName = `${stage.apiId}-${stage.stageName.replace('$', '')}`;
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html: vended logs come from this principal
  const principal = servicePrincipal('delivery.logs.amazonaws.com', {
    sourceAccount: context.accountId,
  });
  const call = (operation: string, input: Record<string, unknown>) =>
    context.call({
      service: 'cloudwatch-logs',
      operation,
      input: { logGroupName, logStreamName, ...input },
      principal,
    });
  try {
    await call('PutLogEvents', { logEvents: lines });
  } catch (error) {
    if (!(error instanceof AwsError && error.message.includes('log stream'))) throw error;
    await call('CreateLogStream', {});
    await call('PutLogEvents', { logEvents: lines });
  }
};
