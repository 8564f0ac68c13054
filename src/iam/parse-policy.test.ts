import { describe, expect, it } from 'vitest';
import { parsePolicy, PolicyError, type PolicyErrorCode, type PolicyUse } from './index.ts';

const SYNTAX = 'Syntax errors in policy.';
const LEGACY = 'The policy failed legacy parsing';

const statement = (more: object, leaveOut: readonly string[] = []) => {
  const whole: Record<string, unknown> = {
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: 'arn:aws:s3:::b',
    ...more,
  };
  return Object.fromEntries(Object.entries(whole).filter(([key]) => !leaveOut.includes(key)));
};
const policy = (...statements: readonly unknown[]) => ({
  Version: '2012-10-17',
  Statement: statements,
});

const refusal = (
  document: string | object,
  use: PolicyUse,
): { code: PolicyErrorCode; message: string; at: string } => {
  try {
    parsePolicy(document, use);
  } catch (error) {
    if (error instanceof PolicyError) {
      expect(error.detail).not.toBe('');
      return { code: error.code, message: error.message, at: error.path };
    }
    throw error;
  }
  return expect.fail('was accepted');
};

describe('managed policies', () => {
  it.each<[string, string | object, PolicyErrorCode, string]>([
    ['no JSON', 'This is not JSON', 'INVALID_JSON', SYNTAX],
    ['a list', '[]', 'INVALID_JSON', SYNTAX],
    [
      'no version',
      { Statement: statement({}) },
      'INVALID_VERSION',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      'the old version',
      { ...policy(statement({})), Version: '2008-10-17' },
      'INVALID_VERSION',
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      'no such version',
      { ...policy(statement({})), Version: '2013-10-17' },
      'INVALID_VERSION',
      SYNTAX,
    ],
    ['no statement', { Version: '2012-10-17' }, 'INVALID_SYNTAX', SYNTAX],
    ['no statements', policy(), 'INVALID_SYNTAX', SYNTAX],
    ['a text for a statement', policy('afd'), 'INVALID_SYNTAX', SYNTAX],
    ['an unknown element', { ...policy(statement({})), Extra: 1 }, 'INVALID_SYNTAX', SYNTAX],
    [
      'an unknown element of a statement',
      policy(statement({ Extra: 1 })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    ['a list for an Id', { ...policy(statement({})), Id: [] }, 'INVALID_SYNTAX', SYNTAX],
    ['an unknown effect', policy(statement({ Effect: 'Maybe' })), 'INVALID_SYNTAX', SYNTAX],
    ['no effect', policy(statement({}, ['Effect'])), 'INVALID_SYNTAX', SYNTAX],
    [
      'an effect in the wrong case',
      policy(statement({ Effect: 'allow' })),
      'INVALID_VALUE',
      LEGACY,
    ],
    ['Action and NotAction', policy(statement({ NotAction: 'iam:x' })), 'INVALID_SYNTAX', SYNTAX],
    ['Resource and NotResource', policy(statement({ NotResource: '*' })), 'INVALID_SYNTAX', SYNTAX],
    [
      'an object for a resource',
      policy(statement({ Resource: { a: 'b' } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    [
      'an object among resources',
      policy(statement({ Resource: ['a', {}] })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    ['a number for an action', policy(statement({ Action: 1 })), 'INVALID_SYNTAX', SYNTAX],
    ['a list for a condition', policy(statement({ Condition: [] })), 'INVALID_SYNTAX', SYNTAX],
    [
      'a text for an operator',
      policy(statement({ Condition: { StringEquals: 'b' } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    [
      'an object for a value',
      policy(statement({ Condition: { StringEquals: { a: {} } } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    [
      'an unknown operator',
      policy(statement({ Condition: { x: { a: '1' } } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    [
      'two colons in a set operator',
      policy(statement({ Condition: { 'ForAnyValue::StringEquals': { a: '1' } } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    [
      'NullIfExists',
      policy(statement({ Condition: { NullIfExists: { a: 'true' } } })),
      'INVALID_SYNTAX',
      SYNTAX,
    ],
    ['an object for a Sid', policy(statement({ Sid: {} })), 'INVALID_SYNTAX', SYNTAX],
    [
      'one Sid twice',
      policy(statement({ Sid: 's' }), statement({ Sid: 's' })),
      'DUPLICATE_SID',
      'Statement IDs (SID) in a single policy must be unique.',
    ],
    [
      'a principal',
      policy(statement({ Principal: '*' })),
      'PROHIBITED_PRINCIPAL',
      'Policy document should not specify a principal.',
    ],
    [
      'no action',
      policy(statement({}, ['Action'])),
      'MISSING_ACTION',
      'Policy statement must contain actions.',
    ],
    [
      'an empty list of actions',
      policy(statement({ Action: [] })),
      'MISSING_ACTION',
      'Policy statement must contain actions.',
    ],
    [
      'no resource',
      policy(statement({}, ['Resource'])),
      'MISSING_RESOURCE',
      'Policy statement must contain resources.',
    ],
    [
      'an empty list of resources',
      policy(statement({ Resource: [] })),
      'MISSING_RESOURCE',
      'Policy statement must contain resources.',
    ],
    [
      'an action of no service',
      policy(statement({ Action: 'ListBucket' })),
      'INVALID_ACTION',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'an empty action',
      policy(statement({ Action: '' })),
      'INVALID_ACTION',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [
      'an action of an impossible service',
      policy(statement({ Action: 'a a:ListBucket' })),
      'INVALID_ACTION',
      'Vendor a a is not valid',
    ],
    [
      'an action with two colons',
      policy(statement({ Action: 's3:List:Bucket' })),
      'INVALID_ACTION',
      'Actions/Condition can contain only one colon.',
    ],
    [
      'a resource that is no ARN',
      policy(statement({ Resource: 'invalid resource' })),
      'INVALID_RESOURCE',
      'Resource invalid resource must be in ARN format or "*".',
    ],
    [
      'an empty resource',
      policy(statement({ Resource: '' })),
      'INVALID_RESOURCE',
      'Resource  must be in ARN format or "*".',
    ],
    [
      'no such partition',
      policy(statement({ Resource: 'arn:error:s3:::b' })),
      'INVALID_RESOURCE',
      'Partition "error" is not valid for resource "arn:error:s3:::b".',
    ],
    [
      'a resource without "arn"',
      policy(statement({ Resource: 'aws:s3:::b' })),
      'INVALID_RESOURCE',
      'Partition "s3" is not valid for resource "arn:s3:::b:*".',
    ],
    [
      'a short resource',
      policy(statement({ Resource: 'a:b:c' })),
      'INVALID_RESOURCE',
      'Partition "b" is not valid for resource "arn:b:c:*:*:*".',
    ],
    [
      'the shortest resource',
      policy(statement({ Resource: 'a:b' })),
      'INVALID_RESOURCE',
      'Partition "b" is not valid for resource "arn:b:*:*:*:*".',
    ],
    [
      'a resource of no service',
      policy(statement({ Resource: 'arn:aws' })),
      'INVALID_RESOURCE',
      'Resource vendor must be fully qualified and cannot contain regexes.',
    ],
    ['too few colons', policy(statement({ Resource: 'arn:aws:s3::b' })), 'INVALID_VALUE', LEGACY],
    [
      'a bucket with a region',
      policy(statement({ Resource: 'arn:aws:s3:us-east-1::b' })),
      'INVALID_RESOURCE',
      'Resource arn:aws:s3:us-east-1::b can not contain region information.',
    ],
    [
      'IAM with a region',
      policy(statement({ Resource: 'arn:aws:iam:us-east-1::b' })),
      'INVALID_RESOURCE',
      'IAM resource arn:aws:iam:us-east-1::b cannot contain region information.',
    ],
    [
      'no such thing in IAM',
      policy(statement({ Resource: 'arn:aws:iam:::b' })),
      'INVALID_RESOURCE',
      'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.',
    ],
    [
      'no date',
      policy(statement({ Condition: { DateGreaterThan: { a: 'soon' } } })),
      'INVALID_VALUE',
      LEGACY,
    ],
    [
      'a date after the end of time',
      policy(statement({ Condition: { DateLessThan: { a: '9223372036854775808' } } })),
      'INVALID_VALUE',
      LEGACY,
    ],
  ])('%s', (_, document, code, message) => {
    expect(refusal(document, 'managed')).toMatchObject({ code, message });
  });

  it.each<[string, object]>([
    ['lists', statement({ Resource: ['arn:aws:s3:::a', '*'], Action: ['s3:*', '*'] })],
    [
      'NotAction and NotResource',
      statement({ NotAction: 's3:*', NotResource: '*' }, ['Action', 'Resource']),
    ],
    ['an empty condition', statement({ Condition: {} })],
    ['an unknown operator that tests nothing', statement({ Condition: { x: {} } })],
    ['a variable in a resource', statement({ Resource: 'arn:aws:iam::*:user/${aws:username}' })],
    ['the partition of China', statement({ Resource: 'arn:aws-cn:s3:::b' })],
    [
      'dates',
      statement({
        Condition: {
          DateLessThan: {
            'aws:CurrentTime': '2017-12-31T23:59:59Z',
            k: ['2016-12-13T21:20:37.593194+00:00', '1500000000'],
          },
        },
      }),
    ],
    ['any order of elements', statement({ Condition: { ForAnyValue: {} }, Sid: 'x' })],
    ['a role by wildcard', statement({ Resource: 'arn:aws:iam::111122223333:*' })],
    ['part of a path by wildcard', statement({ Resource: 'arn:aws:iam::111122223333:ro*' })],
  ])('accepts %s', (_, accepted) => {
    expect(parsePolicy(policy(accepted), 'managed').Statement).toEqual([accepted]);
    expect(parsePolicy(JSON.stringify(policy(accepted)), 'inline').Statement).toEqual([accepted]);
  });

  it('wraps a single statement, and leaves the version of an inline policy open', () => {
    expect(parsePolicy({ Statement: statement({}) }, 'inline')).toEqual({
      Statement: [statement({})],
    });
  });

  it('says where the mistake is', () => {
    const document = policy(statement({}), statement({ Action: ['s3:GetObject', 'oops'] }));
    expect(refusal(document, 'inline').at).toBe('Statement[1].Action');
  });
});

describe('trust policies', () => {
  const trust = (more: object, leaveOut: readonly string[] = []) =>
    policy(
      Object.fromEntries(
        Object.entries({
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
          ...more,
        }).filter(([key]) => !leaveOut.includes(key)),
      ),
    );

  it.each<[string, string | object, PolicyErrorCode, string]>([
    ['no JSON', '{', 'INVALID_JSON', 'This policy contains invalid Json'],
    [
      'a version that is none',
      { ...trust({}), Version: '2013-10-17' },
      'INVALID_VERSION',
      'The policy must contain a valid version string',
    ],
    [
      'no statements',
      policy(),
      'INVALID_SYNTAX',
      'Could not parse the policy: Statement is empty!',
    ],
    ['no effect', trust({}, ['Effect']), 'INVALID_SYNTAX', 'Missing required field Effect'],
    ['an unknown effect', trust({ Effect: 'Maybe' }), 'INVALID_SYNTAX', 'Invalid effect: Maybe'],
    [
      'a resource',
      trust({ Resource: '*' }),
      'PROHIBITED_RESOURCE',
      'Has prohibited field Resource',
    ],
    [
      'no principal',
      trust({}, ['Principal']),
      'MISSING_PRINCIPAL',
      'Missing required field Principal',
    ],
    [
      'nobody',
      trust({ Principal: {} }),
      'MISSING_PRINCIPAL',
      'Missing required field Principal cannot be empty!',
    ],
    ['no action', trust({}, ['Action']), 'MISSING_ACTION', 'Missing required field Action'],
    [
      'an action of another service',
      trust({ Action: '*' }),
      'INVALID_ACTION',
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      'a principal with a wildcard',
      trust({ Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }),
      'INVALID_PRINCIPAL',
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"',
    ],
    [
      'a principal that is none',
      trust({ Principal: { AWS: 'me' } }),
      'INVALID_PRINCIPAL',
      'Invalid principal in policy: "AWS":"me"',
    ],
    [
      'a service that is none',
      trust({ Principal: { Service: 'lambda' } }),
      'INVALID_PRINCIPAL',
      'Invalid principal in policy: "SERVICE":"lambda"',
    ],
  ])('%s', (_, document, code, message) => {
    expect(refusal(document, 'trust')).toMatchObject({ code, message });
  });

  it.each<[string, object]>([
    ['a service', trust({})],
    [
      'services',
      trust({ Principal: { Service: ['lambda.amazonaws.com', 'states.eu-west-1.amazonaws.com'] } }),
    ],
    ['an account', trust({ Principal: { AWS: '111122223333' } })],
    ['a role', trust({ Principal: { AWS: 'arn:aws:iam::111122223333:role/a/b' } })],
    [
      'a provider',
      trust({
        Principal: { Federated: 'accounts.google.com' },
        Action: 'sts:AssumeRoleWithWebIdentity',
      }),
    ],
  ])('accepts %s', (_, document) => {
    expect(parsePolicy(document, 'trust').Statement).toHaveLength(1);
  });
});

describe('resource-based policies', () => {
  it('must name a principal', () => {
    expect(refusal(policy(statement({})), 'resource')).toMatchObject({
      code: 'MISSING_PRINCIPAL',
      message: 'Missing required field Principal',
      at: 'Statement[0]',
    });
  });

  it('may name a canonical user, and no unknown kind', () => {
    expect(
      parsePolicy(policy(statement({ Principal: { CanonicalUser: 'a'.repeat(64) } })), 'resource')
        .Statement,
    ).toHaveLength(1);
    expect(refusal(policy(statement({ Principal: { Robot: 'x' } })), 'resource').code).toBe(
      'INVALID_PRINCIPAL',
    );
  });
});
