import type { RequestPrincipal } from './access-request.ts';
import { asList, type Principal, type PrincipalMap, type Statement } from './policy-document.ts';

/**
 * How a resource-based policy names the caller, from weakest to strongest. It decides which other policies may still
 * deny implicitly.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export const GRANT = {
  /** Not at all. */
  NONE: 0,
  /** By its account, which leaves the decision to the account's identity-based policies. */
  ACCOUNT: 1,
  /** By its role, which permission boundary and session policy still bound. */
  ROLE: 2,
  /** By its own ARN, as a service, or as everyone: nothing bounds it but an explicit deny. */
  DIRECT: 3,
} as const;

/** One of {@link GRANT}. */
export type Grant = (typeof GRANT)[keyof typeof GRANT];

/** Tells how a statement names a caller. */
export type PrincipalMatcher = (principal: RequestPrincipal) => Grant;

interface NamedPrincipals {
  readonly everyone: boolean;
  readonly arns: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly federated: ReadonlySet<string>;
}

const ACCOUNT_PRINCIPAL = /^(?:arn:[^:]+:iam::)?(\d{12})(?::root)?$/;

/** Compiles `Principal` or `NotPrincipal`; undefined when the statement has neither. */
export function compilePrincipal(statement: Statement): PrincipalMatcher | undefined {
  if (statement.Principal !== undefined) {
    const named = readPrincipal(statement.Principal);
    return (principal) => grantOf(named, principal);
  }
  if (statement.NotPrincipal !== undefined) {
    const excepted = readPrincipal(statement.NotPrincipal);
    const { Effect } = statement;
    return (principal) => (isExcepted(excepted, principal, Effect) ? GRANT.NONE : GRANT.DIRECT);
  }
  return undefined;
}

function readPrincipal(principal: Principal): NamedPrincipals {
  const map: PrincipalMap = principal === '*' ? { AWS: '*' } : principal;
  const aws = asList(map.AWS);
  return {
    everyone: aws.includes('*'),
    arns: new Set(aws),
    accounts: new Set(aws.flatMap((name) => ACCOUNT_PRINCIPAL.exec(name)?.[1] ?? [])),
    services: new Set(asList(map.Service)),
    federated: new Set(asList(map.Federated)),
  };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
function grantOf(named: NamedPrincipals, principal: RequestPrincipal): Grant {
  if (named.everyone) return GRANT.DIRECT;
  const inAccount = principal.account !== undefined && named.accounts.has(principal.account);
  switch (principal.kind) {
    case 'anonymous':
      return isFederated(named, principal) ? GRANT.DIRECT : GRANT.NONE;
    case 'service':
      return principal.service !== undefined && named.services.has(principal.service)
        ? GRANT.DIRECT
        : GRANT.NONE;
    case 'root':
      return inAccount || named.arns.has(principal.arn) ? GRANT.DIRECT : GRANT.NONE;
    case 'user':
      if (named.arns.has(principal.arn)) return GRANT.DIRECT;
      return inAccount ? GRANT.ACCOUNT : GRANT.NONE;
    case 'role-session':
      if (named.arns.has(principal.arn) || isFederated(named, principal)) return GRANT.DIRECT;
      if (principal.roleArn !== undefined && named.arns.has(principal.roleArn)) return GRANT.ROLE;
      return inAccount ? GRANT.ACCOUNT : GRANT.NONE;
  }
}

function isFederated(named: NamedPrincipals, principal: RequestPrincipal): boolean {
  return principal.federated !== undefined && named.federated.has(principal.federated);
}

/**
 * Whether `NotPrincipal` excepts a caller. A Deny lets through only who is listed at every level: the account, the
 * role, and the session or user itself. An Allow (which AWS advises against) leaves out who is listed at any level.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function isExcepted(
  excepted: NamedPrincipals,
  principal: RequestPrincipal,
  effect: Statement['Effect'],
): boolean {
  if (excepted.everyone) return true;
  if (principal.kind === 'anonymous') return false;
  if (principal.kind === 'service') {
    return principal.service !== undefined && excepted.services.has(principal.service);
  }
  const levels = [principal.account !== undefined && excepted.accounts.has(principal.account)];
  if (principal.roleArn !== undefined) levels.push(excepted.arns.has(principal.roleArn));
  if (principal.kind !== 'root') levels.push(excepted.arns.has(principal.arn));
  return effect === 'Deny' ? levels.every(Boolean) : levels.some(Boolean);
}
