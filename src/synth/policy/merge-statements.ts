/** A statement of a policy, in IAM's own form. */
export type Statement = Readonly<Record<string, unknown>>;

export const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [value];

export const oneOrAll = (values: readonly unknown[]): unknown =>
  values.length === 1 ? values[0] : values;

const textOf = (value: unknown) => JSON.stringify(value);

const distinct = (values: readonly unknown[]) => [
  ...new Map(values.map((value) => [textOf(value), value])).values(),
];

/**
 * Joins statements that differ in one of actions and resources alone: together they say what they said one by one. The first of each kind
 * keeps its place.
 */
export const mergeStatements = (statements: readonly Statement[]): readonly Statement[] =>
  join(join(statements, 'Resource'), 'Action');

const join = (statements: readonly Statement[], member: 'Action' | 'Resource') => {
  const kinds = new Map<string, Statement>();
  for (const statement of statements) {
    const { [member]: own, ...rest } = statement;
    const kind = textOf(
      Object.entries(rest)
        .map(([name, value]) => [
          name,
          name === 'Condition' ? value : listOf(value).map(textOf).sort(),
        ])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
    const before = own === undefined ? undefined : kinds.get(kind);
    if (before === undefined) kinds.set(own === undefined ? textOf(statement) : kind, statement);
    else
      kinds.set(kind, {
        ...before,
        [member]: oneOrAll(distinct([...listOf(before[member]), ...listOf(own)])),
      });
  }
  return [...kinds.values()];
};
