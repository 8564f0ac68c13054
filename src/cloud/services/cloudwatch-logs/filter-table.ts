import type { Table } from '../../core/store.ts';

interface Filter {
  readonly group: string;
  readonly name: string;
}

/** Filters of log groups: a group's own are found without looking at the others. */
export interface FilterTable<F extends Filter> {
  of(group: string): readonly F[];
  get(group: string, name: string): F | undefined;
  set(filter: F): void;
  delete(group: string, name: string): void;
  all(): readonly F[];
}

export const createFilterTable = <F extends Filter>(table: Table<F>): FilterTable<F> => {
  // Derived: filters by group.
  const byGroup = new Map<string, Map<string, F>>();
  const index = (filter: F) => {
    const known = byGroup.get(filter.group) ?? new Map<string, F>();
    byGroup.set(filter.group, known.set(filter.name, filter));
  };
  for (const filter of table.values()) index(filter);
  const keyOf = (group: string, name: string) => `${group}\n${name}`;
  return {
    of: (group) => [...(byGroup.get(group)?.values() ?? [])],
    get: (group, name) => byGroup.get(group)?.get(name),
    set: (filter) => {
      table.set(keyOf(filter.group, filter.name), filter);
      index(filter);
    },
    delete: (group, name) => {
      table.delete(keyOf(group, name));
      byGroup.get(group)?.delete(name);
    },
    all: () => [...table.values()],
  };
};
