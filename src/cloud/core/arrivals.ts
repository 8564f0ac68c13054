/**
 * Tells what waits at a source that something has arrived there: a message in a queue, a record in a shard. Nothing is handed
 * over; who is told goes and looks, under its own permissions.
 */
export interface Arrivals {
  /** Something can be had at this ARN now. */
  announce(arn: string): void;
  /** Calls `listener` with every announcement; returns how to stop. */
  listen(arn: string, listener: () => void): () => void;
}

export const createArrivals = (): Arrivals => {
  const listeners = new Map<string, Set<() => void>>();
  return {
    announce: (arn) => {
      // Who is told may begin or cease to listen meanwhile.
      for (const listener of Array.from(listeners.get(arn) ?? [])) listener();
    },
    listen: (arn, listener) => {
      const known = listeners.get(arn) ?? new Set();
      listeners.set(arn, known.add(listener));
      return () => {
        known.delete(listener);
        if (known.size === 0) listeners.delete(arn);
      };
    },
  };
};
