import type { JournalEntry } from '../cloud/index.ts';
import { explain } from '../privileges/index.ts';
import type { JournalLine } from '../privileges/index.ts';
import type { CloudNames } from './cloud-names.ts';
import type { History } from './history.ts';
import { causesOf } from './history.ts';
import { actionOf, actorOf, objectOf } from './tell.ts';

/** A call that IAM denied. */
export interface Denial {
  /** Who called: the name of a function, of the resource that a service acted for, or `test`. */
  readonly who: string;
  /** The action: `s3:PutObject`. */
  readonly what: string;
  /** On what: the name of a declaration with what follows it, such as `Photos/a.png`, or an ARN. */
  readonly on: string;
  /** Why, as a clause. */
  readonly because: string;
  /** The line for the function's `grants` that would allow it, where one would. */
  readonly grant?: string;
  /** Where the function is declared: `app.ts:12`. */
  readonly declaredAt?: string;
  /** When, by the cloud's clock. */
  readonly at: Date;
  /** ARN of who called, or the service. */
  readonly principal: string;
  /** ARN of what it was on. */
  readonly resource: string;
  /** What caused the call, nearest first: `lambda Invoke`. */
  readonly causes: readonly string[];
  /** Its number in the journal, a count from 1: what `explain` takes. */
  readonly id: number;
}

const chainOf = (entry: JournalEntry, { entry: find }: History): readonly JournalEntry[] => {
  const chain: JournalEntry[] = [];
  for (
    let cause = find(causesOf(entry)[0] ?? 0);
    cause !== undefined && !chain.includes(cause);
    cause = find(causesOf(cause)[0] ?? 0)
  )
    chain.push(cause);
  return chain;
};

/** As the journal reads over HTTP: of statements no more is known there than that they are JSON. */
const asLine = ({ needs = [], ...entry }: JournalEntry): JournalLine => ({
  ...entry,
  needs: needs.map(({ decision, ...need }) => ({
    ...need,
    decision: {
      ...decision,
      statements: decision.statements.map((one) => ({ ...one, statement: { ...one.statement } })),
    },
  })),
});

/** A denied entry, explained. */
export const denialOf = (entry: JournalEntry, history: History, names: CloudNames): Denial => {
  const explained = explain(asLine(entry), names, chainOf(entry, history).map(asLine));
  const { grant } = explained ?? {};
  const declaredAt = explained?.function?.declaredAt;
  return {
    who: actorOf(entry, names),
    what: explained?.action ?? actionOf(entry),
    on: explained === undefined ? objectOf(entry, names) : names.nameOf(explained.resource),
    because: explained?.because ?? entry.message ?? '',
    ...(grant === undefined ? {} : { grant }),
    ...(declaredAt === undefined ? {} : { declaredAt }),
    at: new Date(entry.at),
    principal: entry.principal,
    resource: explained?.resource ?? '',
    causes: explained?.causes ?? [],
    id: entry.id,
  };
};

/** Every call that was denied, oldest first. */
export const denialsOf = (history: History, names: CloudNames): readonly Denial[] =>
  history.entries
    .filter(({ kind, outcome }) => kind === 'call' && outcome === 'denied')
    .map((entry) => denialOf(entry, history, names));
