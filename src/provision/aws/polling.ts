import type { Machine } from './machine.ts';
import { THIS_MACHINE } from './machine.ts';

/** How long to wait between two looks at something that takes anything from milliseconds to hours. */
export interface Pace {
  /** Milliseconds. @defaultValue 4 */
  readonly firstMs?: number;
  /** Milliseconds. @defaultValue 2000 */
  readonly lastMs?: number;
  /** Where it waits. @defaultValue on this machine */
  readonly machine?: Pick<Machine, 'pause'>;
}

/**
 * Looks until there is something to see. The wait grows with the time already spent, by half of it, so that an
 * endpoint that is done in ten milliseconds costs a few, and one that takes minutes is asked every two seconds.
 *
 * @throws the signal's reason when it is aborted between two looks
 */
export const pollUntil = async <T>(
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
  pace: Pace = {},
): Promise<T> => {
  const first = pace.firstMs ?? 4;
  const last = pace.lastMs ?? 2_000;
  const { pause } = pace.machine ?? THIS_MACHINE;
  const start = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    const spent = performance.now() - start;
    await pause(Math.min(last, Math.max(first, spent / 2)), signal);
  }
};
