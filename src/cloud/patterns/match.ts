import type { Branch, CompiledPattern } from './compile.ts';
import type { Scalar } from './conditions.ts';

/** A scalar of an event, and which items of which lists it stands in. */
interface Field {
  readonly value: Scalar;
  /** List (by a number of its own) → place in it. */
  readonly within: ReadonlyMap<number, number>;
}

type Fields = ReadonlyMap<string, readonly Field[]>;

/**
 * An event as AWS sees it: every scalar under its dotted path, the items of a list all under the list's path. Objects and lists
 * are no values by themselves, and empty ones are not there at all.
 */
const flatten = (event: unknown): Fields => {
  const fields = new Map<string, Field[]>();
  let lists = 0;
  const visit = (value: unknown, path: string, within: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const list = lists;
      lists += 1;
      for (const [index, item] of value.entries())
        visit(item, path, new Map(within).set(list, index));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value))
        visit(member, path === '' ? name : `${path}.${name}`, within);
    } else if (value !== undefined) {
      const known = fields.get(path);
      const field = { value: value as Scalar, within };
      if (known === undefined) fields.set(path, [field]);
      else known.push(field);
    }
  };
  visit(event, '', new Map());
  return fields;
};

/** Two fields that stand in one list must stand in one item of it. */
const agree = (
  chosen: ReadonlyMap<number, number>,
  within: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> | undefined => {
  for (const [list, index] of within)
    if (chosen.has(list) && chosen.get(list) !== index) return undefined;
  return within.size === 0 ? chosen : new Map([...chosen, ...within]);
};

const fits = (branch: Branch, fields: Fields): boolean => {
  const wanted = [...branch];
  const from = (at: number, chosen: ReadonlyMap<number, number>): boolean => {
    const entry = wanted[at];
    if (entry === undefined) return true;
    const [path, patterns] = entry;
    const found = fields.get(path) ?? [];
    for (const pattern of patterns) {
      if (pattern.is === 'absent') {
        if (found.length === 0 && from(at + 1, chosen)) return true;
        continue;
      }
      for (const { value, within } of found) {
        if (!pattern.accepts(value)) continue;
        const next = agree(chosen, within);
        if (next !== undefined && from(at + 1, next)) return true;
      }
    }
    return false;
  };
  return from(0, new Map());
};

/**
 * Whether an event fits a pattern.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @see https://github.com/aws/event-ruler#and-and-or-semantics-with-ruler for lists
 */
export const matches = ({ branches }: CompiledPattern, event: unknown): boolean => {
  const fields = flatten(event);
  return branches.some((branch) => fits(branch, fields));
};
