import { describe, expect, it } from 'vitest';
import { adjust, bucket, httpApi, lambda, resource, ref, service, sub, topic } from '../index.ts';
import type { Adjustment } from '../index.ts';
import { synthesise } from './index.ts';

const nothing = async () => undefined;
const photos = bucket('Photos', { versioned: true });
const api = httpApi('Api');
const news = topic('News');
const stamp = lambda('Stamp', { on: photos.objectCreated(), memorySize: 256 }, nothing);
const info = lambda('Info', { on: api.get('/info') }, nothing);
const list = lambda('List', { on: api.get('/list') }, nothing);

const resourcesOf = (...adjustments: readonly Adjustment[]) =>
  synthesise(service('Album', { functions: [stamp, info, list], adjustments })).template.Resources;

describe('adjust', () => {
  it('merges objects member by member, replaces lists and values, and takes away what is undefined', () => {
    const before = resourcesOf();
    const after = resourcesOf(
      adjust(photos, 'AWS::S3::Bucket', {
        AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
        VersioningConfiguration: undefined,
      }),
      adjust(stamp, 'AWS::Lambda::Function', {
        MemorySize: 512,
        Environment: { Variables: { WHERE: sub`${ref(news)}/stamped` } },
        Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:sharp:1'],
      }),
    );
    expect(before['Photos']?.Properties).toHaveProperty('VersioningConfiguration');
    expect(after['Photos']?.Properties).not.toHaveProperty('VersioningConfiguration');
    expect(after['Photos']?.Properties).toMatchObject({
      AccelerateConfiguration: { AccelerationStatus: 'Enabled' },
      NotificationConfiguration: before['Photos']?.Properties?.['NotificationConfiguration'],
    });
    expect(after['Stamp']?.Properties).toEqual({
      ...before['Stamp']?.Properties,
      MemorySize: 512,
      Environment: {
        Variables: {
          SPARTA_FUNCTION: 'Stamp',
          WHERE: { 'Fn::Sub': '${News}/stamped' },
        },
      },
      Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:sharp:1'],
    });
    const others = { Photos: before['Photos'], Stamp: before['Stamp'], News: before['News'] };
    expect({ ...after, ...others }).toEqual({ ...before, News: undefined });
  });

  it('reaches everything that a declaration makes, and what stands beside properties', () => {
    const after = resourcesOf(
      adjust(stamp, 'AWS::IAM::Role', { Description: 'stamps' }),
      adjust(
        stamp,
        'AWS::Logs::LogGroup',
        { LogGroupClass: 'INFREQUENT_ACCESS' },
        { deletionPolicy: 'Retain', updateReplacePolicy: 'Retain', metadata: { owner: 'us' } },
      ),
    );
    expect(after['StampRole']?.Properties).toHaveProperty('Description', 'stamps');
    expect(after['StampLogs']).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Metadata: { owner: 'us' },
      Properties: { LogGroupClass: 'INFREQUENT_ACCESS' },
    });
  });

  it('brings what it refers to into the stack, and waits for what it depends on', () => {
    const jobs = resource('AWS::SQS::Queue', 'Jobs');
    const after = resourcesOf(
      adjust(
        stamp,
        'AWS::Lambda::Function',
        { DeadLetterConfig: { TargetArn: jobs.getAtt('Arn') } },
        { dependsOn: [news] },
      ),
    );
    expect(after['Jobs']?.Type).toBe('AWS::SQS::Queue');
    expect(after['News']?.Type).toBe('AWS::SNS::Topic');
    expect(after['Stamp']?.DependsOn).toContain('News');
    expect(after['Stamp']?.Properties?.['DeadLetterConfig']).toEqual({
      TargetArn: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
    });
  });

  it('takes a logical id where a declaration has several of a type', () => {
    const routes = Object.entries(resourcesOf()).filter(
      ([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route',
    );
    const [id = ''] = routes[0] ?? [];
    const after = resourcesOf(
      adjust(id, 'AWS::ApiGatewayV2::Route', { AuthorizationType: 'AWS_IAM' }),
    );
    expect(after[id]?.Properties).toHaveProperty('AuthorizationType', 'AWS_IAM');
  });

  it('tells every adjustment that fits nothing, or too much', () => {
    const elsewhere = bucket('Elsewhere');
    const adjustments = [
      adjust(elsewhere, 'AWS::S3::Bucket', {}),
      adjust('Stmap', 'AWS::Lambda::Function', { MemorySize: 1024 }),
      adjust(stamp, 'AWS::SQS::Queue', { DelaySeconds: 1 }),
    ];
    expect(() => resourcesOf(...adjustments)).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            message: expect.stringContaining(
              'adjust names Elsewhere, which is nothing in this service',
            ),
          }),
          expect.objectContaining({ message: expect.stringContaining('adjust names Stmap') }),
          expect.objectContaining({
            message: expect.stringMatching(
              /adjust wants the AWS::SQS::Queue of Stamp, which has none; it has AWS::IAM::Role, .*AWS::Lambda::Function/,
            ),
          }),
        ],
      }),
    );
  });

  it('leaves expressions of CloudFormation whole', () => {
    const after = resourcesOf(
      adjust(stamp, 'AWS::Lambda::Function', {
        Role: { 'Fn::If': ['Big', ref(news), 'arn:aws:iam::123456789012:role/other'] },
      }),
    );
    expect(after['Stamp']?.Properties?.['Role']).toEqual({
      'Fn::If': ['Big', { Ref: 'News' }, 'arn:aws:iam::123456789012:role/other'],
    });
  });
});
