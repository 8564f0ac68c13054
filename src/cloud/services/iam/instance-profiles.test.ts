import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  GetInstanceProfileCommand,
  IAMClient,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  ListInstanceProfileTagsCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  UntagInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../index.ts';
import { iam } from './index.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});

let running: RunningCloud;
let client: IAMClient;
const clients: IAMClient[] = [];
let next = 0;
const unique = (what: string) => `${what}-${++next}`;

const clientWith = (accessKeyId = 'test', secretAccessKey = 'test') => {
  const made = new IAMClient({
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  clients.push(made);
  return made;
};

beforeAll(async () => {
  running = await startCloud({ services: [iam] });
  client = clientWith();
});
afterAll(async () => {
  for (const one of clients) one.destroy();
  await running.stop();
});

const createProfile = async () => {
  const InstanceProfileName = unique('profile');
  await client.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  return InstanceProfileName;
};
const createRole = async () => {
  const RoleName = unique('role');
  await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
  return RoleName;
};

it('are made, found by their path, and deleted', async () => {
  const { InstanceProfile } = await client.send(
    new CreateInstanceProfileCommand({ InstanceProfileName: 'Web', Path: '/fleet/' }),
  );
  expect(InstanceProfile).toEqual({
    Path: '/fleet/',
    InstanceProfileName: 'Web',
    InstanceProfileId: expect.stringMatching(/^AIPA[A-Z0-9]{17}$/) as string,
    Arn: 'arn:aws:iam::000000000000:instance-profile/fleet/Web',
    CreateDate: expect.any(Date) as Date,
    Roles: [],
  });
  const get = () => client.send(new GetInstanceProfileCommand({ InstanceProfileName: 'web' }));
  expect((await get()).InstanceProfile).toEqual({ ...InstanceProfile, Tags: [] });
  const { InstanceProfiles } = await client.send(
    new ListInstanceProfilesCommand({ PathPrefix: '/fleet/' }),
  );
  expect(InstanceProfiles).toEqual([InstanceProfile]);
  await client.send(new DeleteInstanceProfileCommand({ InstanceProfileName: 'Web' }));
  await expect(get()).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'Instance Profile web cannot be found.',
  });
});

it('hand out one role, which cannot go before it is taken out', async () => {
  const [InstanceProfileName, RoleName] = [await createProfile(), await createRole()];
  await client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  const { InstanceProfiles: [found] = [] } = await client.send(
    new ListInstanceProfilesForRoleCommand({ RoleName }),
  );
  expect(found?.Roles?.map((role) => role.RoleName)).toEqual([RoleName]);
  await expect(
    client.send(
      new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: await createRole() }),
    ),
  ).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
  });
  const conflict = {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must remove roles from instance profile first.',
  };
  await expect(client.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject(conflict);
  await expect(
    client.send(new DeleteInstanceProfileCommand({ InstanceProfileName })),
  ).rejects.toMatchObject(conflict);
  const remove = () =>
    client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
  await remove();
  await expect(remove()).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `Role ${RoleName} in Instance Profile ${InstanceProfileName} cannot be found.`,
  });
  expect(
    (await client.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).InstanceProfiles,
  ).toEqual([]);
  await client.send(new DeleteRoleCommand({ RoleName }));
});

it('refuse what AWS refuses, in its words', async () => {
  const [InstanceProfileName, RoleName] = [await createProfile(), await createRole()];
  await expect(
    client.send(new CreateInstanceProfileCommand({ InstanceProfileName })),
  ).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: `Instance Profile ${InstanceProfileName} already exists.`,
  });
  await expect(
    client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'none' })),
  ).rejects.toMatchObject({ message: 'The role with name none cannot be found.' });
  await expect(
    client.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'none', RoleName })),
  ).rejects.toMatchObject({ message: 'Instance Profile none cannot be found.' });
  await expect(
    client.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'x', Path: 'no-slash' })),
  ).rejects.toMatchObject({ message: expect.stringContaining('path') as string });
});

it('carry tags, which policies can ask for', async () => {
  const InstanceProfileName = unique('tagged');
  await client.send(
    new CreateInstanceProfileCommand({
      InstanceProfileName,
      Tags: [{ Key: 'team', Value: 'blue' }],
    }),
  );
  await client.send(
    new TagInstanceProfileCommand({ InstanceProfileName, Tags: [{ Key: 'cost', Value: '1' }] }),
  );
  const tags = async () =>
    (await client.send(new ListInstanceProfileTagsCommand({ InstanceProfileName }))).Tags;
  expect(await tags()).toEqual([
    { Key: 'cost', Value: '1' },
    { Key: 'team', Value: 'blue' },
  ]);
  const own = await userWith({
    Action: 'iam:GetInstanceProfile',
    Resource: '*',
    Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
  });
  const look = () => own.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  expect((await look()).InstanceProfile?.InstanceProfileName).toBe(InstanceProfileName);
  await client.send(new UntagInstanceProfileCommand({ InstanceProfileName, TagKeys: ['Team'] }));
  expect(await tags()).toEqual([{ Key: 'cost', Value: '1' }]);
  await expect(look()).rejects.toMatchObject({ name: 'AccessDenied' });
});

it('take a role only from one who may pass it to EC2', async () => {
  const [InstanceProfileName, RoleName] = [await createProfile(), await createRole()];
  const add = (own: IAMClient) =>
    own.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  const pass = (service: string) => ({
    Action: ['iam:AddRoleToInstanceProfile', 'iam:PassRole'],
    Resource: '*',
    Condition: { StringEqualsIfExists: { 'iam:PassedToService': service } },
  });
  await expect(
    add(await userWith({ Action: 'iam:AddRoleToInstanceProfile', Resource: '*' })),
  ).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining(`iam:PassRole on resource: arn:aws:iam::`) as string,
  });
  await expect(add(await userWith(pass('lambda.amazonaws.com')))).rejects.toMatchObject({
    name: 'AccessDenied',
  });
  await add(await userWith(pass('ec2.amazonaws.com')));
});

/** A client of a user with one statement. */
const userWith = async (statement: object) => {
  const UserName = unique('user');
  await client.send(new CreateUserCommand({ UserName }));
  await client.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', ...statement }],
      }),
    }),
  );
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
  return clientWith(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey);
};
