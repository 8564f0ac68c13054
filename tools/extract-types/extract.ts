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

/** A few types (QuickSight's dashboards) have more nested definitions than a hundred others; those stay unchecked JSON. */
const MAX_LINE = 20_000;

/**
 * Prints a type, and the definitions that it names, each once, in the order in which they are met.
 * @param nested - Whether definitions are named at all
 */
const createPrinter = (nested: boolean) => {
  const definitions = new Map<string, Definition>();
  const names = new Map<string, string>();
  const printType = (type: PropertyType): string => {
    switch (type.type) {
      case 'array':
        return `[${type.element === undefined ? 'j' : printType(type.element)}`;
      case 'map':
        return `{${type.element === undefined ? 'j' : printType(type.element)}`;
      case 'ref': {
        if (!nested) return SIMPLE['json'] ?? '';
        const id = type.reference?.$ref ?? '';
        const found = db.get('typeDefinition', id) as unknown as Definition;
        let name = names.get(id);
        if (name === undefined) {
          // Two definitions of one name differ by what follows it.
          for (name = found.name; definitions.has(name); ) name += '_';
          names.set(id, name);
          definitions.set(name, found);
        }
        return `@${name}`;
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

const describe = (resource: Resource, nested: boolean): string => {
  const { definitions, printProperties } = createPrinter(nested);
  const properties = printProperties(resource.properties as unknown as Record<string, Property>);
  const attributes = printProperties(resource.attributes as unknown as Record<string, Property>);
  const printed: Record<string, string> = {};
  // Printing a definition may name more of them, which join the end of what is walked.
  for (const [name, definition] of definitions)
    printed[name] = printProperties(definition.properties);
  return JSON.stringify({
    ...(resource.primaryIdentifier === undefined ? {} : { i: resource.primaryIdentifier }),
    ...(resource.tagInformation === undefined
      ? {}
      : { t: resource.tagInformation.tagPropertyName }),
    p: properties,
    ...(attributes === '' ? {} : { a: attributes }),
    ...(definitions.size === 0 ? {} : { d: printed }),
  });
};

const resources = [...db.all('resource')]
  // Types of SAM exist only under its transform.
  .filter((resource) => resource.cloudFormationTransform === undefined)
  .sort((a, b) => (a.cloudFormationType < b.cloudFormationType ? -1 : 1));
type Resource = (typeof resources)[number];

const lines = resources.map((resource) => {
  const whole = describe(resource, true);
  const text = whole.length > MAX_LINE ? describe(resource, false) : whole;
  return `${JSON.stringify(resource.cloudFormationType)}:${text}`;
});
const text = `{\n${lines.join(',\n')}\n}\n`;
writeFileSync(new URL('../../models/cloudformation-types.json', import.meta.url), text);
process.stdout.write(`${lines.length} resource types, ${text.length} bytes\n`);
