import { captureFromStack } from './spec/capture.ts';
import type { ServiceDeclaration } from './spec/service.ts';

// The ES module facades of node:fs and node:url cost 6 ms at every start; the built-ins do not.
const { realpathSync } = process.getBuiltinModule('node:fs');
const { fileURLToPath } = process.getBuiltinModule('node:url');

/** True when `file` is the program that Node was started with, through whatever links. */
const isEntry = (file: string | undefined): boolean => {
  const entry = process.argv[1];
  if (file === undefined || entry === undefined) return false;
  try {
    return (
      realpathSync(entry) === realpathSync(file.startsWith('file:') ? fileURLToPath(file) : file)
    );
  } catch {
    return false;
  }
};

/**
 * Gives the program its commands: `plan`, `provision`, `status`, `delete`, `build`, `version`. Acts when the calling module is
 * the program that was started; when a test imports it, it does nothing. Sets the process's exit code.
 *
 * @example
 * ```ts
 * import { lambda, main, service } from 'sparta';
 * const hello = lambda('Hello', {}, async () => 'Hello');
 * await main(service('Greeter', { functions: [hello] }));
 * ```
 */
export const main = async (service: ServiceDeclaration): Promise<void> => {
  if (!isEntry(captureFromStack()?.file)) return;
  const { runService } = await import('./cli/index.ts');
  process.exitCode = await runService(service, process.argv.slice(2));
};
