import {
  AddUserToGroupCommand,
  CreateUserCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListGroupPoliciesCommand,
  ListGroupsForUserCommand,
  RemoveUserFromGroupCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};
const allow = (Action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});

let bench: StackBench;
let iam: IAMClient;
beforeAll(async () => {
  bench = await startStackBench();
  iam = new IAMClient(bench.settings);
});
afterAll(async () => {
  iam.destroy();
  await bench.stop();
});

const usersOf = async (GroupName: string) =>
  ((await iam.send(new GetGroupCommand({ GroupName }))).Users ?? []).map(
    ({ UserName = '' }) => UserName,
  );

it('a group with its policies is made, changed, drifts and goes', async () => {
  const resources = (properties: object, action = 's3:GetObject') => ({
    Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'writers', ...properties } },
    Policy: {
      Type: 'AWS::IAM::GroupPolicy',
      Properties: {
        PolicyName: 'own',
        GroupName: { Ref: 'Group' },
        PolicyDocument: allow(action),
      },
    },
  });
  const outputs = { Arn: { 'Fn::GetAtt': 'Group.Arn' }, Policy: { Ref: 'Policy' } };
  const first = {
    Path: '/a/',
    // The order of such a list means nothing: IAM gives another one, and that is no drift.
    ManagedPolicyArns: [READ_ONLY, ADMIN],
    Policies: [{ PolicyName: 'inline', PolicyDocument: allow('sqs:SendMessage') }],
  };
  const made = await bench.deploy('group', resources(first), outputs);
  expect([made.status, made.failures, made.outputs]).toEqual([
    'CREATE_COMPLETE',
    [],
    { Arn: 'arn:aws:iam::000000000000:group/a/writers', Policy: 'own|writers' },
  ]);
  const { PolicyNames } = await iam.send(new ListGroupPoliciesCommand({ GroupName: 'writers' }));
  expect(PolicyNames).toEqual(['inline', 'own']);
  expect(await bench.drift('group')).toEqual(['Group: IN_SYNC', 'Policy: IN_SYNC']);

  const changed = await bench.deploy('group', resources({ Path: '/b/' }, 's3:PutObject'), outputs);
  expect([changed.status, changed.outputs['Arn']]).toEqual([
    'UPDATE_COMPLETE',
    'arn:aws:iam::000000000000:group/b/writers',
  ]);
  const { AttachedPolicies } = await iam.send(
    new ListAttachedGroupPoliciesCommand({ GroupName: 'writers' }),
  );
  expect(AttachedPolicies).toEqual([]);
  const own = await iam.send(
    new GetGroupPolicyCommand({ GroupName: 'writers', PolicyName: 'own' }),
  );
  expect(decodeURIComponent(own.PolicyDocument ?? '')).toContain('s3:PutObject');
  await expect(
    iam.send(new GetGroupPolicyCommand({ GroupName: 'writers', PolicyName: 'inline' })),
  ).rejects.toMatchObject({ name: 'NoSuchEntityException' });

  expect(await bench.remove('group')).toBe('DELETE_COMPLETE');
  await expect(iam.send(new GetGroupCommand({ GroupName: 'writers' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  });
});

it('users are put into a group and taken out; who else is in it stays', async () => {
  for (const UserName of ['ana', 'bob', 'eve']) await iam.send(new CreateUserCommand({ UserName }));
  const resources = (Users: readonly string[], group = 'Group') => ({
    Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'readers' } },
    Other: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'others' } },
    Added: {
      Type: 'AWS::IAM::UserToGroupAddition',
      Properties: { GroupName: { Ref: group }, Users },
    },
  });
  expect((await bench.deploy('members', resources(['ana', 'bob']))).status).toBe('CREATE_COMPLETE');
  await iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'eve' }));
  expect(await usersOf('readers')).toEqual(['ana', 'bob', 'eve']);
  expect(await bench.drift('members')).toContain('Added: IN_SYNC');
  await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'readers', UserName: 'bob' }));
  expect((await bench.drift('members'))[0]).toContain('Added: MODIFIED /Users');

  await bench.deploy('members', resources(['bob']));
  expect(await usersOf('readers')).toEqual(['bob', 'eve']);
  await bench.deploy('members', resources(['bob'], 'Other'));
  expect([await usersOf('readers'), await usersOf('others')]).toEqual([['eve'], ['bob']]);
  await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'readers', UserName: 'eve' }));
  expect(await bench.remove('members')).toBe('DELETE_COMPLETE');
  expect((await iam.send(new ListGroupsForUserCommand({ UserName: 'bob' }))).Groups).toEqual([]);
});

it('a user joins the groups that the template says, in any order', async () => {
  const group = (GroupName: string) => ({ Type: 'AWS::IAM::Group', Properties: { GroupName } });
  const resources = (Groups: readonly string[]) => ({
    A: group('group-a'),
    B: group('group-b'),
    User: {
      Type: 'AWS::IAM::User',
      Properties: { UserName: 'joiner', Groups: Groups.map((Ref) => ({ Ref })) },
    },
  });
  expect((await bench.deploy('joiner', resources(['B', 'A']))).status).toBe('CREATE_COMPLETE');
  expect(await usersOf('group-a')).toEqual(['joiner']);
  expect(await bench.drift('joiner')).toEqual(['A: IN_SYNC', 'B: IN_SYNC', 'User: IN_SYNC']);
  await bench.deploy('joiner', resources(['B']));
  expect([await usersOf('group-a'), await usersOf('group-b')]).toEqual([[], ['joiner']]);
  expect(await bench.remove('joiner')).toBe('DELETE_COMPLETE');
});

it('an addition of which one user is missing leaves nobody behind', async () => {
  const failed = await bench.deploy('half', {
    Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'half' } },
    Added: {
      Type: 'AWS::IAM::UserToGroupAddition',
      Properties: { GroupName: { Ref: 'Group' }, Users: ['ana', 'nobody'] },
    },
  });
  expect(failed.status).toBe('ROLLBACK_COMPLETE');
  expect(failed.failures.join()).toContain('The user with name nobody cannot be found.');
  expect((await iam.send(new ListGroupsForUserCommand({ UserName: 'ana' }))).Groups).toEqual([]);
});

it('an instance profile hands out the role that the template says', async () => {
  const role = { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: TRUST } };
  const resources = (Roles: readonly string[]) => ({
    One: role,
    Two: role,
    Profile: {
      Type: 'AWS::IAM::InstanceProfile',
      Properties: {
        InstanceProfileName: 'fleet',
        Path: '/web/',
        Roles: Roles.map((Ref) => ({ Ref })),
      },
    },
  });
  const outputs = {
    Arn: { 'Fn::GetAtt': 'Profile.Arn' },
    One: { Ref: 'One' },
    Two: { Ref: 'Two' },
  };
  const roles = async () => {
    const { InstanceProfile } = await iam.send(
      new GetInstanceProfileCommand({ InstanceProfileName: 'fleet' }),
    );
    return InstanceProfile?.Roles?.map(({ RoleName }) => RoleName);
  };
  const made = await bench.deploy('profile', resources(['One']), outputs);
  expect([made.status, made.failures, made.outputs['Arn']]).toEqual([
    'CREATE_COMPLETE',
    [],
    'arn:aws:iam::000000000000:instance-profile/web/fleet',
  ]);
  expect(await roles()).toEqual([made.outputs['One']]);
  expect(await bench.drift('profile')).toContain('Profile: IN_SYNC');
  expect((await bench.deploy('profile', resources(['Two']), outputs)).status).toBe(
    'UPDATE_COMPLETE',
  );
  expect(await roles()).toEqual([made.outputs['Two']]);
  expect(await bench.remove('profile')).toBe('DELETE_COMPLETE');
});

it('an identity provider is made, changed, drifts and goes', async () => {
  const resources = (properties: object) => ({
    Provider: {
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: 'https://token.actions.githubusercontent.com', ...properties },
    },
  });
  const outputs = { Ref: { Ref: 'Provider' }, Arn: { 'Fn::GetAtt': 'Provider.Arn' } };
  const OpenIDConnectProviderArn =
    'arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com';
  const made = await bench.deploy(
    'provider',
    resources({
      ClientIdList: ['sts.amazonaws.com', 'old'],
      ThumbprintList: ['a'.repeat(40)],
      Tags: [{ Key: 'team', Value: 'blue' }],
    }),
    outputs,
  );
  expect([made.status, made.outputs]).toEqual([
    'CREATE_COMPLETE',
    { Ref: OpenIDConnectProviderArn, Arn: OpenIDConnectProviderArn },
  ]);
  expect(await bench.drift('provider')).toEqual(['Provider: IN_SYNC']);
  await bench.deploy(
    'provider',
    resources({
      ClientIdList: ['new', 'sts.amazonaws.com'],
      ThumbprintList: ['b'.repeat(40)],
      Tags: [{ Key: 'cost', Value: '1' }],
    }),
    outputs,
  );
  expect(
    await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
  ).toMatchObject({
    ClientIDList: ['sts.amazonaws.com', 'new'],
    ThumbprintList: ['b'.repeat(40)],
    Tags: [{ Key: 'cost', Value: '1' }],
  });
  await iam.send(
    new UpdateOpenIDConnectProviderThumbprintCommand({
      OpenIDConnectProviderArn,
      ThumbprintList: ['c'.repeat(40)],
    }),
  );
  expect(await bench.drift('provider')).toEqual(['Provider: MODIFIED /ThumbprintList/0']);
  expect(await bench.remove('provider')).toBe('DELETE_COMPLETE');
});

it('a policy of several holders stands in a group too', async () => {
  const made = await bench.deploy('shared', {
    Group: { Type: 'AWS::IAM::Group', Properties: { GroupName: 'shared' } },
    Policy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'shared',
        PolicyDocument: allow('s3:ListAllMyBuckets'),
        Groups: [{ Ref: 'Group' }],
      },
    },
  });
  expect(made.status).toBe('CREATE_COMPLETE');
  const { PolicyNames } = await iam.send(new ListGroupPoliciesCommand({ GroupName: 'shared' }));
  expect(PolicyNames).toEqual(['shared']);
  expect(await bench.remove('shared')).toBe('DELETE_COMPLETE');
});
