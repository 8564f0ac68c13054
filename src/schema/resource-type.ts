import { openModel } from './model-file.ts';

/** The shape of a property or attribute. */
export type PropertyType =
  | {
      readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'json' | 'date-time' | 'tag';
    }
  | { readonly kind: 'list' | 'map'; readonly element: PropertyType }
  | { readonly kind: 'object'; readonly name: string }
  | { readonly kind: 'union'; readonly members: readonly PropertyType[] };

export interface PropertySchema {
  readonly required: boolean;
  /** Whether a change of it replaces the resource. */
  readonly replaces: 'yes' | 'maybe' | 'no';
  readonly type: PropertyType;
}

export type PropertySchemas = ReadonlyMap<string, PropertySchema>;

/** A resource type as AWS's published schema has it. */
export interface ResourceType {
  readonly name: string;
  readonly primaryIdentifier: readonly string[];
  /** The property that holds tags, for types that take the stack's tags. */
  readonly tagsProperty?: string;
  readonly properties: PropertySchemas;
  readonly attributes: PropertySchemas;
  /** Members of a nested object. */
  definition(name: string): PropertySchemas;
}

export const CUSTOM_RESOURCE = 'AWS::CloudFormation::CustomResource';
export const NESTED_STACK = 'AWS::CloudFormation::Stack';

/** Types of custom resources, which take any properties: the one that AWS has, and any name of the user's own. */
export const isCustomResource = (type: string): boolean =>
  type === CUSTOM_RESOURCE || type.startsWith('Custom::');

const model = openModel<CompactType>('cloudformation-types.json');
const known = new Map<string, ResourceType | undefined>();

/** The schema of a resource type, or undefined for one that AWS does not have. */
export const resourceType = (name: string): ResourceType | undefined => {
  if (isCustomResource(name)) return undefined;
  if (!known.has(name)) {
    const line = model.find(name);
    known.set(name, line === undefined ? undefined : readType(name, line));
  }
  return known.get(name);
};

/** Every type that AWS publishes. */
export const resourceTypeNames = (): readonly string[] => model.names();

interface CompactType {
  readonly i?: readonly string[];
  readonly t?: string;
  readonly p: string;
  readonly a?: string;
  readonly d?: Readonly<Record<string, string>>;
}

const readType = (name: string, compact: CompactType): ResourceType => {
  const definitions = new Map<string, PropertySchemas>();
  return {
    name,
    primaryIdentifier: compact.i ?? [],
    ...(compact.t === undefined ? {} : { tagsProperty: compact.t }),
    properties: readProperties(compact.p),
    attributes: readProperties(compact.a ?? ''),
    definition: (id) => {
      let found = definitions.get(id);
      if (found === undefined) {
        found = readProperties(compact.d?.[id] ?? '');
        definitions.set(id, found);
      }
      return found;
    },
  };
};

const readProperties = (text: string): PropertySchemas =>
  new Map(
    text === ''
      ? []
      : text.split(' ').map((entry) => {
          const at = entry.indexOf(':');
          return [entry.slice(0, at), readProperty(entry.slice(at + 1))] as const;
        }),
  );

const readProperty = (text: string): PropertySchema => {
  const required = text.startsWith('!');
  const rest = required ? text.slice(1) : text;
  const replaces = rest.startsWith('^') ? 'yes' : rest.startsWith('~') ? 'maybe' : 'no';
  return { required, replaces, type: readPropertyType(replaces === 'no' ? rest : rest.slice(1)) };
};

const SIMPLE: Readonly<Record<string, PropertyType>> = {
  s: { kind: 'string' },
  n: { kind: 'number' },
  i: { kind: 'integer' },
  b: { kind: 'boolean' },
  j: { kind: 'json' },
  d: { kind: 'date-time' },
  t: { kind: 'tag' },
};

const ANY: PropertyType = { kind: 'json' };

/** The notation is described at the head of tools/extract-types/extract.ts. */
const readPropertyType = (text: string): PropertyType => {
  switch (text[0]) {
    case '[':
      return { kind: 'list', element: readPropertyType(text.slice(1)) };
    case '{':
      return { kind: 'map', element: readPropertyType(text.slice(1)) };
    case '@':
      return { kind: 'object', name: text.slice(1) };
    case '(':
      return { kind: 'union', members: splitUnion(text.slice(1, -1)).map(readPropertyType) };
    default:
      return SIMPLE[text] ?? ANY;
  }
};

const splitUnion = (text: string): readonly string[] => {
  const members: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (text[at] === '|' && depth === 0) {
      members.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...members, text.slice(from)];
};
