/** Something to do at a time. */
interface Entry {
  readonly at: number;
  readonly sequence: number;
  readonly task: () => void;
  cancelled: boolean;
}

/** What is to be done, soonest first; what is due at one moment, in the order in which it was added. */
export interface Agenda {
  add(at: number, task: () => void): { cancel(): void };
  /** The next entry, which stays. */
  first(): { readonly at: number; readonly task: () => void } | undefined;
  /** Takes the next entry away. */
  drop(): void;
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

/** A binary heap: a cloud of a million items with a time to live sets as many timers. */
export const createAgenda = (): Agenda => {
  const heap: Entry[] = [];
  let sequence = 0;
  let cancelled = 0;

  const swap = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]];
    if (one === undefined || other === undefined) return;
    heap[a] = other;
    heap[b] = one;
  };
  const precedes = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]];
    return one !== undefined && other !== undefined && before(one, other);
  };
  const rise = (from: number) => {
    let at = from;
    for (let parent = (at - 1) >> 1; at > 0 && precedes(at, parent); parent = (at - 1) >> 1) {
      swap(at, parent);
      at = parent;
    }
  };
  const sink = (from: number) => {
    let at = from;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (precedes(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  const drop = () => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    sink(0);
  };
  /** Cancelled entries leave when they come first, or all at once when most are cancelled. */
  const compact = () => {
    const left = heap.filter((entry) => !entry.cancelled);
    heap.length = 0;
    cancelled = 0;
    for (const entry of left) {
      heap.push(entry);
      rise(heap.length - 1);
    }
  };

  return {
    add: (at, task) => {
      const entry: Entry = { at, sequence: sequence++, task, cancelled: false };
      heap.push(entry);
      rise(heap.length - 1);
      return {
        cancel: () => {
          if (entry.cancelled) return;
          entry.cancelled = true;
          cancelled += 1;
          if (cancelled > 64 && cancelled * 2 > heap.length) compact();
        },
      };
    },
    first: () => {
      while (heap[0]?.cancelled === true) {
        drop();
        cancelled -= 1;
      }
      return heap[0];
    },
    drop: () => {
      const entry = heap[0];
      // A task that has run cannot be called off any more.
      if (entry !== undefined) entry.cancelled = true;
      drop();
    },
  };
};
