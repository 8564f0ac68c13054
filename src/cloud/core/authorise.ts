import type { Decision, PolicySet } from '../../iam/index.ts';
import { compilePolicy, denialMessage, evaluate, parsePolicy } from '../../iam/index.ts';
import { AwsError } from './aws-error.ts';
import type { IdentityPolicies, Need } from './define-service.ts';
import type { Principal } from './principals.ts';

type CompiledPolicy = ReturnType<typeof compilePolicy>;

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
}

/** Facts that fill the global condition keys. */
export interface RequestFacts {
  readonly region: string;
  readonly accountId: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  readonly secureTransport: boolean;
  readonly nowMs: number;
  /** When the session's keys were issued and by which service; `aws:ViaAWSService` and its kin. */
  readonly viaService?: string;
}

export interface Authoriser {
  check(principal: Principal, need: Need, facts: RequestFacts): Verdict;
}

/** Where {@link createAuthoriser} finds policies. */
export interface PolicySources {
  identityPolicies(principal: Principal): IdentityPolicies;
  resourcePolicy(arn: string, accountId: string, region: string): string | undefined;
}

interface CompiledIdentity {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
}

/** Decides needs by IAM's rules. */
export const createAuthoriser = (sources: PolicySources): Authoriser => {
  const compile = createPolicyCache();

  // The source answers the same object until a policy changes, so its compiled form can hang on it.
  const compiled = new WeakMap<IdentityPolicies, CompiledIdentity>();
  const identityOf = (policies: IdentityPolicies): CompiledIdentity => {
    let found = compiled.get(policies);
    if (found === undefined) {
      const { identity, boundary } = policies;
      found = {
        identity: identity.map(({ name, document }) => compile(name, document)),
        ...(boundary === undefined
          ? {}
          : { boundary: [compile(boundary.name, boundary.document)] }),
      };
      compiled.set(policies, found);
    }
    return found;
  };

  const policySet = (principal: Principal, need: Need, facts: RequestFacts): PolicySet => {
    const resourceText =
      need.resourcePolicy ?? sources.resourcePolicy(need.resource, facts.accountId, facts.region);
    const resource =
      resourceText === undefined ? {} : { resource: compile(need.resource, resourceText) };
    if (principal.kind !== 'session' && principal.kind !== 'user') return resource;
    const session =
      principal.kind === 'session' && principal.sessionPolicies !== undefined
        ? {
            session: principal.sessionPolicies.map((document) =>
              compile('session policy', document),
            ),
          }
        : {};
    return { ...resource, ...identityOf(sources.identityPolicies(principal)), ...session };
  };

  return {
    check: (principal, need, facts) => ({
      need,
      decision: evaluate(
        {
          principal: subject(principal),
          action: need.action,
          resource: need.resource,
          resourceAccount: need.resourceAccount ?? facts.accountId,
          context: { ...globalKeys(principal, facts), ...need.conditions },
        },
        policySet(principal, need, facts),
      ),
    }),
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
      } as const;
    case 'service':
      return { kind: 'service', arn: principal.service, service: principal.service } as const;
    case 'anonymous':
      return { kind: 'anonymous', arn: '*' } as const;
  }
};

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const globalKeys = (principal: Principal, facts: RequestFacts): Record<string, string> => {
  const keys: Record<string, string> = {
    'aws:RequestedRegion': facts.region,
    'aws:SecureTransport': String(facts.secureTransport),
    'aws:CurrentTime': new Date(facts.nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(facts.nowMs / 1000)),
  };
  if (facts.sourceIp !== undefined) keys['aws:SourceIp'] = facts.sourceIp;
  if (facts.userAgent !== undefined) keys['aws:UserAgent'] = facts.userAgent;
  switch (principal.kind) {
    case 'service':
      keys['aws:PrincipalIsAWSService'] = 'true';
      keys['aws:PrincipalServiceName'] = principal.service;
      if (principal.sourceArn !== undefined) keys['aws:SourceArn'] = principal.sourceArn;
      if (principal.sourceAccount !== undefined)
        keys['aws:SourceAccount'] = principal.sourceAccount;
      return keys;
    case 'anonymous':
      keys['aws:PrincipalIsAWSService'] = 'false';
      keys['aws:PrincipalType'] = 'Anonymous';
      return keys;
    default:
      keys['aws:PrincipalIsAWSService'] = 'false';
      keys['aws:PrincipalAccount'] = principal.accountId;
      keys['aws:userid'] = principal.userId;
      keys['aws:PrincipalArn'] = principal.kind === 'session' ? principal.roleArn : principal.arn;
      keys['aws:PrincipalType'] = { root: 'Account', user: 'User', session: 'AssumedRole' }[
        principal.kind
      ];
      if (principal.kind === 'user') keys['aws:username'] = principal.userName;
      return keys;
  }
};

/**
 * The error of a denied call: AWS's message for the client, and for the desk who decided and the grant to add.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export const accessDenied = (
  principal: Principal,
  { need, decision }: Verdict,
  wording: { readonly code: string; readonly quotesResource: boolean },
): AwsError => {
  const request = { principal: subject(principal), action: need.action, resource: need.resource };
  const error = new AwsError(
    wording.code,
    denialMessage(request, decision, wording.quotesResource),
    {
      status: 403,
      denied: true,
    },
  );
  error.hint =
    decision.effect === 'explicit-deny'
      ? `Denied by ${decision.statements.map(({ kind, policy, index }) => `statement ${index + 1} of the ${kind} policy ${policy}`).join(', ')}.`
      : `Grant it: allow('${need.action}').on('${need.resource}').`;
  return error;
};
