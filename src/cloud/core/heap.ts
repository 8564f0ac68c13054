/** What comes first is at hand; the rest stands in no order. */
export interface Heap<T> {
  add(item: T): void;
  /** The item before all others, which stays. */
  first(): T | undefined;
  /** Takes the first item away. */
  take(): T | undefined;
  /** Tells that one more item of those inside has died. */
  forget(): void;
  /** Every living item, in no order. */
  items(): readonly T[];
}

/** How many dead items are borne without a look at how many live. */
const FEW = 64;

/**
 * A binary heap whose items may die inside it: the dead leave when they come first, or all at once when most are dead.
 * @param isLive - Whether an item still counts. What has died never lives again.
 */
export const createHeap = <T>(
  before: (one: T, other: T) => boolean,
  isLive: (item: T) => boolean,
): Heap<T> => {
  let heap: T[] = [];
  let dead = 0;

  const rise = (item: T, from: number) => {
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up] as T;
      if (!before(item, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = item;
  };
  const sink = (item: T, from: number) => {
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as T, heap[child] as T)) child += 1;
      const below = heap[child] as T;
      if (!before(below, item)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = item;
  };
  /**
   * Fills the first place with the last item. It belongs near the bottom again, so the place goes down there first, by one
   * comparison a level, and the item rises from it.
   */
  const drop = () => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1] as T, heap[child] as T)) child += 1;
      heap[at] = heap[child] as T;
      at = child;
    }
    rise(last, at);
  };
  const compact = () => {
    heap = heap.filter(isLive);
    dead = 0;
    for (let at = (heap.length >> 1) - 1; at >= 0; at -= 1) sink(heap[at] as T, at);
  };
  const first = () => {
    for (;;) {
      const item = heap[0];
      if (item === undefined || isLive(item)) return item;
      drop();
      if (dead > 0) dead -= 1;
    }
  };

  return {
    add: (item) => {
      heap.push(item);
      rise(item, heap.length - 1);
    },
    first,
    take: () => {
      const item = first();
      if (item !== undefined) drop();
      return item;
    },
    forget: () => {
      dead += 1;
      if (dead > FEW && dead * 2 > heap.length) compact();
    },
    items: () => heap.filter(isLive),
  };
};
