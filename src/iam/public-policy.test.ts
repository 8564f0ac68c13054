import { describe, expect, it } from 'vitest';
import { isPublicPolicy, parsePolicy } from './index.ts';

const verdict = (statement: object, ...more: readonly object[]) =>
  isPublicPolicy(
    parsePolicy({
      Version: '2012-10-17',
      Statement: [statement, ...more].map((one) => ({
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: '*',
        ...one,
      })),
    }),
  );
const anyone = (operator: string, key: string, value: string | readonly string[]) => ({
  Principal: '*',
  Condition: { [operator]: { [key]: value } },
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
describe('public, as AWS calls it', () => {
  it.each<[string, object]>([
    ['example 1 of the page', { Principal: { Federated: 'graph.facebook.com' } }],
    ['example 2 of the page', { Principal: '*' }],
    ['example 3 of the page', anyone('StringLike', 'aws:SourceVpc', 'vpc-*')],
    ['anyone in a list', { Principal: { AWS: ['111122223333', '*'] } }],
    ['all but one', { NotPrincipal: { AWS: '111122223333' } }],
    ['a condition that bounds nobody', anyone('Bool', 'aws:SecureTransport', 'true')],
    ['a variable', anyone('StringEquals', 'aws:SourceArn', '${aws:PrincipalTag/arn}')],
    ['what is not a value', anyone('StringNotEquals', 'aws:SourceVpc', 'vpc-91237329')],
    ['a key that may be missing', anyone('StringEqualsIfExists', 'aws:SourceVpc', 'vpc-1')],
    ['a set that may be empty', anyone('ForAllValues:StringEquals', 'aws:SourceVpc', 'vpc-1')],
    ['one open value of two', anyone('StringLike', 'aws:SourceVpc', ['vpc-1', 'vpc-*'])],
    ['half of the internet', anyone('IpAddress', 'aws:SourceIp', '0.0.0.0/1')],
    ['a broad range of IPv6', anyone('IpAddress', 'aws:SourceIp', '2001::/16')],
    [
      'any access point of anyone',
      anyone('StringLike', 's3:DataAccessPointArn', 'arn:aws:s3:*:*:accesspoint/*'),
    ],
  ])('%s', (_, statement) => {
    expect(verdict(statement)).toBe(true);
  });

  it.each<[string, object]>([
    ['a fixed value', anyone('StringEquals', 'aws:SourceVpc', 'vpc-91237329')],
    ['an account', { Principal: { AWS: '111122223333' } }],
    ['a service', { Principal: { Service: 'cloudtrail.amazonaws.com' } }],
    ['an organization', anyone('StringEquals', 'aws:PrincipalOrgID', 'o-1234567890')],
    ['an account by condition', anyone('StringEquals', 'AWS:SourceAccount', '111122223333')],
    ['an office', anyone('IpAddress', 'aws:SourceIp', ['203.0.113.0/24', '2001:db8::/32'])],
    ['one address', anyone('IpAddress', 'aws:SourceIp', '203.0.113.7')],
    [
      'access points of an account',
      anyone(
        'StringLike',
        's3:DataAccessPointArn',
        'arn:aws:s3:us-west-2:123456789012:accesspoint/*',
      ),
    ],
    ['a denial to everyone', { Effect: 'Deny', Principal: '*' }],
  ])('not %s', (_, statement) => {
    expect(verdict(statement)).toBe(false);
  });

  it('one public statement makes the whole policy public', () => {
    expect(verdict({ Principal: { AWS: '111122223333' } }, { Principal: '*' })).toBe(true);
  });
});
