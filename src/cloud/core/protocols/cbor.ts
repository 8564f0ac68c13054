import { serializationError } from './scalars.ts';

/**
 * CBOR (RFC 8949) as Smithy's rpcv2Cbor uses it: definite and indefinite lengths in, definite out; tag 1 is a timestamp.
 * https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */

const MOST_DEPTH = 64;

/** @throws {SerializationException} */
export const decodeCbor = (bytes: Uint8Array): unknown => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const need = (count: number) => {
    if (at + count > bytes.byteLength)
      throw serializationError('The request body is not CBOR that can be read: it ends too early');
    at += count;
    return at - count;
  };
  const argument = (info: number): number | bigint => {
    if (info < 24) return info;
    if (info === 24) return view.getUint8(need(1));
    if (info === 25) return view.getUint16(need(2));
    if (info === 26) return view.getUint32(need(4));
    if (info === 27) {
      const big = view.getBigUint64(need(8));
      return big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big;
    }
    throw serializationError('The request body is not CBOR that can be read');
  };
  const BREAK = Symbol('break');
  const chunks = (major: number): Uint8Array => {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const head = view.getUint8(need(1));
      if (head === 0xff) return Buffer.concat(pieces);
      if (head >> 5 !== major)
        throw serializationError('The request body is not CBOR that can be read');
      const size = Number(argument(head & 31));
      const start = need(size);
      pieces.push(bytes.subarray(start, start + size));
    }
  };
  const item = (depth: number): unknown => {
    if (depth > MOST_DEPTH)
      throw serializationError(`The request body is nested over ${MOST_DEPTH} deep`);
    const head = view.getUint8(need(1));
    const [major, info] = [head >> 5, head & 31];
    switch (major) {
      case 0:
        return argument(info);
      case 1: {
        const value = argument(info);
        return typeof value === 'bigint' ? -1n - value : -1 - value;
      }
      case 2:
      case 3: {
        let data: Uint8Array;
        if (info === 31) data = chunks(major);
        else {
          const size = Number(argument(info));
          const start = need(size);
          data = bytes.subarray(start, start + size);
        }
        return major === 2 ? Uint8Array.from(data) : Buffer.from(data).toString('utf8');
      }
      case 4: {
        const list: unknown[] = [];
        if (info === 31) {
          for (let value = item(depth + 1); value !== BREAK; value = item(depth + 1))
            list.push(value);
          return list;
        }
        for (let left = Number(argument(info)); left > 0; left -= 1) list.push(item(depth + 1));
        return list;
      }
      case 5: {
        const map: Record<string, unknown> = {};
        if (info === 31) {
          for (let key = item(depth + 1); key !== BREAK; key = item(depth + 1))
            map[String(key)] = item(depth + 1);
          return map;
        }
        for (let left = Number(argument(info)); left > 0; left -= 1)
          map[String(item(depth + 1))] = item(depth + 1);
        return map;
      }
      case 6: {
        const tag = argument(info);
        const value = item(depth + 1);
        return Number(tag) === 1 ? new Date(Math.round(Number(value) * 1000)) : value;
      }
      default:
        return special(info);
    }
  };
  const special = (info: number): unknown => {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return half(view.getUint16(need(2)));
      case 26:
        return view.getFloat32(need(4));
      case 27:
        return view.getFloat64(need(8));
      case 31:
        return BREAK;
      default:
        throw serializationError('The request body is not CBOR that can be read');
    }
  };
  const value = item(0);
  if (at < bytes.byteLength)
    throw serializationError('The request body has bytes after its CBOR value');
  return value;
};

const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
};

const header = (major: number, value: number | bigint): Buffer => {
  const top = major << 5;
  if (value < 24) return Buffer.from([top | Number(value)]);
  if (value < 0x100) return Buffer.from([top | 24, Number(value)]);
  if (value < 0x10000) {
    const bytes = Buffer.from([top | 25, 0, 0]);
    bytes.writeUInt16BE(Number(value), 1);
    return bytes;
  }
  if (value < 0x100000000) {
    const bytes = Buffer.alloc(5, top | 26);
    bytes.writeUInt32BE(Number(value), 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9, top | 27);
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
};

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
};

/** Encodes plain values; undefined members are left out. */
export const encodeCbor = (value: unknown): Uint8Array => {
  const pieces: Uint8Array[] = [];
  const write = (item: unknown): void => {
    if (item === null || item === undefined) pieces.push(Buffer.from([0xf6]));
    else if (typeof item === 'boolean') pieces.push(Buffer.from([item ? 0xf5 : 0xf4]));
    else if (typeof item === 'bigint')
      pieces.push(item >= 0n ? header(0, item) : header(1, -1n - item));
    else if (typeof item === 'number') {
      if (!Number.isSafeInteger(item)) pieces.push(double(item));
      else pieces.push(item >= 0 ? header(0, item) : header(1, -1 - item));
    } else if (typeof item === 'string') {
      const text = Buffer.from(item);
      pieces.push(header(3, text.length), text);
    } else if (item instanceof Uint8Array) pieces.push(header(2, item.byteLength), item);
    else if (item instanceof Date) {
      pieces.push(header(6, 1));
      write(item.getTime() / 1000);
    } else if (Array.isArray(item)) {
      pieces.push(header(4, item.length));
      for (const inner of item) write(inner);
    } else {
      const entries = Object.entries(item).filter(([, inner]) => inner !== undefined);
      pieces.push(header(5, entries.length));
      for (const [key, inner] of entries) {
        write(key);
        write(inner);
      }
    }
  };
  write(value);
  return Buffer.concat(pieces);
};
