import type { Reference } from '../references.ts';
import type { Atom, Units } from './atoms.ts';
import { atomsOf, watchedBy } from './atoms.ts';
import { FILL, HARD, ROOT_FILL } from './limits.ts';
import type { StackLimits } from './limits.ts';
import type { Load } from './load.ts';
import { EMPTY_LOAD, fits, loadWith } from './load.ts';
import type { Pinned } from './pin.ts';
import { inNumberOrder, ROOT } from './placement.ts';

/** What {@link place} is told beside the units. */
export interface PlaceOptions {
  readonly pinned: Pinned['placement'];
  /** What the outputs of the service refer to. */
  readonly outputs: readonly Reference[];
  /** A name for the next nested stack. */
  readonly nextName: (taken: readonly string[]) => string;
}

/** Finds a stack for everything; what is pinned stays. */
export const place = (units: Units, options: PlaceOptions): ReadonlyMap<string, string> => {
  const { graph, unitOf, nests } = units;
  const placement = new Map(options.pinned);
  const atoms = atomsOf(units, options.pinned);
  const atomOf = new Map(atoms.flatMap((atom) => atom.members.map((id) => [id, atom] as const)));
  const siblings = new Map<string, string[]>();
  for (const id of graph.ids) siblings.set(unitOf(id), [...(siblings.get(unitOf(id)) ?? []), id]);
  const loads = new Map<string, Load>();
  let inRoot = 0;
  const add = (stack: string, members: readonly string[]) => {
    for (const id of members) placement.set(id, stack);
    if (stack === ROOT) inRoot += members.length;
    else
      loads.set(stack, loadWith(loads.get(stack) ?? EMPTY_LOAD, members, graph, options.outputs));
  };
  const before = new Map<string, string[]>();
  for (const [id, stack] of options.pinned) before.set(stack, [...(before.get(stack) ?? []), id]);
  for (const [stack, members] of [...before].sort(([a], [b]) => inNumberOrder(a, b)))
    add(stack, members);

  /** Whatever moves as one with a resource: a nested stack, an atom, or the resource alone. */
  const bodyOf = (id: string): Iterable<string> => {
    const stack = placement.get(id);
    if (stack === undefined) return atomOf.get(id)?.members ?? [id];
    return loads.get(stack)?.members ?? [id];
  };
  const needsOf = (id: string): Iterable<string> => {
    const stack = placement.get(id) ?? ROOT;
    return loads.get(stack)?.needs ?? [...bodyOf(id)].flatMap(graph.needs);
  };
  /** Whether a way leads from one body to the other over a third, which would close a circle if they were one. */
  const leadsAround = (
    from: ReadonlySet<string>,
    first: Iterable<string>,
    to: ReadonlySet<string>,
  ) => {
    const seen = new Set<string>();
    const open = [...first].filter((id) => !from.has(id) && !to.has(id));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      for (const member of bodyOf(id)) seen.add(member);
      for (const other of needsOf(id)) {
        if (to.has(other)) return true;
        if (!seen.has(other)) open.push(other);
      }
    }
    return false;
  };
  const isFree = (stack: string, { members }: Atom) => {
    const load = loads.get(stack) ?? EMPTY_LOAD;
    const own = new Set(members);
    return (
      !leadsAround(own, members.flatMap(graph.needs), load.members) &&
      !leadsAround(load.members, load.needs, own)
    );
  };
  const takes = (stack: string, atom: Atom, limits: StackLimits) =>
    (loads.get(stack)?.members.size ?? 0) + atom.members.length <= limits.resources &&
    fits(loadWith(loads.get(stack) ?? EMPTY_LOAD, atom.members, graph, options.outputs), limits) &&
    isFree(stack, atom);

  /** The stack in which the rest of a declaration is, or what an alarm watches. */
  const home = ({ members }: Atom): string | undefined => {
    for (const unit of new Set(members.map(unitOf))) {
      const main = placement.get(unit);
      if (main !== undefined) return main;
      const placed = (siblings.get(unit) ?? []).flatMap((id) => placement.get(id) ?? []);
      if (placed[0] !== undefined) return placed[0];
      const host = watchedBy(unit, siblings.get(unit) ?? [], units);
      const beside = host === undefined ? undefined : placement.get(host);
      if (beside !== undefined) return beside;
    }
    return undefined;
  };
  /** What functions need, functions, and what needs functions: kept apart, since a stack of all three would need those that need it. */
  const levelOf = (members: Iterable<string>): 'below' | 'functions' | 'above' => {
    const all = [...members];
    if (all.some((id) => nests(unitOf(id)))) return 'functions';
    return all.flatMap(graph.needs).some((id) => nests(unitOf(id))) ? 'above' : 'below';
  };
  const choose = (atom: Atom): string => {
    const at = home(atom);
    const size = inRoot + atom.members.length;
    if (at === ROOT && size <= ROOT_FILL) return ROOT;
    if (at !== undefined && at !== ROOT && takes(at, atom, HARD)) return at;
    if (at === undefined && !atom.members.some((id) => nests(unitOf(id))) && size <= ROOT_FILL)
      return ROOT;
    const names = [...loads.keys()].sort(inNumberOrder);
    const level = levelOf(atom.members);
    const beside = (stack: string) => levelOf(loads.get(stack)?.members ?? []) === level;
    return (
      names.find((stack) => beside(stack) && takes(stack, atom, FILL)) ?? options.nextName(names)
    );
  };
  for (const atom of atoms) add(choose(atom), atom.members);
  return placement;
};
