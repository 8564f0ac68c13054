import type { Holder } from './holders.ts';
import type { Atom } from './statement.ts';
import { ANYONE } from './statement.ts';
import { covers, readable } from './text.ts';

/** What somebody may do, may not do, or has attached. */
export interface Permission {
  /**
   * `statement`: actions on resources; `trust`: who may take the role on; `managed-policy`, `boundary`, `role`: what is
   * attached, its name in `actions`.
   */
  readonly kind: Atom['kind'];
  readonly effect: 'allow' | 'deny';
  /** Whom it is for, in the policy of a resource or the trust of a role. */
  readonly who?: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** In words: `aws:SourceAccount = 111122223333`. */
  readonly condition?: string;
  /** The template's condition under which it is there. */
  readonly when?: string;
}

/** A permission that reaches further, less far, or elsewhere than before. */
export interface ChangedPermission {
  readonly before: Permission;
  readonly after: Permission;
  readonly how: 'wider' | 'narrower' | 'other';
}

/** How the permissions of one function, role or resource change. */
export interface HolderChange {
  /** `Stamp`: the function of a role that serves one alone, else the logical id. */
  readonly name: string;
  readonly kind: Holder['kind'];
  /** `AWS::S3::Bucket`, of a resource that the template has. */
  readonly type?: string;
  /** The role that the function runs under, when the permissions are the role's. */
  readonly role?: string;
  readonly gained: readonly Permission[];
  readonly lost: readonly Permission[];
  readonly changed: readonly ChangedPermission[];
}

/** Everyone whose permissions differ between two templates. */
export const compareHolders = (
  before: ReadonlyMap<string, Holder>,
  after: ReadonlyMap<string, Holder>,
): readonly HolderChange[] => {
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    const holder = now ?? old;
    if (holder === undefined) return [];
    // A function that comes or goes has its role with it: only another role is worth a word.
    const swapped = old !== undefined && now !== undefined;
    const relevant = (atoms: readonly Atom[] = []) =>
      atoms.filter(({ kind }) => swapped || kind !== 'role');
    const change = compareAtoms(relevant(old?.atoms), relevant(now?.atoms));
    if (change.gained.length + change.lost.length + change.changed.length === 0) return [];
    const { atoms: _, ...who } = holder;
    return [{ ...who, ...change }];
  });
  return joined(changes).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
};

/** What a function's role may and who may call the function stand under one name. */
const joined = (changes: readonly HolderChange[]): readonly HolderChange[] => {
  const byName = new Map<string, HolderChange>();
  for (const change of changes) {
    const known = byName.get(change.name);
    byName.set(
      change.name,
      known === undefined
        ? change
        : {
            ...change,
            ...known,
            gained: [...known.gained, ...change.gained],
            lost: [...known.lost, ...change.lost],
            changed: [...known.changed, ...change.changed],
          },
    );
  }
  return [...byName.values()];
};

const keyOf = (atom: Atom): string =>
  JSON.stringify([
    atom.kind,
    atom.effect,
    atom.who,
    atom.action.toLowerCase(),
    atom.resource,
    atom.condition,
    atom.when,
  ]);

const compareAtoms = (before: readonly Atom[], after: readonly Atom[]) => {
  const [old, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const gained = rowsOf(after.filter((atom) => !old.has(keyOf(atom))));
  const lost = rowsOf(before.filter((atom) => !now.has(keyOf(atom))));
  const changed: ChangedPermission[] = [];
  const paired = new Set<Row>();
  for (const row of gained) {
    const twin = lost.find((other) => !paired.has(other) && row.subject === other.subject);
    if (twin === undefined || row.subject === '') continue;
    paired.add(row).add(twin);
    changed.push({ before: shown(twin), after: shown(row), how: reach(twin.atoms, row.atoms) });
  }
  const alone = (rows: readonly Row[], others: readonly Atom[]) =>
    rowsOf(
      rows
        .filter((row) => !paired.has(row))
        .flatMap((row) => row.atoms.filter((atom) => !others.some((wide) => includes(wide, atom)))),
    ).map(shown);
  return { gained: alone(gained, before), lost: alone(lost, after), changed };
};

/** Whether one atom allows (or denies) all that the other does. */
const includes = (wide: Atom, narrow: Atom): boolean =>
  wide.kind === narrow.kind &&
  wide.effect === narrow.effect &&
  (wide.who === narrow.who || wide.who === ANYONE) &&
  covers(wide.action.toLowerCase(), narrow.action.toLowerCase()) &&
  covers(wide.resource, narrow.resource) &&
  (wide.condition === '' || wide.condition === narrow.condition) &&
  (wide.when === '' || wide.when === narrow.when);

const reach = (before: readonly Atom[], after: readonly Atom[]): ChangedPermission['how'] => {
  const all = (wide: readonly Atom[], narrow: readonly Atom[]) =>
    narrow.every((atom) => wide.some((other) => includes(other, atom)));
  if (all(after, before)) return 'wider';
  return all(before, after) ? 'narrower' : 'other';
};

interface Row {
  /** What stays the same in a permission that is changed; empty for what is attached. */
  readonly subject: string;
  readonly atoms: readonly Atom[];
}

/** Atoms that differ only in the action make one row, and rows that differ only in the resource make one. */
const rowsOf = (atoms: readonly Atom[]): readonly Row[] => {
  const byResource = groups(atoms, (atom) =>
    JSON.stringify([atom.kind, atom.effect, atom.who, atom.condition, atom.when, atom.resource]),
  );
  const byActions = groups(byResource, (row) => {
    const [{ kind, effect, who, condition, when } = FIRST] = row;
    return JSON.stringify([kind, effect, who, condition, when, actionsOf(row)]);
  });
  return byActions.map((rows) => {
    const own = rows.flat();
    const [{ kind, effect, who } = FIRST] = own;
    const attachment = kind === 'managed-policy';
    return {
      subject: attachment
        ? ''
        : JSON.stringify([kind, effect, who, isSingle(kind) ? [] : actionsOf(own)]),
      atoms: own,
    };
  });
};

/** A function has one role and a role one boundary: another one is a change. */
const isSingle = (kind: Atom['kind']) => kind === 'role' || kind === 'boundary';

const FIRST: Atom = {
  kind: 'statement',
  effect: 'allow',
  who: '',
  action: '',
  resource: '',
  condition: '',
  when: '',
};

const groups = <T>(
  items: readonly T[],
  keyOfItem: (item: T) => string,
): readonly (readonly T[])[] => {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOfItem(item);
    found.set(key, [...(found.get(key) ?? []), item]);
  }
  return [...found.values()];
};

const actionsOf = (atoms: readonly Atom[]): readonly string[] =>
  [...new Set(atoms.map(({ action }) => action))].sort();

const shown = ({ atoms }: Row): Permission => {
  const [{ kind, effect, who, condition, when } = FIRST] = atoms;
  const resources = [...new Set(atoms.map(({ resource }) => readable(resource)))].filter(Boolean);
  return {
    kind,
    effect,
    actions: actionsOf(atoms).map(readable),
    resources: resources.sort(),
    ...(who === '' ? {} : { who: readable(who) }),
    ...(condition === '' ? {} : { condition: readable(condition) }),
    ...(when === '' ? {} : { when }),
  };
};
