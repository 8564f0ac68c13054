import type { PathIn, ValueAt } from './table-paths.ts';
import type { TableTypes } from './table-keys.ts';

type Keys<T extends TableTypes> = T['partition'] | T['sort'];

/** Paths that may be changed: all but the key. */
type Changeable<T extends TableTypes> = Exclude<PathIn<T['item']>, Keys<T>>;

type Values<Item, Path extends string> = {
  readonly [P in Path]?: ValueAt<Item, P> | undefined;
};

type Lists<Item, Path extends string> = {
  readonly [P in Path as ValueAt<Item, P> extends readonly unknown[] ? P : never]?:
    | ValueAt<Item, P>
    | undefined;
};

type Sets<Item, Path extends string> = {
  readonly [P in Path as ValueAt<Item, P> extends Set<unknown> ? P : never]?:
    | ValueAt<Item, P>
    | undefined;
};

type Sums<Item, Path extends string> = {
  readonly [P in Path as ValueAt<Item, P> extends number | bigint | Set<unknown> ? P : never]?:
    | (ValueAt<Item, P> extends Set<unknown> ? ValueAt<Item, P> : number | bigint)
    | undefined;
};

type Required<Item> = Item extends unknown
  ? string extends keyof Item
    ? never
    : {
        [Name in keyof Item & string]-?: Record<never, never> extends Pick<Item, Name>
          ? never
          : Name;
      }[keyof Item & string]
  : never;

type Loose<Item, Path extends string, Typed> = string extends keyof Item
  ? { readonly [P in Path]?: unknown }
  : Typed;

/**
 * What becomes of an item. Members that are undefined are left out; a path stands in one of these alone.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export interface TableChanges<T extends TableTypes> {
  /** Values that are set. */
  readonly set?: Values<T['item'], Changeable<T>>;
  /** Values that are set where there is none. */
  readonly setIfAbsent?: Values<T['item'], Changeable<T>>;
  /** Numbers that are added to what is there, or to 0; elements that are added to sets. */
  readonly add?: Loose<T['item'], Changeable<T>, Sums<T['item'], Changeable<T>>>;
  /** Elements that are put behind those of lists, or make one. */
  readonly append?: Loose<T['item'], Changeable<T>, Lists<T['item'], Changeable<T>>>;
  /** What is taken away; a member that every item has is not. */
  readonly remove?: readonly Exclude<Changeable<T>, Required<T['item']>>[];
  /** Elements that are taken out of sets. */
  readonly deleteFrom?: Loose<T['item'], Changeable<T>, Sets<T['item'], Changeable<T>>>;
}
