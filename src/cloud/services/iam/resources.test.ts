import type * as Iam from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCloud, developer, type Cloud } from '../../core/cloud.ts';
import type { ProviderContext, ResourceProvider } from '../../core/resource-provider.ts';
import { iam } from './index.ts';

const ACCOUNT = '000000000000';
const REGION = 'eu-west-1';
const document = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const XRAY = 'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess';

let cloud: Cloud;
let names = 0;

const call = <Output>(
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Output> =>
  cloud.dispatch({
    service: 'iam',
    operation,
    input,
    principal: developer(cloud),
    accountId: ACCOUNT,
    region: REGION,
    requestId: 'request',
  }) as Promise<Output>;

/** What a creation has told of before it was done. */
const made: string[] = [];
const contextOf = (tags: ProviderContext['tags'] = []): ProviderContext => ({
  call: (_service, operation, input) => call(operation, input),
  accountId: ACCOUNT,
  region: REGION,
  partition: 'aws',
  clock: cloud.clock,
  random: cloud.random,
  endpoint: cloud.endpoint,
  stackId: 'stack-id',
  stackName: 'stack',
  logicalId: 'Thing',
  tags,
  clientRequestToken: 'token',
  created: (physicalId) => void made.push(physicalId),
  generateName: () => `stack-Thing-${++names}`,
});

const provider = (type: string): ResourceProvider =>
  iam.resources?.find((resource) => resource.type === type) ??
  expect.fail(`no provider of ${type}`);
const update = (type: string): NonNullable<ResourceProvider['update']> =>
  provider(type).update ?? expect.fail(`${type} cannot be updated`);

beforeEach(() => {
  cloud = createCloud({ services: [iam] });
});

const roleNames = async () =>
  (await call<Iam.ListRolesResponse>('ListRoles', {})).Roles?.map((role) => role.RoleName);

describe('AWS::IAM::Role', () => {
  const type = 'AWS::IAM::Role';
  const properties = {
    AssumeRolePolicyDocument: TRUST,
    ManagedPolicyArns: [BASIC],
    Policies: [{ PolicyName: 'read', PolicyDocument: document('s3:GetObject') }],
    Tags: [{ Key: 'team', Value: 'photos' }],
  };

  it('is made with its policies and tags, and answers its attributes', async () => {
    const stackTags = [
      { Key: 'aws:cloudformation:stack-name', Value: 'stack' },
      { Key: 'team', Value: 'overridden' },
      { Key: 'cost', Value: '1' },
    ];
    const made = await provider(type).create(properties, contextOf(stackTags));
    const RoleName = made.physicalId;
    expect(made.attributes).toEqual({
      Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
      RoleId: expect.stringMatching(/^AROA/),
    });
    const { Role } = await call<Iam.GetRoleResponse>('GetRole', { RoleName });
    expect(Role?.Tags).toEqual([
      { Key: 'team', Value: 'photos' },
      { Key: 'cost', Value: '1' },
    ]);
    expect(await call('ListRolePolicies', { RoleName })).toMatchObject({ PolicyNames: ['read'] });
    expect(await call('ListAttachedRolePolicies', { RoleName })).toMatchObject({
      AttachedPolicies: [{ PolicyArn: BASIC }],
    });
    expect(await provider(type).read?.(RoleName, contextOf(), {})).toMatchObject({
      AssumeRolePolicyDocument: TRUST,
      ManagedPolicyArns: [BASIC],
    });
  });

  it('is updated in place', async () => {
    const { physicalId: RoleName } = await provider(type).create(properties, contextOf());
    const changed = {
      AssumeRolePolicyDocument: TRUST,
      Description: 'new',
      MaxSessionDuration: '7200',
      PermissionsBoundary: XRAY,
      ManagedPolicyArns: [XRAY],
      Policies: [{ PolicyName: 'write', PolicyDocument: JSON.stringify(document('s3:PutObject')) }],
    };
    await update(type)(RoleName, changed, properties, contextOf());
    const { Role } = await call<Iam.GetRoleResponse>('GetRole', { RoleName });
    expect(Role).toMatchObject({
      Description: 'new',
      MaxSessionDuration: 7200,
      PermissionsBoundary: { PermissionsBoundaryArn: XRAY },
    });
    expect(Role?.Tags).toBeUndefined();
    expect(await call('ListRolePolicies', { RoleName })).toMatchObject({ PolicyNames: ['write'] });
    expect(await call('ListAttachedRolePolicies', { RoleName })).toMatchObject({
      AttachedPolicies: [{ PolicyArn: XRAY }],
    });
    await update(type)(RoleName, properties, changed, contextOf());
    const { Role: back } = await call<Iam.GetRoleResponse>('GetRole', { RoleName });
    expect(back).toMatchObject({ Description: '', MaxSessionDuration: 3600 });
    expect(back?.PermissionsBoundary).toBeUndefined();
  });

  it('is deleted with what the template gave it, and leaves what others attached in the way', async () => {
    const { physicalId: RoleName } = await provider(type).create(properties, contextOf());
    await call('AttachRolePolicy', { RoleName, PolicyArn: XRAY });
    await expect(provider(type).delete(RoleName, properties, contextOf())).rejects.toMatchObject({
      code: 'DeleteConflict',
    });
    await call('DetachRolePolicy', { RoleName, PolicyArn: XRAY });
    await provider(type).delete(RoleName, properties, contextOf());
    await provider(type).delete(RoleName, properties, contextOf());
    expect(await roleNames()).toEqual([]);
    expect(await provider(type).read?.(RoleName, contextOf(), {})).toBeUndefined();
  });

  it('tells what it has made when it fails half way, so that a rollback deletes it', async () => {
    const bad = { ...properties, ManagedPolicyArns: [BASIC, 'arn:aws:iam::aws:policy/None'] };
    await expect(provider(type).create(bad, contextOf())).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    const name = made.at(-1) ?? '';
    expect(await roleNames()).toEqual([name]);
    await provider(type).delete(name, bad, contextOf());
    expect(await roleNames()).toEqual([]);
  });
});

describe('AWS::IAM::Policy', () => {
  it('stands in the roles it names, follows them, and goes', async () => {
    const roles = await Promise.all(
      ['a', 'b'].map(async (RoleName) => {
        await call('CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(TRUST) });
        return RoleName;
      }),
    );
    const policiesOf = async () =>
      Promise.all(
        roles.map(async (RoleName) => {
          const found = await call<Iam.ListRolePoliciesResponse>('ListRolePolicies', { RoleName });
          return found.PolicyNames;
        }),
      );
    const policy = provider('AWS::IAM::Policy');
    const first = { PolicyName: 'p', PolicyDocument: document('s3:GetObject'), Roles: ['a'] };
    const { physicalId } = await policy.create(first, contextOf());
    expect(await policiesOf()).toEqual([['p'], []]);
    const second = { ...first, Roles: ['b'] };
    await update('AWS::IAM::Policy')(physicalId, second, first, contextOf());
    expect(await policiesOf()).toEqual([[], ['p']]);
    const third = { ...second, PolicyName: 'q' };
    await update('AWS::IAM::Policy')(physicalId, third, second, contextOf());
    expect(await policiesOf()).toEqual([[], ['q']]);
    await policy.delete(physicalId, third, contextOf());
    expect(await policiesOf()).toEqual([[], []]);
    await call('CreateGroup', { GroupName: 'g' });
    const grouped = { ...first, Groups: ['g'] };
    await policy.create(grouped, contextOf());
    const ofGroup = await call<Iam.ListGroupPoliciesResponse>('ListGroupPolicies', {
      GroupName: 'g',
    });
    expect(ofGroup.PolicyNames).toEqual(['p']);
  });
});

describe('AWS::IAM::ManagedPolicy', () => {
  const type = 'AWS::IAM::ManagedPolicy';

  it('gets a new version for a new document, and makes room for it', async () => {
    await call('CreateRole', { RoleName: 'a', AssumeRolePolicyDocument: JSON.stringify(TRUST) });
    let properties = { PolicyDocument: document('s3:GetObject'), Path: '/p/', Roles: ['a'] };
    const made = await provider(type).create(properties, contextOf());
    const arn = made.physicalId;
    expect(arn).toMatch(/^arn:aws:iam::000000000000:policy\/p\/stack-Thing-\d+$/);
    expect(made.attributes).toMatchObject({
      PolicyArn: arn,
      DefaultVersionId: 'v1',
      AttachmentCount: 1,
    });
    for (let version = 2; version <= 7; version++) {
      const changed = { ...properties, PolicyDocument: document(`s3:Get${version}`) };
      const { attributes } = await update(type)(arn, changed, properties, contextOf());
      expect(attributes).toMatchObject({ DefaultVersionId: `v${version}` });
      properties = changed;
    }
    const { Versions } = await call<Iam.ListPolicyVersionsResponse>('ListPolicyVersions', {
      PolicyArn: arn,
    });
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v7', 'v6', 'v5', 'v4', 'v3']);
    expect(await provider(type).read?.(arn, contextOf(), {})).toEqual({
      PolicyDocument: document('s3:Get7'),
    });
    await provider(type).delete(arn, properties, contextOf());
    await expect(call('GetPolicy', { PolicyArn: arn })).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    expect(await call('ListAttachedRolePolicies', { RoleName: 'a' })).toMatchObject({
      AttachedPolicies: [],
    });
  });
});
