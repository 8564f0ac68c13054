import type { Table } from '../../../core/store.ts';
import type { Item } from '../values/index.ts';
import { attributeOf, comparatorOf, compareTexts, itemBytes, typeOf } from '../values/index.ts';
import type { KeySchema, KeyTexts } from './keys.ts';
import { hashOf, indexKeyOf, keyAttributes, primaryText } from './keys.ts';
import type { Cursor, SortedList } from './sorted-list.ts';
import { createSortedList } from './sorted-list.ts';
import type { IndexRecord, TableRecord } from './table-record.ts';
import { schemaOf } from './table-record.ts';

/** An item as it is kept: with its key as texts, and what it weighs. */
export interface StoredItem {
  /** Its key among all items of the table. */
  readonly key: string;
  readonly spread: number;
  readonly hash: string;
  readonly range: string | undefined;
  readonly item: Item;
  readonly bytes: number;
}

/** A place in a table or an index; of an index the item comes with it. */
export interface Entry {
  readonly key: string;
  readonly spread: number;
  readonly hash: string;
  readonly range: string | undefined;
}

interface IndexEntry extends Entry {
  readonly stored: StoredItem;
}

/** Where a page begins and what it looks at. */
export interface Range {
  /** Below zero before, zero inside, above zero behind. */
  place(entry: Entry): number;
  readonly forward: boolean;
  /** The last entry of the page before. */
  readonly after?: Entry | undefined;
}

/** A table's or an index's items in order: by the hash of the partition key, then by sort key. */
export interface View {
  readonly schema: KeySchema;
  readonly index: IndexRecord | undefined;
  readonly size: number;
  readonly bytes: number;
  /** What an index keeps of an item; of a table all. */
  projected(item: Item): Item;
  /** Whether the index keeps an attribute. */
  keeps(attribute: string): boolean;
  walk(range: Range): Cursor<StoredItem>;
  /** Where an item with these attributes stands; for the start of a page. */
  entryOf(texts: KeyTexts, primary: KeyTexts): Entry;
}

/** The items of one table and its indexes. */
export interface TableData {
  readonly schema: KeySchema;
  readonly table: View;
  readonly bytes: number;
  readonly size: number;
  get(texts: KeyTexts): StoredItem | undefined;
  /**
   * Puts an item in the place of what was there.
   * @returns what was there
   * @throws {ValidationException} when an index's key has the wrong type; nothing is changed then
   */
  put(texts: KeyTexts, item: Item): StoredItem | undefined;
  remove(texts: KeyTexts): StoredItem | undefined;
  /** @throws {ValidationException} when {@link put} would */
  assertIndexable(item: Item): void;
  view(indexName: string): View | undefined;
  /** Bytes of the items with one partition key, in the table and its local indexes. */
  collectionBytes(hash: string): number;
  /** Follows a change of the table's indexes. An index that is new is filled. */
  reshape(table: TableRecord): void;
  values(): IterableIterator<StoredItem>;
  /** Takes every item away. */
  clear(): void;
}

const createOrder = (schema: KeySchema) => {
  const compareRange = comparatorOf(schema.range?.type ?? 'S');
  return (left: Entry, right: Entry): number => {
    if (left.spread !== right.spread) return left.spread - right.spread;
    if (left.hash !== right.hash) return compareTexts(left.hash, right.hash);
    if (left.range !== undefined && right.range !== undefined && left.range !== right.range)
      return compareRange(left.range, right.range);
    return left.key === right.key ? 0 : compareTexts(left.key, right.key);
  };
};

/** The range with what the pages before have seen cut off. */
const placeAfter = (range: Range, order: (left: Entry, right: Entry) => number) => {
  const { after, forward } = range;
  if (after === undefined) return range.place;
  return (entry: Entry) => {
    const beyond = order(entry, after);
    if (forward ? beyond <= 0 : beyond >= 0) return forward ? -1 : 1;
    return range.place(entry);
  };
};

interface IndexData extends View {
  readonly record: IndexRecord;
  keyTexts(item: Item): KeyTexts | undefined;
  insert(texts: KeyTexts, stored: StoredItem): void;
  remove(texts: KeyTexts, stored: StoredItem): void;
}

const createIndex = (
  table: TableRecord,
  tableSchema: KeySchema,
  record: IndexRecord,
  items: Iterable<StoredItem>,
): IndexData => {
  const schema = schemaOf(table, record.keySchema);
  const order = createOrder(schema);
  const { ProjectionType, NonKeyAttributes = [] } = record.projection;
  const kept = new Set([
    ...[...keyAttributes(tableSchema), ...keyAttributes(schema)].map(({ name }) => name),
    ...NonKeyAttributes,
  ]);
  const all = ProjectionType === 'ALL';
  const projected = (item: Item): Item =>
    all ? item : Object.fromEntries(Object.entries(item).filter(([name]) => kept.has(name)));
  const entryFor = (texts: KeyTexts, stored: StoredItem): IndexEntry => ({
    key: stored.key,
    spread: hashOf(texts.hash),
    hash: texts.hash,
    range: texts.range,
    stored,
  });
  const weight = (stored: StoredItem) => (all ? stored.bytes : itemBytes(projected(stored.item)));
  let bytes = 0;
  // What an index came too late for may have attributes of another type: it leaves those items out.
  const entries: IndexEntry[] = [];
  for (const stored of items) {
    if (!fits(schema, stored.item)) continue;
    const texts = indexKeyOf(schema, stored.item, record.name);
    if (texts === undefined) continue;
    entries.push(entryFor(texts, stored));
    bytes += weight(stored);
  }
  const list: SortedList<IndexEntry> = createSortedList<IndexEntry>(order, entries.sort(order));
  return {
    record,
    schema,
    index: record,
    get size() {
      return list.size;
    },
    get bytes() {
      return bytes;
    },
    projected,
    keeps: (attribute) => all || kept.has(attribute),
    keyTexts: (item) => indexKeyOf(schema, item, record.name),
    insert: (texts, stored) => {
      list.insert(entryFor(texts, stored));
      bytes += weight(stored);
    },
    remove: (texts, stored) => {
      list.remove(entryFor(texts, stored));
      bytes -= weight(stored);
    },
    walk: (range) => {
      const cursor = list.walk(placeAfter(range, order), range.forward);
      return { next: () => cursor.next()?.stored };
    },
    entryOf: (texts, primary) => ({
      key: primaryText(primary),
      spread: hashOf(texts.hash),
      hash: texts.hash,
      range: texts.range,
    }),
  };
};

/** Whether an item's attributes may be keys of an index, by type and by being not empty. */
const fits = (schema: KeySchema, item: Item): boolean =>
  keyAttributes(schema).every(({ name, type }) => {
    const value = attributeOf(item, name);
    return (
      value === undefined || (typeOf(value) === type && value.S !== '' && value.B?.byteLength !== 0)
    );
  });

/** @param rows - The table's items, by their keys; the truth of which all else is an index */
export const createTableData = (initial: TableRecord, rows: Table<StoredItem>): TableData => {
  const schema = schemaOf(initial, initial.keySchema);
  const order = createOrder(schema);
  const list = createSortedList<StoredItem>(order, [...rows.values()].sort(order));
  let indexes: readonly IndexData[] = initial.indexes.map((record) =>
    createIndex(initial, schema, record, rows.values()),
  );
  let hasLocal = initial.indexes.some(({ kind }) => kind === 'local');
  let bytes = 0;
  const collections = new Map<string, number>();
  const weigh = (stored: StoredItem, sign: 1 | -1) => {
    bytes += sign * stored.bytes;
    if (!hasLocal) return;
    const locals = indexes.filter(
      (index) => index.record.kind === 'local' && index.keyTexts(stored.item) !== undefined,
    );
    const weight = locals.reduce(
      (sum, index) => sum + itemBytes(index.projected(stored.item)),
      stored.bytes,
    );
    collections.set(stored.hash, (collections.get(stored.hash) ?? 0) + sign * weight);
  };
  for (const stored of rows.values()) weigh(stored, 1);

  const unlink = (stored: StoredItem) => {
    for (const index of indexes) {
      const texts = fits(index.schema, stored.item) ? index.keyTexts(stored.item) : undefined;
      if (texts !== undefined) index.remove(texts, stored);
    }
    weigh(stored, -1);
  };

  const table: View = {
    schema,
    index: undefined,
    get size() {
      return rows.size;
    },
    get bytes() {
      return bytes;
    },
    projected: (item) => item,
    keeps: () => true,
    walk: (range) => list.walk(placeAfter(range, order), range.forward),
    entryOf: (texts) => ({
      key: primaryText(texts),
      spread: hashOf(texts.hash),
      hash: texts.hash,
      range: texts.range,
    }),
  };

  return {
    schema,
    table,
    get bytes() {
      return bytes;
    },
    get size() {
      return rows.size;
    },
    get: (texts) => rows.get(primaryText(texts)),
    put: (texts, item) => {
      // Every index is asked before anything changes: the write is whole or not at all.
      const places = indexes.map((index) => index.keyTexts(item));
      const key = primaryText(texts);
      const before = rows.get(key);
      const stored: StoredItem = {
        key: before?.key ?? key,
        spread: before?.spread ?? hashOf(texts.hash),
        hash: before?.hash ?? texts.hash,
        range: before?.range ?? texts.range,
        item,
        bytes: itemBytes(item),
      };
      if (before !== undefined) unlink(before);
      rows.set(stored.key, stored);
      list.insert(stored);
      indexes.forEach((index, at) => {
        const place = places[at];
        if (place !== undefined) index.insert(place, stored);
      });
      weigh(stored, 1);
      return before;
    },
    remove: (texts) => {
      const before = rows.get(primaryText(texts));
      if (before === undefined) return undefined;
      rows.delete(before.key);
      list.remove(before);
      unlink(before);
      return before;
    },
    assertIndexable: (item) => {
      for (const index of indexes) index.keyTexts(item);
    },
    view: (name) => indexes.find(({ record }) => record.name === name),
    collectionBytes: (hash) => collections.get(hash) ?? 0,
    reshape: (changed) => {
      const known = new Map(indexes.map((index) => [index.record.name, index]));
      indexes = changed.indexes.map((record) => {
        const index = known.get(record.name);
        return index !== undefined && index.record.keySchema === record.keySchema
          ? index
          : createIndex(changed, schema, record, rows.values());
      });
      hasLocal = changed.indexes.some(({ kind }) => kind === 'local');
    },
    values: () => rows.values(),
    clear: () => {
      for (const key of rows.keys()) rows.delete(key);
    },
  };
};
