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
  terminal.live(undefined);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await prompt.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    process.stderr.write('\n');
    throw error;
  } finally {
    prompt.close();
  }
};

/** Known before anything is done: a question that cannot be answered would stop a deployment in the middle. */
export const assertAskable = (): void => {
  if (process.stdin.isTTY === true) return;
  throw new CliError(
    'NO_TERMINAL',
    '--confirm asks before it goes on, and nobody can answer here.',
    {
      hint: 'Run it in a terminal, or leave --confirm out.',
    },
  );
};
