import {
  CreateAccountAliasCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SetDefaultPolicyVersionCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../index.ts';
import { sts } from '../sts/index.ts';
import { iam } from './index.ts';

const ACCOUNT = '000000000000';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
});
const policyOf = (Action: string | readonly string[], Resource = '*') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });
const READ = policyOf('s3:GetObject', 'arn:aws:s3:::photos/*');
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

let running: RunningCloud;
let client: IAMClient;
let next = 0;

const clientWith = (accessKeyId: string, secretAccessKey: string) =>
  new IAMClient({
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });

beforeAll(async () => {
  running = await startCloud({ services: [iam, sts] });
  client = clientWith('test', 'test');
});
afterAll(async () => {
  client.destroy();
  await running.stop();
});

const unique = (what: string) => `${what}-${++next}`;
const createRole = async (
  more: Partial<ConstructorParameters<typeof CreateRoleCommand>[0]> = {},
) => {
  const RoleName = unique('role');
  const { Role } = await client.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...more }),
  );
  return { name: RoleName, role: Role };
};
const createPolicy = async (document = READ) => {
  const { Policy } = await client.send(
    new CreatePolicyCommand({ PolicyName: unique('policy'), PolicyDocument: document }),
  );
  return Policy?.Arn ?? expect.fail('no ARN');
};
const refused = (promise: Promise<unknown>, name: string, message: string | RegExp) =>
  expect(promise).rejects.toMatchObject({
    name,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });

describe('roles', () => {
  it('are made, read and deleted', async () => {
    const { name, role } = await createRole({
      Path: '/service/',
      Description: 'stamps',
      Tags: [{ Key: 'team', Value: 'photos' }],
      MaxSessionDuration: 7200,
    });
    expect(role).toMatchObject({
      RoleName: name,
      Path: '/service/',
      Arn: `arn:aws:iam::${ACCOUNT}:role/service/${name}`,
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      CreateDate: expect.any(Date),
    });
    const { Role } = await client.send(new GetRoleCommand({ RoleName: name }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(TRUST);
    expect(Role).toMatchObject({
      Description: 'stamps',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'photos' }],
    });
    await client.send(new DeleteRoleCommand({ RoleName: name }));
    await refused(
      client.send(new GetRoleCommand({ RoleName: name })),
      'NoSuchEntityException',
      `The role with name ${name} cannot be found.`,
    );
  });

  it('have names that differ by more than case', async () => {
    const { name } = await createRole();
    await refused(
      client.send(
        new CreateRoleCommand({ RoleName: name.toUpperCase(), AssumeRolePolicyDocument: TRUST }),
      ),
      'EntityAlreadyExistsException',
      `Role with name ${name.toUpperCase()} already exists.`,
    );
  });

  it('are updated: trust, description, duration', async () => {
    const { name } = await createRole();
    const trust = TRUST.replace('lambda', 'states');
    await client.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument: trust }));
    await client.send(
      new UpdateRoleCommand({ RoleName: name, Description: 'd', MaxSessionDuration: 3600 }),
    );
    const { Role } = await client.send(new GetRoleCommand({ RoleName: name }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust);
    expect(Role).toMatchObject({ Description: 'd', MaxSessionDuration: 3600 });
  });

  it('refuse a malformed trust policy in the words of AWS', async () => {
    const make = (AssumeRolePolicyDocument: string) =>
      client.send(new CreateRoleCommand({ RoleName: unique('role'), AssumeRolePolicyDocument }));
    const withStatement = (more: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: ACCOUNT },
          Action: 'sts:AssumeRole',
          ...more,
        },
      });
    const code = 'MalformedPolicyDocumentException';
    await refused(make('{'), code, 'This policy contains invalid Json');
    await refused(make(withStatement({ Resource: '*' })), code, 'Has prohibited field Resource');
    await refused(
      make(withStatement({ Action: 's3:GetObject' })),
      code,
      'AssumeRole policy may only specify STS AssumeRole actions.',
    );
    const ghost = `arn:aws:iam::${ACCOUNT}:role/ghost`;
    await refused(
      make(withStatement({ Principal: { AWS: ghost } })),
      code,
      `Invalid principal in policy: "AWS":"${ghost}"`,
    );
  });

  it('are listed by path, in pages', async () => {
    const path = `/${unique('path')}/`;
    const names: string[] = [];
    for (let i = 0; i < 5; i++) names.push((await createRole({ Path: path })).name);
    names.sort();
    const first = await client.send(new ListRolesCommand({ PathPrefix: path, MaxItems: 3 }));
    expect(first.Roles?.map(({ RoleName }) => RoleName)).toEqual(names.slice(0, 3));
    expect(first.IsTruncated).toBe(true);
    const second = await client.send(
      new ListRolesCommand({ PathPrefix: path, MaxItems: 3, Marker: first.Marker }),
    );
    expect(second.Roles?.map(({ RoleName }) => RoleName)).toEqual(names.slice(3));
    expect(second.IsTruncated).toBe(false);
  });

  it('keep tags, which differ by more than case', async () => {
    const { name } = await createRole({ Tags: [{ Key: 'a', Value: '1' }] });
    await client.send(
      new TagRoleCommand({
        RoleName: name,
        Tags: [
          { Key: 'A', Value: '2' },
          { Key: 'b', Value: '3' },
        ],
      }),
    );
    await client.send(new UntagRoleCommand({ RoleName: name, TagKeys: ['B'] }));
    const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName: name }));
    expect(Tags).toEqual([{ Key: 'A', Value: '2' }]);
    const twice = [
      { Key: 'x', Value: '' },
      { Key: 'X', Value: '' },
    ];
    await refused(
      client.send(new TagRoleCommand({ RoleName: name, Tags: twice })),
      'InvalidInputException',
      /^Duplicate tag keys found/,
    );
  });

  it('are not deleted while policies hang on them', async () => {
    const { name } = await createRole();
    await client.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName: 'p', PolicyDocument: READ }),
    );
    await client.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn: BASIC }));
    const remove = () => client.send(new DeleteRoleCommand({ RoleName: name }));
    const code = 'DeleteConflictException';
    await refused(remove(), code, 'Cannot delete entity, must detach all policies first.');
    await client.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn: BASIC }));
    await refused(remove(), code, 'Cannot delete entity, must delete policies first.');
    await client.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: 'p' }));
    await remove();
  });
});

describe('policies of a role', () => {
  it('stand inline', async () => {
    const { name } = await createRole();
    await client.send(
      new PutRolePolicyCommand({ RoleName: name, PolicyName: 'read', PolicyDocument: READ }),
    );
    const { PolicyNames } = await client.send(new ListRolePoliciesCommand({ RoleName: name }));
    expect(PolicyNames).toEqual(['read']);
    const found = await client.send(
      new GetRolePolicyCommand({ RoleName: name, PolicyName: 'read' }),
    );
    expect(decodeURIComponent(found.PolicyDocument ?? '')).toBe(READ);
    expect(found.PolicyDocument).not.toMatch(/[*!'()]/);
    await refused(
      client.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: 'write' })),
      'NoSuchEntityException',
      'The role policy with name write cannot be found.',
    );
    await refused(
      client.send(
        new PutRolePolicyCommand({
          RoleName: name,
          PolicyName: 'bad',
          PolicyDocument: policyOf('GetObject'),
        }),
      ),
      'MalformedPolicyDocumentException',
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    );
  });

  it('are no more than 10,240 characters together', async () => {
    const { name } = await createRole();
    const large = policyOf('s3:GetObject', `arn:aws:s3:::b/${'x'.repeat(6000)}`);
    const put = (PolicyName: string) =>
      client.send(new PutRolePolicyCommand({ RoleName: name, PolicyName, PolicyDocument: large }));
    await put('one');
    await put('one');
    await refused(
      put('two'),
      'LimitExceededException',
      `Maximum policy size of 10240 bytes exceeded for role ${name}`,
    );
  });

  it('are attached by ARN, ten at most', async () => {
    const { name } = await createRole();
    const attach = (PolicyArn: string) =>
      client.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    await attach(BASIC);
    await attach(BASIC);
    const { AttachedPolicies } = await client.send(
      new ListAttachedRolePoliciesCommand({ RoleName: name }),
    );
    expect(AttachedPolicies).toEqual([
      { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: BASIC },
    ]);
    await refused(
      attach('arn:aws:iam::aws:policy/NoSuchPolicy'),
      'NoSuchEntityException',
      'Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.',
    );
    const { Policies = [] } = await client.send(new ListPoliciesCommand({ Scope: 'AWS' }));
    const others = Policies.flatMap(({ Arn }) => (Arn === BASIC ? [] : (Arn ?? [])));
    for (const arn of others.slice(0, 9)) await attach(arn);
    await refused(
      attach(others[9] ?? ''),
      'LimitExceededException',
      'Cannot exceed quota for PoliciesPerRole: 10',
    );
  });

  it('are bounded', async () => {
    const boundary = await createPolicy();
    const { name } = await createRole({ PermissionsBoundary: boundary });
    const bound = async () => {
      const { Role } = await client.send(new GetRoleCommand({ RoleName: name }));
      return Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    };
    expect(await bound()).toBe(boundary);
    await client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }));
    expect(await bound()).toBeUndefined();
    await client.send(
      new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary: BASIC }),
    );
    expect(await bound()).toBe(BASIC);
    await refused(
      client.send(
        new PutRolePermissionsBoundaryCommand({
          RoleName: name,
          PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/none`,
        }),
      ),
      'NoSuchEntityException',
      /does not exist or is not attachable\.$/,
    );
  });
});

describe('managed policies', () => {
  it('of AWS are there with their documents, and cannot be changed', async () => {
    const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn: BASIC }));
    expect(Policy).toMatchObject({
      Path: '/service-role/',
      DefaultVersionId: 'v1',
      IsAttachable: true,
    });
    const { PolicyVersion } = await client.send(
      new GetPolicyVersionCommand({ PolicyArn: BASIC, VersionId: 'v1' }),
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: '*',
        },
      ],
    });
    await expect(client.send(new DeletePolicyCommand({ PolicyArn: BASIC }))).rejects.toThrow(
      'managed by AWS',
    );
  });

  it('have up to five versions', async () => {
    const PolicyArn = await createPolicy();
    const add = (SetAsDefault: boolean) =>
      client.send(
        new CreatePolicyVersionCommand({
          PolicyArn,
          PolicyDocument: policyOf('s3:*'),
          SetAsDefault,
        }),
      );
    expect((await add(true)).PolicyVersion).toMatchObject({
      VersionId: 'v2',
      IsDefaultVersion: true,
    });
    for (const _ of [3, 4, 5]) await add(false);
    await refused(
      add(false),
      'LimitExceededException',
      /^A managed policy can have up to 5 versions\./,
    );
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v3' }));
    expect((await add(false)).PolicyVersion?.VersionId).toBe('v6');
    const { Versions } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v6', 'v5', 'v4', 'v2', 'v1']);
    await client.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await refused(
      client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' })),
      'DeleteConflictException',
      'Cannot delete the default version of a policy.',
    );
    await refused(
      client.send(new DeletePolicyCommand({ PolicyArn })),
      'DeleteConflictException',
      /^This policy has more than one version\./,
    );
  });

  it('know who uses them, and are kept while someone does', async () => {
    const PolicyArn = await createPolicy();
    const { name } = await createRole();
    await client.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
    const { PolicyRoles } = await client.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(PolicyRoles?.map(({ RoleName }) => RoleName)).toEqual([name]);
    const { Policy } = await client.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.AttachmentCount).toBe(1);
    await refused(
      client.send(new DeletePolicyCommand({ PolicyArn })),
      'DeleteConflictException',
      'Cannot delete a policy attached to entities.',
    );
    await client.send(new DetachRolePolicyCommand({ RoleName: name, PolicyArn }));
    await client.send(new DeletePolicyCommand({ PolicyArn }));
    await refused(
      client.send(new GetPolicyCommand({ PolicyArn })),
      'NoSuchEntityException',
      `Policy ${PolicyArn} was not found.`,
    );
  });

  it('must be of the new version, and no more than 6,144 characters', async () => {
    const create = (PolicyDocument: string) =>
      client.send(new CreatePolicyCommand({ PolicyName: unique('policy'), PolicyDocument }));
    await refused(
      create(READ.replace('2012', '2008')),
      'MalformedPolicyDocumentException',
      'Policy document must be version 2012-10-17 or greater.',
    );
    await refused(
      create(policyOf('s3:GetObject', `arn:aws:s3:::b/${'x'.repeat(6144)}`)),
      'LimitExceededException',
      'Cannot exceed quota for PolicySize: 6144',
    );
  });
});

describe('users', () => {
  it('call with their keys, allowed what their policies allow', async () => {
    const UserName = unique('user');
    const { User } = await client.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
    const [id, secret] = [AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? ''];
    const theirs = clientWith(id, secret);
    const denied =
      `User: ${User?.Arn} is not authorized to perform: iam:GetUser on resource: ${User?.Arn} ` +
      'because no identity-based policy allows the iam:GetUser action';
    await expect(theirs.send(new GetUserCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(denied.replace(/ on resource.*/, '')),
    });
    await client.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'self',
        PolicyDocument: policyOf('iam:GetUser', `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`),
      }),
    );
    expect((await theirs.send(new GetUserCommand({}))).User?.UserName).toBe(UserName);
    await expect(theirs.send(new GetUserCommand({ UserName: 'other' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });

    await client.send(
      new UpdateAccessKeyCommand({ UserName, AccessKeyId: id, Status: 'Inactive' }),
    );
    await expect(theirs.send(new GetUserCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await refused(
      client.send(new DeleteUserCommand({ UserName })),
      'DeleteConflictException',
      'Cannot delete entity, must delete policies first.',
    );
    theirs.destroy();
  });

  it('have two keys at most, which are gone when deleted', async () => {
    const UserName = unique('user');
    await client.send(new CreateUserCommand({ UserName }));
    const add = () => client.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKey } = await add();
    await add();
    await refused(add(), 'LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2');
    const AccessKeyId = AccessKey?.AccessKeyId ?? '';
    await client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    await refused(
      client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })),
      'NoSuchEntityException',
      `The Access Key with id ${AccessKeyId} cannot be found.`,
    );
  });

  it('have policies attached, an explicit deny among them', async () => {
    const UserName = unique('user');
    await client.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName }));
    const theirs = clientWith(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '');
    await client.send(
      new AttachUserPolicyCommand({
        UserName,
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
    );
    await theirs.send(new ListRolesCommand({}));
    const document = policyOf('iam:ListRoles').replace('Allow', 'Deny');
    await client.send(
      new PutUserPolicyCommand({ UserName, PolicyName: 'no', PolicyDocument: document }),
    );
    await expect(theirs.send(new ListRolesCommand({}))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('explicit deny in an identity-based policy'),
    });
    theirs.destroy();
  });

  it('that do not exist are told by name', async () => {
    await refused(
      client.send(new GetUserCommand({ UserName: 'nobody' })),
      'NoSuchEntityException',
      'The user with name nobody cannot be found.',
    );
    expect((await client.send(new GetUserCommand({}))).User?.Arn).toBe(
      `arn:aws:iam::${ACCOUNT}:root`,
    );
  });
});

it('says what it does not support', async () => {
  await expect(client.send(new CreateAccountAliasCommand({ AccountAlias: 'us' }))).rejects.toThrow(
    /not supported by the embedded cloud/,
  );
});
