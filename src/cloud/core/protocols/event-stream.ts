import { crc32 } from 'node:zlib';
import { encodeCbor } from './cbor.ts';
import { isAwsCbor, AWS_CBOR, RPC_CBOR, toCborValue } from './cbor-shapes.ts';
import { toJsonMembers } from './print-json.ts';
import type { Member, OperationModel, StructureShape } from './model.ts';
import type { RoutedRequest } from './wire.ts';
import { printXmlMembers } from './xml.ts';

/** https://smithy.io/2.0/aws/amazon-eventstream.html */

const STRING_HEADER = 7;

const frame = (headers: Readonly<Record<string, string>>, payload: Uint8Array): Uint8Array => {
  const encoded = Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => {
      const [key, text] = [Buffer.from(name), Buffer.from(value)];
      const size = Buffer.alloc(2);
      size.writeUInt16BE(text.length);
      return [Buffer.from([key.length]), key, Buffer.from([STRING_HEADER]), size, text];
    }),
  );
  const total = 12 + encoded.length + payload.byteLength + 4;
  const message = Buffer.alloc(total);
  message.writeUInt32BE(total, 0);
  message.writeUInt32BE(encoded.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  encoded.copy(message, 12);
  message.set(payload, 12 + encoded.length);
  message.writeUInt32BE(crc32(message.subarray(0, total - 4)), total - 4);
  return message;
};

type Routed = Pick<RoutedRequest, 'protocol' | 'contentType'>;

/** Frames of an output's events: `{ Member: {...} }`, one after the other. */
export async function* encodeEventStream(
  operation: OperationModel,
  routed: Routed,
  output: Readonly<Record<string, unknown>>,
): AsyncGenerator<Uint8Array> {
  const name = operation.eventStreamOutput ?? '';
  const union = operation.output.byName.get(name)?.shape;
  // The protocols whose answers are one document begin with what of it is no event.
  if (routed.protocol === 'json' || routed.protocol === 'cbor') {
    const members = operation.output.members.filter((member) => member.name !== name);
    yield structureFrame(
      { ':message-type': 'event', ':event-type': 'initial-response' },
      { ...operation.output, members },
      output,
      routed,
    );
  }
  if (union?.kind !== 'structure') return;
  for await (const event of output[name] as AsyncIterable<Readonly<Record<string, unknown>>>)
    for (const member of union.members) {
      const value = event[member.name];
      if (value !== undefined)
        yield encodeEvent(member, value as Readonly<Record<string, unknown>>, routed);
    }
}

const encodeEvent = (
  member: Member,
  value: Readonly<Record<string, unknown>>,
  routed: Routed,
): Uint8Array => {
  const members = member.shape.kind === 'structure' ? member.shape.members : [];
  const failed = member.shape.kind === 'structure' && member.shape.traits.error !== undefined;
  const headers: Record<string, string> = failed
    ? { ':message-type': 'exception', ':exception-type': member.name }
    : { ':message-type': 'event', ':event-type': member.name };
  for (const inner of members)
    if (inner.traits.eventHeader === 1 && value[inner.name] !== undefined)
      headers[inner.name] = String(value[inner.name]);
  const payload = members.find((inner) => inner.traits.eventPayload === 1);
  if (payload !== undefined && payload.shape.kind !== 'structure') {
    const bytes = value[payload.name];
    headers[':content-type'] = 'application/octet-stream';
    return frame(headers, bytes instanceof Uint8Array ? bytes : Buffer.from(String(bytes ?? '')));
  }
  if (payload?.shape.kind === 'structure')
    return structureFrame(
      headers,
      payload.shape,
      (value[payload.name] ?? {}) as Readonly<Record<string, unknown>>,
      routed,
    );
  const body = members.filter((inner) => inner.traits.eventHeader !== 1);
  if (member.shape.kind !== 'structure' || body.length === 0)
    return frame(headers, new Uint8Array(0));
  return structureFrame(headers, { ...member.shape, members: body }, value, routed);
};

const structureFrame = (
  headers: Record<string, string>,
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  routed: Routed,
): Uint8Array => {
  const { protocol, contentType } = routed;
  if (protocol === 'cbor') {
    headers[':content-type'] = isAwsCbor(contentType) ? AWS_CBOR : RPC_CBOR;
    return frame(headers, encodeCbor(toCborValue(shape, value, contentType)));
  }
  if (protocol === 'restXml') {
    headers[':content-type'] = 'text/xml';
    return frame(
      headers,
      Buffer.from(`<${shape.name}>${printXmlMembers(shape.members, value)}</${shape.name}>`),
    );
  }
  headers[':content-type'] = 'application/json';
  return frame(
    headers,
    Buffer.from(JSON.stringify(toJsonMembers(shape.members, value, protocol === 'restJson'))),
  );
};
