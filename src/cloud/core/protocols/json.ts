import type { Member, Shape, StructureShape } from './model.ts';
import {
  epochSeconds,
  fromBase64,
  printTimestamp,
  readTimestamp,
  serializationError,
  toBase64,
} from './scalars.ts';

/** JSON bodies: of the JSON protocols, and of REST services (which know `jsonName`). */

export const parseJson = (body: Uint8Array | undefined): unknown => {
  if (body === undefined || body.byteLength === 0) return {};
  try {
    return JSON.parse(
      Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
    ) as unknown;
  } catch {
    throw serializationError('The request body is not JSON that can be read');
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wanted = (where: string, what: string, value: unknown) =>
  serializationError(
    `${where === '' ? 'The request' : where} must be ${what}; it is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
  );

export const readJsonStructure = (
  shape: StructureShape,
  value: unknown,
  rest: boolean,
  where = '',
): Record<string, unknown> => {
  if (!isObject(value)) throw wanted(where, 'an object', value);
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const given = value[rest ? (member.traits.jsonName ?? member.name) : member.name];
    if (given !== undefined && given !== null)
      result[member.name] = readJson(
        member.shape,
        given,
        rest,
        where === '' ? member.name : `${where}.${member.name}`,
      );
  }
  return result;
};

const readJson = (shape: Shape, value: unknown, rest: boolean, where: string): unknown => {
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return readJsonStructure(shape, value, rest, where);
    case 'list':
      if (!Array.isArray(value)) throw wanted(where, 'a list', value);
      return value.map((item, index) =>
        item === null
          ? null
          : readJson(shape.member.shape, item, rest, `${where}.${index + 1}.member`),
      );
    case 'map':
      if (!isObject(value)) throw wanted(where, 'an object', value);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== null)
          .map(([key, item]) => [key, readJson(shape.value.shape, item, rest, `${where}.${key}`)]),
      );
    case 'scalar':
      return readJsonScalar(shape, value, where);
  }
};

const readJsonScalar = (
  shape: Shape & { kind: 'scalar' },
  value: unknown,
  where: string,
): unknown => {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw wanted(where, 'a string', value);
      return value;
    case 'number':
      if (typeof value === 'number') return value;
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      throw wanted(where, 'a number', value);
    case 'boolean':
      if (typeof value !== 'boolean') throw wanted(where, 'true or false', value);
      return value;
    case 'bigint':
      if (typeof value !== 'number') throw wanted(where, 'a whole number', value);
      return BigInt(value);
    case 'timestamp':
      if (typeof value === 'number') return new Date(value * 1000);
      if (typeof value !== 'string') throw wanted(where, 'a timestamp', value);
      return readTimestamp(value, where);
    case 'blob':
      if (typeof value !== 'string') throw wanted(where, 'base64 text', value);
      return fromBase64(value);
    case 'bigdecimal':
    case 'document':
      return value;
  }
};

/** A value in the form that `JSON.stringify` prints right. */
export const toJson = (shape: Shape, value: unknown, rest: boolean): unknown => {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return toJsonMembers(shape.members, value as Readonly<Record<string, unknown>>, rest);
    case 'list':
      return (value as readonly unknown[]).map(
        (item) => toJson(shape.member.shape, item, rest) ?? null,
      );
    case 'map': {
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value as object))
        result[key] = toJson(shape.value.shape, item, rest);
      return result;
    }
    case 'scalar':
      return toJsonScalar(shape, value);
  }
};

export const toJsonMembers = (
  members: readonly Member[],
  value: Readonly<Record<string, unknown>>,
  rest: boolean,
) => {
  const result: Record<string, unknown> = {};
  for (const member of members) {
    const given = value[member.name];
    if (given !== undefined && given !== null)
      result[rest ? (member.traits.jsonName ?? member.name) : member.name] = toJson(
        member.shape,
        given,
        rest,
      );
  }
  return result;
};

const toJsonScalar = (shape: Shape & { kind: 'scalar' }, value: unknown): unknown => {
  switch (shape.type) {
    case 'timestamp': {
      const date = value instanceof Date ? value : new Date(Number(value) * 1000);
      return shape.format === undefined || shape.format === 'epoch-seconds'
        ? epochSeconds(date)
        : printTimestamp(date, shape.format);
    }
    case 'blob':
      return toBase64(value);
    case 'bigint':
      return Number(value);
    case 'number':
      return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    case 'string':
      return String(value);
    case 'boolean':
    case 'bigdecimal':
    case 'document':
      return value;
  }
};
