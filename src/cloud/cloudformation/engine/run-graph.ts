import { MAX_PARALLEL_RESOURCES } from '../limits.ts';
import type { Dependencies } from '../template/dependency-graph.ts';
import { dependents } from '../template/dependency-graph.ts';

/** How a graph is worked through. */
export interface GraphRun {
  /** What must be done first, by node. Names that are no nodes are not waited for. */
  readonly dependencies: Dependencies;
  /** Answers false when the node failed: what depends on it is not begun. */
  work(id: string): Promise<boolean>;
  /** Asked before each node; once true, nothing more is begun. */
  stopped(): boolean;
}

/** Works through a graph, everything that waits for nothing at one time. Resolves when no work is left in flight. */
export const runGraph = async ({ dependencies, work, stopped }: GraphRun): Promise<void> => {
  const waiting = new Map<string, number>();
  const behind = dependents(dependencies);
  const ready: string[] = [];
  for (const [id, needed] of dependencies) {
    const count = new Set(needed.filter((name) => dependencies.has(name))).size;
    if (count === 0) ready.push(id);
    else waiting.set(id, count);
  }
  const inFlight = new Set<Promise<void>>();
  const begin = (id: string) => {
    const task = work(id).then((succeeded) => {
      inFlight.delete(task);
      if (!succeeded) return;
      for (const next of new Set(behind.get(id))) {
        const left = (waiting.get(next) ?? 0) - 1;
        waiting.set(next, left);
        if (left === 0) ready.push(next);
      }
    });
    inFlight.add(task);
  };
  while (inFlight.size > 0 || (ready.length > 0 && !stopped())) {
    while (inFlight.size < MAX_PARALLEL_RESOURCES && !stopped()) {
      const id = ready.shift();
      if (id === undefined) break;
      begin(id);
    }
    if (inFlight.size > 0) await Promise.race(inFlight);
  }
};

/** The same nodes, what depended on another now first: the order of deletions. */
export const reversed = (dependencies: Dependencies): Dependencies => dependents(dependencies);
