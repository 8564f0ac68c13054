import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a deployment takes of the machine that it runs on. A test that replays gives its own. */
export interface Machine {
  /** Waits between two looks at something that goes on by itself. */
  pause(ms: number, signal: AbortSignal): Promise<unknown>;
  /** Names that nobody else has. */
  uuid(): string;
}

export const THIS_MACHINE: Machine = {
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
  uuid: randomUUID,
};
