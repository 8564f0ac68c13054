// Takes from AWS's resource schemas what a property's value must be, and what a deployment needs to be allowed: models/cloudformation-constraints.json
// and models/cloudformation-permissions.json, a line a type. The schemas come whole with cfn-lint (PyPI, MIT-0), which corrects them where they
// are known to be wrong. Needs pip. Run: node tools/extract-constraints/extract.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Constraint, TypeConstraints } from '../../src/schema/constraints.ts';
import { patternOf } from '../../src/schema/constraints.ts';

const VERSION = '1.58.0';
/** The region that has the most types. */
const REGION = 'us-east-1';
const FOLDER = 'cfnlint/data/schemas';

interface Schema {
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly enumCaseInsensitive?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly requiredXor?: readonly string[];
  readonly requiredOr?: readonly string[];
}

interface ResourceSchema extends Schema {
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly readOnlyProperties?: readonly string[];
  readonly deprecatedProperties?: readonly string[];
  readonly handlers?: Readonly<Record<string, { readonly permissions?: readonly string[] }>>;
}

const folder = mkdtempSync(join(tmpdir(), 'cfn-lint-'));
execFileSync('pip', ['download', '--no-deps', '--quiet', '-d', folder, `cfn-lint==${VERSION}`], {
  stdio: 'inherit',
});
const wheel = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? '';
const files = unzipSync(readFileSync(join(folder, wheel)), {
  filter: ({ name }) => name.startsWith(`${FOLDER}/resources/`) || name.endsWith(`${REGION}.json`),
});
rmSync(folder, { recursive: true });
const read = <T>(name: string): T =>
  JSON.parse(new TextDecoder().decode(files[`${FOLDER}/${name}`])) as T;

let unusable = 0;
/** The schemas are read by a Java program; a few patterns mean nothing here. */
const pattern = (text: string | undefined): { readonly r?: string } => {
  if (text === undefined || /^(\^?\.[*+]\$?)$/.test(text)) return {};
  if (patternOf(text) !== undefined) return { r: text };
  unusable += 1;
  return {};
};

const bounds = <K extends string>(key: K, from: number | undefined, to: number | undefined) =>
  from === undefined && to === undefined ? {} : { [key]: [from ?? null, to ?? null] };

/** Alternatives that say only which properties must stand together: a list of property names each. */
const alternatives = (schemas: readonly Schema[] | undefined): readonly (readonly string[])[] =>
  schemas !== undefined &&
  schemas.length > 0 &&
  schemas.every(
    (one) => one.required !== undefined && Object.keys(one).every((key) => key === 'required'),
  )
    ? schemas.map(({ required }) => required ?? [])
    : [];

const choices = (schema: Schema) => {
  const one = [...alternatives(schema.oneOf), ...(schema.requiredXor ?? []).map((name) => [name])];
  const any = [...alternatives(schema.anyOf), ...(schema.requiredOr ?? []).map((name) => [name])];
  return { ...(one.length === 0 ? {} : { x: one }), ...(any.length === 0 ? {} : { y: any }) };
};

const members = (properties: Readonly<Record<string, Schema>> | undefined) => {
  const found = Object.entries(properties ?? {}).flatMap(([name, schema]) => {
    const node = constraint(schema);
    return Object.keys(node).length === 0 ? [] : [[name, node] as const];
  });
  return found.length === 0 ? {} : { m: Object.fromEntries(found) };
};

const constraint = (schema: Schema): Constraint => {
  if (schema.$ref !== undefined) return { d: schema.$ref.replace('#/definitions/', '') };
  const items = schema.items === undefined ? {} : constraint(schema.items);
  const [values] = Object.values(schema.patternProperties ?? {});
  const element = values === undefined ? {} : constraint(values);
  return {
    ...(schema.enum === undefined ? {} : { e: schema.enum.map(String) }),
    ...(schema.enumCaseInsensitive === undefined
      ? {}
      : { f: schema.enumCaseInsensitive.map(String) }),
    ...(schema.const === undefined ? {} : { e: [String(schema.const)] }),
    ...pattern(schema.pattern),
    ...bounds('l', schema.minLength, schema.maxLength),
    ...bounds('n', schema.minimum, schema.maximum),
    ...bounds('c', schema.minItems, schema.maxItems),
    ...(schema.uniqueItems === true ? { u: true } : {}),
    ...(Object.keys(items).length === 0 ? {} : { i: items }),
    ...(Object.keys(element).length === 0 ? {} : { k: element }),
    ...members(schema.properties),
    ...choices(schema),
  };
};

/** Definitions that say anything, by themselves or through another. */
const meaningful = (definitions: Readonly<Record<string, Constraint>>): ReadonlySet<string> => {
  const says = (node: Constraint, seen: ReadonlySet<string>): boolean =>
    Object.entries(node).some(([key, value]) => {
      if (key === 'd') {
        const name = String(value);
        const target = definitions[name];
        return target !== undefined && !seen.has(name) && says(target, new Set([...seen, name]));
      }
      if (key === 'm')
        return Object.values(value as Record<string, Constraint>).some((one) => says(one, seen));
      if (key === 'i' || key === 'k') return says(value as Constraint, seen);
      return true;
    });
  return new Set(
    Object.entries(definitions)
      .filter(([name, node]) => says(node, new Set([name])))
      .map(([name]) => name),
  );
};

/** The same without references to definitions that say nothing. */
const prune = (node: Constraint, kept: ReadonlySet<string>): Constraint | undefined => {
  if (node.d !== undefined && !kept.has(node.d)) return undefined;
  const { i, k, m, ...rest } = node;
  const items = i === undefined ? undefined : prune(i, kept);
  const element = k === undefined ? undefined : prune(k, kept);
  const pruned = Object.entries(m ?? {}).flatMap(([name, member]) => {
    const left = prune(member, kept);
    return left === undefined ? [] : [[name, left] as const];
  });
  const result = {
    ...rest,
    ...(items === undefined ? {} : { i: items }),
    ...(element === undefined ? {} : { k: element }),
    ...(pruned.length === 0 ? {} : { m: Object.fromEntries(pruned) }),
  };
  return Object.keys(result).length === 0 ? undefined : result;
};

/** `/properties/Endpoint/Address` as `Endpoint.Address`; `*` stands for any element. */
const dotted = (pointers: readonly string[] | undefined): readonly string[] =>
  (pointers ?? [])
    .map((pointer) => pointer.replace('/properties/', '').replaceAll('/', '.'))
    .sort();

const describe = (schema: ResourceSchema): TypeConstraints => {
  const definitions = Object.fromEntries(
    Object.entries(schema.definitions ?? {}).map(([name, one]) => [name, constraint(one)]),
  );
  const kept = meaningful(definitions);
  const whole = prune({ ...members(schema.properties), ...choices(schema) }, kept) ?? {};
  const used = new Set<string>();
  const use = (node: Constraint): void => {
    if (node.d !== undefined && !used.has(node.d)) {
      used.add(node.d);
      const target = definitions[node.d];
      if (target !== undefined) use(target);
    }
    for (const member of [node.i, node.k, ...Object.values(node.m ?? {})])
      if (member !== undefined) use(member);
  };
  use(whole);
  const named = [...used].sort().flatMap((name) => {
    const node = kept.has(name) ? prune(definitions[name] ?? {}, kept) : undefined;
    return node === undefined ? [] : [[name, node] as const];
  });
  const readOnly = dotted(schema.readOnlyProperties);
  const deprecated = dotted(schema.deprecatedProperties);
  return {
    ...(Object.keys(whole).length === 0 ? {} : { p: whole }),
    ...(named.length === 0 ? {} : { d: Object.fromEntries(named) }),
    ...(readOnly.length === 0 ? {} : { ro: readOnly }),
    ...(deprecated.length === 0 ? {} : { dp: deprecated }),
  };
};

const types = Object.entries(read<Record<string, string>>(`providers/${REGION}.json`)).sort(
  ([a], [b]) => (a < b ? -1 : 1),
);
const constraintLines: string[] = [];
const permissionLines: string[] = [];
for (const [type, hash] of types) {
  const schema = read<ResourceSchema>(`resources/${hash}.json`);
  const described = describe(schema);
  if (Object.keys(described).length > 0)
    constraintLines.push(`${JSON.stringify(type)}:${JSON.stringify(described)}`);
  const handlers = Object.entries(schema.handlers ?? {}).map(
    ([handler, { permissions = [] }]) => [handler, [...new Set(permissions)].sort()] as const,
  );
  if (handlers.length > 0)
    permissionLines.push(`${JSON.stringify(type)}:${JSON.stringify(Object.fromEntries(handlers))}`);
}
for (const [name, lines] of [
  ['constraints', constraintLines],
  ['permissions', permissionLines],
] as const) {
  const text = `{\n${lines.join(',\n')}\n}\n`;
  writeFileSync(new URL(`../../models/cloudformation-${name}.json`, import.meta.url), text);
  process.stdout.write(`${name} of ${lines.length} types, ${text.length} bytes\n`);
}
process.stdout.write(`${unusable} patterns mean nothing to JavaScript\n`);
