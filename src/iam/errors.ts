/**
 * Why a policy document was refused. A service that words its refusals in its own way (S3's
 * `MalformedPolicy`, SQS's `InvalidAttributeValue`) translates by code; IAM and STS send `message` as it is.
 */
export const POLICY_ERROR_CODES = {
  INVALID_JSON: 'the document is not a JSON object',
  INVALID_SYNTAX: 'an element is unknown, missing, of the wrong type, or excludes another one',
  INVALID_VERSION: 'the version of the policy language is not accepted here',
  INVALID_VALUE: 'an element has the right type and an impossible value',
  DUPLICATE_SID: 'two statements have one Sid',
  MISSING_ACTION: 'a statement names no action',
  INVALID_ACTION: 'an action is not of the form service:Action',
  MISSING_RESOURCE: 'a statement names no resource',
  INVALID_RESOURCE: 'a resource is not an ARN',
  PROHIBITED_RESOURCE: 'a trust policy names a resource',
  MISSING_PRINCIPAL: 'a resource-based policy names no principal',
  INVALID_PRINCIPAL: 'a principal is not of a known form',
  PROHIBITED_PRINCIPAL: 'an identity-based policy names a principal',
} as const;

/** The key of {@link POLICY_ERROR_CODES} that says why a document was refused. */
export type PolicyErrorCode = keyof typeof POLICY_ERROR_CODES;

/** A policy document that AWS would refuse as malformed. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  /** Which rule the document breaks. */
  readonly code: PolicyErrorCode;
  /** Where in the document, as a path: `Statement[1].Resource`. Empty for the document itself. */
  readonly path: string;
  /** What is wrong there, in our words: AWS's own text often says no more than that something is. */
  readonly detail: string;

  /** @param message - AWS's text, sent on the wire unchanged by IAM and STS. */
  constructor(code: PolicyErrorCode, message: string, where: { path: string; detail: string }) {
    super(message);
    this.code = code;
    this.path = where.path;
    this.detail = where.detail;
  }
}
