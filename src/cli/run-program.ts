import { CliError } from './cli-error.ts';
import { COMMANDS } from './command-table.ts';
import type { ExitCode } from './exit-codes.ts';

const { existsSync } = process.getBuiltinModule('node:fs');
const { relative, resolve } = process.getBuiltinModule('node:path');
const { fileURLToPath, pathToFileURL } = process.getBuiltinModule('node:url');

const DEFAULT_PROGRAM = 'app.ts';

/**
 * Runs a service's own program with a command, as `node app.ts COMMAND` would: sooner, since what was compiled and
 * stripped of types is kept, and with a sentence where Node would print its own stack.
 *
 * @param rest - The words after the command; the first may name the program. @defaultValue `app.ts`
 * @throws {NO_PROGRAM} when it is not there, cannot be loaded, or is not a service
 * @throws {BundleError} when it does not parse or imports what is not there
 */
export const runProgram = async (command: string, rest: readonly string[]): Promise<ExitCode> => {
  const [first = '-'] = rest;
  // Where a command takes words of its own, only what looks like a program is one.
  const takesWords = COMMANDS.some(({ name, words }) => name === command && words !== undefined);
  const isProgram = takesWords ? /\.[cm]?[jt]sx?$/.test(first) : !first.startsWith('-');
  const named = isProgram ? first : undefined;
  const program = resolve(named ?? DEFAULT_PROGRAM);
  if (!existsSync(program))
    throw new CliError('NO_PROGRAM', `There is no program ${named ?? DEFAULT_PROGRAM} here.`, {
      hint: `Say where it is: sparta ${command} path/to/app.ts.`,
    });
  process.argv.splice(1, Number.POSITIVE_INFINITY, program, command);
  process.argv.push(...rest.slice(named === undefined ? 0 : 1));
  process.exitCode = undefined;
  try {
    await import(pathToFileURL(program).href);
  } catch (error) {
    throw await reasonOf(error, program);
  }
  if (process.exitCode === undefined)
    throw new CliError('NO_PROGRAM', `${relative('', program)} does not provision anything.`, {
      hint: 'A program ends with: await main(service(…)).',
    });
  return process.exitCode as ExitCode;
};

/** Node's errors of modules that it cannot load; its own texts name no line. */
const UNLOADABLE = new Set([
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
]);

const reasonOf = async (error: unknown, program: string): Promise<unknown> => {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof SyntaxError || UNLOADABLE.has(code)) {
    const { diagnoseProgram } = await import('../bundle/index.ts');
    const diagnosis = await diagnoseProgram(program);
    if (diagnosis !== undefined) return diagnosis;
  }
  // What carries a code of ours words itself.
  if ('hint' in error || error.name === 'FrameworkError') return error;
  return new CliError('NO_PROGRAM', `${placeOf(error)}${error.name}: ${firstLine(error)}`, {
    hint: 'The program failed before it came to main(). SPARTA_DEBUG=1 shows the stack.',
    cause: error,
  });
};

const firstLine = ({ message }: Error) => message.split('\n')[0] ?? '';

/** `src/stamp.ts:12:5: `, the innermost frame outside packages and Node. */
const placeOf = ({ stack = '' }: Error): string => {
  for (const [, url = '', place = ''] of stack.matchAll(/\(?(file:\/\/[^\s)]+?):(\d+:\d+)\)?$/gm)) {
    if (url.includes('/node_modules/')) continue;
    return `${relative('', fileURLToPath(url))}:${place}: `;
  }
  return '';
};
