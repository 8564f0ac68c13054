// Takes from AWS's published resource schemas what the CloudFormation engine must know of every type, and writes it as
// compact text, a line a type: models/cloudformation-types.json. Run: node tools/extract-types/extract.ts
//
// A line is {"i": primary identifier, "t": property that takes tags, "p": properties, "a": attributes, "d": nested
// definitions}. Properties are parted by spaces, each `Name:` then `!` required, `^` a change replaces or `~` perhaps,
// then its type: s string, n number, i integer, b boolean, j JSON, d date, t tag, [ list of, { map of, @Name definition,
// (one|other) union.
import { writeFileSync } from 'node:fs';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

const db = await loadAwsServiceSpec();

interface PropertyType {
  readonly type: string;
  readonly element?: PropertyType;
  readonly reference?: { readonly $ref: string };
  readonly types?: readonly PropertyType[];
}

interface Property {
  readonly type: PropertyType;
  readonly required?: boolean;
  readonly causesReplacement?: 'yes' | 'no' | 'maybe';
}

interface Definition {
  readonly name: string;
  readonly properties: Readonly<Record<string, Property>>;
}

const SIMPLE: Readonly<Record<string, string>> = {
  string: 's',
  number: 'n',
  integer: 'i',
  boolean: 'b',
  json: 'j',
  'date-time': 'd',
  tag: 't',
};

const REPLACES = { yes: '^', maybe: '~', no: '' } as const;

/** Prints a type, and the definitions that it names, each once, in the order in which they are met. */
const createPrinter = () => {
  const definitions = new Map<string, Definition>();
  const printType = (type: PropertyType): string => {
    switch (type.type) {
      case 'array':
        return `[${type.element === undefined ? 'j' : printType(type.element)}`;
      case 'map':
        return `{${type.element === undefined ? 'j' : printType(type.element)}`;
      case 'ref': {
        const found = db.get('typeDefinition', type.reference?.$ref ?? '') as unknown as Definition;
        if (!definitions.has(found.name)) definitions.set(found.name, found);
        return `@${found.name}`;
      }
      case 'union':
        return `(${(type.types ?? []).map(printType).join('|')})`;
      default:
        return SIMPLE[type.type] ?? 'j';
    }
  };
  const printProperties = (properties: Readonly<Record<string, Property>>): string =>
    Object.entries(properties)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { type, required, causesReplacement }]) =>
          `${name}:${required === true ? '!' : ''}${REPLACES[causesReplacement ?? 'no']}${printType(type)}`,
      )
      .join(' ');
  return { definitions, printProperties };
};

const lines = [...db.all('resource')]
  .sort((a, b) => (a.cloudFormationType < b.cloudFormationType ? -1 : 1))
  .map((resource) => {
    const { definitions, printProperties } = createPrinter();
    const properties = printProperties(resource.properties as unknown as Record<string, Property>);
    const attributes = printProperties(resource.attributes as unknown as Record<string, Property>);
    const nested: Record<string, string> = {};
    for (const [name, definition] of definitions) nested[name] = printProperties(definition.properties);
    const compact = {
      ...(resource.primaryIdentifier === undefined ? {} : { i: resource.primaryIdentifier }),
      ...(resource.tagInformation === undefined ? {} : { t: resource.tagInformation.tagPropertyName }),
      p: properties,
      ...(attributes === '' ? {} : { a: attributes }),
      ...(Object.keys(nested).length === 0 ? {} : { d: nested }),
    };
    return `${JSON.stringify(resource.cloudFormationType)}:${JSON.stringify(compact)}`;
  });
writeFileSync(
  new URL('../../models/cloudformation-types.json', import.meta.url),
  `{\n${lines.join(',\n')}\n}\n`,
);
process.stdout.write(`${lines.length} resource types\n`);
