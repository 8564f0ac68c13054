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
  if (shape.union) return readJsonUnion(shape, value, rest, where);
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

/** Of a union one member is there, so what is given is looked at, not all that could be: a DynamoDB item has one for each attribute. */
const readJsonUnion = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  rest: boolean,
  where: string,
): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const given = value[name];
    const member = memberNamed(shape, name, rest);
    if (member !== undefined && given !== undefined && given !== null)
      result[member.name] = readJson(member.shape, given, rest, `${where}.${member.name}`);
  }
  return result;
};

const memberNamed = (shape: StructureShape, name: string, rest: boolean): Member | undefined =>
  rest
    ? shape.members.find((member) => (member.traits.jsonName ?? member.name) === name)
    : shape.byName.get(name);

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
      return readJsonMap(shape.value.shape, value, rest, where);
    case 'scalar':
      return readJsonScalar(shape, value, where);
  }
};

const readJsonMap = (
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  rest: boolean,
  where: string,
): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === null) continue;
    const read = readJson(shape, item, rest, `${where}.${key}`);
    // An assignment to this name would set the object's prototype.
    if (key === '__proto__')
      Object.defineProperty(result, key, {
        value: read,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else result[key] = read;
  }
  return result;
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
      return readBase64(value);
    case 'bigdecimal':
    case 'document':
      return value;
  }
};

/**
 * AWS's words, as recorded of DynamoDB and Kinesis: https://github.com/architect/dynalite/blob/main/test/helpers.js
 * Node's decoder leaves out what it does not know, so a letter that is none shows in the length.
 */
const readBase64 = (text: string): Uint8Array => {
  if (text.length % 4 !== 0)
    throw serializationError(
      `Base64 encoded length is expected a multiple of 4 bytes but found: ${text.length}`,
    );
  const bytes = fromBase64(text);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (bytes.byteLength !== (text.length / 4) * 3 - padding)
    throw serializationError('Invalid last non-pad Base64 character dectected');
  return bytes;
};

/** A value in the form that `JSON.stringify` prints right. */
export const toJson = (shape: Shape, value: unknown, rest: boolean): unknown => {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return shape.union
        ? toJsonUnion(shape, value as Readonly<Record<string, unknown>>, rest)
        : toJsonMembers(shape.members, value as Readonly<Record<string, unknown>>, rest);
    case 'list':
      return (value as readonly unknown[]).map(
        (item) => toJson(shape.member.shape, item, rest) ?? null,
      );
    case 'map': {
      const result: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(value as object)) {
        const printed = toJson(shape.value.shape, item, rest);
        if (key === '__proto__')
          Object.defineProperty(result, key, { value: printed, enumerable: true });
        else result[key] = printed;
      }
      return result;
    }
    case 'scalar':
      return toJsonScalar(shape, value);
  }
};

/** Texts and truths, and lists of texts, are printed as they are. */
const isPlain = (shape: Shape): boolean =>
  shape.kind === 'list'
    ? isPlain(shape.member.shape)
    : shape.kind === 'scalar' && (shape.type === 'string' || shape.type === 'boolean');

/** Members of unions that need no change, by shape. */
const plainMembers = new WeakMap<StructureShape, ReadonlySet<string>>();

const plainMembersOf = (shape: StructureShape): ReadonlySet<string> => {
  let plain = plainMembers.get(shape);
  if (plain === undefined) {
    plain = new Set(
      shape.members
        .filter((member) => member.traits.jsonName === undefined && isPlain(member.shape))
        .map(({ name }) => name),
    );
    plainMembers.set(shape, plain);
  }
  return plain;
};

/** A union's only member tells whether the value can be printed as it stands. */
const toJsonUnion = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  rest: boolean,
): unknown => {
  const plain = plainMembersOf(shape);
  for (const name in value) {
    const given = value[name];
    if (given === undefined || given === null || !plain.has(name))
      return toJsonMembers(shape.members, value, rest);
  }
  return value;
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
