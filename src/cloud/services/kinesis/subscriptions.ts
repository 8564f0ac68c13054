import { SUBSCRIPTION } from './limits.ts';

/** Connections that wait for records: one of a consumer and shard at a time. Nothing of it is kept: they end with the process. */
export interface Subscriptions {
  /**
   * Takes the place of a consumer at a shard. Undefined when another took it less than five seconds ago; later, that one is
   * told by `onLost` and ends.
   */
  take(key: string, now: number, onLost: () => void): Taken | undefined;
}

interface Taken {
  /** Gives the place back. */
  release(): void;
}

export const createSubscriptions = (): Subscriptions => {
  const taken = new Map<string, { readonly since: number; readonly onLost: () => void }>();
  return {
    take: (key, now, onLost) => {
      const other = taken.get(key);
      if (other !== undefined && now - other.since < SUBSCRIPTION.exclusiveMs) return undefined;
      const own = { since: now, onLost };
      taken.set(key, own);
      other?.onLost();
      return {
        release: () => {
          if (taken.get(key) === own) taken.delete(key);
        },
      };
    },
  };
};
