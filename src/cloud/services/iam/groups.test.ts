import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeletePolicyCommand,
  DeleteUserCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  PutGroupPolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  SimulatePrincipalPolicyCommand,
  UpdateGroupCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../index.ts';
import { iam } from './index.ts';

const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const policyOf = (Effect: 'Allow' | 'Deny', Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect, Action, Resource: '*' }] });

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

const createGroup = async (Path = '/') => {
  const GroupName = unique('group');
  await client.send(new CreateGroupCommand({ GroupName, Path }));
  return GroupName;
};

/** A user and a client with its keys. */
const createUser = async () => {
  const UserName = unique('user');
  await client.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
  return { UserName, own: clientWith(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey) };
};

describe('groups', () => {
  it('are made, found, renamed, moved and deleted', async () => {
    const { Group } = await client.send(
      new CreateGroupCommand({ GroupName: 'Writers', Path: '/books/' }),
    );
    expect(Group).toEqual({
      Path: '/books/',
      GroupName: 'Writers',
      GroupId: expect.stringMatching(/^AGPA[A-Z0-9]{17}$/) as string,
      Arn: 'arn:aws:iam::000000000000:group/books/Writers',
      CreateDate: expect.any(Date) as Date,
    });
    const { Groups = [] } = await client.send(new ListGroupsCommand({ PathPrefix: '/books/' }));
    expect(Groups).toEqual([Group]);
    await client.send(
      new UpdateGroupCommand({ GroupName: 'writers', NewGroupName: 'Authors', NewPath: '/pens/' }),
    );
    const moved = await client.send(new GetGroupCommand({ GroupName: 'Authors' }));
    expect([moved.Group?.Arn, moved.Group?.GroupId]).toEqual([
      'arn:aws:iam::000000000000:group/pens/Authors',
      Group?.GroupId,
    ]);
    await client.send(new DeleteGroupCommand({ GroupName: 'Authors' }));
    await expect(client.send(new GetGroupCommand({ GroupName: 'Authors' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The group with name Authors cannot be found.',
    });
  });

  it('come page by page', async () => {
    const names = await Promise.all([createGroup('/p/'), createGroup('/p/'), createGroup('/p/')]);
    const first = await client.send(new ListGroupsCommand({ PathPrefix: '/p/', MaxItems: 2 }));
    expect(first.IsTruncated).toBe(true);
    const second = await client.send(
      new ListGroupsCommand({ PathPrefix: '/p/', MaxItems: 2, Marker: first.Marker }),
    );
    expect(second.IsTruncated).toBe(false);
    expect(
      [...(first.Groups ?? []), ...(second.Groups ?? [])].map(({ GroupName }) => GroupName),
    ).toEqual(names.sort());
  });

  it('keep their users when they are renamed, each once', async () => {
    const GroupName = await createGroup();
    const { UserName } = await createUser();
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    const renamed = unique('renamed');
    await client.send(new UpdateGroupCommand({ GroupName, NewGroupName: renamed }));
    const { Users = [] } = await client.send(new GetGroupCommand({ GroupName: renamed }));
    expect(Users.map((user) => user.UserName)).toEqual([UserName]);
    const { Groups = [] } = await client.send(new ListGroupsForUserCommand({ UserName }));
    expect(Groups.map((group) => group.GroupName)).toEqual([renamed]);
    await client.send(new RemoveUserFromGroupCommand({ GroupName: renamed, UserName }));
    await client.send(new RemoveUserFromGroupCommand({ GroupName: renamed, UserName }));
    expect((await client.send(new ListGroupsForUserCommand({ UserName }))).Groups).toEqual([]);
  });

  it('refuse what AWS refuses, in its words', async () => {
    const GroupName = await createGroup();
    const other = await createGroup();
    const { UserName } = await createUser();
    const missing = 'Policy arn:aws:iam::000000000000:policy/none does not exist';
    await expect(client.send(new CreateGroupCommand({ GroupName }))).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      message: `Group with name ${GroupName} already exists.`,
    });
    await expect(
      client.send(new UpdateGroupCommand({ GroupName, NewGroupName: other.toUpperCase() })),
    ).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    await expect(
      client.send(new CreateGroupCommand({ GroupName: 'with space' })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('groupName') as string,
    });
    await expect(
      client.send(new AddUserToGroupCommand({ GroupName: 'none', UserName })),
    ).rejects.toMatchObject({ message: 'The group with name none cannot be found.' });
    await expect(
      client.send(new AddUserToGroupCommand({ GroupName, UserName: 'none' })),
    ).rejects.toMatchObject({ message: 'The user with name none cannot be found.' });
    await expect(
      client.send(new RemoveUserFromGroupCommand({ GroupName: 'none', UserName: 'any' })),
    ).rejects.toMatchObject({ message: 'The user with name any cannot be found.' });
    await expect(
      client.send(new GetGroupPolicyCommand({ GroupName, PolicyName: 'none' })),
    ).rejects.toMatchObject({ message: 'The group policy with name none cannot be found.' });
    await expect(
      client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY })),
    ).rejects.toMatchObject({ message: `Policy ${READ_ONLY} was not found.` });
    await expect(
      client.send(
        new AttachGroupPolicyCommand({
          GroupName,
          PolicyArn: 'arn:aws:iam::000000000000:policy/none',
        }),
      ),
    ).rejects.toMatchObject({ message: expect.stringContaining(missing) as string });
    await expect(
      client.send(
        new AttachGroupPolicyCommand({ GroupName, PolicyArn: 'a-name-that-is-no-arn-of-a-policy' }),
      ),
    ).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: 'ARN a-name-that-is-no-arn-of-a-policy is not valid.',
    });
  });

  it('cannot go while they hold users or policies, nor can their users', async () => {
    const GroupName = await createGroup();
    const UserName = unique('user');
    await client.send(new CreateUserCommand({ UserName }));
    const remove = () => client.send(new DeleteGroupCommand({ GroupName }));
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY }));
    await client.send(
      new PutGroupPolicyCommand({
        GroupName,
        PolicyName: 'inline',
        PolicyDocument: policyOf('Allow', 'iam:GetUser'),
      }),
    );
    await expect(remove()).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must remove users from group first.',
    });
    await expect(client.send(new DeleteUserCommand({ UserName }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must remove users from group first.',
    });
    await client.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
    await client.send(new DeleteUserCommand({ UserName }));
    await expect(remove()).rejects.toMatchObject({
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY }));
    await expect(remove()).rejects.toMatchObject({
      message: 'Cannot delete entity, must delete policies first.',
    });
    await client.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'inline' }));
    await remove();
  });

  it('take ten policies, 5,120 characters of their own, and a user ten groups', async () => {
    const GroupName = await createGroup();
    const { UserName } = await createUser();
    for (let index = 0; index < 10; index++) {
      const { Policy } = await client.send(
        new CreatePolicyCommand({
          PolicyName: unique('policy'),
          PolicyDocument: policyOf('Allow', 'iam:GetUser'),
        }),
      );
      await client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: Policy?.Arn }));
      await client.send(new AddUserToGroupCommand({ GroupName: await createGroup(), UserName }));
    }
    await expect(
      client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY })),
    ).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for PoliciesPerGroup: 10',
    });
    await expect(
      client.send(new AddUserToGroupCommand({ GroupName, UserName })),
    ).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for GroupsPerUser: 10',
    });
    await expect(
      client.send(
        new PutGroupPolicyCommand({
          GroupName,
          PolicyName: 'long',
          PolicyDocument: policyOf('Allow', `iam:${'x'.repeat(5_100)}`),
        }),
      ),
    ).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: `Maximum policy size of 5120 bytes exceeded for group ${GroupName}`,
    });
  });

  it('list their policies, and stand among a policy’s holders', async () => {
    const GroupName = await createGroup();
    const { Policy } = await client.send(
      new CreatePolicyCommand({
        PolicyName: unique('policy'),
        PolicyDocument: policyOf('Allow', 'iam:GetUser'),
      }),
    );
    const PolicyArn = Policy?.Arn ?? '';
    const PolicyDocument = policyOf('Allow', 'iam:GetRole');
    await client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));
    await client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));
    await client.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'own', PolicyDocument }));
    const { AttachedPolicies } = await client.send(
      new ListAttachedGroupPoliciesCommand({ GroupName }),
    );
    expect(AttachedPolicies).toEqual([{ PolicyName: Policy?.PolicyName, PolicyArn }]);
    const { PolicyNames } = await client.send(new ListGroupPoliciesCommand({ GroupName }));
    expect(PolicyNames).toEqual(['own']);
    const own = await client.send(new GetGroupPolicyCommand({ GroupName, PolicyName: 'own' }));
    expect(decodeURIComponent(own.PolicyDocument ?? '')).toBe(PolicyDocument);
    const { PolicyGroups = [] } = await client.send(
      new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Group' }),
    );
    expect(PolicyGroups.map((group) => group.GroupName)).toEqual([GroupName]);
    await expect(client.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
  });
});

describe('users through their groups', () => {
  it('may what the group’s inline and attached policies allow, while they are in it', async () => {
    const GroupName = await createGroup();
    const { UserName, own } = await createUser();
    const look = () => own.send(new ListGroupsForUserCommand({ UserName }));
    const denied = {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::000000000000:user/${UserName} is not authorized to perform: iam:ListGroupsForUser on resource: arn:aws:iam::000000000000:user/${UserName} because no identity-based policy allows the iam:ListGroupsForUser action`,
    };
    await client.send(
      new PutGroupPolicyCommand({
        GroupName,
        PolicyName: 'look',
        PolicyDocument: policyOf('Allow', 'iam:ListGroupsForUser'),
      }),
    );
    await expect(look()).rejects.toMatchObject(denied);
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    expect((await look()).Groups).toHaveLength(1);
    await client.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
    await expect(look()).rejects.toMatchObject(denied);

    await client.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'look' }));
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await expect(look()).rejects.toMatchObject(denied);
    await client.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY }));
    expect((await look()).Groups).toHaveLength(1);
    await client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: READ_ONLY }));
    await expect(look()).rejects.toMatchObject(denied);
  });

  it('may not what one group denies, whatever they and other groups allow; the journal names the group', async () => {
    const [allowing, denying] = [await createGroup(), await createGroup()];
    const { UserName, own } = await createUser();
    const all = policyOf('Allow', '*');
    await client.send(
      new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: all }),
    );
    await client.send(
      new PutGroupPolicyCommand({ GroupName: allowing, PolicyName: 'all', PolicyDocument: all }),
    );
    await client.send(
      new PutGroupPolicyCommand({
        GroupName: denying,
        PolicyName: 'no-groups',
        PolicyDocument: policyOf('Deny', 'iam:ListGroups'),
      }),
    );
    for (const GroupName of [allowing, denying])
      await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    await expect(own.send(new ListGroupsCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        'with an explicit deny in an identity-based policy',
      ) as string,
    });
    expect(running.cloud.journal.entries().at(-1)?.message).toContain(
      `the identity policy ${denying}/no-groups (of the group ${denying})`,
    );
    expect((await own.send(new GetGroupCommand({ GroupName: denying }))).Users).toHaveLength(1);
    const { EvaluationResults = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: `arn:aws:iam::000000000000:user/${UserName}`,
        ActionNames: ['iam:ListGroups', 'iam:GetGroup'],
      }),
    );
    expect(EvaluationResults.map(({ EvalDecision }) => EvalDecision)).toEqual([
      'explicitDeny',
      'allowed',
    ]);
  });

  it('stay within their own boundary', async () => {
    const GroupName = await createGroup();
    const { UserName, own } = await createUser();
    await client.send(
      new PutGroupPolicyCommand({
        GroupName,
        PolicyName: 'all',
        PolicyDocument: policyOf('Allow', '*'),
      }),
    );
    await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
    const { Policy } = await client.send(
      new CreatePolicyCommand({
        PolicyName: unique('boundary'),
        PolicyDocument: policyOf('Allow', 'iam:GetGroup'),
      }),
    );
    await client.send(
      new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: Policy?.Arn }),
    );
    expect((await own.send(new GetGroupCommand({ GroupName }))).Users).toHaveLength(1);
    await expect(own.send(new ListGroupsCommand({}))).rejects.toMatchObject({
      message: expect.stringContaining('because no permissions boundary allows') as string,
    });
  });
});

it('renaming a group needs the permission on the old name and on the new one', async () => {
  const GroupName = await createGroup();
  const { UserName, own } = await createUser();
  await client.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: 'rename',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'iam:UpdateGroup',
            Resource: [
              `arn:aws:iam::000000000000:group/${GroupName}`,
              'arn:aws:iam::000000000000:group/team-*',
            ],
          },
        ],
      }),
    }),
  );
  await expect(
    own.send(new UpdateGroupCommand({ GroupName, NewGroupName: 'admins' })),
  ).rejects.toMatchObject({ name: 'AccessDenied' });
  await own.send(new UpdateGroupCommand({ GroupName, NewGroupName: unique('team') }));
});
