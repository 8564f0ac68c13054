/** Names one statement of one role. */
export interface WithoutStatement {
  readonly function: string;
  /** Position in the role's policy, from 0. */
  readonly statement: number;
}

/** The environment variable that names a statement for programs and tests to leave out of their templates. */
export const WITHOUT = 'SPARTA_WITHOUT';

/**
 * `privileges --mutate` takes permissions away one by one, in whatever its command provisions.
 * @param text - `FUNCTION#STATEMENT`, the value of {@link WITHOUT}.
 */
export const withoutStatement = (
  text: string | undefined,
): { readonly without?: WithoutStatement } => {
  const [, fn, statement] = /^(\w+)#(\d+)$/.exec(text ?? '') ?? [];
  return fn === undefined ? {} : { without: { function: fn, statement: Number(statement) } };
};
