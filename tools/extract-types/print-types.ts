// Writes types/cloudformation.d.ts: every resource type that AWS publishes, as the compiler and the editor read it. A program that
// uses none of it still pays for reading it, so it is as small as it can be: one interface for definitions of one shape, one sentence of
// documentation each, plain ASCII. Run: node tools/extract-types/print-types.ts
import { writeFileSync } from 'node:fs';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Constraint, TypeConstraints } from '../../src/schema/constraints.ts';
import { constraintsOf } from '../../src/schema/constraints.ts';

const db = await loadAwsServiceSpec();

interface PropertyType {
  readonly type: string;
  readonly element?: PropertyType;
  readonly reference?: { readonly $ref: string };
  readonly types?: readonly PropertyType[];
  readonly allowedValues?: readonly string[];
}

interface Property {
  readonly type: PropertyType;
  readonly required?: boolean;
  readonly documentation?: string;
}

type Properties = Readonly<Record<string, Property>>;

const LONGEST_SENTENCE = 200;

/** What can stand in a comment: one line of ASCII. */
const plain = (text: string): string =>
  text
    .replace(/<[^>]+>/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201C\u201D]/g, '"')
    .replace(/[\u2013\u2014]/g, '-')
    .replace(/[^\x20-\x7E]+/g, ' ')
    .replace(/[*`>#]+/g, '')
    .replace(/\s+/g, ' ')
    .replaceAll('*/', '')
    .trim();

const comment = (documentation: string | undefined): string => {
  const text = plain(documentation ?? '');
  if (text === '') return '';
  const sentence = /^.{15,}?[.](?= [A-Z]|$)/.exec(text)?.[0] ?? text;
  const short =
    sentence.length <= LONGEST_SENTENCE
      ? sentence
      : `${sentence.slice(0, LONGEST_SENTENCE).replace(/\s\S*$/, '')} ...`;
  return `/** ${short} */\n`;
};

const quoted = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const identifier = (name: string) => name.replace(/[^A-Za-z0-9]/g, '');

const interfaces: string[] = [];
const nameOfDefinition = new Map<string, string>();
const nameOfShape = new Map<string, string>();
const taken = new Set<string>();

const fresh = (wish: string): string => {
  let name = wish;
  for (let n = 2; taken.has(name); n += 1) name = `${wish}${n}`;
  taken.add(name);
  return name;
};

/** Where a type is printed: its service, and what AWS's schema says of the values there. */
interface Place {
  readonly service: string;
  readonly constraints: TypeConstraints;
  readonly constraint: Constraint | undefined;
}

const at = (place: Place, constraint: Constraint | undefined): Place => ({
  ...place,
  constraint:
    constraint?.d === undefined ? constraint : (place.constraints.d?.[constraint.d] ?? {}),
});

const printDefinition = (id: string, place: Place): string => {
  const { service } = place;
  const known = nameOfDefinition.get(id);
  if (known !== undefined) return known;
  const found = db.get('typeDefinition', id) as unknown as {
    readonly name: string;
    readonly properties: Properties;
  };
  const name = fresh(`${service}_${identifier(found.name)}`);
  // Before its members: a definition may hold itself.
  nameOfDefinition.set(id, name);
  const body = printProperties(found.properties, place);
  const shape = `${service} ${body.replaceAll(name, 'itself')}`;
  const same = nameOfShape.get(shape);
  if (same !== undefined) {
    nameOfDefinition.set(id, same);
    return same;
  }
  nameOfShape.set(shape, name);
  interfaces.push(`interface ${name}{\n${body}}`);
  return name;
};

const printEnum = (values: readonly string[]): string =>
  [...new Set(values)].map((value) => JSON.stringify(value)).join('|');

const isAscii = (values: readonly string[]) =>
  values.every((value) => /^[\x20-\x7E]*$/.test(value));

const printType = (type: PropertyType, place: Place): string => {
  switch (type.type) {
    case 'string': {
      const values = [...(place.constraint?.e ?? []), ...(type.allowedValues ?? [])];
      return values.length === 0 || !isAscii(values) ? 'string' : printEnum(values);
    }
    case 'date-time':
      return 'string';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'tag':
      return 'Tag';
    case 'array': {
      const element = printType(type.element ?? { type: 'json' }, at(place, place.constraint?.i));
      return element.includes('|') ? `(${element})[]` : `${element}[]`;
    }
    case 'map':
      return `Record<string,${printType(type.element ?? { type: 'json' }, at(place, place.constraint?.k))}>`;
    case 'ref':
      return printDefinition(type.reference?.$ref ?? '', place);
    case 'union': {
      const members = [...new Set((type.types ?? []).map((one) => printType(one, place)))];
      // `json` beside an object stands for the same object, written by hand: it would hide what is known.
      const structured = members.filter((one) => /^[A-Z]\w*_|\[\]$/.test(one));
      if (!members.includes('unknown')) return members.join('|');
      return structured.length > 0 ? structured.join('|') : 'unknown';
    }
    default:
      return 'unknown';
  }
};

const printProperties = (properties: Properties, place: Place): string =>
  Object.entries(properties)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { type, required, documentation }]) =>
        `${comment(documentation)}${quoted(name)}${required === true ? '' : '?'}:${printType(type, at(place, place.constraint?.m?.[name]))}\n`,
    )
    .join('');

const resources = [...db.all('resource')]
  .filter((resource) => resource.cloudFormationTransform === undefined)
  .sort((a, b) => (a.cloudFormationType < b.cloudFormationType ? -1 : 1));

const entries = resources.map((resource) => {
  const [, service = ''] = resource.cloudFormationType.split('::');
  const attributes = Object.keys(resource.attributes).sort();
  const constraints = constraintsOf(resource.cloudFormationType);
  const place: Place = { service, constraints, constraint: constraints.p };
  return `${comment(resource.documentation)}'${resource.cloudFormationType}':{
properties:{
${printProperties(resource.properties as unknown as Properties, place)}}
attributes:${attributes.length === 0 ? 'never' : attributes.map((name) => JSON.stringify(name)).join('|')}}`;
});

const text = `// Made by tools/extract-types/print-types.ts from AWS's resource schemas (@aws-cdk/aws-service-spec, Apache-2.0).
interface Tag{
Key:string
Value:string
}
${interfaces.join('\n')}
/** Properties and attributes of every resource type. */
export interface ResourceTypes{
${entries.join('\n')}
}
`;
writeFileSync(new URL('../../types/cloudformation.d.ts', import.meta.url), text);
process.stdout.write(
  `${resources.length} resource types, ${interfaces.length} definitions, ${text.length} bytes\n`,
);
