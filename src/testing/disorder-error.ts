import type { DisorderChoice } from '../cloud/index.ts';
import { TestingError } from './testing-error.ts';

/** A test that does not bear what AWS may do. Its cause is the test's own failure. */
export class DisorderError extends TestingError {
  /** The seed under which it failed first. */
  readonly seed: number;
  /** The smallest schedule that still fails, first to last. */
  readonly choices: readonly DisorderChoice[];

  constructor(
    message: string,
    found: { readonly seed: number; readonly choices: readonly DisorderChoice[] },
    cause: unknown,
  ) {
    super('FAILS_UNDER_DISORDER', message, { cause });
    this.seed = found.seed;
    this.choices = found.choices;
  }
}
