import type { JournalEntry } from '../cloud/index.ts';
import type { Referable } from '../spec/value.ts';
import type { CloudNames } from './cloud-names.ts';
import type { History } from './history.ts';
import { causesOf } from './history.ts';
import type { InvocationLog } from './invocations.ts';
import { errorOf } from './invocations.ts';
import { handsOver, objectsOf } from './reach.ts';
import { actorOf, named, objectOf } from './tell.ts';

/** Something that was handed over: a message, an event, a batch of records, an invocation. */
export interface Delivery {
  /** By whom: the name of a function, of the resource that a service acted for, or `test`. */
  readonly from: string;
  /** To whom: the name of a declaration, or an ARN, or an address. */
  readonly to: string;
  /**
   * What became of it. `waiting`: the function that is to have it has not run. `failed`: the last attempt did, and another may
   * come. `dropped`: it was given up.
   */
  readonly outcome: 'delivered' | 'waiting' | 'failed' | 'denied' | 'dropped';
  /** How many messages, events or records it was. */
  readonly items: number;
  /** How often it was tried, a count. */
  readonly attempts: number;
  /** When it was tried last, by the cloud's clock. */
  readonly at: Date;
  /** Why it has not arrived. */
  readonly message?: string;
}

/** Which deliveries are wanted. */
export interface DeliveryFilter {
  /** Who handed over. @defaultValue anybody */
  readonly from?: Referable;
  /** Who was handed something. @defaultValue anybody */
  readonly to?: Referable;
}

/** What is told of deliveries needs to know. */
export interface DeliveryGround {
  readonly history: History;
  readonly names: CloudNames;
  readonly invocations: InvocationLog;
}

/** A delivery, with what a later entry is known to belong to it by. */
interface Draft {
  delivery: Delivery;
  /** Whether the last attempt was refused, so that whoever hands over tries again. */
  refused: boolean;
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** Its attempts, and what caused them. */
  readonly ids: Set<number>;
}

/** Every delivery that is wanted, by when it was first tried. */
export const deliveriesOf = (
  { from, to }: DeliveryFilter,
  ground: DeliveryGround,
): readonly Delivery[] => {
  const { history, names } = ground;
  const drafts: Draft[] = [];
  /** By both ends. */
  const between = new Map<string, Draft[]>();
  const begin = (entry: JournalEntry, delivery: Delivery) => {
    const target = objectsOf(entry).at(-1);
    const ids = new Set([entry.id, ...causesOf(entry)]);
    const draft: Draft = {
      delivery,
      refused: entry.outcome !== 'ok',
      source: entry.source,
      target,
      ids,
    };
    drafts.push(draft);
    const key = `${entry.source} ${target}`;
    const known = between.get(key);
    if (known === undefined) between.set(key, [draft]);
    else known.push(draft);
  };
  /** What a service tried before between the same ends, because of the same. */
  const earlier = (entry: JournalEntry): Draft | undefined => {
    if (entry.source === undefined) return undefined;
    const key = `${entry.source} ${objectsOf(entry).at(-1)}`;
    return between.get(key)?.findLast(({ ids }) => causesOf(entry).some((id) => ids.has(id)));
  };

  for (const entry of history.entries) {
    if (history.isProvisioning(entry)) continue;
    const { kind, source, target } = entry;
    if (kind === 'note') {
      if (source === undefined || target === undefined) continue;
      const draft = earlier(entry);
      if (draft === undefined || entry.outcome === 'ok') begin(entry, deliveryOf(entry, ground));
      else draft.delivery = givenUp(draft.delivery, entry, names);
      continue;
    }
    // What Lambda makes of an event that it was handed is an attempt at that delivery, none of its own.
    const isOwnAttempt = target !== undefined && source === undefined;
    if (!handsOver(entry) || isOwnAttempt) continue;
    const draft = earlier(entry);
    if (draft?.refused !== true) begin(entry, deliveryOf(entry, ground));
    else {
      draft.ids.add(entry.id);
      draft.refused = entry.outcome !== 'ok';
      const { attempts } = draft.delivery;
      draft.delivery = { ...deliveryOf(entry, ground), attempts: attempts + 1 };
    }
  }

  const isAt = (wanted: Referable | undefined, arn: string | undefined, name: string) =>
    wanted === undefined ||
    name === names.known(wanted.name).name ||
    (arn !== undefined && names.behind(arn)?.name === wanted.name);
  return drafts
    .filter(
      ({ delivery, source, target }) =>
        isAt(from, source, delivery.from) && isAt(to, target, delivery.to),
    )
    .map(({ delivery }) => delivery);
};

const givenUp = (
  delivery: Delivery,
  { outcome, message = '' }: JournalEntry,
  names: CloudNames,
): Delivery => ({
  ...delivery,
  outcome: outcome === 'denied' ? 'denied' : 'dropped',
  message: named(message, names),
});

/** A delivery as one entry tells of it. */
const deliveryOf = (entry: JournalEntry, ground: DeliveryGround): Delivery => {
  const { names } = ground;
  const { outcome, kind, items = 1 } = entry;
  const base = {
    from: actorOf(entry, names),
    to: objectOf(entry, names),
    items,
    attempts: 1,
    at: new Date(entry.at),
  };
  if (outcome === 'denied') return { ...base, outcome, message: whyNot(entry, ground) };
  if (outcome === 'error')
    return {
      ...base,
      outcome: kind === 'note' ? 'dropped' : 'failed',
      message: whyNot(entry, ground),
    };
  const isInvocation = entry.service === 'lambda' && kind === 'call' && entry.target === undefined;
  return isInvocation
    ? { ...base, ...ofInvocation(entry, ground) }
    : { ...base, outcome: 'delivered' };
};

/** What a function that ran failed with, or what the service says. */
const whyNot = (
  { id, message = '' }: JournalEntry,
  { names, invocations }: DeliveryGround,
): string => {
  const run = invocations.byEntry(id);
  const error = run === undefined ? undefined : errorOf(run);
  return error === undefined ? named(message, names) : `${error.type}: ${error.message}`;
};

/** A function that is invoked has got its event once it has run; asynchronously that is by and by, and more than once. */
const ofInvocation = (
  entry: JournalEntry,
  ground: DeliveryGround,
): Pick<Delivery, 'outcome'> & Partial<Delivery> => {
  const { history, invocations } = ground;
  const run = invocations.byEntry(entry.id);
  if (run !== undefined)
    return run.failed
      ? { outcome: 'failed', message: whyNot(entry, ground) }
      : { outcome: 'delivered' };
  const [target] = objectsOf(entry);
  const own = history.effects(entry).filter((effect) => effect.target === target);
  const attempts = own.filter(({ kind }) => kind === 'call');
  const last = attempts.at(-1);
  if (last === undefined) return { outcome: 'waiting' };
  const isDropped = own.some(({ kind, outcome }) => kind === 'note' && outcome === 'error');
  return {
    attempts: attempts.length,
    at: new Date(last.at),
    ...(last.outcome === 'ok'
      ? { outcome: 'delivered' }
      : { outcome: isDropped ? 'dropped' : 'failed', message: whyNot(last, ground) }),
  };
};
