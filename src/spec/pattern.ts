/** A comparison of numbers, in pairs: `['>', 0, '<=', 100]`. */
export type NumericTest = readonly ('=' | '>' | '>=' | '<' | '<=' | number)[];

/**
 * What a value may be: itself, or a comparison.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export type Matcher<T> =
  | T
  | { readonly exists: boolean }
  | {
      readonly 'anything-but':
        | T
        | readonly T[]
        | { readonly prefix: string | readonly string[] }
        | { readonly suffix: string | readonly string[] }
        | { readonly wildcard: string | readonly string[] }
        | { readonly 'equals-ignore-case': string | readonly string[] };
    }
  | (T extends string
      ?
          | { readonly prefix: string | { readonly 'equals-ignore-case': string } }
          | { readonly suffix: string | { readonly 'equals-ignore-case': string } }
          | { readonly 'equals-ignore-case': string }
          | { readonly wildcard: string }
          | { readonly cidr: string }
      : never)
  | (T extends number ? { readonly numeric: NumericTest } : never);

type Scalar = string | number | boolean | null | undefined;

/**
 * A pattern of events: for each member what its value may be, in a list. Members that are not named do not matter.
 * @typeParam T - What the events are; its members alone compile.
 * @typeParam More - What else may stand for a value.
 */
export type Pattern<T, More = never> = unknown extends T
  ? AnyPattern
  : [T] extends [Scalar]
    ? readonly (Matcher<T> | More)[]
    : T extends readonly (infer Each)[]
      ? Pattern<Each, More>
      : { readonly [Name in keyof T]?: Pattern<Exclude<T[Name], undefined>, More> } & {
          /** One of these is enough. */
          readonly $or?: readonly Pattern<T, More>[];
        };

/** A pattern of events of which nothing is known. */
export type AnyPattern = { readonly [name: string]: unknown } | readonly unknown[];
