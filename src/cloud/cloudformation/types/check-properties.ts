import type { Json, JsonObject } from '../json.ts';
import { isList, isObject, objectOf, own } from '../json.ts';
import type { PropertySchemas, PropertyType, ResourceType } from '../../../schema/index.ts';

/** Properties in the types that the schema names, and what is wrong with them. */
export interface CheckedProperties {
  readonly properties: JsonObject;
  /** In AWS's words, such as `#: required key [Role] not found`. */
  readonly problems: readonly string[];
}

/**
 * Gives properties the types of their schema (a template may say `"128"` for a number and `true` for a text) and
 * finds what does not fit it.
 *
 * The words are those of the resource types' JSON schemas, such as
 * https://github.com/aws/aws-cdk/issues/28984 and https://github.com/protomaps/PMTiles/pull/611
 */
export const checkProperties = (properties: JsonObject, type: ResourceType): CheckedProperties => {
  const problems: string[] = [];
  const checked = checkMembers(properties, type.properties, { type, problems, path: '#' });
  return { properties: checked, problems };
};

/** The reason that a resource fails with. */
export const propertiesFailed = (logicalId: string, problems: readonly string[]): string =>
  `Properties validation failed for resource ${logicalId} with message:\n[${problems.join(', ')}]`;

interface Place {
  readonly type: ResourceType;
  readonly problems: string[];
  readonly path: string;
}

const checkMembers = (value: JsonObject, schemas: PropertySchemas, place: Place): JsonObject => {
  const entries: [string, Json][] = [];
  for (const [name, member] of Object.entries(value)) {
    const schema = schemas.get(name);
    if (schema === undefined)
      place.problems.push(`${place.path}: extraneous key [${name}] is not permitted`);
    else
      entries.push([
        name,
        checkValue(member, schema.type, { ...place, path: `${place.path}/${name}` }),
      ]);
  }
  for (const [name, schema] of schemas)
    if (schema.required && own(value, name) === undefined)
      place.problems.push(`${place.path}: required key [${name}] not found`);
  return objectOf(entries);
};

const checkValue = (value: Json, type: PropertyType, place: Place): Json => {
  switch (type.kind) {
    case 'json':
      return value;
    case 'string':
    case 'date-time':
      return isScalar(value) ? String(value) : mismatch(value, 'String', place);
    case 'integer':
      return toNumber(value, 'Integer', /^[+-]?\d+$/, place);
    case 'number':
      return toNumber(value, 'Number', /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, place);
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (typeof value === 'string' && /^(true|false)$/i.test(value))
        return value.toLowerCase() === 'true';
      return mismatch(value, 'Boolean', place);
    case 'tag':
      return isObject(value)
        ? checkMembers(value, TAG, place)
        : mismatch(value, 'JSONObject', place);
    case 'list':
      return isList(value)
        ? value.map((member, index) =>
            checkValue(member, type.element, { ...place, path: `${place.path}/${index}` }),
          )
        : mismatch(value, 'JSONArray', place);
    case 'map':
      return isObject(value)
        ? objectOf(
            Object.entries(value).map(([name, member]) => [
              name,
              checkValue(member, type.element, { ...place, path: `${place.path}/${name}` }),
            ]),
          )
        : mismatch(value, 'JSONObject', place);
    case 'object':
      return isObject(value)
        ? checkMembers(value, place.type.definition(type.name), place)
        : mismatch(value, 'JSONObject', place);
    case 'union':
      return checkUnion(value, type.members, place);
  }
};

const TAG: PropertySchemas = new Map([
  ['Key', { required: true, replaces: 'no', type: { kind: 'string' } }],
  ['Value', { required: false, replaces: 'no', type: { kind: 'string' } }],
]);

const checkUnion = (value: Json, members: readonly PropertyType[], place: Place): Json => {
  let first: string[] | undefined;
  for (const member of members) {
    const problems: string[] = [];
    const checked = checkValue(value, member, { ...place, problems });
    if (problems.length === 0) return checked;
    first ??= problems;
  }
  place.problems.push(...(first ?? []));
  return value;
};

const isScalar = (value: Json): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const toNumber = (
  value: Json,
  expected: 'Integer' | 'Number',
  pattern: RegExp,
  place: Place,
): Json => {
  if (typeof value === 'number' && (expected === 'Number' || Number.isInteger(value))) return value;
  if (typeof value === 'string' && pattern.test(value)) return Number(value);
  return mismatch(value, expected, place);
};

const mismatch = (value: Json, expected: string, place: Place): Json => {
  place.problems.push(`${place.path}: expected type: ${expected}, found: ${nameOf(value)}`);
  return value;
};

const nameOf = (value: Json): string => {
  if (value === null) return 'Null';
  if (isList(value)) return 'JSONArray';
  if (isObject(value)) return 'JSONObject';
  if (typeof value === 'number') return Number.isInteger(value) ? 'Integer' : 'Double';
  return typeof value === 'boolean' ? 'Boolean' : 'String';
};
