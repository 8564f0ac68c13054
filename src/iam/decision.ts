import type { Statement } from './policy-document.ts';

/** The part that a policy plays in a decision. */
export type PolicyKind = 'identity' | 'resource' | 'boundary' | 'session' | 'service-control';

/** A statement that decided a request. */
export interface DecidingStatement {
  /** The policy's name, as given when it was compiled. */
  readonly policy: string;
  /** The part that the policy played. */
  readonly kind: PolicyKind;
  readonly statement: Statement;
  /** The statement's position in its policy, from 0. */
  readonly index: number;
}

/**
 * Which rule of AWS's evaluation logic decided, with the page that states it under
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/.
 */
export const DECISION_REASONS = {
  /** A Deny applies: it overrides any Allow. */
  EXPLICIT_DENY: 'reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html',
  /** The account's root user has full access to its account. */
  ROOT_USER: 'reference_policies_evaluation-logic_policy-eval-denyallow.html',
  /** Identity-based policies allow it, and neither boundary nor session policy stands against it. */
  IDENTITY_POLICY: 'reference_policies_evaluation-logic_policy-eval-basics.html',
  /** The resource's policy grants it to this user, session or service, or to everyone. */
  RESOURCE_POLICY: 'reference_policies_evaluation-logic_policy-eval-denyallow.html',
  /** The resource's policy grants it to the role, within its boundary and session policy. */
  RESOURCE_POLICY_FOR_ROLE: 'reference_policies_evaluation-logic_policy-eval-denyallow.html',
  /** The resource's policy trusts the account, and an identity-based policy of the account allows it. */
  RESOURCE_AND_IDENTITY_POLICY: 'id_roles_compare-resource-policies.html',
  /** Another account's resource: both accounts allow it. */
  CROSS_ACCOUNT: 'reference_policies_evaluation-logic-cross-account.html',
  /** No identity-based policy allows it. */
  NO_IDENTITY_POLICY: 'reference_policies_evaluation-logic_policy-eval-denyallow.html',
  /** Only the resource's policy could allow it, and does not. */
  NO_RESOURCE_POLICY: 'reference_policies_evaluation-logic-cross-account.html',
  /** The permissions boundary does not allow it. */
  NO_BOUNDARY: 'access_policies_boundaries.html#access_policies_boundaries-eval-logic',
  /** The session policy does not allow it. */
  NO_SESSION_POLICY: 'access_policies.html#policies_session',
  /** No service control policy allows it. */
  NO_SERVICE_CONTROL_POLICY: 'reference_policies_evaluation-logic_policy-eval-denyallow.html',
} as const;

/** A key of {@link DECISION_REASONS}. */
export type DecisionReason = keyof typeof DECISION_REASONS;

/** The answer to an {@link AccessRequest}. */
export interface Decision {
  readonly effect: 'allow' | 'implicit-deny' | 'explicit-deny';
  /** The rule that decided. */
  readonly reason: DecisionReason;
  /** Every Deny that applies, or every Allow that the answer rests on; none for an implicit deny. */
  readonly statements: readonly DecidingStatement[];
}
