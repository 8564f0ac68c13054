import type { Heap } from '../../core/heap.ts';
import { createHeap } from '../../core/heap.ts';
import type { Table } from '../../core/store.ts';
import { NOISY } from './limits.ts';
import type { Settings } from './settings.ts';
import type { Message } from './message.ts';

/** Where a message stands. A message in flight has been received and may come back. */
type Place = 'ready' | 'delayed' | 'inFlight' | 'gone';

/** A message's place in its line. The record is replaced, never changed. */
export interface Entry {
  readonly key: string;
  readonly group: Group;
  message: Message;
  place: Place;
  /** Counts the places it has had, so that what was noted of an earlier one is known to be stale. */
  stamp: number;
}

/** Messages of one group id; in a standard queue a tenant. */
interface Group {
  readonly id: string | undefined;
  /** What can be received, oldest first; in a FIFO queue what is delayed holds up what is behind it. */
  readonly waiting: Heap<Entry>;
  inFlight: number;
  offer: Offer | undefined;
}

/** A group that has something to give. */
interface Offer {
  readonly group: Group;
  readonly order: number;
  readonly noisy: boolean;
  /** Messages of the group in flight when it was made. */
  readonly inFlight: number;
}

interface Due {
  readonly at: number;
  readonly entry: Entry;
  readonly stamp: number;
}

/** A queue's messages in the order in which they are to be given out, all in memory beside the table that keeps them. */
export interface Line {
  readonly settings: Settings;
  readonly counts: { readonly ready: number; readonly delayed: number; readonly inFlight: number };
  find(key: string): Entry | undefined;
  /** Takes in a message, new or as the table has it. */
  add(key: string, message: Message, now: number): Entry;
  /** The message to be received next: it is hidden, or removed, by whoever asked. */
  next(): Entry | undefined;
  /** Up to so many messages that could be received now, oldest first. */
  oldestReady(count: number): readonly Entry[];
  /** The message after one that was received just now, of the same FIFO group. */
  nextOf(entry: Entry): Entry | undefined;
  /** Puts a message out of sight until its record's `visibleAt`. */
  hide(entry: Entry, message: Message): Entry;
  /** Lets a message be received at once. */
  show(entry: Entry): void;
  remove(entry: Entry): void;
  /** Removes all. */
  clear(): void;
  /** Brings back what is visible again by now, and removes what was kept long enough. */
  catchUp(now: number): void;
  /** When the oldest message was taken in. */
  oldest(): number | undefined;
  /** When {@link Line.catchUp} will have something to do. */
  nextDue(): number | undefined;
  /** Applies attributes that changed. */
  adjust(settings: Settings): void;
  /** Whether something became available since this was asked last. */
  takeNews(): boolean;
}

const isWaiting = ({ place }: Entry) => place === 'ready' || place === 'delayed';

/**
 * Sends, receives and deletes cost the logarithm of the queue's length at most. A standard queue gives out the oldest first,
 * but a noisy tenant's after everybody else's; a FIFO queue gives out a group's oldest, and nothing more of the group while
 * one of it is in flight.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export const createLine = (table: Table<Message>, initial: Settings): Line => {
  let settings = initial;
  let news = false;
  const counts = { ready: 0, delayed: 0, inFlight: 0 };
  const entries = new Map<string, Entry>();
  const groups = new Map<string, Group>();
  const offers = (before: (one: Offer, other: Offer) => boolean) =>
    createHeap<Offer>(before, (offer) => offer.group.offer === offer);
  const quiet = offers((one, other) => one.order < other.order);
  const noisy = offers((one, other) =>
    one.inFlight === other.inFlight ? one.order < other.order : one.inFlight < other.inFlight,
  );
  const due = createHeap<Due>(
    (one, other) =>
      one.at < other.at ||
      (one.at === other.at && one.entry.message.order < other.entry.message.order),
    ({ entry, stamp }) => entry.stamp === stamp,
  );
  const ages = createHeap<Entry>(
    (one, other) => one.message.enqueuedAt < other.message.enqueuedAt,
    ({ place }) => place !== 'gone',
  );

  const createGroup = (id: string | undefined): Group => ({
    id,
    waiting: createHeap<Entry>((one, other) => one.message.order < other.message.order, isWaiting),
    inFlight: 0,
    offer: undefined,
  });
  // "Each message without a MessageGroupId is treated as belonging to its own distinct tenant": never a noisy one.
  const loose = createGroup(undefined);
  const groupOf = (id: string | undefined): Group => {
    if (id === undefined) return loose;
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = createGroup(id)));
    return group;
  };
  const isNoisy = (group: Group) =>
    !settings.fifo &&
    group.id !== undefined &&
    group.inFlight >= NOISY.messages &&
    group.inFlight > counts.inFlight * NOISY.share;

  /** What a group has to give changed: its offer is made anew, or taken back. */
  const relist = (group: Group) => {
    const head = group.waiting.first();
    const open =
      head !== undefined && head.place === 'ready' && !(settings.fifo && group.inFlight > 0);
    const { offer } = group;
    if (open) {
      const isLoud = isNoisy(group);
      if (
        offer !== undefined &&
        offer.order === head.message.order &&
        offer.noisy === isLoud &&
        (!isLoud || offer.inFlight === group.inFlight)
      )
        return;
      if (offer === undefined) news = true;
      group.offer = {
        group,
        order: head.message.order,
        noisy: isLoud,
        inFlight: group.inFlight,
      };
      (isLoud ? noisy : quiet).add(group.offer);
    } else group.offer = undefined;
    if (offer !== undefined) (offer.noisy ? noisy : quiet).forget();
    if (head === undefined && group.inFlight === 0 && group.id !== undefined)
      groups.delete(group.id);
  };

  const count = (place: Place, by: 1 | -1) => {
    if (place !== 'gone') counts[place] += by;
  };
  const move = (entry: Entry, place: Place) => {
    const from = entry.place;
    count(from, -1);
    count(place, 1);
    if (from === 'inFlight') entry.group.inFlight -= 1;
    if (place === 'inFlight') entry.group.inFlight += 1;
    if (from === 'delayed' || from === 'inFlight') due.forget();
    entry.place = place;
    entry.stamp += 1;
  };
  const awaitDue = (entry: Entry) =>
    due.add({ at: entry.message.visibleAt, entry, stamp: entry.stamp });

  const insert = (key: string, message: Message, place: Place): Entry => {
    const entry: Entry = { key, group: groupOf(message.groupId), message, place, stamp: 0 };
    entries.set(key, entry);
    ages.add(entry);
    count(place, 1);
    if (place === 'inFlight') entry.group.inFlight += 1;
    if (place === 'ready' || (place === 'delayed' && settings.fifo)) entry.group.waiting.add(entry);
    if (place !== 'ready') awaitDue(entry);
    relist(entry.group);
    return entry;
  };

  const show = (entry: Entry) => {
    const held = entry.place === 'delayed' && settings.fifo;
    move(entry, 'ready');
    if (!held) entry.group.waiting.add(entry);
    relist(entry.group);
    // Another consumer of a standard queue may want it, though its group had something to give before.
    news = true;
  };

  const remove = (entry: Entry) => {
    if (entry.place === 'gone') return;
    if (isWaiting(entry) && (entry.place === 'ready' || settings.fifo))
      entry.group.waiting.forget();
    move(entry, 'gone');
    ages.forget();
    entries.delete(entry.key);
    table.delete(entry.key);
    relist(entry.group);
  };

  // A property that is set anew: a getter would make a dictionary of this object to V8, and every call of the queue looks into it.
  const line: Line & { settings: Settings } = {
    settings,
    counts,
    find: (key) => entries.get(key),
    add: (key, message, now) => {
      const waits = message.visibleAt > now;
      news ||= !waits;
      return insert(
        key,
        message,
        !waits ? 'ready' : message.receipt === undefined ? 'delayed' : 'inFlight',
      );
    },
    next: () => {
      for (;;) {
        const offer = quiet.first() ?? noisy.first();
        if (offer === undefined) return undefined;
        if (offer.noisy === isNoisy(offer.group)) return offer.group.waiting.first();
        relist(offer.group);
      }
    },
    oldestReady: (count) =>
      [loose, ...groups.values()]
        .flatMap(({ waiting }) => waiting.items())
        .filter(({ place }) => place === 'ready')
        .sort((one, other) => one.message.order - other.message.order)
        .slice(0, count),
    nextOf: ({ group }) => {
      const head = group.waiting.first();
      return head?.place === 'ready' ? head : undefined;
    },
    hide: (entry, message) => {
      table.set(entry.key, message);
      if (entry.place === 'ready' && entry.group.waiting.first() !== entry) {
        // In the midst of a heap, where it can only die: it goes on as another.
        entry.group.waiting.forget();
        ages.forget();
        move(entry, 'gone');
        return insert(entry.key, message, 'inFlight');
      }
      if (entry.place === 'ready') entry.group.waiting.take();
      entry.message = message;
      move(entry, 'inFlight');
      awaitDue(entry);
      relist(entry.group);
      return entry;
    },
    show,
    remove,
    clear: () => {
      for (const entry of entries.values()) remove(entry);
    },
    catchUp: (now) => {
      for (let first = due.first(); first !== undefined && first.at <= now; first = due.first())
        show(first.entry);
      for (let oldest = ages.first(); oldest !== undefined; oldest = ages.first()) {
        if (oldest.message.enqueuedAt + settings.retentionMs > now) break;
        remove(oldest);
      }
    },
    oldest: () => ages.first()?.message.enqueuedAt,
    nextDue: () => {
      const visible = due.first()?.at;
      const oldest = ages.first()?.message.enqueuedAt;
      const over = oldest === undefined ? undefined : oldest + settings.retentionMs;
      return visible === undefined || (over !== undefined && over < visible) ? over : visible;
    },
    adjust: (changed) => {
      const { delayMs } = settings;
      settings = changed;
      line.settings = changed;
      if (!changed.fifo || changed.delayMs === delayMs) return;
      // "For FIFO queues, the per-queue delay setting is retroactive" (SQSDeveloperGuide/sqs-delay-queues.html).
      for (const { entry } of due.items())
        if (entry.place === 'delayed') {
          entry.message = {
            ...entry.message,
            visibleAt: entry.message.enqueuedAt + changed.delayMs,
          };
          table.set(entry.key, entry.message);
          move(entry, 'delayed');
          awaitDue(entry);
        }
    },
    takeNews: () => {
      const had = news;
      news = false;
      return had;
    },
  };
  return line;
};
