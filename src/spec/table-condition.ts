import type { PathIn, ValueAt } from './table-paths.ts';

/** Types of values: text, number, bytes, sets of these, map, list, truth, null. */
export type AttributeType = 'S' | 'N' | 'B' | 'SS' | 'NS' | 'BS' | 'M' | 'L' | 'BOOL' | 'NULL';

/** What may be compared by order. */
type Ordered = string | number | bigint | Uint8Array;

/** Comparisons with something that has an order; several must all hold. */
export interface Order<Value> {
  /** Less than. */
  readonly '<'?: Value;
  /** At most. */
  readonly '<='?: Value;
  /** More than. */
  readonly '>'?: Value;
  /** At least. */
  readonly '>='?: Value;
  /** From the first to the second, both included. */
  readonly between?: readonly [Value, Value];
}

/** Comparisons with a text or bytes. */
export interface Beginning<Value> {
  /** Begins with. */
  readonly beginsWith?: Value;
}

/** Comparisons with anything; several must all hold. */
export interface Likeness<Value> {
  /** Equal. */
  readonly '='?: Value;
  /** Not equal; also where it does not exist. */
  readonly '<>'?: Value;
  /** Equal to one of these, up to 100. */
  readonly in?: readonly Value[];
  /** Whether it exists. */
  readonly exists?: boolean;
  /** Of this type. */
  readonly type?: AttributeType;
  /** Length of a text or of bytes, or how many elements there are, a count. */
  readonly size?: number | SizeTest;
}

/** Comparisons of a length. */
export interface SizeTest extends Order<number> {
  /** Equal; a count. */
  readonly '='?: number;
  /** Not equal; a count. */
  readonly '<>'?: number;
}

/** Comparisons with what has elements. */
export interface Containment<Element> {
  /** Has this element, or this text within. */
  readonly contains?: Element;
}

type Contained<Value> = Value extends string
  ? string
  : Value extends Set<infer Each>
    ? Each
    : Value extends readonly (infer Each)[]
      ? Each
      : never;

type Comparisons<Value> = Likeness<Value> &
  ([Extract<Value, Ordered>] extends [never] ? unknown : Order<Extract<Value, Ordered>>) &
  ([Extract<Value, string | Uint8Array>] extends [never]
    ? unknown
    : Beginning<Value extends string ? string : Value extends Uint8Array ? Uint8Array : never>) &
  ([Contained<Value>] extends [never] ? unknown : Containment<Contained<Value>>);

/** A value that stands for itself; a map stands in `{ '=': … }`. */
type Plain<Value> = Value extends readonly unknown[] | Set<unknown> | Uint8Array
  ? Value
  : Value extends object
    ? never
    : Value;

/** What a value must be: itself, or a comparison. */
export type Test<Value> = unknown extends Value
  ? unknown
  : Plain<Value> | Readonly<Comparisons<Value>>;

/** An expression in DynamoDB's own words, for what the rest does not know. */
export interface RawExpression {
  /** `size(#tags) > :most` */
  readonly expression: string;
  /** What stands behind `#tags`. */
  readonly names?: Readonly<Record<string, string>>;
  /** What stands behind `:most`. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Conditions about conditions. */
export interface Combinations<Item> {
  /** One of these holds. */
  readonly $or?: readonly ItemCondition<Item>[];
  /** All of these hold. */
  readonly $and?: readonly ItemCondition<Item>[];
  /** This does not hold. */
  readonly $not?: ItemCondition<Item>;
  /** This holds, in DynamoDB's own words. */
  readonly $raw?: RawExpression;
}

/**
 * What must be so of an item: for each path its value, or a comparison. All of it must hold.
 * @typeParam Item - What the items are; their paths alone compile.
 */
export type ItemCondition<Item> = {
  readonly [Path in PathIn<Item>]?: Test<ValueAt<Item, Path>>;
} & Combinations<Item>;

/** Which values of a sort key are wanted: one, or a range. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html */
export type KeyTest<Value> = unknown extends Value
  ? string | number | bigint | Uint8Array | KeyRange<string | number | bigint | Uint8Array>
  : Value | KeyRange<Value>;

/** One of these members alone. */
type One<Members> = {
  [Name in keyof Members]: { readonly [N in Name]: Members[N] } & {
    readonly [Other in Exclude<keyof Members, Name>]?: never;
  };
}[keyof Members];

/** A range of a sort key: one of these comparisons. */
export type KeyRange<Value> = One<
  Required<Order<Value>> &
    (Value extends string | Uint8Array ? Required<Beginning<Value>> : unknown)
>;
