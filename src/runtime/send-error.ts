/** One of several that was not taken. */
export interface SendFailure {
  /** Its position among those that were sent, from 0. */
  readonly index: number;
  /** AWS's code. */
  readonly code: string;
  /** AWS's words. */
  readonly message: string;
}

/** Some of what was sent together was not taken; the rest was. */
export class SendError extends Error {
  /** Those that were not taken. */
  readonly failures: readonly SendFailure[];

  constructor(resource: string, sent: number, failures: readonly SendFailure[]) {
    const [first] = failures;
    super(
      `${resource} did not take ${failures.length} of ${sent}: ${first?.code ?? ''} ${first?.message ?? ''}. The others were taken; send those in failures again.`,
    );
    this.name = 'SendError';
    this.failures = failures;
  }
}
