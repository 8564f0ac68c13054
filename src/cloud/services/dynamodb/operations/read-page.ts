import type { Condition, Projection } from '../expressions/index.ts';
import { holds, project } from '../expressions/index.ts';
import { invalid } from '../errors.ts';
import { PAGE_BYTES } from '../limits.ts';
import type { Entry, KeySchema, KeyTexts, TableData, View } from '../storage/index.ts';
import { indexKeyOf, keyAttributes, keyOf, keyPart } from '../storage/index.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { admitItem, attributeOf, itemBytes } from '../values/index.ts';

/** One page of a query or a scan. */
export interface PageRequest {
  readonly data: TableData;
  readonly view: View;
  place(entry: Entry): number;
  readonly forward: boolean;
  readonly after: Entry | undefined;
  readonly limit: number | undefined;
  readonly filter: Condition | undefined;
  readonly projection: Projection | undefined;
  /** Whether a local index gives whole items, which it fetches from the table. */
  readonly whole: boolean;
  readonly counts: boolean;
}

export interface Page {
  readonly items: readonly Item[];
  readonly count: number;
  readonly scanned: number;
  /** Bytes that were looked at. */
  readonly bytes: number;
  readonly lastKey: Item | undefined;
}

export const readPage = (request: PageRequest): Page => {
  const { data, view, filter, projection, limit, counts } = request;
  const cursor = view.walk(request);
  const items: Item[] = [];
  let [count, scanned, bytes] = [0, 0, 0];
  let last: Item | undefined;
  let lastKey: Item | undefined;
  for (let stored = cursor.next(); stored !== undefined; stored = cursor.next()) {
    // A limit that is reached ends the page even where nothing is left; only the next page tells.
    if (last !== undefined && (scanned === limit || bytes >= PAGE_BYTES)) {
      lastKey = last;
      break;
    }
    const kept = view.projected(stored.item);
    const weight = kept === stored.item ? stored.bytes : itemBytes(kept);
    scanned += 1;
    bytes += weight;
    last = stored.item;
    const seen = request.whole ? stored.item : kept;
    if (filter !== undefined && !holds(filter, seen)) continue;
    count += 1;
    if (!counts) items.push(projection === undefined ? seen : project(seen, projection));
  }
  if (lastKey === undefined && last !== undefined && (scanned === limit || bytes >= PAGE_BYTES))
    lastKey = last;
  return {
    items,
    count,
    scanned,
    bytes,
    lastKey:
      lastKey === undefined
        ? undefined
        : { ...keyPart(data.schema, lastKey), ...keyPart(view.schema, lastKey) },
  };
};

const subset = (item: Item, schema: KeySchema): Item =>
  Object.fromEntries(
    keyAttributes(schema).flatMap(({ name }): [string, AttributeValue][] => {
      const value = attributeOf(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );

const badStart = (problem?: string) =>
  invalid(`The provided starting key is invalid${problem === undefined ? '' : `: ${problem}`}`);

/**
 * Where a page begins that goes on after a key.
 * @param told - Query says no more than that the key is wrong, Scan says why: recorded 2026,
 * https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/query.test.ts
 * @throws {ValidationException} for what is no key of the table, and of the index
 */
export const startOf = (
  data: TableData,
  view: View,
  given: Item,
  told: 'shortly' | 'why',
): { readonly entry: Entry; readonly texts: KeyTexts } => {
  const wanted = new Set(
    [...keyAttributes(data.schema), ...keyAttributes(view.schema)].map(({ name }) => name),
  );
  const names = Object.keys(given);
  if (names.length !== wanted.size || !names.every((name) => wanted.has(name)))
    throw badStart(
      view.index === undefined && told === 'why'
        ? 'The provided key element does not match the schema'
        : undefined,
    );
  let item: Item;
  let primary: KeyTexts;
  let own: KeyTexts | undefined;
  try {
    item = admitItem(given);
    primary = keyOf(data.schema, subset(item, data.schema)).texts;
    own = view.index === undefined ? primary : indexKeyOf(view.schema, item, view.index.name);
  } catch (error) {
    throw badStart(error instanceof Error ? error.message : undefined);
  }
  if (own === undefined) throw badStart();
  return { entry: view.entryOf(own, primary), texts: own };
};
