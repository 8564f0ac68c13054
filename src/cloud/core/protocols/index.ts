import { decodeCbor, encodeCbor } from './cbor.ts';
import {
  AWS_CBOR,
  cborHeaders,
  datesOfMillis,
  isAwsCbor,
  RPC_CBOR,
  toCborValue,
} from './cbor-shapes.ts';
import { encodeEventStream } from './event-stream.ts';
import type { OperationModel, ServiceModel } from './model.ts';
import { toJsonStructure } from './print-json.ts';
import { readForm, readQuery } from './query.ts';
import { parseJson, readJsonStructure } from './read-json.ts';
import { decodeRest, encodeRest } from './rest.ts';
import { matchRest } from './rest-router.ts';
import { serializationError, utf8Text } from './scalars.ts';
import type { RoutedRequest, Structure, WireRequest, WireResponse } from './wire.ts';
import { printXmlMembers } from './xml.ts';

export { encodeError } from './errors.ts';
export { loadModel } from './model.ts';
export type {
  ErrorModel,
  Member,
  OperationModel,
  ServiceModel,
  Shape,
  StructureShape,
} from './model.ts';
export { escapeXml } from './xml-text.ts';
export { validateInput } from './validate-input.ts';
export type { Protocol, RoutedRequest, Structure, WireRequest, WireResponse } from './wire.ts';

const CBOR_PATH = /^\/service\/[^/]+\/operation\/([^/]+)$/;

/**
 * Which operation a request is for. Undefined when the service has none, or when the query protocol says it in a body
 * that has not been read yet.
 */
export const route = (model: ServiceModel, request: WireRequest): RoutedRequest | undefined => {
  const contentType = request.headers['content-type'] ?? '';
  const of = (
    name: string | undefined,
    protocol: RoutedRequest['protocol'],
  ): RoutedRequest | undefined => {
    const operation = name === undefined ? undefined : model.operation(name);
    return operation === undefined
      ? undefined
      : { operation, protocol, labels: {}, contentType: answerType(contentType), head: false };
  };
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor')
    return of(CBOR_PATH.exec(request.path)?.[1], 'cbor');
  const target = request.headers['x-amz-target'];
  if (target !== undefined)
    return of(target.slice(target.lastIndexOf('.') + 1), isAwsCbor(contentType) ? 'cbor' : 'json');
  if (model.protocol.startsWith('rest')) {
    const match = matchRest(model, request);
    if (match === undefined) return undefined;
    const protocol = model.protocol === 'restXml' ? 'restXml' : 'restJson';
    return { ...match, protocol, contentType: 'application/json', head: request.method === 'HEAD' };
  }
  const inQuery = request.query.get('Action')?.[0];
  if (inQuery !== undefined) return of(inQuery, 'query');
  return request.body === undefined
    ? undefined
    : of(readForm(textOf(request.body)).get('Action') ?? undefined, 'query');
};

const answerType = (contentType: string) => {
  if (isAwsCbor(contentType)) return AWS_CBOR;
  if (contentType.startsWith(RPC_CBOR)) return RPC_CBOR;
  return contentType.startsWith('application/x-amz-json')
    ? contentType
    : 'application/x-amz-json-1.0';
};

const textOf = (body: Uint8Array | undefined): string => (body === undefined ? '' : utf8Text(body));

/** The operation's input. A member that is a stream of bytes is left to the caller. @throws {AwsError} when it cannot be read */
export const decode = (
  model: ServiceModel,
  routed: RoutedRequest,
  request: WireRequest,
): Record<string, unknown> => {
  const { input } = routed.operation;
  switch (routed.protocol) {
    case 'json':
      return readJsonStructure(input, parseJson(request.body), false);
    case 'cbor': {
      if (request.body === undefined || request.body.byteLength === 0) return {};
      const value = decodeCbor(request.body);
      if (typeof value !== 'object' || value === null)
        throw serializationError('The request body is no CBOR map');
      const read = isAwsCbor(routed.contentType) ? datesOfMillis(input, value) : value;
      return pruneNulls(read) as Record<string, unknown>;
    }
    case 'query':
      return readQuery(
        input,
        readForm(request.query.has('Action') ? request.rawQuery : textOf(request.body)),
      );
    case 'restJson':
    case 'restXml':
      return decodeRest(model, routed, request);
  }
};

const pruneNulls = (value: unknown): unknown => {
  if (
    value === null ||
    typeof value !== 'object' ||
    value instanceof Uint8Array ||
    value instanceof Date
  )
    return value;
  if (Array.isArray(value)) return value.map(pruneNulls);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, pruneNulls(inner)]),
  );
};

/** The answer that goes on the wire. */
export const encode = (
  model: ServiceModel,
  routed: RoutedRequest,
  output: Structure | undefined,
  requestId: string,
): WireResponse => {
  const { operation, protocol } = routed;
  const given = output ?? {};
  if (operation.eventStreamOutput !== undefined)
    return {
      status: operation.http?.[2] ?? 200,
      headers: {
        ...(protocol.startsWith('rest')
          ? encodeRest(model, routed, { ...given, [operation.eventStreamOutput]: undefined })
              .headers
          : {}),
        'content-type': 'application/vnd.amazon.eventstream',
      },
      body: encodeEventStream(operation, routed, given),
    };
  switch (protocol) {
    case 'json':
      return {
        status: 200,
        headers: { 'content-type': routed.contentType },
        body: JSON.stringify(toJsonStructure(operation.output, given, false)),
      };
    case 'cbor':
      return {
        status: 200,
        headers: cborHeaders(routed.contentType),
        body: encodeCbor(toCborValue(operation.output, given, routed.contentType)),
      };
    case 'query':
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: queryAnswer(model, operation, given, requestId),
      };
    case 'restJson':
    case 'restXml':
      return encodeRest(model, routed, given);
  }
};

const queryAnswer = (
  model: ServiceModel,
  operation: OperationModel,
  output: Structure,
  requestId: string,
): string => {
  const { name, output: shape } = operation;
  const namespace = model.xmlNamespace === undefined ? '' : ` xmlns="${model.xmlNamespace}"`;
  const result =
    shape.name === 'Unit'
      ? ''
      : `<${name}Result>${printXmlMembers(shape.members, output)}</${name}Result>`;
  return `<${name}Response${namespace}>${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
};
