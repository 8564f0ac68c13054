import type { Member, Shape, StructureShape } from './model.ts';
import { rewriteList, rewriteObject } from './rewrite.ts';
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
    case 'list': {
      const of = shape.member.shape;
      return rewriteList(value as readonly unknown[], (item) => toJson(of, item, rest) ?? null);
    }
    case 'map': {
      const of = shape.value.shape;
      return rewriteObject(value as Structure, (item) => toJson(of, item, rest));
    }
    case 'scalar':
      return toJsonScalar(shape, value);
  }
};

/** What the model does not know is left out: an operation may answer with a record of its own. */
export const toJsonStructure = (
  shape: StructureShape,
  value: Structure,
  rest: boolean,
): Structure => {
  const { byName } = shape;
  return rewriteObject(
    value,
    (given, name) => {
      const member = byName.get(name);
      return member === undefined ? undefined : toJson(member.shape, given, rest);
    },
    rest ? (name) => byName.get(name)?.traits.jsonName ?? name : undefined,
  );
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
