import type { BoundTable, PlainItem } from './bound-table.ts';
import type { Expressions } from './expressions.ts';

/** Which members are read, and which are given. */
export interface Selected {
  /** What DynamoDB is asked for; undefined for all. */
  readonly ProjectionExpression?: string;
  /** What of it was wanted. */
  only(item: PlainItem): PlainItem;
}

/**
 * The members that are wanted, and the keys beside: by those items are told apart, and lists go on.
 * @param keys - Names of all keys that matter
 */
export const select = (
  attributes: readonly string[] | undefined,
  keys: readonly string[],
  into: Expressions,
): Selected => {
  if (attributes === undefined) return { only: (item) => item };
  return {
    ProjectionExpression: [...new Set([...attributes, ...keys])]
      .map((name) => into.name(name))
      .join(', '),
    only: (item) =>
      Object.fromEntries(
        attributes.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]),
      ),
  };
};

/** Names of the keys by which a list goes on: of the table, and of the index that it is of. */
export const listKeys = ({ keys }: BoundTable, index: string | undefined): readonly string[] => [
  ...new Set([...keys.table, ...(index === undefined ? [] : (keys.indexes[index] ?? []))]),
];
