import type { CompiledPolicy, Decision, PolicySet } from '../../iam/index.ts';
import { compilePolicy, denialMessage, evaluate, parsePolicy } from '../../iam/index.ts';
import { AccessQuestion, subjectOf } from './access-question.ts';
import { AwsError } from './aws-error.ts';
import type { RequestFacts } from './condition-keys.ts';
import { globalKeys } from './condition-keys.ts';
import type { IdentityPolicies, Need } from './define-service.ts';
import { denialHint } from './denial-hint.ts';
import type { CheckedNeed } from './journal.ts';
import type { Principal } from './principals.ts';

/** Policies compiled once per text; a role's policies are read with every call. */
const createPolicyCache = () => {
  const CAPACITY = 2_000;
  // By document first: a state gives the same long text each time, which need not be read again to be found.
  const compiled = new Map<string, Map<string, CompiledPolicy>>();
  let size = 0;
  const add = (name: string, document: string): CompiledPolicy => {
    const policy = compilePolicy(parsePolicy(document), name);
    if (size >= CAPACITY) {
      compiled.clear();
      size = 0;
    }
    size += 1;
    const ofDocument = compiled.get(document) ?? new Map<string, CompiledPolicy>();
    compiled.set(document, ofDocument.set(name, policy));
    return policy;
  };
  return (name: string, document: string): CompiledPolicy =>
    compiled.get(document)?.get(name) ?? add(name, document);
};

/** What a check of one need came to. */
export interface Verdict {
  readonly need: Need;
  readonly decision: Decision;
  /** The policies of the organization that took part. */
  readonly serviceControl?: readonly CompiledPolicy[];
}

/** What the journal keeps of a verdict. */
export const checkedNeed = ({ need, decision, serviceControl }: Verdict): CheckedNeed => {
  const { action, resource, conditions } = need;
  const checked =
    conditions === undefined
      ? { action, resource, decision }
      : { action, resource, conditions, decision };
  return decision.reason === 'NO_SERVICE_CONTROL_POLICY' && serviceControl !== undefined
    ? { ...checked, serviceControl: serviceControl.map(({ name }) => name) }
    : checked;
};

export interface Authoriser {
  /** The identity policies of a user or a role's session as they are now. */
  identityPolicies(principal: Principal): readonly CompiledPolicy[];
  check(principal: Principal, need: Need, facts: RequestFacts): Verdict;
}

/** Where {@link createAuthoriser} finds policies. */
export interface PolicySources {
  /** The policies of an organization that bound the account's users, roles and root user. */
  readonly serviceControl?: readonly CompiledPolicy[];
  /** The account that they bound. */
  readonly accountId: string;
  identityPolicies(principal: Principal): IdentityPolicies;
  resourcePolicy(arn: string, accountId: string, region: string): string | undefined;
  /** Condition keys that follow from the resource itself. */
  resourceKeys(
    arn: string,
    accountId: string,
    region: string,
  ): Readonly<Record<string, string>> | undefined;
}

interface CompiledIdentity {
  readonly policies: Pick<PolicySet, 'identity' | 'boundary'>;
  readonly tags: NonNullable<IdentityPolicies['tags']>;
}

const NOTHING: CompiledIdentity = { policies: {}, tags: [] };

/** Decides needs by IAM's rules. */
export const createAuthoriser = (sources: PolicySources): Authoriser => {
  const compile = createPolicyCache();
  const { serviceControl } = sources;

  // The source answers the same object until a policy changes, so its compiled form can hang on it.
  const compiled = new WeakMap<IdentityPolicies, CompiledIdentity>();
  const identityOf = (policies: IdentityPolicies): CompiledIdentity => {
    let found = compiled.get(policies);
    if (found === undefined) {
      const { identity, boundary, tags = [] } = policies;
      found = {
        policies: {
          identity: identity.map(({ name, document }) => compile(name, document)),
          ...(boundary === undefined
            ? {}
            : { boundary: [compile(boundary.name, boundary.document)] }),
        },
        tags,
      };
      compiled.set(policies, found);
    }
    return found;
  };

  /** Service control policies bound who belongs to the account, but for what a service looks up there. */
  const boundsOf = (principal: Principal) =>
    serviceControl === undefined ||
    !('accountId' in principal) ||
    principal.accountId !== sources.accountId ||
    (principal.kind === 'root' && principal.isLookUp === true)
      ? undefined
      : serviceControl;

  const policySet = (
    principal: Principal,
    own: CompiledIdentity,
    need: Need,
    resourceAccount: string,
    region: string,
  ): PolicySet => {
    const set: { -readonly [K in keyof PolicySet]: PolicySet[K] } = { ...own.policies };
    if (principal.kind === 'session' && principal.sessionPolicies !== undefined)
      set.session = principal.sessionPolicies.map((document) =>
        compile('session policy', document),
      );
    const resource =
      need.resourcePolicy ?? sources.resourcePolicy(need.resource, resourceAccount, region);
    if (resource !== undefined) set.resource = compile(need.resource, resource);
    const bounds = boundsOf(principal);
    if (bounds !== undefined) set.serviceControl = bounds;
    return set;
  };

  return {
    identityPolicies: (principal) =>
      identityOf(sources.identityPolicies(principal)).policies.identity ?? [],
    check: (principal, need, facts) => {
      const own =
        principal.kind === 'session' || principal.kind === 'user'
          ? identityOf(sources.identityPolicies(principal))
          : NOTHING;
      const resourceAccount = need.resourceAccount ?? facts.accountId;
      const { region } = facts;
      const question = new AccessQuestion(principal, need, resourceAccount, () => ({
        'aws:ResourceAccount': resourceAccount,
        ...globalKeys(principal, own.tags, facts),
        ...sources.resourceKeys(need.resource, resourceAccount, region),
        ...need.conditions,
      }));
      const decision = evaluate(question, policySet(principal, own, need, resourceAccount, region));
      return serviceControl === undefined ? { need, decision } : { need, decision, serviceControl };
    },
  };
};

/**
 * The error of a denied call: AWS's message for the client, and for the desk who decided and the grant to add.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export const accessDenied = (
  principal: Principal,
  verdict: Verdict,
  wording: { readonly code: string; readonly quotesResource: boolean },
): AwsError => {
  const { need, decision } = verdict;
  const request = { principal: subjectOf(principal), action: need.action, resource: need.resource };
  const error = new AwsError(
    wording.code,
    denialMessage(request, decision, wording.quotesResource),
    {
      status: 403,
      denied: true,
    },
  );
  error.hint = denialHint(verdict);
  return error;
};
