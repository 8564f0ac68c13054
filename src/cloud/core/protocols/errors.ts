import type { AwsError } from '../aws-error.ts';
import { encodeCbor } from './cbor.ts';
import { cborHeaders } from './cbor-shapes.ts';
import type { ErrorModel, ServiceModel } from './model.ts';
import { toJsonStructure } from './print-json.ts';
import type { Protocol, RoutedRequest, WireResponse } from './wire.ts';
import { printXmlMembers } from './xml.ts';
import { escapeXml } from './xml-text.ts';

const protocolOf = (model: ServiceModel): Protocol => {
  switch (model.protocol) {
    case 'restXml':
      return 'restXml';
    case 'restJson1':
      return 'restJson';
    case 'awsQuery':
      return 'query';
    default:
      return 'json';
  }
};

/** An error as the request's protocol words it. Codes may be shape names or the codes of the query protocol. */
export const encodeError = (
  model: ServiceModel,
  routed: Pick<RoutedRequest, 'protocol' | 'contentType' | 'head'> | undefined,
  error: AwsError,
  requestId: string,
): WireResponse => {
  const known = model.error(error.code) ?? model.errorByQueryCode(error.code);
  const protocol = routed?.protocol ?? protocolOf(model);
  const queryCode = queryCodeOf(model, known, error);
  const status = statusOf(known, error, protocol);
  const fields = { message: error.message, Message: error.message, ...error.fields };
  if (routed?.head === true) return { status, headers: {}, body: undefined };
  switch (protocol) {
    case 'restXml':
      return {
        status,
        headers: { 'content-type': 'application/xml' },
        body: restXmlError(error, requestId),
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body: queryError(model, known, error, queryCode ?? error.code, fields, requestId),
      };
    case 'cbor':
      return {
        status,
        headers: {
          ...cborHeaders(routed?.contentType ?? ''),
          ...queryHeader(model, queryCode, error),
        },
        body: encodeCbor({
          __type: qualified(model, known, error.code),
          message: error.message,
          ...error.fields,
        }),
      };
    case 'json':
    case 'restJson': {
      const name = known?.name ?? error.code;
      const members =
        known === undefined ? {} : toJsonStructure(known.shape, fields, protocol === 'restJson');
      const type = protocol === 'restJson' ? {} : { __type: qualified(model, known, error.code) };
      // Lambda and API Gateway spell it Message, JSON services message: a client finds either where the model names none.
      const message = Object.keys(members).some((key) => key.toLowerCase() === 'message')
        ? {}
        : { message: error.message };
      return {
        status,
        headers: {
          'content-type': routed?.contentType ?? 'application/json',
          ...(protocol === 'restJson' ? { 'x-amzn-errortype': name } : {}),
          ...queryHeader(model, queryCode, error),
        },
        body: JSON.stringify({ ...type, ...message, ...members }),
      };
    }
  }
};

/**
 * Errors that no model lists, such as a denial, go by a name without `Exception` in the query protocol: as recorded from AWS
 * by LocalStack's snapshot tests (tests/aws/services/sqs), `InvalidParameterValue` beside `InvalidParameterValueException`.
 */
const queryCodeOf = (
  model: ServiceModel,
  known: ErrorModel | undefined,
  error: AwsError,
): string | undefined => {
  const modelled = known?.shape.traits.awsQueryError?.[0];
  if (modelled !== undefined || !model.queryCompatible) return modelled;
  return error.queryCode ?? known?.name ?? error.code.replace(/Exception$/, '');
};

const statusOf = (known: ErrorModel | undefined, error: AwsError, protocol: Protocol): number => {
  const modelled = known?.shape.traits.httpError ?? known?.shape.traits.awsQueryError?.[1];
  // JSON protocols answer 400 for a client's fault unless the model says otherwise.
  if (modelled !== undefined && error.status === 400) return protocol === 'json' ? 400 : modelled;
  return error.status;
};

const qualified = (model: ServiceModel, known: ErrorModel | undefined, code: string) =>
  known === undefined ? code : `${model.namespace}#${known.name}`;

const queryHeader = (model: ServiceModel, queryCode: string | undefined, error: AwsError) =>
  model.queryCompatible && queryCode !== undefined
    ? { 'x-amzn-query-error': `${queryCode};${error.fault === 'client' ? 'Sender' : 'Receiver'}` }
    : ({} as Record<string, string>);

const queryError = (
  model: ServiceModel,
  known: ErrorModel | undefined,
  error: AwsError,
  code: string,
  fields: Readonly<Record<string, unknown>>,
  requestId: string,
): string => {
  const members = (known?.shape.members ?? []).filter(
    ({ name }) => name.toLowerCase() !== 'message',
  );
  const type = error.fault === 'client' ? 'Sender' : 'Receiver';
  const namespace = model.xmlNamespace === undefined ? '' : ` xmlns="${model.xmlNamespace}"`;
  return `<ErrorResponse${namespace}><Error><Type>${type}</Type><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>${printXmlMembers(members, fields)}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
};

/** S3's own: fields beside code and message, no namespace. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const restXmlError = (error: AwsError, requestId: string): string => {
  const fields = Object.entries(error.fields)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${fields}<RequestId>${requestId}</RequestId><HostId>${Buffer.from(requestId).toString('base64')}</HostId></Error>`;
};
