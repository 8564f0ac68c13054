type Scalar = string | number | bigint | boolean | null | undefined | Uint8Array;

/** How deep paths go: enough for documents that people write, and an end for types that hold themselves. */
type Less = [never, 0, 1, 2, 3, 4];

type Below<T, Depth extends number> = [Depth] extends [never]
  ? never
  : T extends Scalar | Set<unknown>
    ? never
    : T extends readonly (infer Each)[]
      ? `[${number}]` | `[${number}]${Below<Each, Less[Depth]>}`
      : T extends object
        ? {
            [Name in keyof T & string]: `.${Name}` | `.${Name}${Below<T[Name], Less[Depth]>}`;
          }[keyof T & string]
        : never;

/**
 * Where something stands in an item: `total`, `address.city`, `lines[0].sku`.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html
 */
export type PathIn<Item> = Item extends unknown
  ? {
      [Name in keyof Item & string]: Name | `${Name}${Below<Item[Name], 3>}`;
    }[keyof Item & string]
  : never;

type Given<T> = Exclude<T, undefined | null>;

/** What a path's first step leads to, and what is left of the path. */
type Walk<T, Path extends string> = Path extends `[${number}]${infer Rest}`
  ? T extends readonly (infer Each)[]
    ? Rest extends ''
      ? Each
      : Walk<Given<Each>, Rest>
    : never
  : Path extends `.${infer Rest}`
    ? ValueAt<T, Rest>
    : never;

type Head<Path extends string> = Path extends `${infer Before}[${string}`
  ? Before extends `${infer First}.${string}`
    ? First
    : Before
  : Path extends `${infer First}.${string}`
    ? First
    : Path;

/** What stands there. */
export type ValueAt<Item, Path extends string> = Item extends unknown
  ? Path extends keyof Item
    ? Exclude<Item[Path], undefined>
    : Head<Path> extends infer First extends string & keyof Item
      ? Path extends `${First}${infer Rest}`
        ? Exclude<Walk<Given<Item[First]>, Rest>, undefined>
        : never
      : string extends keyof Item
        ? unknown
        : never
  : never;
