import { describe, expectTypeOf, it } from 'vitest';
import type { Expression } from '../../src/index.ts';
import { adjust, anyResource, bucket, lambda, resource, sub } from '../../src/index.ts';

describe('resource', () => {
  it('takes the properties that AWS publishes, with values that CloudFormation fills in anywhere', () => {
    const jobs = resource('AWS::SQS::Queue', 'Jobs', { VisibilityTimeout: 60 });
    resource('AWS::SQS::Queue', 'Plain');
    resource('AWS::SNS::Subscription', 'ToJobs', {
      Protocol: 'sqs',
      TopicArn: sub`arn:aws:sns:us-east-1:123456789012:${jobs.getAtt('QueueName')}`,
      Endpoint: jobs.getAtt('Arn'),
      FilterPolicy: { anything: ['at', { all: true }] },
    });
    resource('AWS::Lambda::EventSourceMapping', 'Pull', {
      FunctionName: { Ref: 'Work' },
      ScalingConfig: { MaximumConcurrency: { 'Fn::If': ['Big', 10, 2] } },
      Tags: [{ Key: 'team', Value: jobs.ref }],
    });
    expectTypeOf(jobs.getAtt('Arn')).toEqualTypeOf<Expression>();
  });

  it('refuses what AWS does not have', () => {
    // @ts-expect-error no such type
    resource('AWS::SQS::Qeue', 'Jobs', {});
    // @ts-expect-error no such property
    resource('AWS::SQS::Queue', 'Jobs', { VisibilityTimeOut: 60 });
    // @ts-expect-error a number
    resource('AWS::SQS::Queue', 'Jobs', { VisibilityTimeout: 'long' });
    // @ts-expect-error required: Protocol, TopicArn
    resource('AWS::SNS::Subscription', 'ToJobs', { Endpoint: 'x' });
    // @ts-expect-error something is required
    resource('AWS::SNS::Subscription', 'ToJobs');
    resource('AWS::DynamoDB::Table', 'Orders', {
      // @ts-expect-error one of PROVISIONED, PAY_PER_REQUEST
      BillingMode: 'FREE',
      KeySchema: [],
    });
    resource('AWS::DynamoDB::Table', 'Orders', {
      KeySchema: [
        {
          AttributeName: 'id',
          KeyType: 'HASH',
          // @ts-expect-error no such member, two levels down
          Order: 1,
        },
      ],
    });
    // @ts-expect-error no such attribute
    resource('AWS::SQS::Queue', 'Jobs').getAtt('Arm');
  });

  it('leaves custom resources and the unpublished to their makers', () => {
    resource('Custom::DnsRecord', 'Record', { ServiceToken: 'arn', Anything: 1 }).getAtt('Name');
    anyResource('AWS::New::Thing', 'Thing', { Any: true }).getAtt('What');
  });
});

describe('adjust', () => {
  it('knows the properties of the resource that it changes', () => {
    const photos = bucket('Photos');
    const stamp = lambda('Stamp', {}, async () => 'done');
    adjust(photos, 'AWS::S3::Bucket', {
      AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
    });
    adjust(stamp, 'AWS::Logs::LogGroup', { LogGroupClass: undefined });
    // @ts-expect-error Enabled or Suspended
    adjust(photos, 'AWS::S3::Bucket', { AccelerateConfiguration: { AccelerationStatus: 'On' } });
    // @ts-expect-error no such property
    adjust(stamp, 'AWS::Lambda::Function', { Memory: 1 });
  });
});
