import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
} from '@aws-sdk/client-ecr';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateKeyCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateTopicCommand, GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from './core/clock.ts';
import type { AccountKeys } from './fixtures/account-keys.ts';
import { settingsOf } from './fixtures/account-keys.ts';
import { startCloud, type RunningCloud } from './index.ts';
import { archive } from './lambda/fixtures/lambda-bench.ts';

// Each test makes a call that a condition allows, and one that it does not. The keys, and when they are there:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html

const ACCOUNT = '000000000000';
const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let next = 0;
const unique = (what: string) => `${what}-${++next}`;
const clients: { destroy(): void }[] = [];
const kept = <C extends { destroy(): void }>(client: C): C => {
  clients.push(client);
  return client;
};

const ROOT: AccountKeys = { AccessKeyId: 'test', SecretAccessKey: 'test' };

const settings = (keys: AccountKeys = ROOT) => ({
  ...settingsOf(running, keys),
  region: 'eu-west-1',
});
const iam = (keys?: AccountKeys) =>
  kept(new IAMClient({ ...settings(keys), customUserAgent: 'condition-keys' }));

beforeAll(async () => {
  running = await startCloud({ clock });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await running.stop();
});

const document = (...Statement: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...(Condition === undefined ? {} : { Condition }),
});
const deny = (Action: string, Condition: object) => ({
  ...allow(Action, Condition),
  Effect: 'Deny',
});

/** Keys of a user with these statements. */
const userWith = async (...statements: readonly object[]): Promise<AccountKeys> => {
  const UserName = unique('user');
  await iam().send(
    new CreateUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'blue' }], Path: '/people/' }),
  );
  await iam().send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: 'own',
      PolicyDocument: document(...statements),
    }),
  );
  return (await iam().send(new CreateAccessKeyCommand({ UserName }))).AccessKey ?? {};
};

const createRole = async (trust: object, ...statements: readonly object[]) => {
  const RoleName = unique('role');
  const { Role } = await iam().send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust }),
      Tags: [{ Key: 'team', Value: 'red' }],
    }),
  );
  await iam().send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'own',
      PolicyDocument: document(...statements),
    }),
  );
  return { RoleName, RoleArn: Role?.Arn ?? '' };
};
const BY_ACCOUNT = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } };
const sessionOf = async (RoleArn: string): Promise<AccountKeys> => {
  const { Credentials } = await kept(new STSClient(settings())).send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'work' }),
  );
  return Credentials ?? {};
};

const isAllowed = async (call: Promise<unknown>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    expect(String(error)).toMatch(/not authorized to perform/);
    return false;
  }
};
const listUsers = (keys: AccountKeys) => isAllowed(iam(keys).send(new ListUsersCommand({})));
const later = (ms: number) => new Date(clock.now() + ms).toISOString();

describe('a user’s call is allowed by a condition on', () => {
  const now = clock.now();
  const iso = (ms: number) => new Date(now + ms).toISOString();
  const HOUR = 3_600_000;
  it.each([
    ['IpAddress', 'aws:SourceIp', '127.0.0.0/8', '10.0.0.0/8'],
    ['Bool', 'aws:SecureTransport', 'true', 'false'],
    ['DateGreaterThan', 'aws:CurrentTime', iso(-HOUR), iso(2 * HOUR)],
    ['NumericLessThan', 'aws:EpochTime', String(Math.floor(now / 1000) + 9_000), '1000'],
    ['StringLike', 'aws:UserAgent', '*condition-keys*', 'curl/*'],
    // IAM is one for the world, whatever region a client names.
    ['StringEquals', 'aws:RequestedRegion', 'us-east-1', 'eu-west-1'],
    ['StringEquals', 'aws:PrincipalAccount', ACCOUNT, '111122223333'],
    [
      'ArnLike',
      'aws:PrincipalArn',
      `arn:aws:iam::${ACCOUNT}:user/people/*`,
      'arn:aws:iam::*:role/*',
    ],
    ['StringEquals', 'aws:PrincipalType', 'User', 'AssumedRole'],
    ['StringEquals', 'aws:PrincipalTag/team', 'blue', 'red'],
    ['Bool', 'aws:PrincipalIsAWSService', 'false', 'true'],
    ['StringLike', 'aws:username', 'user-*', 'role-*'],
    ['StringLike', 'aws:userid', 'AIDA*', 'AROA*'],
    ['StringEquals', 'aws:ResourceAccount', ACCOUNT, '111122223333'],
    ['Bool', 'aws:ViaAWSService', 'false', 'true'],
    // What is not there at all for a call by long-term keys that no service makes.
    ['Null', 'aws:CalledVia', 'true', 'false'],
    ['Null', 'aws:CalledViaFirst', 'true', 'false'],
    ['Null', 'aws:TokenIssueTime', 'true', 'false'],
    ['Null', 'aws:MultiFactorAuthPresent', 'true', 'false'],
    ['Null', 'aws:SourceArn', 'true', 'false'],
    ['Null', 'aws:PrincipalOrgID', 'true', 'false'],
  ])('%s %s', async (operator, key, right, wrong) => {
    const by = (value: string) =>
      userWith(allow('iam:ListUsers', { [operator]: { [key]: value } }));
    expect([await listUsers(await by(right)), await listUsers(await by(wrong))]).toEqual([
      true,
      false,
    ]);
  });
});

describe('a session’s call is allowed by a condition on', () => {
  it.each([
    ['StringEquals', 'aws:PrincipalType', 'AssumedRole', 'User'],
    // Of the role, not of the session.
    [
      'ArnLike',
      'aws:PrincipalArn',
      `arn:aws:iam::${ACCOUNT}:role/*`,
      'arn:aws:sts::*:assumed-role/*',
    ],
    ['StringLike', 'aws:userid', 'AROA*:work', 'AIDA*'],
    ['StringEquals', 'aws:PrincipalTag/team', 'red', 'blue'],
    ['Bool', 'aws:MultiFactorAuthPresent', 'false', 'true'],
    ['Null', 'aws:MultiFactorAuthAge', 'true', 'false'],
    ['Null', 'aws:username', 'true', 'false'],
    ['DateGreaterThan', 'aws:TokenIssueTime', '2020-01-01T00:00:00Z', '2120-01-01T00:00:00Z'],
  ])('%s %s', async (operator, key, right, wrong) => {
    const by = async (value: string) => {
      const { RoleArn } = await createRole(
        BY_ACCOUNT,
        allow('iam:ListUsers', { [operator]: { [key]: value } }),
      );
      return sessionOf(RoleArn);
    };
    expect([await listUsers(await by(right)), await listUsers(await by(wrong))]).toEqual([
      true,
      false,
    ]);
  });
});

// The statement that the console puts into a role to revoke its sessions:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
it('AWSRevokeOlderSessions ends the sessions that there are, and none that come', async () => {
  const { RoleArn, RoleName } = await createRole(BY_ACCOUNT, allow('*'));
  const old = await sessionOf(RoleArn);
  await clock.advance(5_000);
  expect(await listUsers(old)).toBe(true);
  const revoke = {
    ...deny('*', { DateLessThan: { 'aws:TokenIssueTime': later(-1_000) } }),
    Action: ['*'],
    Resource: ['*'],
  };
  const PolicyDocument = document(revoke);
  await iam().send(
    new PutRolePolicyCommand({ RoleName, PolicyName: 'AWSRevokeOlderSessions', PolicyDocument }),
  );
  expect(await listUsers(old)).toBe(false);
  expect(await listUsers(await sessionOf(RoleArn))).toBe(true);
  // A user's own keys were never issued: the key is not there, and the statement does not apply.
  const user = await userWith(allow('*'), revoke);
  expect(await listUsers(user)).toBe(true);
});

// "This combination of Deny, BoolIfExists, and false denies requests that are not authenticated using MFA";
// with Bool it denies temporary credentials alone (#condition-keys-multifactorauthpresent).
it('MFA that nobody has is missed by Bool of temporary keys, by BoolIfExists of all', async () => {
  const withoutMfa = (operator: string) =>
    deny('*', { [operator]: { 'aws:MultiFactorAuthPresent': 'false' } });
  const allowed = async (operator: string) => {
    const { RoleArn } = await createRole(BY_ACCOUNT, allow('*'), withoutMfa(operator));
    return [
      await listUsers(await userWith(allow('*'), withoutMfa(operator))),
      await listUsers(await sessionOf(RoleArn)),
    ];
  };
  expect(await allowed('Bool')).toEqual([true, false]);
  expect(await allowed('BoolIfExists')).toEqual([false, false]);
});

it('aws:ResourceTag is of the resource, aws:PrincipalTag can stand for a value', async () => {
  const { RoleName } = await createRole(BY_ACCOUNT, allow('*'));
  const look = async (value: string) => {
    const keys = await userWith(
      allow('iam:GetRole', { StringEquals: { 'aws:ResourceTag/team': value } }),
    );
    return isAllowed(iam(keys).send(new GetRoleCommand({ RoleName })));
  };
  expect([await look('red'), await look('blue')]).toEqual([true, false]);
  // The user is of the team blue, the role of the team red.
  expect(await look('${aws:PrincipalTag/team}')).toBe(false);
});

describe('aws:ResourceTag is there for', () => {
  const Tags = [{ Key: 'team', Value: 'blue' }];
  const allowed = async (
    action: string,
    call: (keys: AccountKeys) => Promise<unknown>,
    key = 'aws:ResourceTag/team',
  ) => {
    const answers: boolean[] = [];
    for (const value of ['blue', 'red'])
      answers.push(
        await isAllowed(call(await userWith(allow(action, { StringEquals: { [key]: value } })))),
      );
    return answers;
  };
  const client = <C extends { destroy(): void }>(
    Client: new (config: ReturnType<typeof settings>) => C,
    keys?: AccountKeys,
  ) => kept(new Client(settings(keys)));

  it('topics', async () => {
    const { TopicArn } = await client(SNSClient).send(
      new CreateTopicCommand({ Name: unique('tagged'), Tags }),
    );
    const look = (keys: AccountKeys) =>
      client(SNSClient, keys).send(new GetTopicAttributesCommand({ TopicArn }));
    expect(await allowed('sns:GetTopicAttributes', look)).toEqual([true, false]);
  });

  it('parameters, under two names', async () => {
    const Name = unique('tagged');
    await client(SSMClient).send(
      new PutParameterCommand({ Name, Value: 'x', Type: 'String', Tags }),
    );
    const look = (keys: AccountKeys) =>
      client(SSMClient, keys).send(new GetParameterCommand({ Name }));
    expect(await allowed('ssm:GetParameter', look)).toEqual([true, false]);
    expect(await allowed('ssm:GetParameter', look, 'ssm:resourceTag/team')).toEqual([true, false]);
  });

  it('log groups', async () => {
    const logGroupName = unique('tagged');
    await client(CloudWatchLogsClient).send(
      new CreateLogGroupCommand({ logGroupName, tags: { team: 'blue' } }),
    );
    const keep = (keys: AccountKeys) =>
      client(CloudWatchLogsClient, keys).send(
        new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }),
      );
    expect(await allowed('logs:PutRetentionPolicy', keep)).toEqual([true, false]);
  });

  it('alarms', async () => {
    const AlarmName = unique('tagged');
    await client(CloudWatchClient).send(
      new PutMetricAlarmCommand({
        AlarmName,
        Tags,
        Namespace: 'Test',
        MetricName: 'm',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    );
    const set = (keys: AccountKeys) =>
      client(CloudWatchClient, keys).send(
        new SetAlarmStateCommand({ AlarmName, StateValue: 'OK', StateReason: 'a test' }),
      );
    expect(await allowed('cloudwatch:SetAlarmState', set)).toEqual([true, false]);
  });

  it('repositories, under two names', async () => {
    const repositoryName = unique('tagged');
    await client(ECRClient).send(new CreateRepositoryCommand({ repositoryName, tags: Tags }));
    const look = (keys: AccountKeys) =>
      client(ECRClient, keys).send(
        new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
      );
    expect(await allowed('ecr:DescribeRepositories', look)).toEqual([true, false]);
    expect(await allowed('ecr:DescribeRepositories', look, 'ecr:ResourceTag/team')).toEqual([
      true,
      false,
    ]);
  });

  it('functions', async () => {
    const FunctionName = unique('tagged');
    const { RoleArn: Role } = await createRole(
      { Principal: { Service: 'lambda.amazonaws.com' } },
      allow('logs:*'),
    );
    await client(LambdaClient).send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: archive({ 'index.mjs': 'export const handler = () => 1;' }) },
        Tags: { team: 'blue' },
      }),
    );
    const look = (keys: AccountKeys) =>
      client(LambdaClient, keys).send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(await allowed('lambda:GetFunctionConfiguration', look)).toEqual([true, false]);
  });
});

it('aws:referer is the header, of who has no keys too', async () => {
  const Bucket = unique('referred');
  const s3 = kept(new S3Client(settings()));
  await s3.send(new CreateBucketCommand({ Bucket }));
  // Whoever names a page comes in: AWS calls that public.
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket,
      Policy: document({
        ...allow('s3:ListBucket', { StringLike: { 'aws:Referer': 'https://example.com/*' } }),
        Principal: '*',
        Resource: `arn:aws:s3:::${Bucket}`,
      }),
    }),
  );
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${running.url}/${Bucket}`, { headers })).status;
  expect(await status({ referer: 'https://example.com/page' })).toBe(200);
  expect(await status({ referer: 'https://example.org/page' })).toBe(403);
  expect(await status({})).toBe(403);
});

describe('a service that calls for its caller', () => {
  const TOPIC = { Topic: { Type: 'AWS::SNS::Topic' } };
  const stackStatus = async (keys: AccountKeys, RoleARN?: string, Resources: object = TOPIC) => {
    const cfn = kept(new CloudFormationClient(settings(keys)));
    const StackName = unique('stack');
    await cfn.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: JSON.stringify({ Resources }),
        ...(RoleARN === undefined ? {} : { RoleARN }),
      }),
    );
    await running.cloud.settle();
    const root = kept(new CloudFormationClient(settings()));
    const { Stacks = [] } = await root.send(new DescribeStacksCommand({ StackName }));
    return Stacks[0]?.StackStatus;
  };
  const createTopic = (keys: AccountKeys) =>
    isAllowed(
      kept(new SNSClient(settings(keys))).send(new CreateTopicCommand({ Name: unique('topic') })),
    );
  const onlyVia = (Condition: object) =>
    userWith(allow('cloudformation:*'), allow('sns:*', Condition));
  const CLOUDFORMATION = 'cloudformation.amazonaws.com';

  it.each([
    [{ Bool: { 'aws:ViaAWSService': 'true' } }],
    [{ 'ForAnyValue:StringEquals': { 'aws:CalledVia': CLOUDFORMATION } }],
    [{ StringEquals: { 'aws:CalledViaFirst': CLOUDFORMATION } }],
    [{ StringEquals: { 'aws:CalledViaLast': CLOUDFORMATION } }],
    // "For the subsequent request, AWS uses temporary credentials" (#condition-keys-multifactorauthpresent).
    [{ Bool: { 'aws:MultiFactorAuthPresent': 'false' } }],
  ])('CloudFormation, under %j', async (condition) => {
    const keys = await onlyVia(condition);
    expect([await createTopic(keys), await stackStatus(keys)]).toEqual([false, 'CREATE_COMPLETE']);
  });

  it('CloudFormation has no address of the caller, and is not another service', async () => {
    for (const condition of [
      { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
      { Bool: { 'aws:ViaAWSService': 'false' } },
    ]) {
      const keys = await onlyVia(condition);
      expect([await createTopic(keys), await stackStatus(keys)]).toEqual([
        true,
        'ROLLBACK_COMPLETE',
      ]);
    }
    const other = await onlyVia({
      StringEquals: { 'aws:CalledViaLast': 'dynamodb.amazonaws.com' },
    });
    expect(await stackStatus(other)).toBe('ROLLBACK_COMPLETE');
  });

  // "This key is not present if the service uses a service role" (#condition-keys-calledvia).
  it('under a role of its own is nobody’s deputy', async () => {
    const trust = { Principal: { Service: CLOUDFORMATION } };
    const direct = { Bool: { 'aws:ViaAWSService': 'false' }, Null: { 'aws:CalledVia': 'true' } };
    const own = await createRole(trust, allow('sns:*', direct));
    expect(await stackStatus(ROOT, own.RoleArn)).toBe('CREATE_COMPLETE');
    const deputy = await createRole(
      trust,
      allow('sns:*', { Bool: { 'aws:ViaAWSService': 'true' } }),
    );
    expect(await stackStatus(ROOT, deputy.RoleArn)).toBe('ROLLBACK_COMPLETE');
  });

  it('Parameter Store, which uses a key of KMS for the caller', async () => {
    const { KeyMetadata } = await kept(new KMSClient(settings())).send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId ?? '';
    const keys = await userWith(
      allow('ssm:*'),
      allow('kms:*', {
        Bool: { 'aws:ViaAWSService': 'true' },
        StringEquals: { 'kms:ViaService': 'ssm.eu-west-1.amazonaws.com' },
        // "AWS supports using the following services with aws:CalledVia": Parameter Store is none of them.
        Null: { 'aws:CalledVia': 'true' },
      }),
    );
    const encrypt = new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') });
    expect(await isAllowed(kept(new KMSClient(settings(keys))).send(encrypt))).toBe(false);
    const ssm = kept(new SSMClient(settings(keys)));
    const Name = `/${unique('secret')}`;
    await ssm.send(new PutParameterCommand({ Name, KeyId, Type: 'SecureString', Value: 'x' }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    expect(Parameter?.Value).toBe('x');
  });

  it('a chain has its first and its last: CloudFormation, then the secrets that it makes', async () => {
    const { KeyMetadata } = await kept(new KMSClient(settings())).send(new CreateKeyCommand({}));
    const secret = {
      Secret: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: { SecretString: 'x', KmsKeyId: KeyMetadata?.Arn },
      },
    };
    const keys = (Condition: object) =>
      userWith(allow('cloudformation:*'), allow('secretsmanager:*'), allow('kms:*', Condition));
    const chain = {
      StringEquals: {
        'aws:CalledViaFirst': CLOUDFORMATION,
        'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
      },
    };
    expect(await stackStatus(await keys(chain), undefined, secret)).toBe('CREATE_COMPLETE');
    const first = { StringEquals: { 'aws:CalledViaFirst': 'kms.amazonaws.com' } };
    expect(await stackStatus(await keys(first), undefined, secret)).toBe('ROLLBACK_COMPLETE');
  });
});
