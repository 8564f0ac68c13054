import { AwsError, failureOutcome } from './aws-error.ts';
import type { Clock } from './clock.ts';
import { isVirtual } from './clock.ts';
import { messageOf, reportDefect } from './defects.ts';
import type { Disorder } from './disorder.ts';
import type { Journal } from './journal.ts';
import type { Store } from './store.ts';

/** Work that nobody waits for. */
export interface Background {
  /** Starts a task; what it changed is committed at its end. */
  run(service: string, name: string, task: () => Promise<void>): void;
  /** Writes state, and tells the journal when that fails. */
  writeQuietly(service: string, name: string, write: () => void): void;
  /** Whether there is something that {@link Background.settle} waits for. */
  readonly busy: boolean;
  /** Resolves when no task is left, or only such as sleep on a clock that stands still. */
  settle(): Promise<void>;
}

export const createBackground = (
  clock: Clock,
  journal: Journal,
  store: Pick<Store, 'commit'>,
  disorder: Disorder | undefined,
): Background => {
  const pending = new Set<Promise<void>>();
  /** Who waits for the next task to end. */
  const onEnd: (() => void)[] = [];
  // What sleeps on a clock that stands still has nothing to do before it moves.
  const isBusy = () => pending.size > (isVirtual(clock) ? clock.sleepers : 0);
  const quiet = async () => {
    while (isBusy())
      await new Promise<void>((resolve) => {
        onEnd.push(resolve);
        if (isVirtual(clock)) void clock.nextSleeper().then(resolve);
      });
  };
  const writeQuietly = (service: string, name: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      journal.note(service, `${name}: state could not be written: ${messageOf(error)}`, {
        outcome: 'error',
      });
    }
  };
  return {
    run: (service, name, task) => {
      const run = (async () => {
        try {
          await task();
        } catch (error) {
          // Nobody waits for the answer: what fails here is told in the journal and on standard error.
          journal.note(service, `${name} failed: ${messageOf(error)}`, {
            outcome: failureOutcome(error),
          });
          if (!(error instanceof AwsError)) reportDefect(service, name, error);
        }
        writeQuietly(service, name, () => store.commit());
      })();
      pending.add(run);
      void run.finally(() => {
        pending.delete(run);
        for (const tell of onEnd.splice(0)) tell();
      });
    },
    writeQuietly,
    get busy() {
      return isBusy();
    },
    settle: () => (disorder === undefined ? quiet() : disorder.settle(quiet)),
  };
};
