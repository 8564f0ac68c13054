import { describe, expect, it } from 'vitest';
import {
  compilePolicy,
  evaluate,
  parsePolicy,
  type AccessRequest,
  type ConditionBlock,
  type RequestContext,
  type Statement,
} from './index.ts';

const base: AccessRequest = {
  principal: {
    kind: 'user',
    arn: 'arn:aws:iam::111122223333:user/team/ana',
    account: '111122223333',
  },
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::photos/cat.png',
  resourceAccount: '111122223333',
  context: {},
};

const applies = (
  statement: Partial<Statement>,
  request: Partial<AccessRequest> = {},
  Version: string | null = '2012-10-17',
): boolean => {
  const document = {
    ...(Version === null ? {} : { Version }),
    Statement: {
      Effect: 'Allow',
      ...('NotAction' in statement ? {} : { Action: '*' }),
      ...('NotResource' in statement ? {} : { Resource: '*' }),
      ...statement,
    },
  };
  const { effect } = evaluate(
    { ...base, ...request },
    { identity: [compilePolicy(parsePolicy(document))] },
  );
  return effect !== 'implicit-deny';
};

const holds = (
  Condition: ConditionBlock,
  context: RequestContext,
  Effect: 'Allow' | 'Deny' = 'Allow',
): boolean => applies({ Condition, Effect }, { context });

describe('Action', () => {
  it.each([
    ['s3:GetObject', true],
    ['S3:getobject', true],
    ['s3:Get*', true],
    ['s3:*Object', true],
    ['s3:G?tObject', true],
    ['*', true],
    ['*:*', true],
    ['s3:GetObjectAcl', false],
    ['s3:GetObjec', false],
    ['s3:*Acl', false],
    ['sqs:*', false],
  ])('%s', (Action, expected) => {
    expect(applies({ Action })).toBe(expected);
    expect(applies({ NotAction: Action })).toBe(!expected);
    expect(applies({ Action: ['sqs:SendMessage', Action] })).toBe(expected);
  });
});

describe('Resource', () => {
  const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:stamp:live';
  it.each([
    ['*', base.resource, true],
    ['arn:aws:s3:::photos/cat.png', base.resource, true],
    ['arn:aws:s3:::Photos/cat.png', base.resource, false],
    ['arn:aws:s3:::photos', base.resource, false],
    ['arn:aws:s3:::photos/*', base.resource, true],
    ['arn:aws:s3:::*', base.resource, true],
    ['arn:aws:s3:::p*s/c?t.png', base.resource, true],
    ['arn:aws:s3:::photos/?at', base.resource, false],
    ['arn:aws:s3:::photos/*', 'arn:aws:s3:::photos/a:b/c', true],
    ['arn:*:s3:::photos/*', base.resource, true],
    ['arn:aws:lambda:*:111122223333:function:stamp*', lambda, true],
    ['arn:aws:lambda:*:*:function:stamp', lambda, false],
    ['arn:aws:lambda:eu-*:111122223333:function:*', lambda, true],
    ['arn:aws:lambda:e*t-1:111122223333:function:*', lambda, true],
    ['arn:aws:lambda:e*1:111122223333:function:*', lambda, true],
    ['arn:aws:lambda:e*3:function:*', lambda, false], // a wildcard inside a segment stays in it
    ['arn:aws:lambda:eu?west-1:111122223333:function:*', lambda, true],
    ['arn:aws:lambda:eu-west-1?111122223333:function:*', lambda, false],
    ['arn:aws:lambda:eu-west-1:*', lambda, true], // one that ends a segment reaches beyond
    ['arn:aws:lambda:*', lambda, true],
    ['arn:aws:lambda', lambda, true], // what is missing counts as *
    ['arn:aws:s3', lambda, false],
    ['arn:aws:s3:::photos/*', '*', false],
    ['*', '*', true],
  ])('%s on %s', (Resource, resource, expected) => {
    expect(applies({ Resource }, { resource })).toBe(expected);
    expect(applies({ NotResource: Resource }, { resource })).toBe(!expected);
    expect(applies({ Resource: ['arn:aws:sqs:::none', Resource] }, { resource })).toBe(expected);
  });

  it('does not stall on a pattern made to make matchers stall', () => {
    const evil = `arn:aws:s3:::${'*a'.repeat(200)}b`;
    const bounded = `arn:a*s:s3:::${'*a'.repeat(200)}b`;
    const resource = `arn:aws:s3:::${'a'.repeat(2000)}`;
    const start = process.cpuUsage();
    expect(applies({ Resource: [evil, bounded] }, { resource })).toBe(false);
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
  });
});

describe('policy variables', () => {
  const home = (resource: string) => ({ resource: `arn:aws:s3:::b/home/${resource}` });
  const withVariable = (text: string) => ({ Resource: `arn:aws:s3:::b/home/${text}/*` });

  it('stand for values of the request', () => {
    expect(applies(withVariable('${aws:username}'), home('ana/x'))).toBe(true);
    expect(applies(withVariable('${AWS:UserName}'), home('ana/x'))).toBe(true);
    expect(applies(withVariable('${aws:username}'), home('bob/x'))).toBe(false);
  });

  it('are literal texts in the version of 2008, and without a version', () => {
    for (const version of ['2008-10-17', null]) {
      expect(applies(withVariable('${aws:username}'), home('ana/x'), version)).toBe(false);
      expect(applies(withVariable('${aws:username}'), home('${aws:username}/x'), version)).toBe(
        true,
      );
    }
  });

  it('match nothing without a value, in either effect', () => {
    const statement = withVariable('${saml:sub}');
    expect(applies(statement, home('/x'))).toBe(false);
    expect(applies({ ...statement, Effect: 'Deny' }, home('/x'))).toBe(false);
    expect(applies({ NotResource: statement.Resource }, home('/x'))).toBe(false);
    expect(applies({ NotResource: statement.Resource, Effect: 'Deny' }, home('/x'))).toBe(true);
    expect(holds({ StringNotEquals: { 's3:prefix': '${saml:sub}' } }, { 's3:prefix': 'a' })).toBe(
      false,
    );
    expect(
      holds({ StringNotEquals: { 's3:prefix': '${saml:sub}' } }, { 's3:prefix': 'a' }, 'Deny'),
    ).toBe(true);
  });

  it('take their default', () => {
    const statement = withVariable("${aws:userid, 'anonymous'}");
    expect(applies(statement, home('anonymous/x'))).toBe(true);
    expect(applies(statement, { ...home('AIDA/x'), context: { 'aws:userid': 'AIDA' } })).toBe(true);
    expect(applies(statement, { ...home('anonymous/x'), context: { 'aws:userid': 'AIDA' } })).toBe(
      false,
    );
  });

  it('are no way to smuggle in a wildcard', () => {
    const statement = withVariable('${aws:PrincipalTag/team}');
    expect(
      applies(statement, { ...home('ops/x'), context: { 'aws:PrincipalTag/team': '*' } }),
    ).toBe(false);
    expect(applies(statement, { ...home('*/x'), context: { 'aws:PrincipalTag/team': '*' } })).toBe(
      true,
    );
  });

  it('spell the special characters', () => {
    expect(applies({ Resource: 'arn:aws:s3:::b/${*}' }, { resource: 'arn:aws:s3:::b/*' })).toBe(
      true,
    );
    expect(applies({ Resource: 'arn:aws:s3:::b/${*}' }, { resource: 'arn:aws:s3:::b/x' })).toBe(
      false,
    );
    expect(applies({ Resource: 'arn:aws:s3:::b/${?}*' }, { resource: 'arn:aws:s3:::b/?x' })).toBe(
      true,
    );
    expect(
      applies({ Resource: 'arn:aws:s3:::b/${$}{x}' }, { resource: 'arn:aws:s3:::b/${x}' }),
    ).toBe(true);
    expect(holds({ StringEquals: { k: '${*}' } }, { k: '*' })).toBe(true);
    expect(holds({ StringLike: { k: 'a${*}b' } }, { k: 'axb' })).toBe(false);
  });

  it('work in string and ARN conditions', () => {
    const block = { StringLike: { 's3:prefix': ['', 'home/', 'home/${aws:username}/*'] } };
    expect(holds(block, { 's3:prefix': 'home/ana/2024' })).toBe(true);
    expect(holds(block, { 's3:prefix': '' })).toBe(true);
    expect(holds(block, { 's3:prefix': 'home/bob/2024' })).toBe(false);
    const arn = { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:${aws:PrincipalAccount}:*' } };
    expect(holds(arn, { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:111122223333:t' })).toBe(true);
    expect(holds(arn, { 'aws:SourceArn': 'arn:aws:sns:eu-west-1:999999999999:t' })).toBe(false);
  });
});

describe('condition operators', () => {
  // Operator, the policy's value, a value that matches, one that does not.
  it.each([
    ['StringEquals', 'a', 'a', 'A'],
    ['StringEqualsIgnoreCase', 'aBc', 'AbC', 'abd'],
    ['StringLike', 'a*c?', 'abbcd', 'abc'],
    ['NumericEquals', '10', '10.0', '11'],
    ['NumericLessThan', '10', '9.5', '10'],
    ['NumericLessThanEquals', '10', '10', '10.5'],
    ['NumericGreaterThan', '10', '11', '10'],
    ['NumericGreaterThanEquals', '10', '10', 'ten'],
    ['DateEquals', '2024-06-01T00:00:00Z', '2024-06-01T02:00:00+02:00', '2024-06-02'],
    ['DateLessThan', '2024-06-01T00:00:00Z', '2024-05-31T23:59:59Z', '2024-06-01T00:00:00Z'],
    ['DateLessThanEquals', '2024-06', '2024-06-01', '2024-06-01T00:00:00.001Z'],
    ['DateGreaterThan', '2024', '1704067201', '1704067200'],
    ['DateGreaterThanEquals', '1704067200', '2024-01-01T00:00:00Z', 'never'],
    ['Bool', 'true', 'TRUE', 'false'],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', 'QmluYXJz'],
    ['IpAddress', '203.0.113.0/24', '203.0.113.255', '203.0.114.1'],
    ['IpAddress', '203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678:9::1', '2001:db8:1234:5679::1'],
    ['IpAddress', '0.0.0.0/0', '127.0.0.1', '::1'],
    ['IpAddress', '127.0.0.0/8', '::ffff:127.0.0.1', '::ffff:128.0.0.1'],
    ['IpAddress', '::1/128', '0:0:0:0:0:0:0:1', '::2'],
    [
      'ArnEquals',
      'arn:aws:sns:eu-west-1:111122223333:t',
      'arn:aws:sns:eu-west-1:111122223333:t',
      'arn:aws:sns:eu-west-1:111122223333:T',
    ],
    ['ArnLike', 'arn:aws:s3:::photos*', 'arn:aws:s3:::photos-2', 'arn:aws:s3::1:photos'],
    [
      'ArnLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:111122223333:finance/document.txt',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
    ],
    [
      'ArnLike',
      'arn:aws:execute-api:*:*:a/*/GET/x',
      'arn:aws:execute-api:r:1:a/prod/GET/x',
      'not an arn',
    ],
  ])('%s %s: %s but not %s', (operator, value, match, other) => {
    expect(holds({ [operator]: { k: value } }, { k: match })).toBe(true);
    expect(holds({ [operator]: { k: value } }, { k: other })).toBe(false);
    expect(holds({ [operator]: { k: ['zzz', value] } }, { k: match })).toBe(true);
    expect(holds({ [operator.toUpperCase()]: { K: value } }, { k: match })).toBe(true);
    expect(holds({ [`${operator}IfExists`]: { k: value } }, { k: other })).toBe(false);
    expect(holds({ [`${operator}IfExists`]: { k: value } }, {})).toBe(true);
    expect(holds({ [operator]: { k: value } }, {})).toBe(false);
  });

  it.each([
    ['StringNotEquals', 'a', 'b'],
    ['StringNotEqualsIgnoreCase', 'a', 'b'],
    ['StringNotLike', 'a*', 'b'],
    ['NumericNotEquals', '1', '2'],
    ['DateNotEquals', '2024-01-01', '2025-01-01'],
    ['NotIpAddress', '10.0.0.0/8', '11.0.0.1'],
    ['ArnNotEquals', 'arn:aws:s3:::a', 'arn:aws:s3:::b'],
    ['ArnNotLike', 'arn:aws:s3:::a*', 'arn:aws:s3:::b'],
  ])('%s %s: %s, and a missing key', (operator, value, other) => {
    const same = value.replace('*', '').replace('/8', '');
    expect(holds({ [operator]: { k: value } }, { k: other })).toBe(true);
    expect(holds({ [operator]: { k: value } }, { k: same })).toBe(false);
    expect(holds({ [operator]: { k: [value, other] } }, { k: other })).toBe(false);
    expect(holds({ [operator]: { k: value } }, {})).toBe(true);
    expect(holds({ [`${operator}IfExists`]: { k: value } }, {})).toBe(true);
  });

  it('join operators and keys by AND', () => {
    const block = { StringEquals: { a: '1', b: '2' }, Bool: { c: true } };
    expect(holds(block, { a: '1', b: '2', c: true })).toBe(true);
    expect(holds(block, { a: '1', b: '3', c: true })).toBe(false);
    expect(holds(block, { a: '1', b: '2', c: false })).toBe(false);
  });

  it('Null tells a key that is there from one that is not', () => {
    expect(holds({ Null: { k: 'true' } }, {})).toBe(true);
    expect(holds({ Null: { k: 'true' } }, { k: 'x' })).toBe(false);
    expect(holds({ Null: { k: false } }, { k: 'x' })).toBe(true);
    expect(holds({ Null: { k: false } }, { k: [] })).toBe(false);
    expect(holds({ Null: { k: false } }, {})).toBe(false);
  });

  it('takes numbers and Booleans of both sides', () => {
    expect(holds({ NumericLessThanEquals: { 's3:max-keys': 10 } }, { 's3:max-keys': 10 })).toBe(
      true,
    );
    expect(
      holds({ Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': false }),
    ).toBe(true);
  });

  it('asks no object for what only its prototype has', () => {
    expect(holds({ Null: { constructor: 'true', toString: 'true', __proto__x: 'true' } }, {})).toBe(
      true,
    );
  });
});

describe('set operators', () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
  const tags = (...keys: readonly string[]): RequestContext => ({ 'aws:TagKeys': keys });
  const of = (operator: string, ...values: readonly string[]): ConditionBlock => ({
    [operator]: { 'aws:TagKeys': values },
  });
  it.each([
    [of('ForAllValues:StringEquals', 'a', 'b'), tags('a'), true],
    [of('ForAllValues:StringEquals', 'a', 'b'), tags('a', 'b'), true],
    [of('ForAllValues:StringEquals', 'a', 'b'), tags('a', 'c'), false],
    [of('ForAllValues:StringEquals', 'a', 'b'), {}, true],
    [of('ForAllValues:StringEquals', 'a', 'b'), tags(), true],
    [of('ForAllValues:StringEquals', 'a'), { 'aws:TagKeys': '' }, true],
    [of('ForAllValues:StringNotLike', 'key1*'), tags('key2', 'key3'), true],
    [of('ForAllValues:StringNotLike', 'key1*'), tags('key1:x', 'key2'), false],
    [of('ForAnyValue:StringEquals', 'a', 'b'), tags('x', 'b'), true],
    [of('ForAnyValue:StringEquals', 'a', 'b'), tags('x', 'y'), false],
    [of('ForAnyValue:StringEquals', 'a', 'b'), {}, false],
    [of('ForAnyValue:StringEqualsIfExists', 'a', 'b'), {}, true],
    [of('ForAnyValue:StringNotEquals', 'a'), {}, false],
    [of('ForAnyValue:StringNotEquals', 'a'), tags('a', 'b'), true],
    [of('ForAnyValue:StringNotEquals', 'a'), tags('a'), false],
    [of('forallvalues:stringequals', 'a'), tags('a'), true],
    [of('StringEquals', 'a'), tags('a'), true],
    [of('StringEquals', 'a'), tags('a', 'a'), false],
    [of('ForAnyValue:ArnLike', 'arn:aws:s3:::a*'), tags('x', 'arn:aws:s3:::ab'), true],
    [of('ForAllValues:NumericLessThan', '5'), tags('1', '4'), true],
    [of('ForAllValues:Bool', 'true'), { 'aws:TagKeys': true }, true],
  ])('%j with %j', (block, context, expected) => {
    expect(holds(block, context)).toBe(expected);
  });
});

describe('keys that follow from the request', () => {
  it.each([
    ['aws:PrincipalArn', 'arn:aws:iam::111122223333:user/team/ana'],
    ['aws:PrincipalAccount', '111122223333'],
    ['aws:PrincipalType', 'User'],
    ['aws:username', 'ana'],
    ['aws:PrincipalIsAWSService', 'false'],
    ['aws:ResourceAccount', '111122223333'],
  ])('%s', (key, value) => {
    expect(holds({ StringEquals: { [key]: value } }, {})).toBe(true);
    expect(holds({ StringEquals: { [key]: value } }, { [key]: 'told otherwise' })).toBe(false);
  });
});
