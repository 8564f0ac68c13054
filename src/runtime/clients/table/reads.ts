import {
  BatchGetItemCommand,
  GetItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { batchesOf } from '../batches-of.ts';
import type { Attributes, BoundTable, PlainItem } from './bound-table.ts';
import { keyOf, keyText, plainItem } from './bound-table.ts';
import type { AnyCondition } from './condition.ts';
import { compileCondition } from './condition.ts';
import type { Expressions } from './expressions.ts';
import { createExpressions } from './expressions.ts';
import { listItems } from './list-items.ts';
import { listKeys, select } from './selection.ts';
import { untilDone } from './until-done.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html and API_TransactGetItems.html */
const MOST = { entries: 100, bytes: 16_777_216 };

/** How items are read, without the compiler's knowledge. */
export interface ReadingOptions {
  readonly consistent?: boolean;
  readonly transactional?: boolean;
  readonly attributes?: readonly string[];
  readonly filter?: AnyCondition;
  readonly limit?: number;
  readonly index?: string;
  readonly descending?: boolean;
}

type Found = PlainItem | undefined;

const get = async (table: BoundTable, key: PlainItem, options: ReadingOptions): Promise<Found> => {
  const { TableName, resource } = table;
  const into = createExpressions(resource);
  const { only, ...projection } = select(options.attributes, [], into);
  const { Item } = await table.client().send(
    new GetItemCommand({
      TableName,
      Key: keyOf(table, key),
      ConsistentRead: options.consistent,
      ...projection,
      ...into.placeholders(),
    }),
  );
  return Item === undefined ? undefined : only(plainItem(Item));
};

/** Items of one moment, in the order of the keys. */
const getTogether = async (
  table: BoundTable,
  keys: readonly Attributes[],
  attributes: readonly string[] | undefined,
): Promise<readonly Found[]> => {
  const { TableName, resource } = table;
  const into = createExpressions(resource);
  const { only, ...projection } = select(attributes, [], into);
  const of = { TableName, ...projection, ...into.placeholders() };
  const { Responses = [] } = await table
    .client()
    .send(
      new TransactGetItemsCommand({ TransactItems: keys.map((Key) => ({ Get: { Key, ...of } })) }),
    );
  return keys.map((_key, index) => {
    const Item = Responses[index]?.Item;
    return Item === undefined ? undefined : only(plainItem(Item));
  });
};

const getAll = async (
  table: BoundTable,
  given: readonly PlainItem[],
  options: ReadingOptions,
): Promise<readonly Found[]> => {
  const { TableName, resource } = table;
  // A batch refuses a key that is in it twice.
  const keys = new Map(given.map((key) => [keyText(table, key), keyOf(table, key)]));
  if (options.transactional === true && keys.size > 0) {
    const found = await getTogether(table, [...keys.values()], options.attributes);
    const byText = new Map([...keys.keys()].map((text, index) => [text, found[index]]));
    return given.map((key) => byText.get(keyText(table, key)));
  }
  const into = createExpressions(resource);
  const { only, ...projection } = select(options.attributes, table.keys.table, into);
  const of = { ConsistentRead: options.consistent, ...projection, ...into.placeholders() };
  const found = new Map<string, PlainItem>();
  const ask = async (Keys: readonly Attributes[]): Promise<readonly Attributes[]> => {
    const { Responses, UnprocessedKeys } = await table
      .client()
      .send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [...Keys], ...of } } }));
    for (const item of Object.values(Responses ?? {})
      .flat()
      .map(plainItem))
      found.set(keyText(table, item), only(item));
    return Object.values(UnprocessedKeys ?? {}).flatMap(({ Keys: left = [] }) => left);
  };
  const batches = batchesOf([...keys.values()], () => 0, MOST);
  await Promise.all(batches.map(({ items }) => untilDone(items, ask)));
  return given.map((key) => found.get(keyText(table, key)));
};

const listOf = (
  table: BoundTable,
  options: ReadingOptions,
  into: Expressions,
  send: (
    input: Readonly<Record<string, unknown>>,
  ) => ReturnType<Parameters<typeof listItems>[0]['fetch']>,
) => {
  const keys = listKeys(table, options.index);
  const { only, ...projection } = select(options.attributes, keys, into);
  const FilterExpression =
    options.filter === undefined ? undefined : compileCondition(options.filter, into);
  return listItems({
    limit: options.limit,
    filtered: FilterExpression !== undefined,
    keys,
    only,
    fetch: (ExclusiveStartKey, Limit) =>
      send({
        TableName: table.TableName,
        IndexName: options.index,
        ConsistentRead: options.consistent,
        FilterExpression,
        ExclusiveStartKey,
        Limit,
        ...projection,
        ...into.placeholders(),
      }),
  });
};

const query = (table: BoundTable, where: PlainItem, options: ReadingOptions) => {
  const into = createExpressions(table.resource);
  const KeyConditionExpression = compileCondition(where, into);
  return listOf(table, options, into, (input) =>
    table.client().send(
      new QueryCommand({
        TableName: table.TableName,
        ...input,
        KeyConditionExpression,
        ScanIndexForward: options.descending === true ? false : undefined,
      }),
    ),
  );
};

const scan = (table: BoundTable, options: ReadingOptions) =>
  listOf(table, options, createExpressions(table.resource), (input) =>
    table.client().send(new ScanCommand({ TableName: table.TableName, ...input })),
  );

/** What reads a table. */
export const readsOf = (table: BoundTable) => ({
  get: (key: PlainItem, options: ReadingOptions = {}) => get(table, key, options),
  getAll: (keys: readonly PlainItem[], options: ReadingOptions = {}) =>
    getAll(table, keys, options),
  query: (where: PlainItem, options: ReadingOptions = {}) => query(table, where, options),
  scan: (options: ReadingOptions = {}) => scan(table, options),
});
