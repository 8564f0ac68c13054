/** What a caller is: it decides which of AWS's evaluation rules apply. */
export type PrincipalKind = 'root' | 'user' | 'role-session' | 'service' | 'anonymous';

/** Who asks. */
export interface RequestPrincipal {
  /** What the caller is. */
  readonly kind: PrincipalKind;
  /** The caller's ARN (of the session, for a role session); a service principal's name; `*` when anonymous. */
  readonly arn: string;
  /** The caller's account, 12 digits; none for a service and for an anonymous caller. */
  readonly account?: string;
  /** The ARN of the role behind a role session, with its path. */
  readonly roleArn?: string;
  /** The service principal, such as `sns.amazonaws.com`, when a service calls in its own name. */
  readonly service?: string;
  /** The identity provider that vouched for the caller, in `AssumeRoleWithWebIdentity` and `AssumeRoleWithSAML`. */
  readonly federated?: string;
}

/** The value of a condition key in a request: a list for multivalued keys such as `aws:TagKeys`. */
export type ContextValue = string | readonly string[] | boolean | number;

/** Condition keys by name. Names match in any case; dates are ISO 8601 texts or epoch seconds. */
export type RequestContext = Readonly<Record<string, ContextValue>>;

/** One question: may this principal do this to that? */
export interface AccessRequest {
  /** Who asks. */
  readonly principal: RequestPrincipal;
  /** The action, as `service:Action`. */
  readonly action: string;
  /** The ARN acted on, or `*` for an action that has none. */
  readonly resource: string;
  /** The account that owns the resource, 12 digits. */
  readonly resourceAccount: string;
  /**
   * The condition keys of the request. Keys that follow from the principal and the resource
   * (`aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:PrincipalIsAWSService`,
   * `aws:PrincipalServiceName`, `aws:username`, `aws:ResourceAccount`) need not be given.
   */
  readonly context: RequestContext;
}

/**
 * The value of a condition key: the request's own, else what follows from its principal and resource.
 * Key names are case-insensitive (reference_policies_elements_condition.html); `lower` is `key` in lower case.
 */
export function contextValue(
  request: AccessRequest,
  key: string,
  lower: string,
): ContextValue | undefined {
  const { context } = request;
  if (Object.hasOwn(context, key)) return context[key];
  for (const name in context) {
    if (name.length === key.length && name.toLowerCase() === lower) return context[name];
  }
  const derive = DERIVED_KEYS.get(lower);
  return derive === undefined ? undefined : derive(request);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const DERIVED_KEYS: ReadonlyMap<string, (request: AccessRequest) => ContextValue | undefined> =
  new Map<string, (request: AccessRequest) => ContextValue | undefined>([
    ['aws:principalarn', ({ principal: p }) => (isCaller(p) ? (p.roleArn ?? p.arn) : undefined)],
    ['aws:principalaccount', ({ principal: p }) => (isCaller(p) ? p.account : undefined)],
    ['aws:principaltype', ({ principal: p }) => PRINCIPAL_TYPES[p.kind]],
    ['aws:principalisawsservice', ({ principal: p }) => p.kind === 'service'],
    ['aws:principalservicename', ({ principal: p }) => p.service],
    ['aws:username', ({ principal: p }) => (p.kind === 'user' ? userName(p.arn) : undefined)],
    ['aws:resourceaccount', ({ resourceAccount }) => resourceAccount],
  ]);

/** The last part of a user's ARN, behind its path. */
function userName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
const PRINCIPAL_TYPES: Readonly<Record<PrincipalKind, string | undefined>> = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  service: undefined,
  anonymous: 'Anonymous',
};

function isCaller(principal: RequestPrincipal): boolean {
  return principal.kind !== 'service' && principal.kind !== 'anonymous';
}
