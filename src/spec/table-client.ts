import type { ItemCondition, KeyTest } from './table-condition.ts';
import type { KeyOf, Only, TableTypes, ValueOf } from './table-keys.ts';
import type { TableChanges } from './table-changes.ts';

/** What a table can be granted for: `index:NAME` is a query of that index. */
export type TableMode<Index extends string = string> =
  | 'read'
  | 'scan'
  | 'write'
  | 'delete'
  | `index:${Index}`;

type Names<Item> = Item extends unknown ? keyof Item & string : never;

/** Which members of items are read. */
export interface Selection<Item, Name extends Names<Item>> {
  /** Members that are wanted. @defaultValue all that there are */
  readonly attributes?: readonly Name[];
}

type Selected<Item, Name extends PropertyKey> = [Name] extends [never] ? Item : Only<Item, Name>;

/** How one item is read. */
export interface GetOptions {
  /** Reads what was written last, at twice the price. @defaultValue false */
  readonly consistent?: boolean;
}

/** How several items are read. */
export interface GetAllOptions extends GetOptions {
  /** Reads all of them as they were at one moment, at twice the price; up to 100. @defaultValue false */
  readonly transactional?: boolean;
}

/** Which items are wanted, and in what order. */
export interface ScanOptions<Item> extends GetOptions {
  /** What must be so of an item. What is filtered out has been read, and is paid for. */
  readonly filter?: ItemCondition<Item>;
  /** Items at most; of `page`, in one page. @defaultValue all; of `page`, what one request gives, up to 1 MB */
  readonly limit?: number;
}

/** Which items of one partition key are wanted, and in what order. */
export interface QueryOptions<Item> extends ScanOptions<Item> {
  /** From the last sort key to the first. @defaultValue false */
  readonly descending?: boolean;
}

/** Some of many items, and how to go on. */
export interface ItemPage<Item> {
  /** Items, in their order. */
  readonly items: readonly Item[];
  /** What the next page begins after, for `page`; undefined at the end. It holds the key of the last item, readable. */
  readonly next: string | undefined;
}

/** Items, read page by page as they are wanted: `for await (const item of items)`. */
export interface Items<Item> extends AsyncIterable<Item> {
  /** All of them at once. */
  all(): Promise<readonly Item[]>;
  /** One page, for those who go on later: a list behind an API. */
  page(after?: string): Promise<ItemPage<Item>>;
}

/** What a query asks for: the partition key, and what the sort key must be. */
export type QueryKey<Item, Partition extends string, Sort extends string> = Readonly<
  Record<Partition, ValueOf<Item, Partition>>
> & { readonly [Name in Sort]?: KeyTest<ValueOf<Item, Name>> };

/** Reads items by their keys. */
export interface TableReader<T extends TableTypes> {
  /** The item with this key, or undefined. */
  get<const Name extends Names<T['item']> = never>(
    key: KeyOf<T>,
    options?: GetOptions & Selection<T['item'], Name>,
  ): Promise<Selected<T['item'], Name> | undefined>;
  /** The items with these keys, in the order of the keys, undefined where there is none; in as few requests as they take. */
  getAll<const Name extends Names<T['item']> = never>(
    keys: readonly KeyOf<T>[],
    options?: GetAllOptions & Selection<T['item'], Name>,
  ): Promise<readonly (Selected<T['item'], Name> | undefined)[]>;
  /** Items of one partition key, in the order of their sort keys. */
  query<const Name extends Names<T['item']> = never>(
    where: QueryKey<T['item'], T['partition'], T['sort']>,
    options?: QueryOptions<T['item']> & Selection<T['item'], Name> & { readonly index?: never },
  ): Items<Selected<T['item'], Name>>;
}

type IndexItem<T extends TableTypes, Index extends string> = T['indexes'][Index]['item'];

type OfIndex<T extends TableTypes, Index extends string> = {
  /** The index. */
  readonly index: Index;
} & (T['indexes'][Index]['consistent'] extends true ? unknown : { readonly consistent?: false });

/** Reads items by the keys of indexes. */
export interface IndexReader<T extends TableTypes, Index extends string> {
  /** Items of one partition key of an index, in the order of its sort key, with what the index has of them. */
  query<const I extends Index, const Name extends Names<IndexItem<T, I>> = never>(
    where: QueryKey<IndexItem<T, I>, T['indexes'][I]['partition'], T['indexes'][I]['sort']>,
    options: QueryOptions<IndexItem<T, I>> & Selection<IndexItem<T, I>, Name> & OfIndex<T, I>,
  ): Items<Selected<IndexItem<T, I>, Name>>;
}

/** Reads everything. */
export interface TableScanner<T extends TableTypes> {
  /** All items, in no order. It reads, and costs, the whole table. */
  scan<const Name extends Names<T['item']> = never>(
    options?: ScanOptions<T['item']> & Selection<T['item'], Name> & { readonly index?: never },
  ): Items<Selected<T['item'], Name>>;
}

/** Reads indexes whole. */
export interface IndexScanner<T extends TableTypes, Index extends string> {
  /** All items of an index, in no order, with what it has of them. */
  scan<const I extends Index, const Name extends Names<IndexItem<T, I>> = never>(
    options: ScanOptions<IndexItem<T, I>> & Selection<IndexItem<T, I>, Name> & OfIndex<T, I>,
  ): Items<Selected<IndexItem<T, I>, Name>>;
}

/** When an item is written. */
export interface WriteCondition<Item> {
  /** What must be so of the item that is there. */
  readonly when?: ItemCondition<Item>;
}

/** When an item is put. */
export interface ItemPutOptions<Item> extends WriteCondition<Item> {
  /** Only where there is none with its key. @defaultValue false */
  readonly ifAbsent?: boolean;
}

/** When an item is changed or deleted. */
export interface ChangeCondition<Item> extends WriteCondition<Item> {
  /** Only where there is one. @defaultValue false */
  readonly ifPresent?: boolean;
}

/** Writes items. */
export interface TableWriter<T extends TableTypes> {
  /**
   * Puts an item in the place of any with its key, and answers with what was stored: what the table's schema made of it.
   * @throws {InvalidMessageError} when the schema refuses it
   * @throws {ConditionFailedError} when a condition does not hold
   */
  put(item: T['input'], options?: ItemPutOptions<T['item']>): Promise<T['item']>;
  /**
   * Puts items: each by itself, in no order, several at one time. Of items with one key the last counts. After an error those that were
   * put stay.
   * @throws {InvalidMessageError} when the schema refuses one; then none is put
   */
  putAll(items: readonly T['input'][]): Promise<void>;
  /**
   * Changes the item with this key, and answers with it as it is now. Where there is none it is made, unless `ifPresent` is said.
   * The compiler checks changes, the schema does not.
   * @throws {ConditionFailedError} when a condition does not hold
   */
  update(key: KeyOf<T>, changes: TableChanges<T> & ChangeCondition<T['item']>): Promise<T['item']>;
}

/** Deletes items. */
export interface TableDeleter<T extends TableTypes> {
  /**
   * Deletes the item with this key, and answers with what it was; undefined where there was none.
   * @throws {ConditionFailedError} when a condition does not hold
   */
  delete(key: KeyOf<T>, options?: ChangeCondition<T['item']>): Promise<T['item'] | undefined>;
  /** Deletes the items with these keys, several at one time. After an error those that were deleted are gone. */
  deleteAll(keys: readonly KeyOf<T>[]): Promise<void>;
}

/** What a step of a transaction is by the member that it has; each has one. */
interface Steps<T extends TableTypes> {
  readonly put: {
    /** The item to put. */
    readonly put: T['input'];
  } & ItemPutOptions<T['item']>;
  readonly update: {
    /** Key of the item to change. */
    readonly update: KeyOf<T>;
  } & TableChanges<T> &
    ChangeCondition<T['item']>;
  readonly delete: {
    /** Key of the item to delete. */
    readonly delete: KeyOf<T>;
  } & ChangeCondition<T['item']>;
  readonly check: {
    /** Key of an item that only must be so. */
    readonly check: KeyOf<T>;
  } & ItemPutOptions<T['item']> &
    ChangeCondition<T['item']>;
}

type StepNames<Mode extends TableMode> =
  | ('write' extends Mode ? 'put' | 'update' : never)
  | ('delete' extends Mode ? 'delete' : never)
  | 'check';

/** One step of a transaction: `put`, `update`, `delete` or `check`. */
export type TransactionStep<T extends TableTypes, Mode extends TableMode> = {
  [Name in StepNames<Mode>]: Steps<T>[Name] & {
    readonly [Other in Exclude<keyof Steps<T>, Name>]?: never;
  };
}[StepNames<Mode>];

/** Steps of one table, for a transaction with another one's. */
export interface TransactionPart {
  /** What DynamoDB is asked for. */
  readonly steps: readonly unknown[];
}

/** How a transaction is run. */
export interface TransactionOptions {
  /** Steps of other tables, by their clients' `steps`. */
  readonly with?: readonly (TransactionPart | Promise<TransactionPart>)[];
  /** Names the transaction: for ten minutes the same one is done once. Up to 36 characters. @defaultValue each call is another one */
  readonly token?: string;
}

/** Writes several items, all or none. */
export interface TableTransactor<T extends TableTypes, Mode extends TableMode> {
  /**
   * Does all of up to 100 steps, or none. An item stands in one step alone.
   * @throws {InvalidMessageError} when a schema refuses an item; then nothing is asked for
   * @throws {ConditionFailedError} when a condition does not hold; `failures` tells which
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
   */
  transact(steps: readonly TransactionStep<T, Mode>[], options?: TransactionOptions): Promise<void>;
  /** Steps for a transaction with those of another table: `orders.transact([…], { with: [stock.steps([…])] })`. */
  steps(steps: readonly TransactionStep<T, Mode>[]): Promise<TransactionPart>;
}

/** What every client of a table has. */
export interface TableHandle {
  /** Physical name, for the raw SDK. */
  readonly tableName: string;
}

type IndexOf<Mode> = Mode extends `index:${infer Index}` ? Index : never;

/** The client of a table for what was granted, and nothing else. */
export type TableClient<Mode extends TableMode, T extends TableTypes> = TableHandle &
  ('read' extends Mode ? TableReader<T> : unknown) &
  ([IndexOf<Mode>] extends [never] ? unknown : IndexReader<T, IndexOf<Mode>>) &
  ('scan' extends Mode
    ? TableScanner<T> & ([IndexOf<Mode>] extends [never] ? unknown : IndexScanner<T, IndexOf<Mode>>)
    : unknown) &
  ('write' extends Mode ? TableWriter<T> : unknown) &
  ('delete' extends Mode ? TableDeleter<T> : unknown) &
  ([Extract<Mode, 'write' | 'delete'>] extends [never] ? unknown : TableTransactor<T, Mode>);
