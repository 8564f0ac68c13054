import { describe, it } from 'vitest';
import type { Action, Expression } from '../../src/index.ts';
import { allow, bucket, deny, parameter, resource, sub } from '../../src/index.ts';

const photos = bucket('Photos');
const jobs = resource('AWS::SQS::Queue', 'Jobs');
declare const known: string;
declare const either: string | Expression;

describe('permissions in IAM’s words', () => {
  it('take the actions that AWS lists, and patterns of them', () => {
    allow('sqs:SendMessage').on(jobs.getAtt('Arn'));
    allow(['s3:GetObject', 's3:PutObject'], sub`${photos.arn}/*`);
    allow('dynamodb:*', 'arn:aws:dynamodb:us-east-1:123456789012:table/Orders');
    allow('s3:Get*', '*');
    allow(['s3:Get*', 'sqs:SendMessage'], '*');
    allow('new:Action' as Action, '*');
    deny('s3:DeleteObject').on(known);
    // @ts-expect-error no such action
    allow('s3:GetObjct', '*');
    // @ts-expect-error no such service
    allow('s4:GetObject', '*');
    // @ts-expect-error no action begins so
    allow('s3:Gett*', '*');
    // @ts-expect-error no such action among them
    deny(['s3:GetObject', 's3:Fetch'], '*');
  });

  it('are on ARNs that the service has', () => {
    allow('s3:GetObject').on('arn:aws:s3:::photos/*');
    allow('s3:GetObject').on(`arn:aws:s3:::${known}/*`);
    allow('lambda:InvokeFunction').on([jobs.getAtt('Arn'), '*']);
    allow('ssm:GetParameter').on(either);
    allow('ssm:GetParameter').on([either, 'arn:aws:ssm:us-east-1:123456789012:parameter/a']);
    allow('ssm:GetParameter', parameter('Url', { existing: '/url' }).arn);
    // @ts-expect-error a queue is no object
    allow('s3:GetObject').on('arn:aws:sqs:us-east-1:123456789012:jobs');
    // @ts-expect-error no ARN
    allow('sqs:SendMessage', 'jobs');
  });

  it('are bound to the keys of their service, and the global ones', () => {
    allow('s3:ListBucket')
      .on(photos.arn)
      .when({ StringLike: { 's3:prefix': 'a/*' }, Bool: { 'aws:SecureTransport': 'true' } })
      .when({ 'ForAllValues:StringEqualsIfExists': { 'aws:TagKeys': ['a', 'b'] } })
      .when({
        StringEquals: { 'aws:PrincipalTag/team': 'blue', 's3:ExistingObjectTag/kind': 'x' },
      });
    const list = allow('s3:ListBucket').on(photos.arn);
    // @ts-expect-error a key of DynamoDB
    list.when({ StringEquals: { 'dynamodb:LeadingKeys': 'a' } });
    // @ts-expect-error no such operator
    list.when({ StringIs: { 's3:prefix': 'a' } });
    // @ts-expect-error no such key
    allow('s3:ListBucket', photos.arn, { StringEquals: { 's3:prefx': 'a' } });
  });
});
