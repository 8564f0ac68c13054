import type { ExitCode } from './exit-codes.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** Ctrl-C and SIGTERM, as a signal to stop in good order. */
export interface Interrupts {
  readonly signal: AbortSignal;
  /** What to exit with when it was interrupted. */
  exitCode(): ExitCode;
  dispose(): void;
}

/** The first interruption asks; the second ends the process at once. */
export const catchInterrupts = (onFirst: () => void): Interrupts => {
  const controller = new AbortController();
  let code: ExitCode = EXIT_CODES.INTERRUPTED;
  const take = (name: NodeJS.Signals) => {
    code = name === 'SIGTERM' ? EXIT_CODES.TERMINATED : EXIT_CODES.INTERRUPTED;
    if (controller.signal.aborted) process.exit(code);
    onFirst();
    controller.abort();
  };
  process.on('SIGINT', take);
  process.on('SIGTERM', take);
  return {
    signal: controller.signal,
    exitCode: () => code,
    dispose: () => {
      process.off('SIGINT', take);
      process.off('SIGTERM', take);
    },
  };
};
