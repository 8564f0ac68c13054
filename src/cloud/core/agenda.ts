import { createHeap } from './heap.ts';

/** Something to do at a time. */
interface Entry {
  readonly at: number;
  readonly sequence: number;
  readonly task: () => void;
  over: boolean;
}

/** What is to be done, soonest first; what is due at one moment, in the order in which it was added. */
export interface Agenda {
  add(at: number, task: () => void): { cancel(): void };
  /** The next entry, which stays. */
  first(): { readonly at: number; readonly task: () => void } | undefined;
  /** Takes the next entry away. */
  drop(): void;
}

/** A cloud of a million items with a time to live sets as many timers. */
export const createAgenda = (): Agenda => {
  const heap = createHeap<Entry>(
    (a, b) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence),
    (entry) => !entry.over,
  );
  let sequence = 0;
  return {
    add: (at, task) => {
      const entry: Entry = { at, sequence: sequence++, task, over: false };
      heap.add(entry);
      return {
        cancel: () => {
          if (entry.over) return;
          entry.over = true;
          heap.forget();
        },
      };
    },
    first: () => heap.first(),
    drop: () => {
      const entry = heap.take();
      // A task that has run cannot be called off any more.
      if (entry !== undefined) entry.over = true;
    },
  };
};
