import { validationError } from './errors.ts';
import type { ParsedTemplate, TemplateResource } from './parse-template.ts';

/** Names that a value refers to: by Ref, GetAtt and Sub. */
export const references = (value: unknown, found = new Set<string>()): Set<string> => {
  if (Array.isArray(value)) {
    for (const item of value) references(item, found);
    return found;
  }
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'Ref' && typeof member === 'string') found.add(member);
    else if (key === 'Fn::GetAtt') {
      found.add(String(Array.isArray(member) ? member[0] : String(member).split('.')[0]));
      if (Array.isArray(member)) references(member.slice(1), found);
    } else if (key === 'Fn::Sub') {
      const [template, variables] = (
        Array.isArray(member) ? member : [member, {}]
      ) as readonly unknown[];
      const names = new Set(Object.keys(Object(variables) as object));
      for (const [, literal, name = ''] of String(template).matchAll(/\$\{(!?)([^{}]*)\}/g)) {
        const base = name.trim().split('.')[0] ?? '';
        if (literal !== '!' && !names.has(name.trim())) found.add(base);
      }
      references(variables, found);
    } else references(member, found);
  }
  return found;
};

export const dependsOn = (resource: TemplateResource): readonly string[] =>
  resource.DependsOn === undefined
    ? []
    : typeof resource.DependsOn === 'string'
      ? [resource.DependsOn]
      : resource.DependsOn;

/** Which resources each resource needs, of those that are there. */
export const dependencyGraph = (
  template: ParsedTemplate,
  active: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(
    [...active].map((id) => {
      const resource = template.Resources[id];
      const needed = new Set<string>();
      for (const name of [
        ...references(resource?.Properties),
        ...(resource === undefined ? [] : dependsOn(resource)),
      ])
        if (active.has(name) && name !== id) needed.add(name);
      return [id, needed];
    }),
  );

/** What stands in a template and refers to nothing, in AWS's words. */
export const checkReferences = (template: ParsedTemplate): void => {
  const known = (name: string) =>
    name.startsWith('AWS::') || name in template.Parameters || name in template.Resources;
  const missing = new Set<string>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    for (const name of references(resource.Properties)) if (!known(name)) missing.add(name);
    for (const name of dependsOn(resource))
      if (!(name in template.Resources))
        throw validationError(
          `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        );
    if (resource.Condition !== undefined && !(resource.Condition in template.Conditions))
      throw validationError(
        `Template format error: Unresolved condition dependency ${resource.Condition} in the Resources block of the template`,
      );
    if (references(resource.Properties).has(id)) throw circular([id]);
  }
  if (missing.size > 0)
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...missing].join(', ')}] in the Resources block of the template`,
    );
  const inOutputs = new Set<string>();
  for (const output of Object.values(template.Outputs))
    for (const name of references(output.Value)) if (!known(name)) inOutputs.add(name);
  if (inOutputs.size > 0)
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...inOutputs].join(', ')}] in the Outputs block of the template`,
    );
  checkCycles(dependencyGraph(template, new Set(Object.keys(template.Resources))));
};

const circular = (ids: readonly string[]) =>
  validationError(`Circular dependency between resources: [${ids.join(', ')}]`);

const checkCycles = (graph: ReadonlyMap<string, ReadonlySet<string>>): void => {
  const left = new Map([...graph].map(([id, needed]) => [id, new Set(needed)]));
  for (;;) {
    const free = [...left].filter(([, needed]) => needed.size === 0).map(([id]) => id);
    if (free.length === 0) break;
    for (const id of free) left.delete(id);
    for (const needed of left.values()) for (const id of free) needed.delete(id);
  }
  if (left.size > 0) throw circular([...left.keys()]);
};
