import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { validationError } from './errors.ts';

/** A resource as a template states it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: unknown;
}

export interface TemplateParameter {
  readonly Type: string;
  readonly Default?: unknown;
  readonly AllowedValues?: readonly unknown[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly MinLength?: number | string;
  readonly MaxLength?: number | string;
  readonly MinValue?: number | string;
  readonly MaxValue?: number | string;
  readonly NoEcho?: boolean | string;
  readonly Description?: string;
}

export interface TemplateOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Export?: { readonly Name: unknown };
  readonly Condition?: string;
}

/** A template, its sections all there. */
export interface ParsedTemplate {
  readonly Description?: string;
  readonly Metadata?: unknown;
  readonly Transform?: unknown;
  readonly Parameters: Readonly<Record<string, TemplateParameter>>;
  readonly Mappings: Readonly<
    Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>
  >;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, TemplateOutput>>;
}

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
  'Transform',
  'Rules',
  'Hooks',
  'Globals',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const LIMITS = {
  bodyBytes: 51_200,
  urlBytes: 1_048_576,
  resources: 500,
  parameters: 200,
  outputs: 200,
} as const;

const formatError = (message: string) => validationError(`Template format error: ${message}`);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads JSON or YAML with short forms. @throws {ValidationError} with AWS's text */
export const parseTemplate = (body: string): ParsedTemplate => {
  const value = body.trimStart().startsWith('{') ? parseJson(body) : parseYaml(body);
  if (!isObject(value)) throw formatError('unsupported structure.');
  for (const name of Object.keys(value))
    if (!SECTIONS.includes(name))
      throw validationError(`Invalid template property or properties [${name}]`);
  if (value['Rules'] !== undefined || value['Hooks'] !== undefined)
    throw validationError(
      'The sections Rules and Hooks of a template are not supported by the embedded cloud.',
    );
  if (value['Transform'] !== undefined)
    throw validationError(
      `The transform ${JSON.stringify(value['Transform'])} is not supported by the embedded cloud. Expand the template before it is deployed.`,
    );
  const section = (name: string) => {
    const found = value[name] ?? {};
    if (!isObject(found)) throw formatError(`${name} section must be a map.`);
    return found;
  };
  const resources = section('Resources');
  if (Object.keys(resources).length === 0)
    throw formatError('At least one Resources member must be defined.');
  if (Object.keys(resources).length > LIMITS.resources)
    throw formatError(
      `Number of resources, ${Object.keys(resources).length}, is greater than maximum allowed, ${LIMITS.resources}`,
    );
  for (const [id, resource] of Object.entries(resources)) checkResource(id, resource);
  const template = {
    ...(value['Description'] === undefined ? {} : { Description: String(value['Description']) }),
    ...(value['Metadata'] === undefined ? {} : { Metadata: value['Metadata'] }),
    Parameters: section('Parameters'),
    Mappings: section('Mappings'),
    Conditions: section('Conditions'),
    Resources: resources,
    Outputs: section('Outputs'),
  } as unknown as ParsedTemplate;
  return template;
};

const RESOURCE_MEMBERS = [
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
  'Metadata',
];
const POLICIES = ['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'];

const checkResource = (id: string, resource: unknown): void => {
  if (!/^[A-Za-z0-9]+$/.test(id)) throw formatError(`Resource name ${id} is non alphanumeric.`);
  if (!isObject(resource)) throw formatError(`[/Resources/${id}] resource definition is malformed`);
  if (typeof resource['Type'] !== 'string')
    throw formatError(`[/Resources/${id}] Every Resources object must contain a Type member.`);
  for (const name of Object.keys(resource))
    if (!RESOURCE_MEMBERS.includes(name))
      throw validationError(`Invalid template resource property '${name}'`);
  for (const name of ['DeletionPolicy', 'UpdateReplacePolicy']) {
    const policy = resource[name];
    if (policy !== undefined && !POLICIES.includes(String(policy)))
      throw formatError(`Unrecognized ${name} ${String(policy)} for resource ${id}`);
  }
  for (const name of ['CreationPolicy', 'UpdatePolicy'])
    if (resource[name] !== undefined)
      throw validationError(
        `The attribute ${name} of the resource ${id} is not supported by the embedded cloud.`,
      );
};

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw formatError(`JSON not well-formed. (${error instanceof Error ? error.message : ''})`);
  }
};

const SHORT_FORMS = [
  'Base64',
  'Cidr',
  'FindInMap',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Select',
  'Split',
  'Sub',
  'Transform',
  'Equals',
  'And',
  'Or',
  'Not',
  'ToJsonString',
  'Length',
  'ForEach',
];

/** `!GetAtt A.B` is a list of two; every other short form is its function. */
const parseYaml = (body: string): unknown => {
  const yaml = createRequire(import.meta.url)('yaml') as typeof Yaml;
  const wrap = (tag: string, make: (value: unknown) => unknown): readonly object[] => {
    const plain = (node: { toJSON(): unknown }) => make(node.toJSON());
    return [
      { tag, resolve: (text: string) => make(text) },
      { tag, collection: 'seq', resolve: plain },
      { tag, collection: 'map', resolve: plain },
    ];
  };
  const customTags = [
    ...SHORT_FORMS.flatMap((name) => wrap(`!${name}`, (value) => ({ [`Fn::${name}`]: value }))),
    ...wrap('!Ref', (value) => ({ Ref: value })),
    ...wrap('!Condition', (value) => ({ Condition: value })),
    ...wrap('!GetAtt', (value) => {
      if (typeof value !== 'string') return { 'Fn::GetAtt': value };
      const dot = value.indexOf('.');
      return { 'Fn::GetAtt': [value.slice(0, dot), value.slice(dot + 1)] };
    }),
  ];
  try {
    // Account ids and versions stay text; booleans and numbers that a property wants are read by the provider.
    const document = yaml.parseDocument(body, {
      customTags: customTags as never,
      schema: 'core',
      version: '1.2',
    });
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw formatError(
      `YAML not well-formed. (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    );
  }
};
