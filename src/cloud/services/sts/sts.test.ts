import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type AssumeRoleCommandInput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../core/clock.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { startCloud, type RunningCloud } from '../../index.ts';
import { iam } from '../iam/index.ts';
import { sts } from './index.ts';

const ACCOUNT = '000000000000';
const HOUR_MS = 3_600_000;

interface Keys {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

// Requests are signed with the machine's time, so the cloud's clock starts there and is moved by hand.
const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let next = 0;
const clients: { destroy(): void }[] = [];

const configOf = (keys: Keys) => ({
  endpoint: running.url,
  region: 'eu-west-1',
  maxAttempts: 1,
  credentials: {
    accessKeyId: keys.AccessKeyId ?? '',
    secretAccessKey: keys.SecretAccessKey ?? '',
    ...(keys.SessionToken === undefined ? {} : { sessionToken: keys.SessionToken }),
  },
});
const stsOf = (keys: Keys) => {
  const client = new STSClient(configOf(keys));
  clients.push(client);
  return client;
};
const iamOf = (keys: Keys) => {
  const client = new IAMClient(configOf(keys));
  clients.push(client);
  return client;
};
const ROOT: Keys = { AccessKeyId: 'test', SecretAccessKey: 'test' };

beforeAll(async () => {
  running = await startCloud({ services: [iam, sts], clock });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await running.stop();
});

const unique = (what: string) => `${what}-${++next}`;
const allow = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
const trusting = (Principal: object, more: object = {}) =>
  allow({ Principal, Action: 'sts:AssumeRole', ...more });

const createRole = async (trust: string, permissions?: string) => {
  const RoleName = unique('role');
  const root = iamOf(ROOT);
  const { Role } = await root.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Path: '/a/' }),
  );
  if (permissions !== undefined)
    await root.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: permissions }),
    );
  return { name: RoleName, arn: Role?.Arn ?? '', id: Role?.RoleId ?? '' };
};
const createUser = async (policyArn?: string) => {
  const UserName = unique('user');
  const root = iamOf(ROOT);
  const { User } = await root.send(new CreateUserCommand({ UserName }));
  if (policyArn !== undefined)
    await root.send(new AttachUserPolicyCommand({ UserName, PolicyArn: policyArn }));
  const { AccessKey = {} } = await root.send(new CreateAccessKeyCommand({ UserName }));
  return { name: UserName, arn: User?.Arn ?? '', keys: AccessKey as Keys };
};
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';

const assume = async (keys: Keys, RoleArn: string, more: Partial<AssumeRoleCommandInput> = {}) => {
  const answer = await stsOf(keys).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'session', ...more }),
  );
  return answer.Credentials ?? expect.fail('no credentials');
};

describe('GetCallerIdentity', () => {
  it('tells who calls, whatever they are allowed', async () => {
    expect(await stsOf(ROOT).send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: ACCOUNT,
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:root`,
    });
    const user = await createUser();
    expect(await stsOf(user.keys).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: user.arn,
      UserId: expect.stringMatching(/^AIDA/),
    });
    const role = await createRole(trusting({ AWS: user.arn }));
    const session = await assume(user.keys, role.arn);
    expect(await stsOf(session).send(new GetCallerIdentityCommand({}))).toMatchObject({
      Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/session`,
      UserId: `${role.id}:session`,
    });
  });
});

describe('AssumeRole', () => {
  it('gives credentials that may do what the role may', async () => {
    const role = await createRole(
      trusting({ AWS: ACCOUNT }),
      allow({ Action: 'iam:GetRole', Resource: `arn:aws:iam::${ACCOUNT}:role/a/*` }),
    );
    const session = await assume(ROOT, role.arn);
    expect(session.AccessKeyId).toMatch(/^ASIA/);
    // The wire has whole seconds.
    const left = (session.Expiration?.getTime() ?? 0) - clock.now();
    expect(left).toBeGreaterThan(HOUR_MS - 1_000);
    expect(left).toBeLessThanOrEqual(HOUR_MS);
    const theirs = iamOf(session);
    await theirs.send(new GetRoleCommand({ RoleName: role.name }));
    await expect(theirs.send(new DeleteRoleCommand({ RoleName: role.name }))).rejects.toMatchObject(
      {
        name: 'AccessDenied',
        message: expect.stringContaining(
          `User: arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/session is not authorized to perform: iam:DeleteRole`,
        ),
      },
    );
    await iamOf(ROOT).send(new DeleteRolePolicyCommand({ RoleName: role.name, PolicyName: 'p' }));
    await expect(theirs.send(new GetRoleCommand({ RoleName: role.name }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('is for those whom the role trusts', async () => {
    const user = await createUser(ADMIN);
    const role = await createRole(trusting({ Service: 'lambda.amazonaws.com' }));
    await expect(assume(user.keys, role.arn)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        `^User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: "?${role.arn}`,
      ),
    });
    await expect(assume(ROOT, role.arn)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('does not tell whether a role exists', async () => {
    await expect(assume(ROOT, `arn:aws:iam::${ACCOUNT}:role/none`)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('needs an identity policy where the trust is in the account', async () => {
    const [user, admin] = [await createUser(), await createUser(ADMIN)];
    const role = await createRole(trusting({ AWS: `arn:aws:iam::${ACCOUNT}:root` }));
    await expect(assume(user.keys, role.arn)).rejects.toMatchObject({ name: 'AccessDenied' });
    await assume(admin.keys, role.arn);
    const named = await createRole(trusting({ AWS: user.arn }));
    await assume(user.keys, named.arn);
  });

  it('asks for the external id', async () => {
    const user = await createUser();
    const role = await createRole(
      trusting({ AWS: user.arn }, { Condition: { StringEquals: { 'sts:ExternalId': '12345' } } }),
    );
    await expect(assume(user.keys, role.arn)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(user.keys, role.arn, { ExternalId: '1' })).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await assume(user.keys, role.arn, { ExternalId: '12345' });
  });

  it('is bounded by session policies', async () => {
    const role = await createRole(
      trusting({ AWS: ACCOUNT }),
      allow({ Action: 'iam:*', Resource: '*' }),
    );
    const onlyGet = await assume(ROOT, role.arn, {
      Policy: allow({ Action: 'iam:GetRole', Resource: '*' }),
    });
    await iamOf(onlyGet).send(new GetRoleCommand({ RoleName: role.name }));
    const update = new UpdateRoleCommand({ RoleName: role.name, Description: 'x' });
    await expect(iamOf(onlyGet).send(update)).rejects.toMatchObject({ name: 'AccessDenied' });
    const readOnly = await assume(ROOT, role.arn, {
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }],
    });
    await iamOf(readOnly).send(new GetRoleCommand({ RoleName: role.name }));
    await expect(iamOf(readOnly).send(update)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(ROOT, role.arn, { Policy: '{' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });

  it("is bounded by the role's boundary", async () => {
    const role = await createRole(
      trusting({ AWS: ACCOUNT }),
      allow({ Action: 'iam:*', Resource: '*' }),
    );
    const session = await assume(ROOT, role.arn);
    await iamOf(ROOT).send(
      new PutRolePermissionsBoundaryCommand({
        RoleName: role.name,
        PermissionsBoundary: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
      }),
    );
    await expect(
      iamOf(session).send(new GetRoleCommand({ RoleName: role.name })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('lasts as long as the role and the caller allow', async () => {
    const role = await createRole(
      trusting({ AWS: ACCOUNT }),
      allow({ Action: '*', Resource: '*' }),
    );
    await expect(assume(ROOT, role.arn, { DurationSeconds: 7200 })).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    });
    await expect(assume(ROOT, role.arn, { DurationSeconds: 60 })).rejects.toMatchObject({
      name: 'ValidationError',
    });
    await iamOf(ROOT).send(
      new UpdateRoleCommand({ RoleName: role.name, MaxSessionDuration: 43_200 }),
    );
    const session = await assume(ROOT, role.arn, { DurationSeconds: 7200 });
    await expect(assume(session, role.arn, { DurationSeconds: 7200 })).rejects.toMatchObject({
      name: 'ValidationError',
      message:
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    });
    await assume(session, role.arn);
  });

  it('gives credentials that die with their role, and do not rise with its namesake', async () => {
    const trust = trusting({ AWS: ACCOUNT });
    const role = await createRole(trust, allow({ Action: 'iam:*', Resource: '*' }));
    const session = await assume(ROOT, role.arn);
    const root = iamOf(ROOT);
    await root.send(new DeleteRolePolicyCommand({ RoleName: role.name, PolicyName: 'p' }));
    await root.send(new DeleteRoleCommand({ RoleName: role.name }));
    await root.send(
      new CreateRoleCommand({ RoleName: role.name, AssumeRolePolicyDocument: trust, Path: '/a/' }),
    );
    await root.send(
      new PutRolePolicyCommand({
        RoleName: role.name,
        PolicyName: 'p',
        PolicyDocument: allow({ Action: 'iam:*', Resource: '*' }),
      }),
    );
    await expect(
      iamOf(session).send(new GetRoleCommand({ RoleName: role.name })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('refuses what it does not support, and what is no role', async () => {
    const role = await createRole(trusting({ AWS: ACCOUNT }));
    await expect(assume(ROOT, role.arn, { Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toThrow(
      /session tags.*not supported by the embedded cloud/,
    );
    await expect(assume(ROOT, `arn:aws:iam::${ACCOUNT}:user/someone`)).rejects.toMatchObject({
      name: 'ValidationError',
      message: `arn:aws:iam::${ACCOUNT}:user/someone is invalid`,
    });
    await expect(assume(ROOT, role.arn, { RoleSessionName: 'no spaces' })).rejects.toMatchObject({
      name: 'ValidationError',
    });
  });

  it('is how services of the cloud get credentials for a role', async () => {
    const role = await createRole(
      trusting(
        { Service: 'lambda.amazonaws.com' },
        { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } },
      ),
    );
    const { cloud } = running;
    const call = (service: string, sourceAccount: string) =>
      cloud.dispatch({
        service: 'sts',
        operation: 'AssumeRole',
        input: { RoleArn: role.arn, RoleSessionName: 'stamp', DurationSeconds: 43_200 },
        principal: servicePrincipal(service, { sourceAccount }),
        accountId: ACCOUNT,
        region: 'eu-west-1',
        requestId: 'r',
      });
    await expect(call('lambda.amazonaws.com', ACCOUNT)).resolves.toMatchObject({
      AssumedRoleUser: { Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.name}/stamp` },
    });
    await expect(call('lambda.amazonaws.com', '111111111111')).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(call('states.amazonaws.com', ACCOUNT)).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });
});

describe('GetSessionToken', () => {
  it('gives temporary keys of the same user', async () => {
    const user = await createUser();
    const { Credentials = {} } = await stsOf(user.keys).send(new GetSessionTokenCommand({}));
    const identity = await stsOf(Credentials as Keys).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(user.arn);
    await expect(
      stsOf(Credentials as Keys).send(new GetSessionTokenCommand({})),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

// Last: it moves the clock away from the time with which requests are signed.
describe('temporary credentials', () => {
  it("expire on the cloud's clock", async () => {
    const role = await createRole(trusting({ AWS: ACCOUNT }));
    const session = await assume(ROOT, role.arn, { DurationSeconds: 900 });
    const identity = () => stsOf(session).send(new GetCallerIdentityCommand({}));
    await clock.advance(899_000);
    await identity();
    await clock.advance(1_000);
    await expect(identity()).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  it('are nothing with a token that is not theirs', async () => {
    const session = {
      AccessKeyId: 'ASIAUNKNOWNUNKNOWN00',
      SecretAccessKey: 'x',
      SessionToken: 'y',
    };
    await expect(stsOf(session).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });
});

it('decodes no message, since none of its own is encoded', async () => {
  // The cloud's clock was moved on by what stands above.
  const root = new STSClient({
    ...configOf({ AccessKeyId: 'test', SecretAccessKey: 'test' }),
    systemClockOffset: clock.now() - Date.now(),
  });
  clients.push(root);
  await expect(
    root.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: 'something' })),
  ).rejects.toMatchObject({ name: 'InvalidAuthorizationMessageException' });
});
