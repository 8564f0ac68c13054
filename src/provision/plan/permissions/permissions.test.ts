import { describe, expect, it } from 'vitest';
import type { TemplateFacts } from '../../change-set/parameters.ts';
import type { PlannedChange } from '../plan.ts';
import type { HolderChange } from './index.ts';
import { comparePermissions } from './index.ts';

type Resources = NonNullable<TemplateFacts['Resources']>;

const compare = (
  before: Resources | undefined,
  after: Resources,
  {
    changes = [],
    parameters = [{}, {}],
  }: {
    readonly changes?: readonly PlannedChange[];
    readonly parameters?: readonly [Record<string, string>, Record<string, string>];
  } = {},
) =>
  comparePermissions(
    before === undefined
      ? undefined
      : { template: { Resources: before }, parameters: parameters[0] },
    { template: { Resources: after }, parameters: parameters[1] },
    changes,
  );

const PHOTOS = { Type: 'AWS::S3::Bucket' };
const STAMP = {
  Type: 'AWS::Lambda::Function',
  Properties: { Role: { 'Fn::GetAtt': ['StampRole', 'Arn'] } },
};
const TRUST = {
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
};
const role = (statements: readonly unknown[], more: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: TRUST,
    Policies: [{ PolicyName: 'Stamp', PolicyDocument: { Statement: statements } }],
    ...more,
  },
});
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const PHOTO = { 'Fn::Sub': '${Photos.Arn}/*' };
const service = (statements: readonly unknown[], more: object = {}): Resources => ({
  Photos: PHOTOS,
  Stamp: STAMP,
  StampRole: role(statements, more),
});

/** What is told of one holder, in few words. */
const told = (changes: readonly HolderChange[]) =>
  changes.map(({ name, gained, lost, changed }) => ({
    name,
    ...(gained.length === 0 ? {} : { gained: gained.map(brief) }),
    ...(lost.length === 0 ? {} : { lost: lost.map(brief) }),
    ...(changed.length === 0
      ? {}
      : { changed: changed.map((c) => `${brief(c.after)} was ${brief(c.before)}, ${c.how}`) }),
  }));
const brief = (p: HolderChange['gained'][number]): string =>
  [
    p.kind === 'statement' ? '' : `${p.kind}:`,
    p.effect === 'deny' ? 'deny' : '',
    p.who ?? '',
    p.actions.join(','),
    p.resources.length === 0 ? '' : `on ${p.resources.join(',')}`,
    p.condition === undefined ? '' : `if ${p.condition}`,
    p.when === undefined ? '' : `when ${p.when}`,
  ]
    .filter(Boolean)
    .join(' ');

describe('what a function may do', () => {
  it('is told by action and resource, under the name of the function', () => {
    const before = service([allow(['s3:GetObject', 's3:DeleteObject'], PHOTO)]);
    const after = service([allow(['s3:GetObject', 's3:PutObject'], PHOTO)]);
    const changes = compare(before, after);
    expect(changes[0]).toMatchObject({ name: 'Stamp', kind: 'function', role: 'StampRole' });
    expect(told(changes)).toEqual([
      {
        name: 'Stamp',
        gained: ['s3:PutObject on Photos/*'],
        lost: ['s3:DeleteObject on Photos/*'],
      },
    ]);
  });

  it('is the same however a bucket, a list or a statement is written', () => {
    const before = service([allow(['s3:GetObject', 's3:PutObject'], PHOTO)]);
    const after = service([
      allow('s3:putobject', { 'Fn::Join': ['', [{ 'Fn::GetAtt': 'Photos.Arn' }, '/*']] }),
      allow(['s3:GetObject'], [{ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Photos}/*' }]),
    ]);
    expect(compare(before, after)).toEqual([]);
    const named = { ...PHOTOS, Properties: { BucketName: { 'Fn::Sub': '${AWS::StackName}/x' } } };
    expect(
      compare(
        { ...before, Photos: named },
        {
          ...service([
            allow(['s3:GetObject', 's3:PutObject'], {
              'Fn::Sub': 'arn:${AWS::Partition}:s3:::${AWS::StackName}/x/*',
            }),
          ]),
          Photos: named,
        },
      ),
    ).toEqual([]);
  });

  it('says wider and narrower, and what was there before', () => {
    const some = service([allow('s3:GetObject', { 'Fn::Sub': '${Photos.Arn}/a/*' })]);
    const all = service([allow('s3:GetObject', PHOTO)]);
    expect(told(compare(some, all))).toEqual([
      {
        name: 'Stamp',
        changed: ['s3:GetObject on Photos/* was s3:GetObject on Photos/a/*, wider'],
      },
    ]);
    expect(compare(all, some)[0]?.changed[0]?.how).toBe('narrower');
  });

  it('does not call new what a wildcard allowed, nor lost what one still allows', () => {
    const wide = service([allow('s3:*', '*')]);
    const narrow = service([allow('s3:GetObject', PHOTO)]);
    expect(told(compare(wide, narrow))).toEqual([{ name: 'Stamp', lost: ['s3:* on *'] }]);
    expect(told(compare(narrow, wide))).toEqual([{ name: 'Stamp', gained: ['s3:* on *'] }]);
  });

  it('tells denials, conditions and what stands under a condition of the template', () => {
    const before = service([allow('s3:GetObject', PHOTO)]);
    const after = service([
      allow('s3:GetObject', PHOTO, {
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
      { Effect: 'Deny', NotAction: ['s3:GetObject'], Resource: '*' },
      { 'Fn::If': ['IsProd', allow('sns:Publish', '*'), { Ref: 'AWS::NoValue' }] },
    ]);
    expect(told(compare(before, after))).toEqual([
      {
        name: 'Stamp',
        gained: ['deny anything but s3:GetObject on *', 'sns:Publish on * when IsProd'],
        changed: [
          's3:GetObject on Photos/* if aws:SourceAccount = <account> was s3:GetObject on Photos/*, narrower',
        ],
      },
    ]);
  });

  it('knows the values of parameters', () => {
    const resources = service([allow('s3:GetObject', { 'Fn::Sub': 'arn:aws:s3:::${Source}/*' })]);
    expect(
      told(compare(resources, resources, { parameters: [{ Source: 'one' }, { Source: 'two' }] })),
    ).toEqual([
      {
        name: 'Stamp',
        changed: [
          's3:GetObject on arn:aws:s3:::two/* was s3:GetObject on arn:aws:s3:::one/*, other',
        ],
      },
    ]);
  });

  it('counts policies beside the role, managed ones of the template, and names those of others', () => {
    const policy = (type: string, properties: object) => ({
      Type: type,
      Properties: { PolicyDocument: { Statement: allow('sns:Publish', '*') }, ...properties },
    });
    const before = service([]);
    const holder = { Ref: 'StampRole' };
    for (const extra of [
      { P: policy('AWS::IAM::Policy', { Roles: [holder] }) },
      { P: policy('AWS::IAM::ManagedPolicy', { Roles: [holder] }) },
      { P: policy('AWS::IAM::RolePolicy', { RoleName: holder }) },
    ])
      expect(told(compare(before, { ...before, ...extra }))).toEqual([
        { name: 'Stamp', gained: ['sns:Publish on *'] },
      ]);
    const attached = service([], {
      ManagedPolicyArns: [{ Ref: 'P' }, 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
      PermissionsBoundary: { Ref: 'Bound' },
    });
    expect(
      told(compare(before, { ...attached, P: policy('AWS::IAM::ManagedPolicy', {}) })),
    ).toEqual([
      {
        name: 'Stamp',
        gained: [
          'managed-policy: arn:aws:iam::aws:policy/ReadOnlyAccess,P',
          'boundary: Bound',
          'sns:Publish on *',
        ],
      },
    ]);
  });

  it('tells another role of a function, and who may take a role on', () => {
    const before = service([]);
    const after = {
      ...service([], {
        AssumeRolePolicyDocument: {
          Statement: {
            ...TRUST.Statement[0],
            Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          },
        },
      }),
      Stamp: { ...STAMP, Properties: { Role: 'arn:aws:iam::111122223333:role/admin' } },
    };
    expect(told(compare(before, after))).toEqual([
      {
        name: 'Stamp',
        changed: ['role: arn:aws:iam::111122223333:role/admin was role: StampRole, other'],
      },
      {
        name: 'StampRole',
        gained: ['trust: account 111122223333 sts:AssumeRole'],
        lost: ['trust: lambda.amazonaws.com sts:AssumeRole'],
      },
    ]);
  });
});

describe('who may reach a resource', () => {
  it('is told for policies of buckets, queues, topics and keys', () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 'x:Do', Resource: '*' };
    const document = { Statement: [open] };
    const after = {
      Photos: PHOTOS,
      PhotosPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: { Bucket: { Ref: 'Photos' }, PolicyDocument: document },
      },
      Jobs: { Type: 'AWS::SQS::Queue' },
      JobsPolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: { Queues: [{ Ref: 'Jobs' }, 'https://elsewhere'], PolicyDocument: document },
      },
      Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document } },
      Logs: {
        Type: 'AWS::Logs::ResourcePolicy',
        Properties: { PolicyDocument: { 'Fn::Sub': JSON.stringify(document) } },
      },
    };
    expect(told(compare({}, after))).toEqual(
      ['Jobs', 'Key', 'Logs', 'Photos', 'https://elsewhere'].map((name) => ({
        name,
        gained: ['anyone x:Do on *'],
      })),
    );
  });

  it('is told for functions, with the conditions that Lambda makes of it', () => {
    const after = {
      Stamp: STAMP,
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['Stamp', 'Arn'] },
          Principal: 's3.amazonaws.com',
          SourceArn: { 'Fn::GetAtt': ['Photos', 'Arn'] },
          SourceAccount: { Ref: 'AWS::AccountId' },
        },
      },
    };
    expect(told(compare({ Stamp: STAMP }, after))).toEqual([
      {
        name: 'Stamp',
        gained: [
          's3.amazonaws.com lambda:InvokeFunction if aws:SourceArn like Photos and aws:SourceAccount = <account>',
        ],
      },
    ]);
  });

  it('follows the change set where a resource is conditional', () => {
    const conditional = {
      StampRole: { ...role([allow('sns:Publish', '*')]), Condition: 'IsProd' },
    };
    const change = (action: PlannedChange['action']): PlannedChange => ({
      action,
      logicalId: 'StampRole',
      resourceType: 'AWS::IAM::Role',
      properties: [],
      holdsData: false,
      losesData: false,
      retains: false,
    });
    expect(compare(conditional, conditional)).toEqual([]);
    expect(
      compare(conditional, conditional, { changes: [change('add')] })[0]?.gained.map(brief),
    ).toContain('sns:Publish on * when IsProd');
    expect(
      compare(conditional, conditional, { changes: [change('remove')] })[0]?.lost.map(brief),
    ).toContain('sns:Publish on * when IsProd');
  });
});
