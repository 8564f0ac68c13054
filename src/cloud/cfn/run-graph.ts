/** What one piece of parallel work came to. */
export interface GraphFailure {
  readonly id: string;
  readonly error: unknown;
}

/**
 * Does the work of every node, each after those that it needs, side by side otherwise. After a failure nothing new
 * begins; what runs is waited for.
 */
export const runGraph = async (
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  work: (id: string) => Promise<void>,
  stop: () => boolean = () => false,
): Promise<readonly GraphFailure[]> => {
  const failures: GraphFailure[] = [];
  const started = new Map<string, Promise<boolean>>();
  const start = (id: string): Promise<boolean> => {
    let running = started.get(id);
    if (running === undefined) {
      running = (async () => {
        const ready = await Promise.all([...(needs.get(id) ?? [])].map(start));
        if (ready.includes(false) || failures.length > 0 || stop()) return false;
        try {
          await work(id);
          return true;
        } catch (error) {
          failures.push({ id, error });
          return false;
        }
      })();
      started.set(id, running);
    }
    return running;
  };
  await Promise.all([...needs.keys()].map(start));
  return failures;
};

/** The same graph the other way round: what needs a node comes before it. */
export const reversed = (
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const back = new Map<string, Set<string>>([...needs.keys()].map((id) => [id, new Set<string>()]));
  for (const [id, needed] of needs) for (const other of needed) back.get(other)?.add(id);
  return back;
};
