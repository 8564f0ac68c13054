/** Wakes what waits for something to happen in this process. What it waits for is a record: after a kill it looks again. */
export interface Bell {
  ring(key: string): void;
  /** Settles at the next ring. */
  heard(key: string): Promise<void>;
}

export const createBell = (): Bell => {
  const waiting = new Map<string, (() => void)[]>();
  return {
    ring: (key) => {
      const woken = waiting.get(key) ?? [];
      waiting.delete(key);
      for (const wake of woken) wake();
    },
    heard: (key) =>
      new Promise((resolve) => {
        const others = waiting.get(key);
        if (others === undefined) waiting.set(key, [resolve]);
        else others.push(resolve);
      }),
  };
};
