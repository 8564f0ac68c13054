/** Why a question about privileges cannot be answered. */
export type PrivilegesErrorCode =
  /** No embedded cloud answers, so there is no journal. */
  | 'NO_JOURNAL'
  /** The service is not provisioned there. */
  | 'NOT_PROVISIONED'
  /** No such function, role or entry of the journal. */
  | 'UNKNOWN'
  /** IAM would not say. */
  | 'NOT_ANSWERED';

/** A question that cannot be answered, and what to do. */
export class PrivilegesError extends Error {
  override readonly name = 'PrivilegesError';
  readonly code: PrivilegesErrorCode;
  readonly hint: string;

  constructor(code: PrivilegesErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}
