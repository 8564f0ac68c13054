import { holdsData } from '../../spec/holds-data.ts';
import { DeployError } from '../errors.ts';
import type { StatedResources } from '../stack/template-resources.ts';
import type { Rename } from './detect-renames.ts';
import { pinOf, renamed } from './detect-renames.ts';
import { renameReferences } from './rename-references.ts';
import { UNMOVABLE_TYPES } from './unmovable-types.ts';

/** What a rename is worked out from. */
export interface MoveInput {
  readonly stackName: string;
  /** Old logical id → new one, as the user said. */
  readonly renames: Readonly<Record<string, string>>;
  /** The stack as it is deployed. */
  readonly before: StatedResources;
  /** The stack as the program wants it. */
  readonly after: StatedResources;
}

/**
 * Every resource that gets another logical id: those that were named, and those that have the name in theirs (a function's role, log
 * and permissions). A rename that is done already is left out, so that the same command can be run again.
 *
 * @throws {RENAME_REFUSED} when a name is unknown, or the rename would not keep the resource
 */
export const planMoves = (input: MoveInput): readonly Rename[] => {
  const moves = new Map<string, Rename>();
  for (const [from, to] of Object.entries(input.renames)) {
    if (isDone(input, from, to)) continue;
    const root = rootMove(input, from, to);
    moves.set(from, root);
    for (const rename of followers(input, root))
      if (!moves.has(rename.from)) moves.set(rename.from, rename);
  }
  const all = [...moves.values()];
  for (const move of all) assertKeeps(input, move, all);
  return all;
};

const isDone = ({ before, after }: MoveInput, from: string, to: string): boolean =>
  before[from] === undefined && before[to] !== undefined && after[to] !== undefined;

const rootMove = ({ stackName, before, after }: MoveInput, from: string, to: string): Rename => {
  const refuse = (message: string, hint: string) =>
    new DeployError('RENAME_REFUSED', `--rename ${from}=${to}: ${message}`, { hint });
  const list = (ids: readonly string[]) => (ids.length === 0 ? 'none' : ids.join(', '));
  const old = before[from];
  const fresh = after[to];
  if (old === undefined)
    throw refuse(
      `${stackName} has no ${from}.`,
      `What leaves it: ${list(Object.keys(before).filter((id) => after[id] === undefined))}.`,
    );
  if (fresh === undefined)
    throw refuse(
      `the program has no ${to}.`,
      `What is new in it: ${list(Object.keys(after).filter((id) => before[id] === undefined))}.`,
    );
  if (after[from] !== undefined)
    throw refuse(`the program has ${from} still.`, 'Rename its declaration first.');
  if (before[to] !== undefined)
    throw refuse(`${stackName} has a ${to} already.`, 'Give the declaration a name that is free.');
  if (old.Type !== fresh.Type)
    throw refuse(
      `${from} is ${String(old.Type)}, and ${to} is ${String(fresh.Type)}.`,
      'A rename keeps the resource, so its type stays.',
    );
  if (UNMOVABLE_TYPES.has(old.Type ?? ''))
    throw refuse(
      `CloudFormation cannot rename a resource of the type ${String(old.Type)}.`,
      `Keep its logical id in the program: ${pinOf({ from, to, resourceType: old.Type ?? '' })}`,
    );
  return { from, to, resourceType: old.Type ?? '' };
};

/** What has the old name in its own, and is in the program under the new one. */
const followers = ({ before, after }: MoveInput, root: Rename): readonly Rename[] =>
  Object.entries(before).flatMap(([from, { Type = '' }]) => {
    if (from === root.from || after[from] !== undefined || UNMOVABLE_TYPES.has(Type)) return [];
    const to = renamed(from, root).find(
      (id) => after[id]?.Type === Type && before[id] === undefined,
    );
    return to === undefined ? [] : [{ from, to, resourceType: Type }];
  });

/**
 * A physical name that follows the declaration's would change with it, and the resource would be replaced after all: the buckets that
 * start functions have one, since it must be known before they are made.
 */
const assertKeeps = (
  { before, after }: MoveInput,
  move: Rename,
  moves: readonly Rename[],
): void => {
  if (!holdsData(move.resourceType)) return;
  const old = before[move.from]?.Properties ?? {};
  const fresh = after[move.to]?.Properties ?? {};
  const changed = Object.keys({ ...old, ...fresh }).find(
    (name) =>
      name.endsWith('Name') &&
      JSON.stringify(renameReferences(old[name], moves)) !== JSON.stringify(fresh[name]),
  );
  if (changed === undefined) return;
  throw new DeployError(
    'RENAME_REFUSED',
    `--rename ${move.from}=${move.to}: ${move.to} would be replaced all the same, since its ${changed} is another one in the program.`,
    { hint: `Keep its logical id in the program, without --rename: ${pinOf(move)}` },
  );
};
