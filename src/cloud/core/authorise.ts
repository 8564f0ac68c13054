import type { CompiledPolicy, Decision, PolicySet } from '../../iam/index.ts';
import { compilePolicy, denialMessage, evaluate, parsePolicy } from '../../iam/index.ts';
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
  const compiled = new Map<string, CompiledPolicy>();
  return (name: string, document: string): CompiledPolicy => {
    const key = `${name}\n${document}`;
    let policy = compiled.get(key);
    if (policy === undefined) {
      if (compiled.size >= CAPACITY) compiled.clear();
      policy = compilePolicy(parsePolicy(document), name);
      compiled.set(key, policy);
    }
    return policy;
  };
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

  const policySet = (
    principal: Principal,
    own: CompiledIdentity,
    need: Need,
    facts: RequestFacts,
  ): PolicySet => {
    const owner = need.resourceAccount ?? facts.accountId;
    const resourceText =
      need.resourcePolicy ?? sources.resourcePolicy(need.resource, owner, facts.region);
    const resource =
      resourceText === undefined ? {} : { resource: compile(need.resource, resourceText) };
    if (principal.kind === 'service' || principal.kind === 'anonymous') return resource;
    const bounds =
      serviceControl === undefined ||
      principal.accountId !== sources.accountId ||
      (principal.kind === 'root' && principal.isLookUp === true)
        ? {}
        : { serviceControl };
    if (principal.kind === 'root') return { ...resource, ...bounds };
    const session =
      principal.kind === 'session' && principal.sessionPolicies !== undefined
        ? {
            session: principal.sessionPolicies.map((document) =>
              compile('session policy', document),
            ),
          }
        : {};
    return { ...resource, ...own.policies, ...session, ...bounds };
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
      const decision = evaluate(
        {
          principal: subject(principal),
          action: need.action,
          resource: need.resource,
          resourceAccount,
          context: {
            'aws:ResourceAccount': resourceAccount,
            ...globalKeys(principal, own.tags, facts),
            ...sources.resourceKeys(need.resource, resourceAccount, facts.region),
            ...need.conditions,
          },
        },
        policySet(principal, own, need, facts),
      );
      return serviceControl === undefined ? { need, decision } : { need, decision, serviceControl };
    },
  };
};

const subject = (principal: Principal) => {
  switch (principal.kind) {
    case 'root':
      return { kind: 'root', arn: principal.arn, account: principal.accountId } as const;
    case 'user':
      return { kind: 'user', arn: principal.arn, account: principal.accountId } as const;
    case 'session':
      return {
        kind: 'role-session',
        arn: principal.arn,
        account: principal.accountId,
        roleArn: principal.roleArn,
        ...(principal.token?.federatedProvider === undefined
          ? {}
          : { federated: principal.token.federatedProvider }),
      } as const;
    case 'service':
      return { kind: 'service', arn: principal.service, service: principal.service } as const;
    case 'anonymous':
      return principal.webIdentity === undefined
        ? ({ kind: 'anonymous', arn: '*' } as const)
        : ({ kind: 'anonymous', arn: '*', federated: principal.webIdentity.provider } as const);
  }
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
  const request = { principal: subject(principal), action: need.action, resource: need.resource };
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
