import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  evaluate,
  parsePolicy,
  type AccessRequest,
  type Decision,
  type DecisionReason,
  type PolicySet,
  type RequestPrincipal,
  type Statement,
} from './index.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const BUCKET = 'arn:aws:s3:::amzn-s3-demo-bucket';
const GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/';

const root: RequestPrincipal = {
  kind: 'root',
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  account: ACCOUNT,
};
const user: RequestPrincipal = {
  kind: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/exampleuser`,
  account: ACCOUNT,
};
const roleArn = `arn:aws:iam::${ACCOUNT}:role/examplerole`;
const session: RequestPrincipal = {
  kind: 'role-session',
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/examplerole/examplerolesessionname`,
  account: ACCOUNT,
  roleArn,
};
const service: RequestPrincipal = {
  kind: 'service',
  arn: 's3.amazonaws.com',
  service: 's3.amazonaws.com',
};
const anonymous: RequestPrincipal = { kind: 'anonymous', arn: '*' };

type Part = Omit<Statement, 'Effect'> & { readonly Effect?: 'Allow' | 'Deny' };

/** A policy of the statements, each an Allow of everything in S3 unless it says otherwise. */
const policy = (...statements: readonly Part[]) =>
  compilePolicy(
    parsePolicy({
      Version: '2012-10-17',
      Statement: statements.map((part) => ({
        Effect: 'Allow',
        ...('Action' in part || 'NotAction' in part ? {} : { Action: 's3:*' }),
        ...('Resource' in part || 'NotResource' in part ? {} : { Resource: '*' }),
        ...part,
      })),
    }),
    'p',
  );

const allowAll = policy({});
const allowNothing = policy({ Action: 'ec2:*' });
const denyAll = policy({ Effect: 'Deny' });
const grantTo = (Principal: Statement['Principal'] & {}, more: Part = {}) =>
  policy({ Principal, ...more });

const get = (principal: RequestPrincipal, more: Partial<AccessRequest> = {}): AccessRequest => ({
  principal,
  action: 's3:GetObject',
  resource: `${BUCKET}/cat.png`,
  resourceAccount: ACCOUNT,
  context: {},
  ...more,
});

interface Case {
  readonly what: string;
  /** Page of AWS's guide that states the rule. */
  readonly page: string;
  readonly request: AccessRequest;
  readonly policies: PolicySet;
  readonly effect: Decision['effect'];
  readonly reason: DecisionReason;
}

const DENYALLOW = 'reference_policies_evaluation-logic_policy-eval-denyallow.html';
const BASICS = 'reference_policies_evaluation-logic_policy-eval-basics.html';
const CROSS = 'reference_policies_evaluation-logic-cross-account.html';
const SERVICE_CONTROL =
  'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html';
const INTERPLAY = 'reference_policies_evaluation-logic_AccessPolicyLanguage_Interplay.html';
const PRINCIPAL = 'reference_policies_elements_principal.html';
const NOT_PRINCIPAL = 'reference_policies_elements_notprincipal.html';
const ROLES = 'id_roles_compare-resource-policies.html';
const BOUNDARIES = 'access_policies_boundaries.html#access_policies_boundaries-eval-logic';

const assume = (principal: RequestPrincipal, more: Partial<AccessRequest> = {}): AccessRequest =>
  get(principal, {
    action: 'sts:AssumeRole',
    resource: `arn:aws:iam::${ACCOUNT}:role/target`,
    ...more,
  });
const trust = (Principal: Statement['Principal'] & {}, more: Part = {}) =>
  compilePolicy(
    parsePolicy(
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more },
      },
      'trust',
    ),
    'trust',
  );
const mayAssume = policy({ Action: 'sts:AssumeRole' });

/** The bucket example of BASICS. */
const carlos: RequestPrincipal = {
  kind: 'user',
  arn: 'arn:aws:iam::123456789012:user/carlossalazar',
  account: '123456789012',
};
const carlosIdentity = policy(
  { Sid: 'AllowS3Self', Resource: ['arn:aws:s3:::carlossalazar/*', 'arn:aws:s3:::carlossalazar'] },
  { Sid: 'DenyS3Logs', Effect: 'Deny', Resource: 'arn:aws:s3:::*log*' },
);
const carlosPuts = (resource: string): AccessRequest => ({
  principal: carlos,
  action: 's3:PutObject',
  resource,
  resourceAccount: '123456789012',
  context: {},
});

const CASES: readonly Case[] = [
  // Defaults and explicit denies.
  {
    what: 'all requests are implicitly denied',
    page: DENYALLOW,
    request: get(user),
    policies: {},
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'except those of the root user',
    page: DENYALLOW,
    request: get(root),
    policies: {},
    effect: 'allow',
    reason: 'ROOT_USER',
  },
  {
    what: 'an Allow overrides the default',
    page: INTERPLAY,
    request: get(user),
    policies: { identity: [allowAll] },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'a Deny overrides an Allow',
    page: INTERPLAY,
    request: get(user),
    policies: { identity: [allowAll, denyAll] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'a Deny in the resource policy binds the root user',
    page: DENYALLOW,
    request: get(root),
    policies: { resource: grantTo('*', { Effect: 'Deny' }) },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'a Deny in the boundary',
    page: DENYALLOW,
    request: get(user),
    policies: { identity: [allowAll], boundary: [denyAll] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'a Deny in the session policy',
    page: DENYALLOW,
    request: get(session),
    policies: { identity: [allowAll], session: [denyAll] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'a Deny in a service control policy',
    page: DENYALLOW,
    request: get(root),
    policies: { serviceControl: [allowAll, denyAll] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'Carlos is denied the logs bucket',
    page: BASICS,
    request: carlosPuts('arn:aws:s3:::carlossalazar-logs/x'),
    policies: { identity: [carlosIdentity] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'Carlos may write to his own',
    page: BASICS,
    request: carlosPuts('arn:aws:s3:::carlossalazar/x'),
    policies: { identity: [carlosIdentity], resource: grantTo({ AWS: carlos.arn }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'one of identity and resource policy is enough',
    page: BASICS,
    request: get(user),
    policies: { identity: [allowAll], resource: grantTo({ AWS: roleArn }) },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  // "Resource-based policies and implicit denies in other policy types (same account)".
  {
    what: 'a user named in the resource policy needs nothing else',
    page: DENYALLOW,
    request: get(user),
    policies: {
      identity: [allowNothing],
      boundary: [allowNothing],
      resource: grantTo({ AWS: user.arn }),
    },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a session named in it needs nothing else',
    page: DENYALLOW,
    request: get(session),
    policies: {
      identity: [],
      boundary: [allowNothing],
      session: [allowNothing],
      resource: grantTo({ AWS: session.arn }),
    },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a role named in it needs no identity policy',
    page: DENYALLOW,
    request: get(session),
    policies: { identity: [], resource: grantTo({ AWS: roleArn }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY_FOR_ROLE',
  },
  {
    what: 'a role named in it is bound by its boundary',
    page: DENYALLOW,
    request: get(session),
    policies: {
      identity: [allowAll],
      boundary: [allowNothing],
      resource: grantTo({ AWS: roleArn }),
    },
    effect: 'implicit-deny',
    reason: 'NO_BOUNDARY',
  },
  {
    what: 'a role named in it is bound by the session policy',
    page: DENYALLOW,
    request: get(session),
    policies: {
      identity: [allowAll],
      session: [allowNothing],
      resource: grantTo({ AWS: roleArn }),
    },
    effect: 'implicit-deny',
    reason: 'NO_SESSION_POLICY',
  },
  {
    what: 'the root user named in it',
    page: DENYALLOW,
    request: get(root),
    policies: { resource: grantTo({ AWS: root.arn }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a service named in it',
    page: DENYALLOW,
    request: get(service),
    policies: { resource: grantTo({ Service: 's3.amazonaws.com' }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a service not named in it',
    page: DENYALLOW,
    request: get(service),
    policies: { identity: [allowAll], resource: grantTo({ Service: 'sns.amazonaws.com' }) },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'a service with no resource policy at all',
    page: DENYALLOW,
    request: get(service),
    policies: {},
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  // Principals.
  {
    what: 'the account as principal leaves it to identity policies',
    page: PRINCIPAL,
    request: get(user),
    policies: { identity: [], resource: grantTo({ AWS: root.arn }) },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: '"*" needs no other permission within the account',
    page: PRINCIPAL,
    request: get(user),
    policies: { resource: grantTo('*') },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: '"*" lets the anonymous in',
    page: PRINCIPAL,
    request: get(anonymous),
    policies: { resource: grantTo('*') },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: '{ AWS: "*" } lets the anonymous in',
    page: PRINCIPAL,
    request: get(anonymous),
    policies: { resource: grantTo({ AWS: '*' }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'the anonymous are no account',
    page: PRINCIPAL,
    request: get(anonymous),
    policies: { resource: grantTo({ AWS: ACCOUNT }) },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: '"*" with aws:PrincipalArn is bounded by nothing',
    page: PRINCIPAL,
    request: get(session),
    policies: {
      boundary: [allowNothing],
      resource: grantTo('*', { Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn } } }),
    },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'no wildcard inside a principal',
    page: PRINCIPAL,
    request: get(session),
    policies: { resource: grantTo({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/examplerole/*` }) },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'Deny with ArnNotEquals spares the user',
    page: PRINCIPAL,
    request: get(user),
    policies: {
      identity: [allowAll],
      resource: grantTo('*', {
        Effect: 'Deny',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': user.arn } },
      }),
    },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'Deny with ArnNotEquals hits the others',
    page: PRINCIPAL,
    request: get(session),
    policies: {
      identity: [allowAll],
      resource: grantTo('*', {
        Effect: 'Deny',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': user.arn } },
      }),
    },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'NotPrincipal with Deny spares user and account',
    page: NOT_PRINCIPAL,
    request: get(user),
    policies: {
      identity: [allowAll],
      resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [user.arn, root.arn] } }),
    },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'NotPrincipal without the account denies',
    page: NOT_PRINCIPAL,
    request: get(user),
    policies: {
      identity: [allowAll],
      resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [user.arn] } }),
    },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'NotPrincipal with session, role and account',
    page: NOT_PRINCIPAL,
    request: get(session),
    policies: {
      identity: [allowAll],
      resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [session.arn, roleArn, root.arn] } }),
    },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'NotPrincipal without the session denies',
    page: NOT_PRINCIPAL,
    request: get(session),
    policies: {
      identity: [allowAll],
      resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [roleArn, root.arn] } }),
    },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'NotPrincipal hits other users of the account',
    page: NOT_PRINCIPAL,
    request: get(user),
    policies: {
      identity: [allowAll],
      resource: policy({ Effect: 'Deny', NotPrincipal: { AWS: [carlos.arn, root.arn] } }),
    },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  // Boundaries, sessions, service control.
  {
    what: 'boundary and identity must both allow',
    page: BOUNDARIES,
    request: get(user),
    policies: { identity: [allowAll], boundary: [allowAll] },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'a boundary grants nothing',
    page: BOUNDARIES,
    request: get(user),
    policies: { identity: [], boundary: [allowAll] },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'a boundary bounds identity policies',
    page: BOUNDARIES,
    request: get(user),
    policies: { identity: [allowAll], boundary: [allowNothing] },
    effect: 'implicit-deny',
    reason: 'NO_BOUNDARY',
  },
  {
    what: 'a session policy bounds',
    page: DENYALLOW,
    request: get(session),
    policies: { identity: [allowAll], session: [allowNothing] },
    effect: 'implicit-deny',
    reason: 'NO_SESSION_POLICY',
  },
  {
    what: 'a session policy grants nothing',
    page: DENYALLOW,
    request: get(session),
    policies: { identity: [], session: [allowAll] },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'a role session without session policy',
    page: DENYALLOW,
    request: get(session),
    policies: { identity: [allowAll] },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'service control bounds the root user',
    page: DENYALLOW,
    request: get(root),
    policies: { serviceControl: [allowNothing] },
    effect: 'implicit-deny',
    reason: 'NO_SERVICE_CONTROL_POLICY',
  },
  {
    what: 'service control bounds what the resource grants',
    page: DENYALLOW,
    request: get(user),
    policies: { resource: grantTo({ AWS: user.arn }), serviceControl: [allowNothing] },
    effect: 'implicit-deny',
    reason: 'NO_SERVICE_CONTROL_POLICY',
  },
  {
    what: 'service control does not bound services',
    page: DENYALLOW,
    request: get(service),
    policies: {
      resource: grantTo({ Service: 's3.amazonaws.com' }),
      serviceControl: [allowNothing],
    },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'service control bounds no service-linked role',
    page: SERVICE_CONTROL,
    request: get({
      ...session,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
    }),
    policies: { identity: [allowAll], serviceControl: [denyAll] },
    effect: 'allow',
    reason: 'IDENTITY_POLICY',
  },
  {
    what: 'a service control policy grants nothing',
    page: SERVICE_CONTROL,
    request: get(user),
    policies: { serviceControl: [allowAll] },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'service control denies what all else allows',
    page: SERVICE_CONTROL,
    request: get(root),
    policies: { serviceControl: [allowAll, denyAll] },
    effect: 'explicit-deny',
    reason: 'EXPLICIT_DENY',
  },
  {
    what: 'service control of the caller’s account bounds it across accounts',
    page: SERVICE_CONTROL,
    request: get(user, { resourceAccount: OTHER }),
    policies: {
      identity: [allowAll],
      resource: grantTo({ AWS: user.arn }),
      serviceControl: [allowNothing],
    },
    effect: 'implicit-deny',
    reason: 'NO_SERVICE_CONTROL_POLICY',
  },
  // Across accounts.
  {
    what: 'both accounts must allow',
    page: CROSS,
    request: get(user, { resourceAccount: OTHER }),
    policies: { identity: [allowAll], resource: grantTo({ AWS: ACCOUNT }) },
    effect: 'allow',
    reason: 'CROSS_ACCOUNT',
  },
  {
    what: 'not only the identity',
    page: CROSS,
    request: get(user, { resourceAccount: OTHER }),
    policies: { identity: [allowAll] },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'not only the resource, even if it names the user',
    page: CROSS,
    request: get(user, { resourceAccount: OTHER }),
    policies: { identity: [], resource: grantTo({ AWS: user.arn }) },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'the boundary binds across accounts',
    page: CROSS,
    request: get(session, { resourceAccount: OTHER }),
    policies: {
      identity: [allowAll],
      boundary: [allowNothing],
      resource: grantTo({ AWS: session.arn }),
    },
    effect: 'implicit-deny',
    reason: 'NO_BOUNDARY',
  },
  {
    what: "another account's root user needs the resource policy",
    page: CROSS,
    request: get(root, { resourceAccount: OTHER }),
    policies: {},
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: "another account's root user, trusted",
    page: CROSS,
    request: get(root, { resourceAccount: OTHER }),
    policies: { resource: grantTo({ AWS: ACCOUNT }) },
    effect: 'allow',
    reason: 'CROSS_ACCOUNT',
  },
  // Trust and key policies must allow by themselves.
  {
    what: 'an identity policy alone assumes no role',
    page: ROLES,
    request: assume(user),
    policies: { identity: [mayAssume] },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'a trust policy that names the user is enough',
    page: ROLES,
    request: assume(user),
    policies: { resource: trust({ AWS: user.arn }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a trusted account still decides who of it may',
    page: ROLES,
    request: assume(user),
    policies: { resource: trust({ AWS: ACCOUNT }) },
    effect: 'implicit-deny',
    reason: 'NO_IDENTITY_POLICY',
  },
  {
    what: 'a trusted account, and an identity policy',
    page: ROLES,
    request: assume(user),
    policies: { identity: [mayAssume], resource: trust({ AWS: root.arn }) },
    effect: 'allow',
    reason: 'RESOURCE_AND_IDENTITY_POLICY',
  },
  {
    what: 'a service assumes the role that trusts it',
    page: ROLES,
    request: assume({
      kind: 'service',
      arn: 'lambda.amazonaws.com',
      service: 'lambda.amazonaws.com',
    }),
    policies: { resource: trust({ Service: 'lambda.amazonaws.com' }) },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'a service assumes no other role',
    page: ROLES,
    request: assume({
      kind: 'service',
      arn: 'lambda.amazonaws.com',
      service: 'lambda.amazonaws.com',
    }),
    policies: { resource: trust({ Service: 'ec2.amazonaws.com' }) },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'a role does not assume itself without trust',
    page: ROLES,
    request: assume(session, { resource: roleArn }),
    policies: { identity: [mayAssume], resource: trust({ Service: 'lambda.amazonaws.com' }) },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'the wrong external id',
    page: 'id_roles_common-scenarios_third-party.html',
    request: assume(user, { context: { 'sts:ExternalId': 'wrong' } }),
    policies: {
      identity: [mayAssume],
      resource: trust(
        { AWS: ACCOUNT },
        { Condition: { StringEquals: { 'sts:ExternalId': '12345' } } },
      ),
    },
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'a web identity named by its provider',
    page: PRINCIPAL,
    request: assume(
      { kind: 'anonymous', arn: '*', federated: 'accounts.google.com' },
      { action: 'sts:AssumeRoleWithWebIdentity' },
    ),
    policies: {
      resource: trust(
        { Federated: 'accounts.google.com' },
        { Action: 'sts:AssumeRoleWithWebIdentity' },
      ),
    },
    effect: 'allow',
    reason: 'RESOURCE_POLICY',
  },
  {
    what: 'the root user is not above a key policy',
    page: 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html',
    request: get(root, {
      action: 'kms:Decrypt',
      resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`,
    }),
    policies: {},
    effect: 'implicit-deny',
    reason: 'NO_RESOURCE_POLICY',
  },
  {
    what: 'a key policy that trusts the account, and an identity policy',
    page: 'https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html',
    request: get(user, {
      action: 'kms:Decrypt',
      resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/k`,
    }),
    policies: {
      identity: [policy({ Action: 'kms:Decrypt' })],
      resource: policy({ Principal: { AWS: root.arn }, Action: 'kms:*' }),
    },
    effect: 'allow',
    reason: 'RESOURCE_AND_IDENTITY_POLICY',
  },
];

describe('evaluation logic', () => {
  for (const { what, page, request, policies, effect, reason } of CASES) {
    it(`${what} (${page.startsWith('http') ? page : GUIDE + page})`, () => {
      expect(evaluate(request, policies)).toMatchObject({ effect, reason });
    });
  }
});

describe('the statements of a decision', () => {
  it('names every Deny that applies, with its policy and position', () => {
    const boundary = compilePolicy(
      parsePolicy({
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
      }),
      'fence',
    );
    const decision = evaluate(get(user), {
      identity: [policy({}, { Effect: 'Deny' })],
      boundary: [boundary],
    });
    expect(decision.statements.map(({ policy: name, kind, index }) => [name, kind, index])).toEqual(
      [
        ['p', 'identity', 1],
        ['fence', 'boundary', 0],
      ],
    );
  });

  it('names every Allow that the answer rests on, and no other', () => {
    const decision = evaluate(get(session), {
      identity: [policy({ Action: 'ec2:*' }, { Sid: 'A' }, { Sid: 'B', Action: 's3:Get*' })],
      boundary: [policy({ Sid: 'C' })],
      session: [policy({ Sid: 'D' })],
    });
    expect(decision.effect).toBe('allow');
    expect(decision.statements.map(({ statement }) => statement.Sid)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('names none for an implicit deny', () => {
    expect(evaluate(get(user), { identity: [allowNothing] }).statements).toEqual([]);
  });
});
