import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ConditionFailedError } from '../../condition-failed-error.ts';
import type { Attributes, BoundTable, PlainItem } from './bound-table.ts';
import { checkedItem, keyOf, keyText, plainItem } from './bound-table.ts';
import type { AnyChanges } from './changes.ts';
import { compileChanges } from './changes.ts';
import type { AnyCondition } from './condition.ts';
import { compileCondition } from './condition.ts';
import type { Expressions } from './expressions.ts';
import { createExpressions } from './expressions.ts';
import { sideBySide } from './side-by-side.ts';

/** When something is written, without the compiler's knowledge. */
export interface AnyWriteOptions {
  readonly when?: AnyCondition;
  readonly ifAbsent?: boolean;
  readonly ifPresent?: boolean;
}

/** The condition of a write, and the item that is there if it does not hold. */
const conditionOf = (
  { keys }: BoundTable,
  { when = {}, ifAbsent, ifPresent }: AnyWriteOptions,
  into: Expressions,
) => {
  const [partition = ''] = keys.table;
  const exists = (is: boolean) => ({ [partition]: { exists: is } });
  const all = [
    ...(ifAbsent === true ? [exists(false)] : []),
    ...(ifPresent === true ? [exists(true)] : []),
    when,
  ].filter((one) => Object.keys(one).length > 0);
  return all.length === 0
    ? {}
    : {
        ConditionExpression: compileCondition({ $and: all }, into),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
};

/** A put as DynamoDB is asked for it, alone or in a transaction; and the item. */
export const putOf = async (table: BoundTable, given: unknown, options: AnyWriteOptions) => {
  const { item, attributes } = await checkedItem(table, given);
  const into = createExpressions(table.resource);
  const condition = conditionOf(table, options, into);
  return {
    item,
    input: {
      TableName: table.TableName,
      Item: attributes,
      ...condition,
      ...into.placeholders(),
    },
  };
};

/** A change as DynamoDB is asked for it. */
export const updateOf = (
  table: BoundTable,
  key: PlainItem,
  changes: AnyChanges & AnyWriteOptions,
) => {
  const into = createExpressions(table.resource);
  const UpdateExpression = compileChanges(changes, into);
  const condition = conditionOf(table, changes, into);
  return {
    TableName: table.TableName,
    Key: keyOf(table, key),
    UpdateExpression,
    ...condition,
    ...into.placeholders(),
  };
};

/** A deletion, or a check, as DynamoDB is asked for it. */
export const onKeyOf = (table: BoundTable, key: PlainItem, options: AnyWriteOptions) => {
  const into = createExpressions(table.resource);
  const condition = conditionOf(table, options, into);
  return {
    TableName: table.TableName,
    Key: keyOf(table, key),
    ...condition,
    ...into.placeholders(),
  };
};

/** @throws {ConditionFailedError} with the item that is there */
const orFailed = async <T>({ resource }: BoundTable, sent: Promise<T>): Promise<T> => {
  try {
    return await sent;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const item = error.Item === undefined ? undefined : plainItem(error.Item);
    throw new ConditionFailedError(resource, [{ index: 0, item }], error);
  }
};

/** What writes to a table. */
export const writesOf = (table: BoundTable) => ({
  put: async (given: unknown, options: AnyWriteOptions = {}) => {
    const { item, input } = await putOf(table, given, options);
    await orFailed(table, table.client().send(new PutItemCommand(input)));
    return item;
  },
  // `BatchWriteItem` is one permission for puts and deletions; with it whoever may put could delete. It costs as much as single writes.
  putAll: async (given: readonly unknown[]): Promise<void> => {
    const items = new Map<string, Attributes>();
    for (const one of given) {
      const { item, attributes } = await checkedItem(table, one);
      items.set(keyText(table, item), attributes);
    }
    await sideBySide(items.values(), (Item) =>
      table.client().send(new PutItemCommand({ TableName: table.TableName, Item })),
    );
  },
  update: async (key: PlainItem, changes: AnyChanges & AnyWriteOptions) => {
    const input = updateOf(table, key, changes);
    const { Attributes: attributes = {} } = await orFailed(
      table,
      table.client().send(new UpdateItemCommand({ ...input, ReturnValues: 'ALL_NEW' })),
    );
    return plainItem(attributes);
  },
  delete: async (key: PlainItem, options: AnyWriteOptions = {}) => {
    const input = onKeyOf(table, key, options);
    const { Attributes: attributes } = await orFailed(
      table,
      table.client().send(new DeleteItemCommand({ ...input, ReturnValues: 'ALL_OLD' })),
    );
    return attributes === undefined ? undefined : plainItem(attributes);
  },
  deleteAll: (keys: readonly PlainItem[]): Promise<void> =>
    sideBySide(
      keys.map((key) => keyOf(table, key)),
      (Key) => table.client().send(new DeleteItemCommand({ TableName: table.TableName, Key })),
    ),
});
