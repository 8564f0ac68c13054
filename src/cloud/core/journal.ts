import type { Decision } from '../../iam/index.ts';
import type { Clock } from './clock.ts';

/** One thing that a call needed, and what IAM said of it. */
export interface CheckedNeed {
  readonly action: string;
  readonly resource: string;
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  readonly decision: Decision;
}

/** One thing that happened in the cloud: a call and what became of it, or a note of a service. */
export interface JournalEntry {
  /** Rises by one with every entry. */
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

/** What happened, newest last, bounded. */
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

/** @param capacity - Entries kept; older ones are forgotten. @defaultValue 10,000 */
export const createJournal = (clock: Clock, capacity = 10_000): Journal => {
  const ring: JournalEntry[] = [];
  let start = 0;
  let nextId = 1;
  const listeners = new Set<(entry: JournalEntry) => void>();
  const record = (entry: Omit<JournalEntry, 'at'>) => {
    const full = { ...entry, at: clock.now() };
    if (ring.length < capacity) ring.push(full);
    else {
      ring[start] = full;
      start = (start + 1) % capacity;
    }
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
    entries: () => [...ring.slice(start), ...ring.slice(0, start)],
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
