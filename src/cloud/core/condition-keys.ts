import type { IdentityPolicies } from './define-service.ts';
import type { Principal, TokenFacts } from './principals.ts';

/** Facts that fill the global condition keys. */
export interface RequestFacts {
  readonly region: string;
  readonly accountId: string;
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
  /** The `Referer` header. */
  readonly referer?: string | undefined;
  readonly secureTransport: boolean;
  readonly nowMs: number;
}

type Keys = Record<string, string | readonly string[]>;
type Tags = NonNullable<IdentityPolicies['tags']>;

const PRINCIPAL_TYPES = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;

/**
 * The global condition keys of a request. Those that AWS leaves out are left out here, which is not the same as empty;
 * which ones are never filled stands in the README of IAM's drawer.
 *
 * @param tags - Of the user, or of the role behind a session.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const globalKeys = (principal: Principal, tags: Tags, facts: RequestFacts): Keys => {
  const keys: Keys = {
    'aws:RequestedRegion': facts.region,
    'aws:SecureTransport': String(facts.secureTransport),
    'aws:CurrentTime': new Date(facts.nowMs).toISOString(),
    'aws:EpochTime': String(Math.floor(facts.nowMs / 1000)),
  };
  if (facts.sourceIp !== undefined) keys['aws:SourceIp'] = facts.sourceIp;
  if (facts.userAgent !== undefined) keys['aws:UserAgent'] = facts.userAgent;
  if (facts.referer !== undefined) keys['aws:referer'] = facts.referer;
  const calledVia = 'calledVia' in principal ? principal.calledVia : undefined;
  keys['aws:ViaAWSService'] = String(calledVia !== undefined);
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
      // "For anonymous requests, the request context returns anonymous" (#condition-keys-principalaccount).
      keys['aws:PrincipalAccount'] = 'anonymous';
      if (principal.webIdentity !== undefined)
        keys['aws:FederatedProvider'] = principal.webIdentity.provider;
      return keys;
    default:
      keys['aws:PrincipalIsAWSService'] = 'false';
      keys['aws:PrincipalAccount'] = principal.accountId;
      keys['aws:userid'] = principal.userId;
      keys['aws:PrincipalArn'] = principal.kind === 'session' ? principal.roleArn : principal.arn;
      keys['aws:PrincipalType'] = PRINCIPAL_TYPES[principal.kind];
      if (principal.kind === 'user') keys['aws:username'] = principal.userName;
      addTags(keys, tags, principal.token?.tags);
      if (principal.token !== undefined) addTokenKeys(keys, principal.token);
      // Of a user whose service calls on: "the aws:MultiFactorAuthPresent key is present in the request and set to a value of
      // false" (#condition-keys-multifactorauthpresent).
      if (calledVia !== undefined && principal.token === undefined)
        keys['aws:MultiFactorAuthPresent'] = 'false';
      if (calledVia !== undefined) addForwardedKeys(keys, calledVia);
      return keys;
  }
};

/** "New session tags override existing assumed role tags with the same tag key, regardless of case" (id_session-tags.html). */
const addTags = (keys: Keys, own: Tags, ofSession: Tags = []) => {
  for (const { Key, Value } of own) {
    const lower = Key.toLowerCase();
    if (!ofSession.some((tag) => tag.Key.toLowerCase() === lower))
      keys[`aws:PrincipalTag/${Key}`] = Value;
  }
  for (const { Key, Value } of ofSession) keys[`aws:PrincipalTag/${Key}`] = Value;
};

/** Keys that only temporary credentials have. */
const addTokenKeys = (keys: Keys, token: TokenFacts) => {
  keys['aws:TokenIssueTime'] = new Date(token.issuedAt).toISOString();
  if (token.sourceIdentity !== undefined) keys['aws:SourceIdentity'] = token.sourceIdentity;
  if (token.federatedProvider !== undefined)
    keys['aws:FederatedProvider'] = token.federatedProvider;
  // There are no MFA devices here, so nobody was ever authenticated by one and `aws:MultiFactorAuthAge` is absent.
  // "This condition key is not present for federated identities" (#condition-keys-multifactorauthpresent).
  else keys['aws:MultiFactorAuthPresent'] = 'false';
};

/**
 * Services that `aws:CalledVia` and its kin know, of those that the cloud has; `aws:ViaAWSService` knows all.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#calledvia-services
 */
const CALLED_VIA_SERVICES: ReadonlySet<string> = new Set([
  'cloudformation.amazonaws.com',
  'dynamodb.amazonaws.com',
  'kms.amazonaws.com',
]);

/** Keys of a call that a service makes with its caller's permissions. */
const addForwardedKeys = (keys: Keys, calledVia: readonly string[]) => {
  const known = calledVia.filter((service) => CALLED_VIA_SERVICES.has(service));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return;
  keys['aws:CalledVia'] = known;
  keys['aws:CalledViaFirst'] = first;
  keys['aws:CalledViaLast'] = last;
};
