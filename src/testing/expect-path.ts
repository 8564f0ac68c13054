import { AssertionError } from 'node:assert';
import type { JournalEntry } from '../cloud/index.ts';
import type { Referable } from '../spec/value.ts';
import type { KnownResource } from './cloud-names.ts';
import type { PathGround } from './path-failure.ts';
import { nothingCame, pathEnds } from './path-failure.ts';
import type { End } from './reach.ts';
import { endsAt } from './reach.ts';
import type { Journal } from './test-cloud.ts';

/** A way that something took through a service. */
export interface Path {
  /**
   * Asserts that what came this far led to `next`: that a function ran because of it, that a message of it was sent to a queue,
   * that an object of it was put into a bucket.
   *
   * @throws {AssertionError} when it did not: the message tells what happened instead, and the grant that was missing
   * @throws {NOT_PROVISIONED} for what is in no stack
   */
  to(next: Referable): Path;
  /** The entries of the journal by which the last step was reached, oldest first. */
  readonly entries: Journal;
}

/** Entries that are at a step, and by which end. */
type Reached = ReadonlyMap<JournalEntry, readonly End[]>;

/** What a stack need not show: whatever the test called. */
type Caller = (first: Referable) => Path;

/** @throws {AssertionError} when nothing has come to `first` */
export const expectPath = (first: Referable, ground: PathGround, caller: Caller): Path => {
  const resource = ground.names.known(first.name);
  const reached = entriesAt(resource, ground);
  if (reached.size === 0) throw failure(nothingCame(resource, ground), caller);
  return pathFrom([first.name], reached, ground);
};

const pathFrom = (steps: readonly string[], here: Reached, ground: PathGround): Path => {
  const to = (step: Referable): Path => {
    const next = ground.names.known(step.name);
    const consequences = ground.history.consequences(here.keys());
    const found = [...entriesAt(next, ground)];
    const reached = found.filter(
      ([entry, ends]) =>
        consequences.has(entry) ||
        // What a rule hands over is at the rule and at its target at once.
        (here.get(entry)?.includes('source') === true && ends.includes('target')),
    );
    if (reached.length > 0) return pathFrom([...steps, step.name], new Map(reached), ground);
    const elsewhere = found.map(([entry]) => entry);
    throw failure(pathEnds({ steps, here: [...here.keys()], next, elsewhere }, ground), to);
  };
  return { to, entries: [...here.keys()] };
};

const failure = (lines: readonly string[], caller: Caller): AssertionError => {
  const error = new AssertionError({
    message: lines.join('\n'),
    operator: 'expectPath',
    stackStartFn: caller,
  });
  // Nothing was compared: runners that find these show a comparison (vitest takes the name of Node's form of one for it).
  for (const member of ['actual', 'expected', 'diff']) Reflect.deleteProperty(error, member);
  return error;
};

/** Every entry that is at a resource. */
const entriesAt = (
  resource: KnownResource,
  { history, names, invocations }: PathGround,
): Reached => {
  const hasRun = ({ id }: JournalEntry) => invocations.byEntry(id) !== undefined;
  return new Map(
    history.entries
      .filter((entry) => !history.isProvisioning(entry))
      .map((entry) => [entry, endsAt(entry, resource, names, hasRun)] as const)
      .filter(([, ends]) => ends.length > 0),
  );
};
