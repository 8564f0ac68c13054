import { formatError, templateError, validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject, own } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { DeletionPolicy, OutputDefinition, ResourceDefinition, Template } from './model.ts';
import { readParameterDefinitions } from './parameter-definitions.ts';

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Hooks',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
] as const;

/**
 * Checks a template's form and makes it a {@link Template}.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 * @throws {AwsError} in CloudFormation's words
 */
export const checkForm = (raw: JsonObject): Template => {
  const unknown = Object.keys(raw).filter(
    (name) => !(SECTIONS as readonly string[]).includes(name),
  );
  if (unknown.length > 0)
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  refuseNulls(raw, '');
  const version = raw['AWSTemplateFormatVersion'];
  if (version !== undefined && version !== '2010-09-09')
    throw formatError(
      typeof version === 'string'
        ? `Template format version not supported: ${version}`
        : 'Value of AWSTemplateFormatVersion must be a string.',
    );
  const description = readDescription(raw['Description']);
  return {
    ...(version === undefined ? {} : { version }),
    ...(description === undefined ? {} : { description }),
    ...(raw['Metadata'] === undefined ? {} : { metadata: raw['Metadata'] }),
    transforms: readTransforms(raw['Transform']),
    parameters: readParameterDefinitions(section(raw, 'Parameters')),
    mappings: readMappings(section(raw, 'Mappings')),
    conditions: new Map(Object.entries(section(raw, 'Conditions'))),
    rules: new Map(Object.entries(section(raw, 'Rules'))),
    resources: readResources(raw),
    outputs: readOutputs(section(raw, 'Outputs')),
  };
};

const section = (raw: JsonObject, name: string): JsonObject => {
  const value = raw[name];
  if (value === undefined) return {};
  if (!isObject(value)) throw formatError(`'${name}' section must be an object.`);
  return value;
};

const refuseNulls = (value: Json, path: string): void => {
  if (value === null) throw formatError(`[${path}] 'null' values are not allowed in templates`);
  if (isList(value)) value.forEach((member, index) => refuseNulls(member, `${path}/${index}`));
  else if (isObject(value))
    for (const [name, member] of Object.entries(value)) refuseNulls(member, `${path}/${name}`);
};

const readDescription = (value: Json | undefined): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw formatError('Description must be a string.');
  if (Buffer.byteLength(value) > LIMITS.descriptionBytes)
    throw formatError(`'Description' length is greater than ${LIMITS.descriptionBytes}.`);
  return value;
};

const readTransforms = (value: Json | undefined): readonly string[] => {
  if (value === undefined) return [];
  const list = isList(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry === 'string') return entry;
    if (isObject(entry) && typeof entry['Name'] === 'string') return entry['Name'];
    throw formatError('Transform must be a string or an array of strings.');
  });
};

/** @throws {AwsError} `Template format error: …` */
export const readMappings = (raw: JsonObject): Template['mappings'] => {
  refuseOver('mappings', Object.keys(raw).length, LIMITS.mappings);
  return new Map(
    Object.entries(raw).map(([name, mapping]) => {
      if (!isObject(mapping)) throw formatError('Every Mappings member must be a map.');
      return [
        name,
        new Map(
          Object.entries(mapping).map(([key, values]) => {
            if (!isObject(values))
              throw formatError(`Every Mappings member ${name} must be a map.`);
            return [key, new Map(Object.entries(values).map(mappingValue))];
          }),
        ),
      ];
    }),
  );
};

const mappingValue = ([name, value]: [string, Json]): [string, Json] => {
  if (isObject(value)) throw formatError('Every Mappings attribute must be a String or a List.');
  return [name, value];
};

const RESOURCE_MEMBERS = [
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'Description',
];

const readResources = (raw: JsonObject): Template['resources'] => {
  const resources = section(raw, 'Resources');
  const entries = Object.entries(resources);
  if (entries.length === 0) throw formatError('At least one Resources member must be defined.');
  refuseOver('resources', entries.length, LIMITS.resources);
  return new Map(entries.map(([id, definition]) => [id, readResource(id, definition)]));
};

const readResource = (id: string, raw: Json): ResourceDefinition => {
  if (!/^[A-Za-z0-9]+$/.test(id)) throw formatError(`Resource name ${id} is non alphanumeric.`);
  if (id.length > LIMITS.logicalIdLength)
    throw formatError(
      `Resource name ${id} has ${id.length} characters; at most ${LIMITS.logicalIdLength} are allowed.`,
    );
  if (!isObject(raw)) throw formatError('Any Resources member must be an object.');
  const unknown = Object.keys(raw).find((name) => !RESOURCE_MEMBERS.includes(name));
  if (unknown !== undefined)
    throw validationError(`Invalid template resource property '${unknown}'`);
  const { Type: type, Properties: properties, Condition: condition } = raw;
  if (type === undefined)
    throw formatError(`[/Resources/${id}] Every Resources object must contain a Type member.`);
  if (typeof type !== 'string') throw formatError(`[/Resources/${id}/Type] Type must be a string.`);
  if (properties !== undefined && !isObject(properties))
    throw formatError(`[/Resources/${id}] Any Properties member must be an object.`);
  if (condition !== undefined && typeof condition !== 'string')
    throw formatError('Every Condition member must be a string.');
  const deletionPolicy = readPolicy(id, 'DeletionPolicy', raw['DeletionPolicy']);
  const updateReplacePolicy = readPolicy(id, 'UpdateReplacePolicy', raw['UpdateReplacePolicy']);
  return {
    type,
    properties: properties ?? {},
    dependsOn: readDependsOn(id, raw['DependsOn']),
    ...(condition === undefined ? {} : { condition }),
    ...(deletionPolicy === undefined ? {} : { deletionPolicy }),
    ...(updateReplacePolicy === undefined ? {} : { updateReplacePolicy }),
    ...(raw['Metadata'] === undefined ? {} : { metadata: raw['Metadata'] }),
    ...(raw['CreationPolicy'] === undefined ? {} : { creationPolicy: raw['CreationPolicy'] }),
    ...(raw['UpdatePolicy'] === undefined ? {} : { updatePolicy: raw['UpdatePolicy'] }),
  };
};

const readDependsOn = (id: string, value: Json | undefined): readonly string[] => {
  if (value === undefined) return [];
  const list = isList(value) ? value : [value];
  return list.map((entry) => {
    if (typeof entry !== 'string')
      throw formatError(
        `[/Resources/${id}/DependsOn] DependsOn must be a string or list of strings.`,
      );
    return entry;
  });
};

const DELETION_POLICIES = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'];

const readPolicy = (
  id: string,
  attribute: 'DeletionPolicy' | 'UpdateReplacePolicy',
  value: Json | undefined,
): DeletionPolicy | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !DELETION_POLICIES.includes(value))
    throw templateError(
      `Unrecognized ${attribute} ${typeof value === 'string' ? value : JSON.stringify(value)} for resource ${id}`,
    );
  return value as DeletionPolicy;
};

const readOutputs = (raw: JsonObject): Template['outputs'] => {
  refuseOver('outputs', Object.keys(raw).length, LIMITS.outputs);
  return new Map(Object.entries(raw).map(([name, output]) => [name, readOutput(name, output)]));
};

const readOutput = (name: string, raw: Json): OutputDefinition => {
  if (!/^[A-Za-z0-9]+$/.test(name)) throw formatError(`Output name ${name} is non alphanumeric.`);
  if (!isObject(raw)) throw formatError('Every Outputs member must be an object.');
  const unknown = Object.keys(raw).find(
    (member) => !['Value', 'Description', 'Condition', 'Export'].includes(member),
  );
  if (unknown !== undefined) throw validationError(`Invalid template output property '${unknown}'`);
  const { Value: value, Description: description, Condition: condition, Export: exported } = raw;
  if (value === undefined) throw formatError('Every Outputs member must contain a Value object');
  if (isList(value))
    throw formatError(
      `The Value field of every Outputs member must evaluate to a String and not a List.`,
    );
  if (description !== undefined && typeof description !== 'string')
    throw formatError('Every Description member must be a string.');
  if (condition !== undefined && typeof condition !== 'string')
    throw formatError('Every Condition member must be a string.');
  const exportName = exported === undefined ? undefined : own(asExport(name, exported), 'Name');
  if (exported !== undefined && exportName === undefined)
    throw formatError(
      `Output ${name} is malformed. The Name field of every Export member must be specified`,
    );
  return {
    value,
    ...(description === undefined ? {} : { description }),
    ...(condition === undefined ? {} : { condition }),
    ...(exportName === undefined ? {} : { exportName }),
  };
};

const asExport = (name: string, value: Json): JsonObject => {
  if (!isObject(value))
    throw formatError(`Output ${name} is malformed. Every Export member must be an object.`);
  return value;
};

const refuseOver = (what: string, count: number, max: number): void => {
  if (count > max)
    throw formatError(`Number of ${what}, ${count}, is greater than maximum allowed, ${max}`);
};
