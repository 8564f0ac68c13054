import type { Member, OperationModel, ServiceModel, Shape, StructureShape } from './model.ts';
import { toJson, toJsonMembers } from './print-json.ts';
import { parseJson, readJsonStructure } from './read-json.ts';
import {
  printTimestamp,
  readBigInt,
  readBoolean,
  readNumber,
  readTimestamp,
  toBase64,
} from './scalars.ts';
import type { RoutedRequest, Structure, WireRequest, WireResponse } from './wire.ts';
import { printXmlMember, printXmlMembers, readXml, readXmlStructure } from './xml.ts';
import { parseXml } from './xml-text.ts';

/** Bindings of REST services: members in the path, the query, headers, the status and the body. https://smithy.io/2.0/spec/http-bindings.html */

const isBody = ({ traits }: Member) =>
  traits.httpLabel !== 1 &&
  traits.httpHeader === undefined &&
  traits.httpPrefixHeaders === undefined &&
  traits.httpQuery === undefined &&
  traits.httpQueryParams !== 1 &&
  traits.httpPayload !== 1 &&
  traits.httpResponseCode !== 1;

const readScalar = (shape: Shape, text: string, where: string, inHeader: boolean): unknown => {
  if (shape.kind !== 'scalar') return text;
  switch (shape.type) {
    case 'number':
      return readNumber(text, where);
    case 'boolean':
      return readBoolean(text, where);
    case 'bigint':
      return readBigInt(text, where);
    case 'timestamp':
      return readTimestamp(text, where);
    case 'blob':
      return Buffer.from(text, 'base64');
    default:
      return inHeader && shape.traits.mediaType !== undefined
        ? Buffer.from(text, 'base64').toString('utf8')
        : text;
  }
};

/** Items of a header: commas part them, except in quotes and inside HTTP dates. */
const splitHeader = (member: Member, text: string): readonly string[] => {
  if (member.shape.kind === 'scalar' && member.shape.type === 'timestamp')
    return text.match(/[A-Z][a-z]{2}, [^,]+/g) ?? text.split(',');
  return (text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []).map((item) => {
    const trimmed = item.trim();
    return trimmed.startsWith('"') ? trimmed.slice(1, -1).replace(/\\(.)/g, '$1') : trimmed;
  });
};

const readBinding = (
  member: Member,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): unknown => {
  const { traits, shape, name } = member;
  if (traits.httpLabel === 1) {
    const label = labels[name];
    return label === undefined ? undefined : readScalar(shape, label, name, false);
  }
  if (traits.httpHeader !== undefined) {
    const header = request.headers[traits.httpHeader.toLowerCase()];
    if (header === undefined) return undefined;
    if (shape.kind !== 'list') return readScalar(shape, header, name, true);
    return splitHeader(shape.member, header).map((item) =>
      readScalar(shape.member.shape, item, name, true),
    );
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    const found = Object.entries(request.headers).filter(([header]) => header.startsWith(prefix));
    return found.length === 0
      ? undefined
      : Object.fromEntries(found.map(([header, value]) => [header.slice(prefix.length), value]));
  }
  if (traits.httpQuery !== undefined) {
    const values = request.query.get(traits.httpQuery);
    if (values === undefined) return undefined;
    return shape.kind === 'list'
      ? values.map((value) => readScalar(shape.member.shape, value, name, false))
      : readScalar(shape, values[0] ?? '', name, false);
  }
  return undefined;
};

const readQueryParams = (
  operation: OperationModel,
  member: Member,
  request: WireRequest,
): unknown => {
  const literal = new Set(new URLSearchParams(operation.http?.[1].split('?')[1] ?? '').keys());
  const bound = new Set(operation.input.members.map(({ traits }) => traits.httpQuery));
  const rest = [...request.query].filter(([name]) => !literal.has(name) && !bound.has(name));
  if (rest.length === 0) return undefined;
  const lists = member.shape.kind === 'map' && member.shape.value.shape.kind === 'list';
  return Object.fromEntries(
    rest.map(([name, values]) => [name, lists ? values : (values[0] ?? '')]),
  );
};

const readPayload = (member: Member, body: Uint8Array, xml: boolean): unknown => {
  const { shape } = member;
  if (shape.kind === 'scalar') {
    if (shape.type === 'blob') return body;
    const text = Buffer.from(body).toString('utf8');
    return shape.type === 'document' ? (JSON.parse(text) as unknown) : text;
  }
  if (body.byteLength === 0) return undefined;
  if (xml) return readXml(shape, parseXml(body));
  return shape.kind === 'structure'
    ? readJsonStructure(shape, parseJson(body), true)
    : parseJson(body);
};

export const decodeRest = (
  model: ServiceModel,
  routed: RoutedRequest,
  request: WireRequest,
): Record<string, unknown> => {
  const { operation, labels } = routed;
  const xml = model.protocol === 'restXml';
  const body = request.body;
  const input: Record<string, unknown> = {};
  let bodyMembers = false;
  for (const member of operation.input.members) {
    const { traits, name } = member;
    let value: unknown;
    if (traits.httpPayload === 1)
      value = body === undefined ? undefined : readPayload(member, body, xml);
    else if (traits.httpQueryParams === 1) value = readQueryParams(operation, member, request);
    else if (isBody(member)) bodyMembers = true;
    else value = readBinding(member, request, labels);
    if (value !== undefined) input[name] = value;
  }
  if (bodyMembers && body !== undefined && body.byteLength > 0) {
    const shape: StructureShape = operation.input;
    const read = xml
      ? readXmlStructure(shape, parseXml(body))
      : readJsonStructure(shape, parseJson(body), true);
    for (const member of shape.members)
      if (isBody(member) && read[member.name] !== undefined) input[member.name] = read[member.name];
  }
  return input;
};

const printHeader = (member: Member, value: unknown, inList = false): string => {
  const { shape, traits } = member;
  if (shape.kind === 'list')
    return (value as readonly unknown[])
      .map((item) => printHeader(shape.member, item, true))
      .join(', ');
  if (shape.kind === 'scalar' && shape.type === 'timestamp')
    return printTimestamp(value, shape.format ?? 'http-date');
  if (shape.kind === 'scalar' && shape.type === 'blob') return toBase64(value);
  if (traits.mediaType !== undefined) return toBase64(String(value));
  const text = String(value);
  return inList && /[",]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
};

export const encodeRest = (
  model: ServiceModel,
  routed: RoutedRequest,
  output: Structure,
): WireResponse => {
  const { operation } = routed;
  const xml = model.protocol === 'restXml';
  const headers: Record<string, string> = {};
  let status = operation.http?.[2] ?? 200;
  let payload: { readonly member: Member; readonly value: unknown } | undefined;
  const rest: Member[] = [];
  for (const member of operation.output.members) {
    const value = output[member.name];
    const { traits } = member;
    if (traits.httpHeader !== undefined) {
      if (value !== undefined && value !== null)
        headers[traits.httpHeader.toLowerCase()] = printHeader(member, value);
    } else if (traits.httpPrefixHeaders !== undefined)
      for (const [name, text] of Object.entries(
        (value as Record<string, string> | undefined) ?? {},
      ))
        headers[`${traits.httpPrefixHeaders}${name}`.toLowerCase()] = text;
    else if (traits.httpResponseCode === 1) status = (value as number | undefined) ?? status;
    else if (traits.httpPayload === 1) payload = { member, value };
    else rest.push(member);
  }
  // https://www.rfc-editor.org/rfc/rfc9110#name-206-partial-content: models say 200 for both
  if (status === 200 && headers['content-range'] !== undefined) status = 206;
  if (payload !== undefined)
    return { status, ...payloadBody(model, payload.member, payload.value, headers) };
  if (xml) {
    if (rest.length === 0) return { status, headers, body: undefined };
    headers['content-type'] = 'application/xml';
    return {
      status,
      headers,
      body: xmlDocument(model, operation.output, printXmlMembers(rest, output)),
    };
  }
  if (operation.output.members.length === 0)
    return { status, headers, body: status === 204 ? undefined : '' };
  headers['content-type'] = 'application/json';
  return { status, headers, body: JSON.stringify(toJsonMembers(rest, output, true)) };
};

const xmlDocument = (model: ServiceModel, shape: StructureShape, inner: string) => {
  const tag = shape.traits.xmlName ?? shape.name;
  const namespace = model.xmlNamespace === undefined ? '' : ` xmlns="${model.xmlNamespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${tag}${namespace}>${inner}</${tag}>`;
};

const payloadBody = (
  model: ServiceModel,
  member: Member,
  value: unknown,
  headers: Record<string, string>,
): Pick<WireResponse, 'headers' | 'body'> => {
  const { shape } = member;
  if (value === undefined || value === null) return { headers, body: undefined };
  if (shape.kind === 'scalar' && shape.type !== 'document')
    return { headers, body: value as Uint8Array | string };
  if (model.protocol === 'restXml') {
    headers['content-type'] = 'application/xml';
    const tag = member.traits.xmlName ?? (shape.kind === 'structure' ? shape.name : member.name);
    if (shape.kind === 'structure')
      return {
        headers,
        body: xmlDocument(
          model,
          { ...shape, traits: { ...shape.traits, xmlName: tag } },
          printXmlMembers(shape.members, value as Structure),
        ),
      };
    return {
      headers,
      body: `<?xml version="1.0" encoding="UTF-8"?>\n${printXmlMember(member, value, tag)}`,
    };
  }
  headers['content-type'] = 'application/json';
  return { headers, body: JSON.stringify(toJson(shape, value, true)) };
};
