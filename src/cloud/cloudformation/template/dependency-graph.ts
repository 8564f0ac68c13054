import { validationError } from '../errors.ts';

/** What must be there first, by logical id. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/**
 * Refuses a cycle.
 * @throws {AwsError} `Circular dependency between resources: […]`, with the resources that are in one, not those behind it
 */
export const refuseCycles = (dependencies: Dependencies): void => {
  const circular = [...cyclic(dependencies)];
  if (circular.length > 0)
    throw validationError(`Circular dependency between resources: [${circular.join(', ')}]`);
};

/** Members of strongly connected components of more than one, or with a loop on themselves (Tarjan, without recursion). */
const cyclic = (dependencies: Dependencies): Set<string> => {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found = new Set<string>();
  const visit = (root: string) => {
    const work: { readonly id: string; next: number }[] = [{ id: root, next: 0 }];
    while (work.length > 0) {
      const top = work[work.length - 1];
      if (top === undefined) return;
      const { id } = top;
      if (top.next === 0 && !order.has(id)) {
        order.set(id, order.size);
        low.set(id, order.size - 1);
        stack.push(id);
        onStack.add(id);
      }
      const target = dependencies.get(id)?.[top.next++];
      if (target !== undefined) {
        if (target === id) found.add(id);
        if (!order.has(target)) work.push({ id: target, next: 0 });
        else if (onStack.has(target))
          low.set(id, Math.min(low.get(id) ?? 0, order.get(target) ?? 0));
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent !== undefined)
        low.set(parent.id, Math.min(low.get(parent.id) ?? 0, low.get(id) ?? 0));
      if (low.get(id) !== order.get(id)) continue;
      const component = stack.splice(stack.lastIndexOf(id));
      for (const member of component) onStack.delete(member);
      if (component.length > 1) for (const member of component) found.add(member);
    }
  };
  for (const id of dependencies.keys()) if (!order.has(id)) visit(id);
  // In the template's order, so that the text is the same every time.
  return new Set([...dependencies.keys()].filter((id) => found.has(id)));
};

/** Dependencies turned round: what waits for each. */
export const dependents = (dependencies: Dependencies): Dependencies => {
  const turned = new Map<string, string[]>([...dependencies.keys()].map((id) => [id, []]));
  for (const [id, needed] of dependencies)
    for (const target of needed) turned.get(target)?.push(id);
  return turned;
};

/** The same nodes, each after what it depends on. Nodes that wait for nothing keep their order. */
export const inOrder = (dependencies: Dependencies): readonly string[] => {
  const done = new Set<string>();
  const order: string[] = [];
  for (const root of dependencies.keys()) {
    const work: { readonly id: string; expanded: boolean }[] = [{ id: root, expanded: false }];
    for (let top = work.pop(); top !== undefined; top = work.pop()) {
      const { id } = top;
      if (done.has(id)) continue;
      if (top.expanded) {
        done.add(id);
        order.push(id);
        continue;
      }
      work.push({ id, expanded: true });
      for (const needed of [...(dependencies.get(id) ?? [])].reverse())
        if (!done.has(needed) && dependencies.has(needed))
          work.push({ id: needed, expanded: false });
    }
  }
  return order;
};
