import type { AnyPattern, NumericTest } from './pattern.ts';

/**
 * What a value may be, in a filter of SNS: itself, or a comparison. It has fewer of them than EventBridge: no `wildcard`, no `suffix` in
 * `anything-but`, no `prefix` without regard to case.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export type FilterTest<T> =
  | T
  | { readonly exists: boolean }
  | {
      readonly 'anything-but':
        | T
        | readonly T[]
        | (T extends string ? { readonly prefix: string } : never);
    }
  | (T extends string
      ?
          | { readonly prefix: string }
          | { readonly suffix: string }
          | { readonly 'equals-ignore-case': string }
          | { readonly cidr: string }
      : never)
  | (T extends number ? { readonly numeric: NumericTest } : never);

type Scalar = string | number | boolean | null | undefined;

/**
 * A filter of messages by their attributes: for each what it may be, in a list. All of them must fit; `$or` is a list of filters, one of
 * which is enough. A list among the attributes fits if one of its values does. Five attributes at most.
 */
export interface AttributeFilter {
  /** What an attribute may be; of `$or`, filters. */
  readonly [name: string]: readonly (
    | FilterTest<string | number | boolean | null>
    | AttributeFilter
  )[];
}

/**
 * A filter of messages by what is in them, which must be JSON: for each member what its value may be, in a list. Members that are not named do
 * not matter. Five members of the first level at most.
 * @typeParam T - What the messages are; its members alone compile.
 */
export type BodyFilter<T> = unknown extends T
  ? AnyPattern
  : [T] extends [Scalar]
    ? readonly FilterTest<T>[]
    : T extends readonly (infer Each)[]
      ? BodyFilter<Each>
      : { readonly [Name in keyof T]?: BodyFilter<Exclude<T[Name], undefined>> } & {
          /** One of these is enough. */
          readonly $or?: readonly BodyFilter<T>[];
        };

/**
 * Which messages a subscription takes: by their attributes, or by what is in them.
 * @typeParam Body - What the messages are.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
 */
export type MessageFilter<Body = unknown> =
  | {
      /** By their attributes. */
      readonly attributes: AttributeFilter;
    }
  | {
      /** By what is in them. */
      readonly body: BodyFilter<Body>;
    };
