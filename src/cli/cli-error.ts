import type { ExitCode } from './exit-codes.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** What the command line itself can get wrong, and the exit code of each. */
export const CLI_ERROR_CODES = {
  USAGE: EXIT_CODES.USAGE, // an option or its value
  NO_TERMINAL: EXIT_CODES.USAGE, // --confirm where nobody can answer
  CLOUD_NOT_STARTED: EXIT_CODES.UNREACHABLE, // --local could not start the embedded cloud
  PORT_TAKEN: EXIT_CODES.STORAGE, // sparta cloud --port
  STATE_UNUSABLE: EXIT_CODES.STORAGE, // sparta cloud --state
  OUTPUT_UNUSABLE: EXIT_CODES.STORAGE, // build --out
  DEPLOYED_UNREADABLE: EXIT_CODES.STORAGE, // build --deployed
  NO_PROGRAM: EXIT_CODES.PROGRAM, // there is none, or it is not a service
} as const satisfies Readonly<Record<string, ExitCode>>;

/** A key of {@link CLI_ERROR_CODES}. */
export type CliErrorCode = keyof typeof CLI_ERROR_CODES;

/** A command that could not begin. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: CliErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
