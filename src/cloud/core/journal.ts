import type { Decision } from '../../iam/index.ts';
import type { Clock } from './clock.ts';
import type { Store } from './store.ts';

/** One thing that a call needed, and what IAM said of it. */
export interface CheckedNeed {
  readonly action: string;
  readonly resource: string;
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  readonly decision: Decision;
  /** Names of the service control policies, where none of them allows it. */
  readonly serviceControl?: readonly string[];
}

/** Ids of what caused something: one entry of the journal, or several, as the sends of a batch. */
export type Cause = number | readonly number[];

/** One thing that happened in the cloud: a call and what became of it, or a note of a service. */
export interface JournalEntry {
  /** Rises with every entry; a restart leaves a gap. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `call`: an operation under a principal. `note`: something a service did or dropped by itself. */
  readonly kind: 'call' | 'note';
  readonly service: string;
  readonly operation: string;
  /** ARN of who called, or the service's name (`s3.amazonaws.com`). */
  readonly principal: string;
  readonly region: string;
  readonly outcome: 'ok' | 'denied' | 'error';
  readonly code?: string;
  readonly message?: string;
  /** What the call needed, up to the first that was denied. */
  readonly needs?: readonly CheckedNeed[];
  /** ARN of what a service acted for: a topic, a queue, a rule. */
  readonly source?: string;
  /** ARN of what it was done to, where no need names it: the function that a batch was handed over to. */
  readonly target?: string;
  /** Messages, events or records that it was about; 0 of what only tried whether it might. @defaultValue 1 */
  readonly items?: number;
  /** Wall time, milliseconds. */
  readonly durationMs?: number;
  /** The entry that caused this one; of several the first. */
  readonly cause?: number;
  /** Every entry that caused this one, where there are several. */
  readonly causes?: readonly number[];
  readonly requestId?: string;
}

/** An entry as it is laid down: its time is the clock's, and its causes are sorted out. */
export type NewEntry = Omit<JournalEntry, 'at' | 'cause' | 'causes'> & {
  readonly cause?: Cause | undefined;
};

/** What a note is about. */
export type NoteFacts = Partial<Pick<NewEntry, 'outcome' | 'cause' | 'source' | 'target'>>;

/** What happened, newest last, bounded; with a state folder, in earlier runs too. */
export interface Journal {
  /** An id for a call that is about to happen, so that what it causes can name it. */
  begin(): number;
  record(entry: NewEntry): void;
  /** @returns its id, for what it causes */
  note(service: string, message: string, about?: NoteFacts): number;
  entries(): readonly JournalEntry[];
  /** Calls `listener` with every new entry; returns how to stop. */
  listen(listener: (entry: JournalEntry) => void): () => void;
}

/** What was under way or not yet written when a cloud was killed has numbers that stand in no entry, though others may name them. */
const NUMBERS_LEFT_OUT = 200;

/** So many entries are kept. */
export const JOURNAL_ENTRIES = 10_000;

/** How a journal is made. */
export interface JournalOptions {
  /** Entries kept; older ones are forgotten. @defaultValue 10,000 */
  readonly capacity?: number;
  /** What it begins with: the entries of the cloud that this one is a fork of. @defaultValue none, or what the folder keeps */
  readonly earlier?: readonly JournalEntry[] | undefined;
}

/** An entry with its time; of several causes, the first by itself and all together. */
const dated = (entry: NewEntry, at: number): JournalEntry => {
  const given = entry.cause;
  if (typeof given !== 'object') return { ...entry, at } as JournalEntry;
  const causes = [...new Set(given)];
  const [cause] = causes;
  return {
    ...entry,
    at,
    ...(causes.length > 1 ? { causes } : {}),
    // None at all is undefined, and in no file.
    cause,
  } as JournalEntry;
};

/** One cause and more of them. */
export const alsoCausedBy = (
  cause: Cause | undefined,
  more: readonly number[],
): Cause | undefined => {
  if (cause === undefined) return more.length > 1 ? more : more[0];
  return more.length === 0 ? cause : [cause, more].flat();
};

/** With a state folder, an entry is written with the state that its call changed, or soon after. */
export const createJournal = (
  clock: Clock,
  store: Pick<Store, 'ring'>,
  { capacity = JOURNAL_ENTRIES, earlier: given }: JournalOptions = {},
): Journal => {
  const written = store.ring<JournalEntry>('core/journal', capacity);
  const lastId = given?.reduce((last, { id }) => Math.max(last, id), 0) ?? written.newest();
  const firstId = lastId === 0 ? 1 : lastId + NUMBERS_LEFT_OUT;
  let nextId = firstId;
  /** Of earlier runs: read when somebody asks, for starts to be quick. */
  let earlier = given;
  const readEarlier = (): readonly JournalEntry[] =>
    lastId === 0 ? [] : written.read().filter(({ id }) => id < firstId);

  const ring: JournalEntry[] = [];
  let start = 0;
  const listeners = new Set<(entry: JournalEntry) => void>();
  const record = (entry: NewEntry) => {
    const full = dated(entry, clock.now());
    if (ring.length < capacity) ring.push(full);
    else {
      ring[start] = full;
      start = (start + 1) % capacity;
    }
    // Somebody will ask why of a denial; of the others, the last few may be lost by a kill.
    if (full.outcome === 'ok') written.appendLater(full.id, full);
    else written.append(full.id, full);
    for (const listener of listeners) listener(full);
  };
  return {
    begin: () => nextId++,
    record,
    note: (service, message, about = {}) => {
      const id = nextId++;
      record({
        id,
        kind: 'note',
        service,
        operation: '',
        principal: `${service}.amazonaws.com`,
        region: '',
        outcome: 'ok',
        message,
        ...about,
      });
      return id;
    },
    entries: () => {
      earlier ??= readEarlier();
      const room = capacity - ring.length;
      return [
        ...(room === 0 ? [] : earlier.slice(-room)),
        ...ring.slice(start),
        ...ring.slice(0, start),
      ];
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
