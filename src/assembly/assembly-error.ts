/** What can stop a program from becoming a template and an archive, beside its own declarations. */
export type AssemblyErrorCode = 'NO_PROGRAM' | 'DEPLOYED_UNREADABLE';

/** A service that cannot be assembled. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
  readonly code: AssemblyErrorCode;
  readonly hint: string;

  constructor(code: AssemblyErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
