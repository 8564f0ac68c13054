import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateTopicCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { AccountKeys } from './fixtures/account-keys.ts';
import { settingsOf } from './fixtures/account-keys.ts';
import type { RunningCloud, ServiceControlPolicy } from './index.ts';
import { startCloud } from './index.ts';

const ACCOUNT = '000000000000';
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
const deny = (Action: string | readonly string[], more: object = {}) => ({
  Sid: 'Never',
  Effect: 'Deny',
  Action,
  Resource: '*',
  ...more,
});
const allow = (Action: string | readonly string[]) => ({ Effect: 'Allow', Action, Resource: '*' });
const ALL = JSON.stringify(policy(allow('*')));
const TRUST = JSON.stringify(
  policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 'sts:AssumeRole',
  }),
);

let running: RunningCloud | undefined;
const clients: { destroy(): void }[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await running?.stop();
  running = undefined;
});

const start = async (...serviceControlPolicies: readonly ServiceControlPolicy[]) => {
  running = await startCloud({ serviceControlPolicies });
  return running;
};

const ROOT: AccountKeys = { AccessKeyId: 'test', SecretAccessKey: 'test' };
const settings = (keys: AccountKeys = ROOT) => {
  if (running === undefined) return expect.fail('no cloud was started');
  return settingsOf(running, keys);
};
const kept = <C extends { destroy(): void }>(client: C): C => {
  clients.push(client);
  return client;
};
const s3 = (keys?: AccountKeys) => kept(new S3Client(settings(keys)));
const iam = (keys?: AccountKeys) => kept(new IAMClient(settings(keys)));

/** Keys of a user who may everything. */
const admin = async (): Promise<AccountKeys> => {
  await iam().send(new CreateUserCommand({ UserName: 'admin' }));
  await iam().send(
    new PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'all', PolicyDocument: ALL }),
  );
  const made = await iam().send(new CreateAccessKeyCommand({ UserName: 'admin' }));
  return made.AccessKey ?? {};
};

/** Keys of a session of a role that may everything. */
const session = async (Path: string): Promise<AccountKeys> => {
  const RoleName = 'worker';
  const { Role } = await iam().send(
    new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: TRUST }),
  );
  await iam().send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: ALL }));
  const { Credentials } = await kept(new STSClient(settings())).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'work' }),
  );
  return Credentials ?? {};
};

const listBuckets = (keys?: AccountKeys) => s3(keys).send(new ListBucketsCommand({}));
const lastDenial = () =>
  running?.cloud.journal.entries().findLast(({ outcome }) => outcome === 'denied');

describe('a list of denials', () => {
  const denials = { name: 'guardrails.json', document: policy(deny('s3:ListAllMyBuckets')) };
  const denied = (who: string) => ({
    name: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: s3:ListAllMyBuckets on resource: "arn:aws:s3:::*" with an explicit deny in a service control policy`,
  });

  it('denies these to users, roles and the root user, and nothing else', async () => {
    await start(denials);
    await expect(listBuckets()).rejects.toMatchObject(denied(`arn:aws:iam::${ACCOUNT}:root`));
    await expect(listBuckets(await admin())).rejects.toMatchObject(
      denied(`arn:aws:iam::${ACCOUNT}:user/admin`),
    );
    const keys = await session('/');
    await expect(listBuckets(keys)).rejects.toMatchObject(
      denied(`arn:aws:sts::${ACCOUNT}:assumed-role/worker/work`),
    );
    await s3(keys).send(new CreateBucketCommand({ Bucket: 'allowed-bucket' }));
  });

  it('is named where the call is explained', async () => {
    await start(denials);
    await expect(listBuckets()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(lastDenial()?.message).toContain(
      'Denied by statement 1 (Never) of the service control policy guardrails.json.',
    );
  });

  // "SCPs do not affect any service-linked role"
  // (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#not-restricted-by-scp).
  it('does not bind a service-linked role', async () => {
    await start(denials);
    const keys = await session('/aws-service-role/ops.apigateway.amazonaws.com/');
    expect((await listBuckets(keys)).Buckets).toEqual([]);
  });

  it('may spare a role by a condition, as AWS’s examples do', async () => {
    const spare = {
      ArnNotLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/worker` },
    };
    await start({
      name: 'spare.json',
      document: policy(deny('s3:ListAllMyBuckets', { Condition: spare })),
    });
    await expect(listBuckets()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect((await listBuckets(await session('/'))).Buckets).toEqual([]);
  });

  // "SCPs affect only IAM users and roles that are managed by accounts that are part of the organization"
  // (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
  it('does not bind what a service does in its own name', async () => {
    await start({ name: 'quiet.json', document: policy(deny('sns:Publish')) });
    const sns = kept(new SNSClient(settings()));
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const mayPublish = policy({
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: TopicArn,
    });
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify(mayPublish),
      }),
    );
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x' }))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
    });
    const Bucket = 'sending-bucket';
    await s3().send(new CreateBucketCommand({ Bucket }));
    await s3().send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectCreated:*'] }],
        },
      }),
    );
    await s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await running?.cloud.settle();
    const delivered = running?.cloud.journal
      .entries()
      .filter(({ operation, principal }) => operation === 'Publish' && principal.startsWith('s3.'));
    expect(delivered?.map(({ outcome }) => outcome)).toContain('ok');
    expect(delivered?.some(({ outcome }) => outcome === 'denied')).toBe(false);
  });

  it('does not stop a service from looking up what it serves a call with', async () => {
    await start({ name: 'blind.json', document: policy(deny('iam:GetRole')) });
    expect((await listBuckets(await session('/'))).Buckets).toEqual([]);
  });
});

describe('a list of what is allowed', () => {
  it('denies all else, to the root user too, and names the policies that do not allow it', async () => {
    await start(
      { name: 'identity.json', document: policy(allow(['iam:*', 'sts:*'])) },
      { name: 'mail.json', document: policy(allow('sns:*')) },
    );
    const keys = await admin();
    for (const [who, arn] of [
      [ROOT, `arn:aws:iam::${ACCOUNT}:root`],
      [keys, `arn:aws:iam::${ACCOUNT}:user/admin`],
    ] as const) {
      await expect(listBuckets(who)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: `User: ${arn} is not authorized to perform: s3:ListAllMyBuckets on resource: "arn:aws:s3:::*" because no service control policy allows the s3:ListAllMyBuckets action`,
      });
      expect(lastDenial()?.message).toContain(
        'None of the service control policies allows it: identity.json, mail.json.',
      );
      await kept(new SNSClient(settings(who))).send(new CreateTopicCommand({ Name: 'news' }));
    }
  });

  it('grants nothing by itself', async () => {
    await start({ name: 'all.json', document: policy(allow('*')) });
    await iam().send(new CreateUserCommand({ UserName: 'bare' }));
    const { AccessKey = {} } = await iam().send(new CreateAccessKeyCommand({ UserName: 'bare' }));
    await expect(listBuckets(AccessKey as AccountKeys)).rejects.toMatchObject({
      message: expect.stringContaining('because no identity-based policy allows') as string,
    });
  });
});

it('simulations of a principal tell what the organization allows', async () => {
  await start({ name: 'guardrails.json', document: policy(deny('s3:*')) });
  await admin();
  const { EvaluationResults = [] } = await iam().send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      ActionNames: ['s3:GetObject', 'sns:Publish'],
    }),
  );
  expect(
    EvaluationResults.map(({ EvalDecision, OrganizationsDecisionDetail, MatchedStatements }) => [
      EvalDecision,
      OrganizationsDecisionDetail?.AllowedByOrganizations,
      MatchedStatements?.map(({ SourcePolicyId }) => SourcePolicyId),
    ]),
  ).toEqual([
    ['explicitDeny', false, ['guardrails.json']],
    ['allowed', true, ['all', 'FullAWSAccess']],
  ]);
  await running?.stop();
  await start();
  await admin();
  const alone = await iam().send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/admin`,
      ActionNames: ['s3:GetObject'],
    }),
  );
  expect(alone.EvaluationResults?.[0]?.OrganizationsDecisionDetail).toBeUndefined();
});

describe('what is no service control policy is refused before the cloud starts', () => {
  it.each([
    ['{"Version"', /^The service control policy p\.json is refused: .*JSON/],
    [
      { Statement: [deny('s3:*')] },
      /^The service control policy p\.json is refused: Version: the policy must say "Version": "2012-10-17"\.$/,
    ],
    [
      policy(deny('s3:*', { Principal: '*' })),
      /^The service control policy p\.json is refused: Statement\[0\].*rincipal/,
    ],
    [
      policy({ Effect: 'Deny', Action: 's3:*' }),
      /^The service control policy p\.json is refused: /,
    ],
    [
      policy(deny('s3:*', { Sid: 'x'.repeat(10_300) })),
      /^The service control policy p\.json is refused: it has 10\d+ characters; 10240 are allowed\.$/,
    ],
  ])('%#', async (document, message) => {
    await expect(
      startCloud({ serviceControlPolicies: [{ name: 'p.json', document }] }),
    ).rejects.toThrow(message);
  });

  it('more than ten', async () => {
    const one = { name: 'p.json', document: policy(deny('s3:*')) };
    await expect(
      startCloud({ serviceControlPolicies: Array.from({ length: 11 }, () => one) }),
    ).rejects.toThrow(
      '11 service control policies are given; an account takes at most 10. Put statements of several into one.',
    );
  });
});
