import type { AnyItem, KeyAttribute, KeyType } from '../../spec/table-keys.ts';
import type { DeclaredTable } from './spec.ts';

/** A key with its type: a name alone is that of a text. */
export const keyOf = (
  key: KeyAttribute<AnyItem>,
): { readonly name: string; readonly type: KeyType } =>
  typeof key === 'string' ? { name: key, type: 'S' } : key;

/** Every key of a table and of its indexes, in the order of the program. */
export const allKeys = ({
  partitionKey,
  sortKey,
  indexes = {},
  localIndexes = {},
}: DeclaredTable): readonly ReturnType<typeof keyOf>[] =>
  [
    partitionKey,
    sortKey,
    ...Object.values(indexes).flatMap((index) => [index.partitionKey, index.sortKey]),
    ...Object.values(localIndexes).map((index) => index.sortKey),
  ].flatMap((key) => (key === undefined ? [] : [keyOf(key)]));

/** Keys alone: DynamoDB refuses to be told of other attributes. */
export const attributesOf = (options: DeclaredTable) =>
  [...new Map(allKeys(options).map(({ name, type }) => [name, type]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
