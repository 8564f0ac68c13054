import type { JournalLine, JournalNeed } from './cloud-facts.ts';
import type { StackNames } from './stack-names.ts';
import { placeOf } from './stack-names.ts';
import { suggestGrant } from './suggest-grant.ts';

/** Why a call was allowed or denied, in parts that a person or a script can use. */
export interface Explanation {
  readonly id: number;
  /** ISO 8601, by the cloud's clock. */
  readonly at: string;
  readonly allowed: boolean;
  readonly action: string;
  readonly resource: string;
  /** ARN of who called, or the service. */
  readonly principal: string;
  /** The function behind the principal, and where the program declares it. */
  readonly function?: { readonly name: string; readonly declaredAt?: string };
  /** A sentence. */
  readonly because: string;
  /** The statements that decided. */
  readonly statements: readonly {
    readonly policy: string;
    readonly statement: Readonly<Record<string, unknown>>;
  }[];
  /** What caused the call, nearest first: `lambda Invoke`. */
  readonly causes: readonly string[];
  /** A statement for the policy of the resource, where that alone would let a service in. */
  readonly resourceStatement?: Readonly<Record<string, unknown>>;
  /** Code for the function's `grants`, where a grant would help. */
  readonly grant?: string;
}

/** AWS's rules by the name that a decision gives them, as sentences about an action. */
const REASONS: Readonly<Record<string, string>> = {
  ROOT_USER: 'the account’s root user may do everything in its account',
  IDENTITY_POLICY: 'a policy of the caller allows it',
  RESOURCE_POLICY: 'the policy of the resource allows it',
  RESOURCE_POLICY_FOR_ROLE: 'the policy of the resource allows it to the role',
  RESOURCE_AND_IDENTITY_POLICY:
    'the policy of the resource trusts the account, and a policy of the caller allows it',
  CROSS_ACCOUNT: 'both accounts allow it',
  NO_IDENTITY_POLICY: 'no policy of the caller allows it',
  NO_RESOURCE_POLICY: 'only the policy of the resource could allow it, and it does not',
  NO_BOUNDARY: 'the permissions boundary does not allow it',
  NO_SESSION_POLICY: 'the session policy does not allow it',
  NO_SERVICE_CONTROL_POLICY: 'no service control policy allows it',
};

/** Whose statement a denial is, by the part that its policy plays. */
const DENIERS: Readonly<Record<string, string>> = {
  identity: 'a policy of the caller',
  resource: 'the policy of the resource',
  boundary: 'the permissions boundary',
  session: 'the session policy',
  'service-control': 'a service control policy',
};

const becauseOf = ({ decision, serviceControl = [] }: JournalNeed): string => {
  const { reason, statements } = decision;
  if (reason === 'EXPLICIT_DENY') {
    const kinds = [...new Set(statements.map(({ kind }) => DENIERS[kind] ?? kind))];
    return `a statement of ${kinds.join(' and of ')} denies it, and a denial overrides every permission`;
  }
  const because = REASONS[reason] ?? reason;
  return serviceControl.length === 0 ? because : `${because}: ${serviceControl.join(', ')}`;
};

/**
 * Explains a call of the journal by the need that decided: the one that was denied, or the last that was allowed.
 * Undefined for an entry that needed nothing.
 */
export const explain = (
  line: JournalLine,
  names: StackNames,
  causes: readonly JournalLine[],
): Explanation | undefined => {
  const need = decisive(line);
  if (need === undefined) return undefined;
  const { action, resource, decision } = need;
  const fn = names.functionOfRole(line.principal);
  const declaredAt = placeOf(fn?.declaredAt);
  const helps = decision.reason === 'NO_IDENTITY_POLICY' && fn !== undefined;
  return {
    id: line.id,
    at: new Date(line.at).toISOString(),
    allowed: decision.effect === 'allow',
    action,
    resource,
    principal: line.principal,
    ...(fn === undefined
      ? {}
      : { function: { name: fn.name, ...(declaredAt === undefined ? {} : { declaredAt }) } }),
    because: becauseOf(need),
    statements: decision.statements.map(({ policy, statement }) => ({ policy, statement })),
    causes: causes.map(({ service, operation }) => `${service} ${operation}`.trim()),
    ...(decision.reason === 'NO_RESOURCE_POLICY' && isService(line.principal)
      ? { resourceStatement: lettingIn(line, need) }
      : {}),
    ...(helps ? { grant: suggestGrant(action, resource, names, fn) } : {}),
  };
};

const isService = (principal: string): boolean => /^[a-z0-9.-]+\.amazonaws\.com$/.test(principal);

/**
 * What lets a service in for one source and no other.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention
 */
const lettingIn = (
  { principal, source }: JournalLine,
  { action, resource }: JournalNeed,
): Readonly<Record<string, unknown>> => ({
  Effect: 'Allow',
  Principal: { Service: principal },
  Action: action,
  Resource: resource,
  ...(source === undefined ? {} : { Condition: { ArnEquals: { 'aws:SourceArn': source } } }),
});

const decisive = ({ needs = [] }: JournalLine): JournalNeed | undefined =>
  needs.find(({ decision }) => decision.effect !== 'allow') ?? needs.at(-1);
