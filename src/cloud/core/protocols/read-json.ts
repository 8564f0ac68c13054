import type { Member, Shape, StructureShape } from './model.ts';
import { noteItem, noteProperty } from './rewrite.ts';
import { fromBase64, readTimestamp, serializationError, utf8Text } from './scalars.ts';

/** JSON bodies as operations read them: of the JSON protocols, and of REST services (which know `jsonName`). */

/** Where a value stands, for refusals: names, and places in lists. Kept while it is read, and made a text when it is wanted. */
type Path = (string | number)[];

const textOf = (path: Path): string =>
  path.map((step) => (typeof step === 'number' ? `${step + 1}.member` : step)).join('.');

/** @throws {SerializationException} when it is not JSON */
export const parseJson = (body: Uint8Array | undefined): unknown => {
  if (body === undefined || body.byteLength === 0) return {};
  try {
    return JSON.parse(utf8Text(body)) as unknown;
  } catch {
    throw serializationError('The request body is not JSON that can be read');
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wanted = (path: Path, what: string, value: unknown) =>
  serializationError(
    `${path.length === 0 ? 'The request' : textOf(path)} must be ${what}; it is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
  );

/**
 * What was parsed, as the operation wants it.
 * @param value - Belongs to the answer from now on: what need not change is not copied.
 * @param rest - Whether names are those of a REST service.
 * @throws {SerializationException} where the types of the model are not kept
 */
export const readJsonStructure = (
  shape: StructureShape,
  value: unknown,
  rest: boolean,
): Record<string, unknown> => readStructure(shape, value, rest, []);

const readStructure = (
  shape: StructureShape,
  value: unknown,
  rest: boolean,
  path: Path,
): Record<string, unknown> => {
  if (!isObject(value)) throw wanted(path, 'an object', value);
  const names = rest ? restNames(shape) : shape.byName;
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const member = names.get(name);
    const given = value[name];
    const read =
      member === undefined || given === null
        ? undefined
        : readInner(member.shape, given, rest, path, member.name);
    copy = noteProperty(copy, value, name, read, member?.name);
  }
  return copy ?? value;
};

/** Members by the name that a REST service gives them. */
const restNames = (shape: StructureShape): ReadonlyMap<string, Member> => {
  let names = namesByShape.get(shape);
  if (names === undefined) {
    names = new Map(shape.members.map((member) => [member.traits.jsonName ?? member.name, member]));
    namesByShape.set(shape, names);
  }
  return names;
};
const namesByShape = new WeakMap<StructureShape, ReadonlyMap<string, Member>>();

/** A refusal ends the whole reading, so the path need not be put right when there is one. */
const readInner = (
  shape: Shape,
  value: unknown,
  rest: boolean,
  path: Path,
  step: string | number,
): unknown => {
  path.push(step);
  const read = readValue(shape, value, rest, path);
  path.pop();
  return read;
};

const readValue = (shape: Shape, value: unknown, rest: boolean, path: Path): unknown => {
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return readStructure(shape, value, rest, path);
    case 'list':
      return readList(shape.member.shape, value, rest, path);
    case 'map':
      return readMap(shape.value.shape, value, rest, path);
    case 'scalar':
      return readScalar(shape, value, path);
  }
};

const readList = (shape: Shape, value: unknown, rest: boolean, path: Path) => {
  if (!Array.isArray(value)) throw wanted(path, 'a list', value);
  let copy: unknown[] | undefined;
  for (const [index, item] of (value as readonly unknown[]).entries())
    copy = noteItem(
      copy,
      value,
      index,
      item === null ? null : readInner(shape, item, rest, path, index),
    );
  return copy ?? (value as readonly unknown[]);
};

const readMap = (shape: Shape, value: unknown, rest: boolean, path: Path) => {
  if (!isObject(value)) throw wanted(path, 'an object', value);
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const item = value[key];
    const read = item === null ? undefined : readInner(shape, item, rest, path, key);
    copy = noteProperty(copy, value, key, read);
  }
  return copy ?? value;
};

const readScalar = (shape: Shape & { kind: 'scalar' }, value: unknown, path: Path): unknown => {
  switch (shape.type) {
    case 'string':
      if (typeof value !== 'string') throw wanted(path, 'a string', value);
      return value;
    case 'number':
      if (typeof value === 'number') return value;
      if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
      throw wanted(path, 'a number', value);
    case 'boolean':
      if (typeof value !== 'boolean') throw wanted(path, 'true or false', value);
      return value;
    case 'bigint':
      if (typeof value !== 'number') throw wanted(path, 'a whole number', value);
      return BigInt(value);
    case 'timestamp':
      if (typeof value === 'number') return new Date(value * 1000);
      if (typeof value !== 'string') throw wanted(path, 'a timestamp', value);
      return readTimestamp(value, textOf(path));
    case 'blob':
      if (typeof value !== 'string') throw wanted(path, 'base64 text', value);
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
