/**
 * The strongly connected components of a graph, those that others lead to first: Tarjan's order. The same graph, its nodes and
 * edges in the same order, gives the same answer.
 */
export const components = (
  nodes: readonly string[],
  next: (node: string) => Iterable<string>,
): readonly (readonly string[])[] => {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const lower = (node: string, to: number) => low.set(node, Math.min(low.get(node) ?? to, to));
  for (const start of nodes) {
    if (index.has(start)) continue;
    const work: { readonly node: string; readonly edges: Iterator<string> }[] = [];
    const enter = (node: string) => {
      index.set(node, index.size);
      low.set(node, index.size - 1);
      path.push(node);
      onPath.add(node);
      work.push({ node, edges: next(node)[Symbol.iterator]() });
    };
    enter(start);
    for (let frame = work.at(-1); frame !== undefined; frame = work.at(-1)) {
      const { node, edges } = frame;
      const edge = edges.next();
      if (edge.done !== true) {
        const other = edge.value;
        if (!index.has(other)) enter(other);
        else if (onPath.has(other)) lower(node, index.get(other) ?? 0);
        continue;
      }
      work.pop();
      const above = work.at(-1);
      if (above !== undefined) lower(above.node, low.get(node) ?? 0);
      if (low.get(node) !== index.get(node)) continue;
      const component = path.splice(path.lastIndexOf(node));
      for (const member of component) onPath.delete(member);
      found.push(component.sort());
    }
  }
  return found;
};
