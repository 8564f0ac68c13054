import { createInterface } from 'node:readline/promises';
import { CliError } from './cli-error.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks a person. Anything but y or yes is a no.
 *
 * @throws {NO_TERMINAL} when there is nobody to ask
 */
export const askYes = async (
  terminal: Terminal,
  question: string,
  signal: AbortSignal,
): Promise<boolean> => {
  assertAskable();
  return /^y(es)?$/i.test(await askLine(terminal, `${question} [y/N]`, signal));
};

/** Whether somebody can answer a question. */
export const isAskable = (): boolean => process.stdin.isTTY === true;

/** Asks a person for a line; what stands around it is left out. */
export const askLine = async (
  terminal: Terminal,
  question: string,
  signal: AbortSignal,
): Promise<string> => {
  terminal.live(undefined);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await prompt.question(`${question} `, { signal })).trim();
  } catch (error) {
    process.stderr.write('\n');
    throw error;
  } finally {
    prompt.close();
  }
};

/** Known before anything is done: a question that cannot be answered would stop a deployment in the middle. */
export const assertAskable = (): void => {
  if (isAskable()) return;
  throw new CliError(
    'NO_TERMINAL',
    '--confirm asks before it goes on, and nobody can answer here.',
    {
      hint: 'Run it in a terminal, or leave --confirm out.',
    },
  );
};
