import type { Member, Shape, StructureShape } from './model.ts';
import { noteItem, noteProperty } from './rewrite.ts';
import { epochSeconds, printTimestamp, toBase64 } from './scalars.ts';

/** JSON bodies of answers: of the JSON protocols, and of REST services (which know `jsonName`). */

type Structure = Readonly<Record<string, unknown>>;

/** A value in the form that `JSON.stringify` prints right: the value itself where that is so already. */
export const toJson = (shape: Shape, value: unknown, rest: boolean): unknown => {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return toJsonStructure(shape, value as Structure, rest);
    case 'list':
      return toJsonList(shape.member.shape, value as readonly unknown[], rest);
    case 'map':
      return toJsonMap(shape.value.shape, value as Structure, rest);
    case 'scalar':
      return toJsonScalar(shape, value);
  }
};

const toJsonList = (shape: Shape, value: readonly unknown[], rest: boolean) => {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index += 1)
    copy = noteItem(copy, value, index, toJson(shape, value[index], rest) ?? null);
  return copy ?? value;
};

const toJsonMap = (shape: Shape, value: Structure, rest: boolean): Structure => {
  let copy: Record<string, unknown> | undefined;
  for (const key in value) copy = noteProperty(copy, value, key, toJson(shape, value[key], rest));
  return copy ?? value;
};

/** What the model does not know is left out: an operation may answer with a record of its own. */
export const toJsonStructure = (
  shape: StructureShape,
  value: Structure,
  rest: boolean,
): Structure => {
  let copy: Record<string, unknown> | undefined;
  for (const name in value) {
    const member = shape.byName.get(name);
    const printed = member === undefined ? undefined : toJson(member.shape, value[name], rest);
    copy = noteProperty(copy, value, name, printed, rest ? member?.traits.jsonName : undefined);
  }
  return copy ?? value;
};

/** Some members of a structure: those that a REST service or an event has in its body. */
export const toJsonMembers = (
  members: readonly Member[],
  value: Structure,
  rest: boolean,
): Structure => {
  const result: Record<string, unknown> = {};
  for (const { name, shape, traits } of members) {
    const printed = toJson(shape, value[name], rest);
    if (printed !== undefined) result[rest ? (traits.jsonName ?? name) : name] = printed;
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
