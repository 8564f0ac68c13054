/** What can be wrong with what a role is asked for. */
export type DeployRoleErrorCode = 'TRUST_INVALID' | 'POLICIES_TOO_MANY';

/** A role that cannot be written. */
export class DeployRoleError extends Error {
  override readonly name = 'DeployRoleError';
  readonly code: DeployRoleErrorCode;
  readonly hint: string;

  constructor(code: DeployRoleErrorCode, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
