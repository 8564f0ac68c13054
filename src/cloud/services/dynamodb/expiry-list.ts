import { OLDEST_EXPIRY_MS } from './limits.ts';
import type { SortedList, StoredItem } from './storage/index.ts';
import { createSortedList } from './storage/index.ts';
import type { Item } from './values/index.ts';
import { attributeOf, compareTexts } from './values/index.ts';

interface Expiry {
  readonly at: number;
  readonly stored: StoredItem;
}

/** A table's items by when their time to live ends. */
export interface ExpiryList {
  add(stored: StoredItem): void;
  remove(stored: StoredItem): void;
  /** When the next one ends, in milliseconds since the epoch; what ended too long ago is left alone. */
  next(now: number): number | undefined;
  /** Items whose time was over at `now`. */
  due(now: number): readonly StoredItem[];
}

/** The end of an item's time, from its attribute in seconds since the epoch; what is no number has no end. */
const endOf = (item: Item, attribute: string): number | undefined => {
  const seconds = Number(attributeOf(item, attribute)?.N ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.floor(seconds) * 1_000 : undefined;
};

const order = (left: Expiry, right: Expiry) =>
  left.at - right.at || compareTexts(left.stored.key, right.stored.key);

export const createExpiryList = (attribute: string, items: Iterable<StoredItem>): ExpiryList => {
  const all: Expiry[] = [];
  for (const stored of items) {
    const at = endOf(stored.item, attribute);
    if (at !== undefined) all.push({ at, stored });
  }
  const list: SortedList<Expiry> = createSortedList(order, all.sort(order));
  const expiryOf = (stored: StoredItem): Expiry | undefined => {
    const at = endOf(stored.item, attribute);
    return at === undefined ? undefined : { at, stored };
  };
  return {
    add: (stored) => {
      const expiry = expiryOf(stored);
      if (expiry !== undefined) list.insert(expiry);
    },
    remove: (stored) => {
      const expiry = expiryOf(stored);
      if (expiry !== undefined) list.remove(expiry);
    },
    next: (now) => list.walk(({ at }) => (at <= now - OLDEST_EXPIRY_MS ? -1 : 0), true).next()?.at,
    due: (now) => {
      const found: StoredItem[] = [];
      const place = ({ at }: Expiry) => (at <= now - OLDEST_EXPIRY_MS ? -1 : at > now ? 1 : 0);
      const cursor = list.walk(place, true);
      for (let expiry = cursor.next(); expiry !== undefined; expiry = cursor.next())
        found.push(expiry.stored);
      return found;
    },
  };
};
