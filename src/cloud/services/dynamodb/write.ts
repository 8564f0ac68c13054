import { remember } from './disorder.ts';
import { invalid } from './errors.ts';
import { ITEM_BYTES } from './limits.ts';
import { recordChange } from './record-change.ts';
import type { StandingContext } from './state.ts';
import type { KeyTexts, StoredItem, TableRecord } from './storage/index.ts';
import { keyOfItem } from './storage/index.ts';
import type { Item } from './values/index.ts';
import { itemBytes } from './values/index.ts';

/** What a write did. */
export interface Written {
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
}

/** One item to put, or to take away. */
export interface Change {
  readonly table: TableRecord;
  readonly texts: KeyTexts;
  /** What is to be there; undefined for nothing. */
  readonly item: Item | undefined;
  /** Taken away because its time to live was over. */
  readonly expired?: true;
}

/** @throws {ValidationException} for an item of more than 400 KB */
export const assertSize = (item: Item, isUpdate: boolean): void => {
  if (itemBytes(item) > ITEM_BYTES)
    throw invalid(
      isUpdate
        ? 'Item size to update has exceeded the maximum allowed size'
        : 'Item size has exceeded the maximum allowed size',
    );
};

/**
 * Puts an item in its place, or takes it away, in the table, its indexes, its stream and its time to live.
 * @throws {ValidationException} when an attribute that is an index's key has the wrong type; nothing is changed then
 */
export const write = (context: StandingContext, change: Change): Written => {
  const { table, texts, item } = change;
  const data = context.state.dataOf(table);
  // The list of ends is made of the items as they stand: before the change.
  const expiries = context.state.expiriesOf(table);
  const before = item === undefined ? data.remove(texts) : data.put(texts, item);
  const after = item === undefined ? undefined : data.get(texts);
  if (expiries !== undefined) {
    if (before !== undefined) expiries.remove(before);
    if (after !== undefined) expiries.add(after);
    expireLater(context, table.name);
  }
  recordChange(context, { ...change, before, after });
  remember(context, change, { before, after });
  return { before, after };
};

/**
 * Sets the timer for the next item of a table whose time to live ends. One timer a table: it is set anew whenever a sooner end
 * comes.
 * Differs: AWS deletes within a few days of the end; here an item goes as soon as its time is over.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export const expireLater = (context: StandingContext, tableName: string): void => {
  const { state, clock } = context;
  const name = `expire ${tableName}`;
  state.timers.get(name)?.cancel();
  state.timers.delete(name);
  const table = state.tables.get(tableName);
  const next = table === undefined ? undefined : state.expiriesOf(table)?.next(clock.now());
  if (next === undefined) return;
  state.timers.set(
    name,
    clock.after(next - clock.now(), () =>
      context.background(name, async () => expire(context, tableName)),
    ),
  );
};

const expire = (context: StandingContext, tableName: string): void => {
  const { state, clock } = context;
  const table = state.tables.get(tableName);
  if (table === undefined) return;
  const { schema } = state.dataOf(table);
  for (const { item } of state.expiriesOf(table)?.due(clock.now()) ?? [])
    write(context, { table, texts: keyOfItem(schema, item), item: undefined, expired: true });
  expireLater(context, tableName);
};
