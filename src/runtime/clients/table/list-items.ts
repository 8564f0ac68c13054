import type { Attributes, PlainItem } from './bound-table.ts';
import { plainItem } from './bound-table.ts';
import { readCursor, writeCursor } from './cursor.ts';

/** One answer of DynamoDB. */
export interface Fetched {
  readonly Items?: readonly Attributes[] | undefined;
  readonly LastEvaluatedKey?: Attributes | undefined;
}

/** How a list is read. */
export interface ListPlan {
  /** Items at most. */
  readonly limit: number | undefined;
  /** Whether what DynamoDB reads is more than what it gives. */
  readonly filtered: boolean;
  /** Names of the keys by which it goes on. */
  readonly keys: readonly string[];
  readonly only: (item: PlainItem) => PlainItem;
  /** @param Limit - What DynamoDB reads at most, before it filters. */
  readonly fetch: (
    ExclusiveStartKey: Attributes | undefined,
    Limit: number | undefined,
  ) => Promise<Fetched>;
}

/** How many are read for so many that are wanted: with a filter a page, for nobody knows how many pass. */
const toRead = ({ filtered }: ListPlan, wanted: number | undefined): number | undefined =>
  filtered ? undefined : wanted;

async function* iterate(plan: ListPlan): AsyncGenerator<PlainItem> {
  let left = plan.limit ?? Number.POSITIVE_INFINITY;
  let start: Attributes | undefined;
  while (left > 0) {
    const { Items = [], LastEvaluatedKey } = await plan.fetch(
      start,
      toRead(plan, Number.isFinite(left) ? left : undefined),
    );
    for (const item of Items) {
      yield plan.only(plainItem(item));
      left -= 1;
      if (left <= 0) return;
    }
    if (LastEvaluatedKey === undefined) return;
    start = LastEvaluatedKey;
  }
}

const cursorOf = ({ keys }: ListPlan, item: Attributes): string =>
  writeCursor(
    Object.fromEntries(
      keys.flatMap((name) => {
        const value = item[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );

const page = async (plan: ListPlan, after: string | undefined) => {
  const { limit } = plan;
  const found: Attributes[] = [];
  let start = after === undefined ? undefined : readCursor(after, plan.keys);
  do {
    const { Items = [], LastEvaluatedKey } = await plan.fetch(
      start,
      toRead(plan, limit === undefined ? undefined : limit - found.length),
    );
    found.push(...Items);
    start = LastEvaluatedKey;
  } while (limit !== undefined && found.length < limit && start !== undefined);
  const kept = limit === undefined ? found : found.slice(0, limit);
  const last = kept.at(-1);
  // A page may have read more than it gives.
  const cut = kept.length < found.length && last !== undefined;
  return {
    items: kept.map((item) => plan.only(plainItem(item))),
    next: cut ? cursorOf(plan, last) : start === undefined ? undefined : writeCursor(start),
  };
};

/** A list that is read as it is wanted. */
export const listItems = (plan: ListPlan) => ({
  [Symbol.asyncIterator]: () => iterate(plan),
  all: async (): Promise<readonly PlainItem[]> => {
    const items: PlainItem[] = [];
    for await (const item of iterate(plan)) items.push(item);
    return items;
  },
  page: (after?: string) => page(plan, after),
});
