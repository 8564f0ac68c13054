import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What says how a message looks and checks it: a schema of Zod, Valibot, ArkType, or of any validator that keeps to Standard Schema.
 * @see https://standardschema.dev
 */
export type MessageSchema = StandardSchemaV1;

/** What a sender gives a message of this schema: what the validator takes. */
export type Sent<Schema> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<Schema>
  : unknown;

/** What a handler gets of a message of this schema: what the validator makes. */
export type Received<Schema, Unchecked = unknown> = Schema extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<Schema>
  : Unchecked;

/**
 * A schema that types and checks nothing, where the compiler's word is enough.
 *
 * @typeParam T - What messages are.
 * @example
 * ```ts
 * import { queue, typed } from 'sparta';
 * const jobs = queue('Jobs', { schema: typed<{ readonly id: string }>() });
 * ```
 */
export const typed = <T>(): StandardSchemaV1<T, T> => ({
  '~standard': { version: 1, vendor: 'sparta', validate: (value) => ({ value: value as T }) },
});
