import type { Reference } from '../references.ts';
import { referencesIn } from '../references.ts';
import type { Template } from '../template.ts';

/** What the resources of a template need of each other. */
export interface ResourceGraph {
  /** Logical ids, in order. */
  readonly ids: readonly string[];
  /** What a resource refers to: other resources, parameters and pseudo parameters. */
  references(id: string): readonly Reference[];
  /** Resources that must be there before this one, in order. */
  needs(id: string): readonly string[];
  /** Resources that need this one, in order. */
  neededBy(id: string): readonly string[];
  /** Bytes of the resource in a template without indentation. */
  bytes(id: string): number;
}

export const resourceGraph = ({ Resources: resources }: Template): ResourceGraph => {
  const ids = Object.keys(resources).sort();
  const references = new Map<string, readonly Reference[]>();
  const needs = new Map<string, readonly string[]>();
  const neededBy = new Map<string, string[]>(ids.map((id) => [id, []]));
  const bytes = new Map<string, number>();
  for (const id of ids) {
    const resource = resources[id];
    const found = referencesIn(resource?.Properties);
    references.set(id, found);
    bytes.set(id, JSON.stringify(resource).length + id.length + 4);
    const others = new Set([...(resource?.DependsOn ?? []), ...found.map(({ name }) => name)]);
    const own = [...others].filter((name) => name !== id && neededBy.has(name)).sort();
    needs.set(id, own);
    for (const other of own) neededBy.get(other)?.push(id);
  }
  return {
    ids,
    references: (id) => references.get(id) ?? [],
    needs: (id) => needs.get(id) ?? [],
    neededBy: (id) => neededBy.get(id) ?? [],
    bytes: (id) => bytes.get(id) ?? 0,
  };
};
