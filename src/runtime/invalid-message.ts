/** What a validator said of one part of a message. */
export interface MessageIssue {
  /** Where: `items.0.price`; empty for the message as a whole. */
  readonly path: string;
  /** What is wrong, in the validator's words. */
  readonly message: string;
}

/** A message is not what its schema says. */
export class InvalidMessageError extends Error {
  /** Everything that the validator found. */
  readonly issues: readonly MessageIssue[];

  constructor(what: string, issues: readonly MessageIssue[]) {
    const list = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    super(`${what} is not what its schema says: ${list.join('; ')}`);
    this.name = 'InvalidMessageError';
    this.issues = issues;
  }
}
