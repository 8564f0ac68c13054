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
  /** Wall time, milliseconds. */
  readonly durationMs?: number;
  /** The entry that caused this one. */
  readonly cause?: number;
  readonly requestId?: string;
}

/** What happened, newest last, bounded; with a state folder, in earlier runs too. */
export interface Journal {
  /** An id for a call that is about to happen, so that what it causes can name it. */
  begin(): number;
  record(entry: Omit<JournalEntry, 'at'>): void;
  note(
    service: string,
    message: string,
    about?: { readonly cause?: number; readonly outcome?: JournalEntry['outcome'] },
  ): void;
  entries(): readonly JournalEntry[];
  /** Calls `listener` with every new entry; returns how to stop. */
  listen(listener: (entry: JournalEntry) => void): () => void;
}

/** What was under way or not yet written when a cloud was killed has numbers that stand in no entry, though others may name them. */
const NUMBERS_LEFT_OUT = 200;

/**
 * With a state folder, an entry is written with the state that its call changed, or soon after.
 * @param capacity - Entries kept; older ones are forgotten. @defaultValue 10,000
 */
export const createJournal = (
  clock: Clock,
  store: Pick<Store, 'ring'>,
  capacity = 10_000,
): Journal => {
  const written = store.ring<JournalEntry>('core/journal', capacity);
  const lastId = written.newest();
  const firstId = lastId === 0 ? 1 : lastId + NUMBERS_LEFT_OUT;
  let nextId = firstId;
  /** Of earlier runs: read when somebody asks, for starts to be quick. */
  let earlier: readonly JournalEntry[] | undefined;
  const readEarlier = (): readonly JournalEntry[] =>
    lastId === 0 ? [] : written.read().filter(({ id }) => id < firstId);

  const ring: JournalEntry[] = [];
  let start = 0;
  const listeners = new Set<(entry: JournalEntry) => void>();
  const record = (entry: Omit<JournalEntry, 'at'>) => {
    const full = { ...entry, at: clock.now() };
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
    note: (service, message, about = {}) =>
      record({
        id: nextId++,
        kind: 'note',
        service,
        operation: '',
        principal: `${service}.amazonaws.com`,
        region: '',
        outcome: about.outcome ?? 'ok',
        message,
        ...(about.cause === undefined ? {} : { cause: about.cause }),
      }),
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
