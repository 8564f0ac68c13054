import type { Template } from '../template.ts';
import { components } from './components.ts';
import { FILL } from './limits.ts';
import type { Placement } from './placement.ts';
import { ROOT } from './placement.ts';
import type { ResourceGraph } from './resource-graph.ts';

/** What a service consists of, as the split sees it. */
export interface Units {
  readonly graph: ResourceGraph;
  /** The declaration that a resource belongs to; its own id for one without. */
  unitOf(id: string): string;
  /** Whether a declaration is one of the many: a function or an alarm. What they share stays in the root. */
  nests(unit: string): boolean;
  /** Whether a declaration watches others, and is best beside what it watches. */
  watches(unit: string): boolean;
}

export const unitsOf = (
  { Resources: resources }: Template,
  owners: ReadonlyMap<string, string>,
  graph: ResourceGraph,
): Units => {
  const types = new Map<string, Set<string>>();
  const unitOf = (id: string) => owners.get(id) ?? id;
  for (const id of graph.ids) {
    const own = types.get(unitOf(id)) ?? new Set();
    types.set(unitOf(id), own.add(resources[id]?.Type ?? ''));
  }
  const watches = (unit: string) => {
    const own = types.get(unit) ?? new Set();
    return own.size === 1 && own.has('AWS::CloudWatch::Alarm');
  };
  return {
    graph,
    unitOf,
    watches,
    nests: (unit) => (types.get(unit)?.has('AWS::Lambda::Function') ?? false) || watches(unit),
  };
};

/** Resources that are placed together. */
export interface Atom {
  readonly members: readonly string[];
}

/** The one function's declaration that an alarm watches; undefined when there are several, or none. */
export const watchedBy = (
  unit: string,
  members: readonly string[],
  units: Units,
): string | undefined => {
  if (!units.watches(unit)) return undefined;
  const watched = new Set(
    members
      .flatMap(units.graph.needs)
      .map(units.unitOf)
      .filter((other) => other !== unit && units.nests(other) && !units.watches(other)),
  );
  const [only] = watched;
  return watched.size === 1 ? only : undefined;
};

/**
 * Groups what is not placed yet, in an order in which what others need comes first. A declaration's resources stay together, and so
 * do declarations that need each other, unless a stack could not take them all, or what is deployed stands between them.
 */
export const atomsOf = (units: Units, pinned: Placement): readonly Atom[] => {
  const { graph, unitOf } = units;
  const groups = byUnit(units, pinned);
  const apart = new Set<string>();
  const breakUp = (key: string) => {
    const members = groups.get(key) ?? [];
    groups.delete(key);
    for (const id of members) {
      apart.add(id);
      groups.set(`resource ${id}`, [id]);
    }
  };
  const large = [...groups].filter(([, members]) => members.length > FILL.resources);
  for (const [key] of large) breakUp(key);
  for (;;) {
    const nodeOf = nodes(groups, pinned);
    const own = (node: string) =>
      groups.get(node) ?? (pinned.has(node) ? [node] : inStack(pinned, node));
    const next = (node: string) =>
      new Set(
        own(node)
          .flatMap(graph.needs)
          .map(nodeOf)
          .filter((other) => other !== node),
      );
    const order = components([...new Set(graph.ids.map(nodeOf))], next);
    const circles = order.filter(({ length }) => length > 1);
    if (circles.length === 0)
      return order.flatMap(([node = '']) => {
        const members = groups.get(node);
        return members === undefined ? [] : [{ members }];
      });
    for (const circle of circles) {
      const members = circle.flatMap((node) => groups.get(node) ?? []);
      const mayJoin =
        circle.every((node) => groups.has(node)) &&
        members.length <= FILL.resources &&
        !members.some((id) => apart.has(id));
      if (!mayJoin) {
        for (const node of circle) if (groups.has(node)) breakUp(node);
        continue;
      }
      for (const node of circle) groups.delete(node);
      groups.set(`unit ${unitOf(members[0] ?? '')}`, members.sort());
    }
  }
};

const inStack = (pinned: Placement, stack: string) =>
  [...pinned].flatMap(([id, own]) => (own === stack ? [id] : []));

/** What is nowhere yet, by declaration; an alarm counts to the function that it watches. */
const byUnit = (units: Units, pinned: Placement): Map<string, readonly string[]> => {
  const fresh = new Map<string, string[]>();
  for (const id of units.graph.ids)
    if (!pinned.has(id)) {
      const unit = units.unitOf(id);
      fresh.set(unit, [...(fresh.get(unit) ?? []), id]);
    }
  const groups = new Map<string, readonly string[]>();
  for (const [unit, members] of fresh) {
    const host = watchedBy(unit, members, units);
    const key = `unit ${host !== undefined && fresh.has(host) ? host : unit}`;
    groups.set(key, [...(groups.get(key) ?? []), ...members]);
  }
  return groups;
};

/** The node of each resource: its group, its nested stack, or itself where it is in the root. */
const nodes = (groups: ReadonlyMap<string, readonly string[]>, pinned: Placement) => {
  const known = new Map<string, string>();
  for (const [id, stack] of pinned) known.set(id, stack === ROOT ? id : stack);
  for (const [key, members] of groups) for (const id of members) known.set(id, key);
  return (id: string): string => known.get(id) ?? id;
};
