import type { Authentication } from './authenticate.ts';
import { AwsError } from './aws-error.ts';
import type { Cloud } from './cloud.ts';
import { messageOf } from './defects.ts';
import type { ServiceDefinition } from './define-service.ts';
import type { RoutedRequest, ServiceModel, WireRequest, WireResponse } from './protocols/index.ts';
import { encodeError, escapeXml } from './protocols/index.ts';

/** Services that have no public resources refuse a request without a signature before they look at it. */
export const refuseAnonymous = (
  { allowsAnonymous = false }: ServiceDefinition,
  operation: string,
  caller: Authentication | undefined,
): void => {
  if (caller !== undefined || allowsAnonymous === true) return;
  if (allowsAnonymous !== false && allowsAnonymous.includes(operation)) return;
  throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', {
    status: 403,
  });
};

/** The error for an operation that the service's model does not have. */
export const unknownOperation = (service: ServiceDefinition, request: WireRequest): AwsError => {
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

/** How far a request came before it was refused. */
export interface Refused {
  readonly service: ServiceDefinition | undefined;
  readonly model: ServiceModel | undefined;
  readonly routed: RoutedRequest | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
}

/** The answer to a request that failed, in the protocol that it came in as far as that is known. */
export const refusal = (cloud: Cloud, refused: Refused, thrown: unknown): WireResponse => {
  const { service, model, routed, headers, requestId } = refused;
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
