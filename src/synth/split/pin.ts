import { components } from './components.ts';
import type { Placement } from './placement.ts';
import { ROOT } from './placement.ts';
import type { ResourceGraph } from './resource-graph.ts';

/** What is deployed stays where it is. */
export interface Pinned {
  readonly placement: Map<string, string>;
  /** Ways in which deployed resources have come to need each other that no placement serves. */
  readonly conflicts: readonly string[];
}

/**
 * Holds every deployed resource in its stack, and with it what is new and stands between two resources of one stack: anywhere
 * else it would need the stack, and the stack would need it.
 */
export const pin = (graph: ResourceGraph, deployed: Placement): Pinned => {
  const placement = new Map<string, string>();
  for (const id of graph.ids) {
    const stack = deployed.get(id);
    if (stack !== undefined) placement.set(id, stack);
  }
  const nodeOf = (id: string) => placement.get(id) || id;
  const inside = new Map<string, string[]>();
  for (const id of graph.ids) inside.set(nodeOf(id), [...(inside.get(nodeOf(id)) ?? []), id]);
  const next = (node: string) =>
    new Set(
      (inside.get(node) ?? [])
        .flatMap(graph.needs)
        .map(nodeOf)
        .filter((other) => other !== node),
    );
  const conflicts: string[] = [];
  for (const circle of components([...inside.keys()], next)) {
    if (circle.length === 1) continue;
    const stacks = new Set(
      circle.flatMap((node) => inside.get(node) ?? []).flatMap((id) => placement.get(id) ?? []),
    );
    const [only] = stacks;
    if (stacks.size === 1 && only !== undefined && only !== ROOT)
      for (const id of circle) {
        if (!stacks.has(id)) placement.set(id, only);
      }
    else conflicts.push(tell(circle, inside, graph, placement));
  }
  return { placement, conflicts };
};

/** `A (in Part1) needs B (in Part2)`, for every step of a circle that leaves a stack. */
const tell = (
  circle: readonly string[],
  inside: ReadonlyMap<string, readonly string[]>,
  graph: ResourceGraph,
  placement: Placement,
): string => {
  const members = new Set(circle.flatMap((node) => inside.get(node) ?? []));
  const where = (id: string) => {
    const stack = placement.get(id);
    if (stack === undefined) return `${id} (new)`;
    return `${id} (in ${stack === ROOT ? 'the root' : stack})`;
  };
  return [...members]
    .sort()
    .flatMap((id) =>
      graph
        .needs(id)
        .filter((other) => members.has(other) && placement.get(other) !== placement.get(id))
        .map((other) => `${where(id)} needs ${where(other)}`),
    )
    .join(', ');
};
