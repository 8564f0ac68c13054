import type { AccessRequest } from './access-request.ts';
import type { CompiledPolicy } from './compile-policy.ts';
import type { DecidingStatement, Decision, DecisionReason, PolicyKind } from './decision.ts';
import { GRANT, type Grant } from './principal-match.ts';

/** The policies that apply to a request. What is left out does not exist, which is not the same as an empty list. */
export interface PolicySet {
  /** Attached to the caller: managed and inline, its groups' included. */
  readonly identity?: readonly CompiledPolicy[];
  /** Attached to the resource; for `sts:AssumeRole*`, the role's trust policy. */
  readonly resource?: CompiledPolicy;
  /** The caller's permissions boundary; a list so that each part is given alike. */
  readonly boundary?: readonly CompiledPolicy[];
  /** Passed when the session was made; together they are one policy. */
  readonly session?: readonly CompiledPolicy[];
  /** Of the caller's account in its organization, at one level. Callers that no such policy bounds pass unseen. */
  readonly serviceControl?: readonly CompiledPolicy[];
}

/** The statements that allow, by the policies that hold them. */
interface Allows {
  readonly identity: readonly DecidingStatement[];
  readonly resource: readonly DecidingStatement[];
  readonly boundary: readonly DecidingStatement[] | undefined;
  readonly session: readonly DecidingStatement[] | undefined;
  readonly grant: Grant;
}

const NONE: readonly DecidingStatement[] = Object.freeze([]);

const ROOT_USER: Decision = Object.freeze({
  effect: 'allow',
  reason: 'ROOT_USER',
  statements: NONE,
});

/**
 * Decides a request as AWS does. Pure: the same request and policies always give the same answer.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @example
 * ```ts
 * const decision = evaluate(
 *   {
 *     principal: { kind: 'user', arn: 'arn:aws:iam::111122223333:user/ana', account: '111122223333' },
 *     action: 's3:GetObject',
 *     resource: 'arn:aws:s3:::photos/cat.png',
 *     resourceAccount: '111122223333',
 *     context: {},
 *   },
 *   { identity: [compilePolicy(parsePolicy(document), 'photos')] },
 * );
 * ```
 */
export function evaluate(request: AccessRequest, policies: PolicySet): Decision {
  const action = request.action.toLowerCase();
  const denies: DecidingStatement[] = [];
  const scan = (
    list: readonly CompiledPolicy[] | undefined,
    kind: PolicyKind,
  ): readonly DecidingStatement[] =>
    list === undefined ? NONE : scanPolicies(list, kind, request, action, denies);

  const bounding = isBoundByOrganization(request.principal) ? policies.serviceControl : undefined;
  const serviceControl = scan(bounding, 'service-control');
  const resource = scanResourcePolicy(policies.resource, request, action, denies);
  const allows: Allows = {
    identity: scan(policies.identity, 'identity'),
    resource: resource.allows,
    grant: resource.grant,
    boundary: policies.boundary === undefined ? undefined : scan(policies.boundary, 'boundary'),
    session: policies.session === undefined ? undefined : scan(policies.session, 'session'),
  };

  // "If the code finds even one explicit deny that applies, the code returns a final decision of Deny."
  if (denies.length > 0)
    return { effect: 'explicit-deny', reason: 'EXPLICIT_DENY', statements: denies };

  const { kind, account } = request.principal;
  // A service's own call, and one without credentials, have no identity that a policy could be attached to.
  if (kind === 'service' || kind === 'anonymous') {
    return allows.grant === GRANT.NONE
      ? deny('NO_RESOURCE_POLICY')
      : allow('RESOURCE_POLICY', allows.resource);
  }
  if (bounding !== undefined && serviceControl.length === 0) {
    return deny('NO_SERVICE_CONTROL_POLICY');
  }
  const decision =
    account === request.resourceAccount
      ? decideWithinAccount(request, action, allows)
      : decideAcross(request, allows);
  if (decision.effect !== 'allow' || serviceControl.length === 0) return decision;
  return allow(decision.reason, decision.statements, serviceControl);
}

/**
 * Service control policies bound users, roles and the root user of their account. "SCPs do not affect any service-linked
 * role"; services and callers without credentials belong to no account.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp
 */
function isBoundByOrganization({ kind, roleArn }: AccessRequest['principal']): boolean {
  if (kind === 'service' || kind === 'anonymous') return false;
  return roleArn === undefined || !SERVICE_LINKED_ROLE.test(roleArn);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
const SERVICE_LINKED_ROLE = /^arn:[^:]+:iam::\d{12}:role\/aws-service-role\//;

/**
 * Within one account an Allow in either the identity's or the resource's policy is enough; how the resource's policy
 * names the caller decides what may still bound it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
function decideWithinAccount(request: AccessRequest, action: string, allows: Allows): Decision {
  const needsResourcePolicy = isTrustDecision(action) || isKeyPolicyDecision(action);
  if (needsResourcePolicy && allows.grant === GRANT.NONE) return deny('NO_RESOURCE_POLICY');
  if (allows.grant === GRANT.DIRECT) return allow('RESOURCE_POLICY', allows.resource);
  // "By default, all requests are implicitly denied with the exception of the root user, which has full access."
  if (request.principal.kind === 'root') return ROOT_USER;

  if (allows.grant === GRANT.ROLE) {
    return (
      bounded(allows) ??
      allow('RESOURCE_POLICY_FOR_ROLE', allows.resource, allows.boundary, allows.session)
    );
  }
  if (allows.identity.length === 0) return deny('NO_IDENTITY_POLICY');
  const bound = bounded(allows);
  if (bound !== undefined) return bound;
  return needsResourcePolicy
    ? allow(
        'RESOURCE_AND_IDENTITY_POLICY',
        allows.resource,
        allows.identity,
        allows.boundary,
        allows.session,
      )
    : allow('IDENTITY_POLICY', allows.identity, allows.boundary, allows.session);
}

/**
 * Across accounts both sides must allow: "The request is allowed only if both evaluations return a decision of Allow."
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
function decideAcross(request: AccessRequest, allows: Allows): Decision {
  if (request.principal.kind !== 'root') {
    if (allows.identity.length === 0) return deny('NO_IDENTITY_POLICY');
    const bound = bounded(allows);
    if (bound !== undefined) return bound;
  }
  if (allows.grant === GRANT.NONE) return deny('NO_RESOURCE_POLICY');
  return allow('CROSS_ACCOUNT', allows.resource, allows.identity, allows.boundary, allows.session);
}

/** What a boundary or session policy that does not allow makes of the request. */
function bounded(allows: Allows): Decision | undefined {
  if (allows.boundary?.length === 0) return deny('NO_BOUNDARY');
  if (allows.session?.length === 0) return deny('NO_SESSION_POLICY');
  return undefined;
}

/**
 * "IAM role trust policies and KMS key policies are exceptions to this logic, because they must explicitly allow access
 * for principals" (policy-eval-denyallow).
 */
function isTrustDecision(action: string): boolean {
  return (
    action.startsWith('sts:assumerole') ||
    action === 'sts:tagsession' ||
    action === 'sts:setsourceidentity'
  );
}

/** Actions of AWS KMS on a key; those that manage the key ring as a whole have no key policy to ask. */
function isKeyPolicyDecision(action: string): boolean {
  return action.startsWith('kms:') && !KEYLESS_KMS_ACTIONS.has(action);
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html: no key among the resource types. */
const KEYLESS_KMS_ACTIONS: ReadonlySet<string> = new Set([
  'kms:createkey',
  'kms:generaterandom',
  'kms:listaliases',
  'kms:listkeys',
  'kms:createcustomkeystore',
  'kms:connectcustomkeystore',
  'kms:deletecustomkeystore',
  'kms:describecustomkeystores',
  'kms:disconnectcustomkeystore',
  'kms:updatecustomkeystore',
]);

function scanPolicies(
  policies: readonly CompiledPolicy[],
  kind: PolicyKind,
  request: AccessRequest,
  action: string,
  denies: DecidingStatement[],
): readonly DecidingStatement[] {
  let allows: DecidingStatement[] | undefined;
  for (const { statements } of policies) {
    for (const compiled of statements) {
      if (!compiled.action(action) || !compiled.resource(request)) continue;
      if (compiled.condition !== undefined && !compiled.condition(request)) continue;
      if (compiled.denies) denies.push(compiled.as[kind]);
      else if (allows === undefined) allows = [compiled.as[kind]];
      else allows.push(compiled.as[kind]);
    }
  }
  return allows ?? NONE;
}

function scanResourcePolicy(
  policy: CompiledPolicy | undefined,
  request: AccessRequest,
  action: string,
  denies: DecidingStatement[],
): Pick<Allows, 'grant'> & { readonly allows: readonly DecidingStatement[] } {
  let grant: Grant = GRANT.NONE;
  if (policy === undefined) return { allows: NONE, grant };
  let allows: DecidingStatement[] | undefined;
  for (const compiled of policy.statements) {
    // A statement without a principal grants nothing to anyone.
    const named =
      compiled.principal === undefined ? GRANT.NONE : compiled.principal(request.principal);
    if (named === GRANT.NONE || !compiled.action(action) || !compiled.resource(request)) continue;
    if (compiled.condition !== undefined && !compiled.condition(request)) continue;
    if (compiled.denies) {
      denies.push(compiled.as.resource);
      continue;
    }
    if (named > grant) grant = named;
    if (allows === undefined) allows = [compiled.as.resource];
    else allows.push(compiled.as.resource);
  }
  return { allows: allows ?? NONE, grant };
}

function allow(
  reason: DecisionReason,
  first: readonly DecidingStatement[],
  ...more: readonly (readonly DecidingStatement[] | undefined)[]
): Decision {
  const rest = more.filter((statements) => statements !== undefined && statements.length > 0);
  return {
    effect: 'allow',
    reason,
    statements: rest.length === 0 ? first : [...first, ...rest.flatMap((s) => s ?? [])],
  };
}

const DENIALS = new Map<DecisionReason, Decision>();

function deny(reason: DecisionReason): Decision {
  let decision = DENIALS.get(reason);
  if (decision === undefined) {
    decision = Object.freeze({ effect: 'implicit-deny', reason, statements: NONE } as const);
    DENIALS.set(reason, decision);
  }
  return decision;
}
