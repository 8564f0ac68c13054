import { createAgenda } from './agenda.ts';
import type { Clock, Timer } from './clock.ts';

/**
 * What a service is to be reminded of, by key: one timer for all, set for what is due next. Kept in memory alone; what must
 * outlive a restart is a record, from which `start` sets its reminder anew.
 */
export interface Reminders {
  /** Runs `task` at `at` (milliseconds since the epoch), or as soon as may be when that has passed. Takes the place of an earlier one. */
  set(key: string, at: number, task: () => void): void;
  clear(key: string): void;
  /** Forgets everything. */
  stop(): void;
}

export const createReminders = (clock: Pick<Clock, 'now' | 'after'>): Reminders => {
  let agenda = createAgenda();
  const entries = new Map<string, { cancel(): void }>();
  let armed: { readonly at: number; readonly timer: Timer } | undefined;

  const arm = () => {
    const next = agenda.first()?.at;
    if (next === armed?.at) return;
    armed?.timer.cancel();
    armed =
      next === undefined
        ? undefined
        : { at: next, timer: clock.after(Math.max(0, next - clock.now()), ring) };
  };
  const ring = () => {
    armed = undefined;
    for (
      let due = agenda.first();
      due !== undefined && due.at <= clock.now();
      due = agenda.first()
    ) {
      agenda.drop();
      due.task();
    }
    arm();
  };
  const clear = (key: string) => {
    entries.get(key)?.cancel();
    entries.delete(key);
  };

  return {
    set: (key, at, task) => {
      clear(key);
      const entry = agenda.add(at, () => {
        if (entries.get(key) === entry) entries.delete(key);
        task();
      });
      entries.set(key, entry);
      arm();
    },
    clear: (key) => {
      clear(key);
      arm();
    },
    stop: () => {
      agenda = createAgenda();
      entries.clear();
      arm();
    },
  };
};
