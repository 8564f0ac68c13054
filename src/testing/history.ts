import type { JournalEntry } from '../cloud/index.ts';

/** The journal as it stands, with what led to what. */
export interface History {
  /** By when they began. */
  readonly entries: readonly JournalEntry[];
  entry(id: number): JournalEntry | undefined;
  /** What an entry caused, without what that caused in turn. */
  effects(entry: JournalEntry): readonly JournalEntry[];
  /** Everything that entries led to, without themselves. */
  consequences(of: Iterable<JournalEntry>): ReadonlySet<JournalEntry>;
  /** Whether it is the work of provisioning: what a stack does to its resources is no part of what the service does. */
  isProvisioning(entry: JournalEntry): boolean;
}

/** The entries that caused one. */
export const causesOf = ({ cause, causes }: JournalEntry): readonly number[] =>
  causes ?? (cause === undefined ? [] : [cause]);

/** @param journal - As it was laid down: by when each ended. */
export const historyOf = (journal: readonly JournalEntry[]): History => {
  const entries = [...journal].sort((one, other) => one.id - other.id);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const caused = new Map<number, JournalEntry[]>();
  for (const entry of entries)
    for (const cause of causesOf(entry)) {
      const known = caused.get(cause);
      if (known === undefined) caused.set(cause, [entry]);
      else known.push(entry);
    }
  const effects = ({ id }: JournalEntry) => caused.get(id) ?? [];
  const consequences = (of: Iterable<JournalEntry>): ReadonlySet<JournalEntry> => {
    const found = new Set<JournalEntry>();
    const open = [...of].flatMap(effects);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...effects(next));
    }
    return found;
  };
  const stacks = entries.filter(({ service }) => service === 'cloudformation');
  const provisioning = new Set([...stacks, ...consequences(stacks)]);
  return {
    entries,
    entry: (id) => byId.get(id),
    effects,
    consequences,
    isProvisioning: (entry) => provisioning.has(entry),
  };
};
