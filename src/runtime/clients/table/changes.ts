import type { Expressions } from './expressions.ts';

type Values = Readonly<Record<string, unknown>>;

/** Changes without the compiler's knowledge. */
export interface AnyChanges {
  readonly set?: Values;
  readonly setIfAbsent?: Values;
  readonly add?: Values;
  readonly append?: Values;
  readonly remove?: readonly string[];
  readonly deleteFrom?: Values;
}

const each = (values: Values = {}, write: (path: string, value: unknown) => string) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => write(path, value));

const clause = (word: string, parts: readonly string[]): readonly string[] =>
  parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];

/**
 * Changes as DynamoDB's expression; undefined where nothing changes.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export const compileChanges = (changes: AnyChanges, into: Expressions): string | undefined => {
  const { path, value } = into;
  const clauses = [
    ...clause('SET', [
      ...each(changes.set, (at, given) => `${path(at)} = ${value(given, at)}`),
      ...each(
        changes.setIfAbsent,
        (at, given) => `${path(at)} = if_not_exists(${path(at)}, ${value(given, at)})`,
      ),
      ...each(
        changes.append,
        (at, given) =>
          `${path(at)} = list_append(if_not_exists(${path(at)}, ${value([], at)}), ${value(given, at)})`,
      ),
    ]),
    ...clause('REMOVE', (changes.remove ?? []).map(path)),
    ...clause(
      'ADD',
      each(changes.add, (at, given) => `${path(at)} ${value(given, at)}`),
    ),
    ...clause(
      'DELETE',
      each(changes.deleteFrom, (at, given) => `${path(at)} ${value(given, at)}`),
    ),
  ];
  return clauses.length === 0 ? undefined : clauses.join(' ');
};
