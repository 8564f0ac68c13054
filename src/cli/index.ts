import type { ServiceDeclaration } from '../spec/service.ts';
import { catchInterrupts } from './interrupt.ts';
import { programName } from './invocation.ts';
import { readCommandLine } from './read-command-line.ts';
import type { Terminal } from './terminal.ts';
import { openTerminal } from './terminal.ts';

/**
 * Runs a command of a service, as its program's command line.
 *
 * @param argv - The words after the program's name: `['provision', '--local']`.
 * @returns the exit code; `--help` lists them
 * @example
 * ```ts
 * process.exitCode = await runService(imager, process.argv.slice(2));
 * ```
 */
export const runService = async (
  service: ServiceDeclaration,
  argv: readonly string[],
): Promise<number> => {
  const terminal = openTerminal();
  const interrupts = catchInterrupts(() => {
    terminal.live(undefined);
    terminal.error('Interrupted: stopping. Once more ends it at once.');
  });
  try {
    const session = {
      service,
      terminal,
      signal: interrupts.signal,
      env: process.env,
      program: programName(),
    };
    const read = readCommandLine(argv);
    if (read !== undefined) {
      return (await read.command.run(session, read.flags)) ?? 0;
    }
    const { serviceProgram } = await import('./program.ts');
    let exitCode = 0;
    const program = serviceProgram(session, (code) => {
      exitCode = code;
    });
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return await failed(error, argv, terminal, interrupts);
  } finally {
    terminal.live(undefined);
    interrupts.dispose();
  }
};

const failed = async (
  error: unknown,
  argv: readonly string[],
  terminal: Terminal,
  interrupts: ReturnType<typeof catchInterrupts>,
): Promise<number> => {
  terminal.live(undefined);
  if (isCommanders(error)) return error.exitCode === 0 ? 0 : 2;
  const { readError, reportError } = await import('./report-error.ts');
  const report = readError(error);
  // What was stopped half way throws all kinds of things; what the deployer threw says what it was doing.
  const stopped = interrupts.signal.aborted && report.code === 'DEFECT';
  if (argv.includes('--json')) terminal.out(JSON.stringify({ kind: 'error', ...report }));
  if (stopped) terminal.error('Interrupted before anything was changed.');
  const exitCode = stopped ? interrupts.exitCode() : reportError(error, terminal.style);
  return report.code === 'INTERRUPTED' ? interrupts.exitCode() : exitCode;
};

/** commander has printed its message already: help, or what is wrong with the command line. */
const isCommanders = (error: unknown): error is { readonly exitCode: number } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('commander.') &&
  'exitCode' in error;
