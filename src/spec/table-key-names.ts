/** Names of a table's keys, as its client needs them: the partition key, then the sort key where there is one. */
export interface TableKeyNames {
  /** Those of the table. */
  readonly table: readonly string[];
  /** Those of its indexes, by the names of these. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
}
