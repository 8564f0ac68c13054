import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteResourcePolicyCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutResourcePolicyCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../core/clock.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const DAY_MS = 86_400_000;
const arnOf = (name: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;

const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let logs: CloudWatchLogsClient;
// Requests are signed with the machine's time, and the cloud's clock is moved by hand.
const settings = (accessKeyId = 'test', secretAccessKey = 'test') => ({
  endpoint: running.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
  systemClockOffset: clock.now() - Date.now(),
});

beforeAll(async () => {
  running = await startCloud({ clock });
  logs = new CloudWatchLogsClient(settings());
});
afterAll(async () => {
  logs.destroy();
  await running.stop();
});

const createGroup = async (logGroupName: string) => {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
};
const describeGroup = async (name: string) =>
  (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))).logGroups?.find(
    ({ logGroupName }) => logGroupName === name,
  );
const messages = async (client: CloudWatchLogsClient, logGroupName: string) =>
  (await client.send(new FilterLogEventsCommand({ logGroupName }))).events?.map(
    ({ message }) => message,
  );

describe('resource policies', () => {
  const allowing = (service: string, group: string, sourceAccount = ACCOUNT) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Sid: 'Same',
        Effect: 'Allow',
        Principal: service === '*' ? '*' : { Service: service },
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `${arnOf(group)}:*`,
        Condition: { StringEquals: { 'aws:SourceAccount': sourceAccount } },
      },
    });
  const putPolicy = (policyName: string, policyDocument: string, more: object = {}) =>
    logs.send(new PutResourcePolicyCommand({ policyName, policyDocument, ...more }));
  const deliver = (logGroupName: string, service = 'route53.amazonaws.com', region = 'us-east-1') =>
    running.cloud.dispatch({
      service: 'cloudwatch-logs',
      operation: 'PutLogEvents',
      input: {
        logGroupName,
        logStreamName: 's',
        logEvents: [{ timestamp: clock.now(), message: 'delivered' }],
      },
      principal: servicePrincipal(service, { sourceAccount: ACCOUNT }),
      accountId: ACCOUNT,
      region,
      requestId: 'r',
    });

  it('let the services write that they name', async () => {
    await createGroup('dns');
    const denied = { code: 'AccessDeniedException' };
    await expect(deliver('dns')).rejects.toMatchObject(denied);
    await putPolicy('other', allowing('route53.amazonaws.com', 'another'));
    await putPolicy('dns', allowing('route53.amazonaws.com', 'dns', '111111111111'));
    await expect(deliver('dns')).rejects.toMatchObject(denied);
    await putPolicy('dns', allowing('route53.amazonaws.com', 'dns'));
    await deliver('dns');
    await expect(deliver('dns', 'es.amazonaws.com')).rejects.toMatchObject(denied);
    await expect(
      deliver('dns', 'route53.amazonaws.com', 'eu-west-1'),
      'of another region',
    ).rejects.toMatchObject(denied);
    const { resourcePolicies = [] } = await logs.send(new DescribeResourcePoliciesCommand({}));
    expect(resourcePolicies.map(({ policyName }) => policyName)).toEqual(['dns', 'other']);
    expect(resourcePolicies[0]).toMatchObject({
      policyScope: 'ACCOUNT',
      policyDocument: allowing('route53.amazonaws.com', 'dns'),
      lastUpdatedTime: clock.now(),
    });
    await logs.send(new DeleteResourcePolicyCommand({ policyName: 'dns' }));
    await expect(deliver('dns')).rejects.toMatchObject(denied);
    await expect(
      logs.send(new DeleteResourcePolicyCommand({ policyName: 'dns' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('of a log group go with it, and are changed by whoever knows their revision', async () => {
    await createGroup('own');
    const resourceArn = arnOf('own');
    const document = allowing('route53.amazonaws.com', 'own');
    const { revisionId } = await putPolicy('p', document, { resourceArn });
    await deliver('own');
    await expect(putPolicy('p', document, { resourceArn })).rejects.toMatchObject({
      name: 'OperationAbortedException',
    });
    await putPolicy('p', document, { resourceArn, expectedRevisionId: revisionId });
    const { resourcePolicies } = await logs.send(
      new DescribeResourcePoliciesCommand({ resourceArn }),
    );
    expect(resourcePolicies).toMatchObject([{ policyName: 'p', policyScope: 'RESOURCE' }]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: 'own' }));
    await createGroup('own');
    await expect(deliver('own')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('give nothing to people', async () => {
    await createGroup('people');
    const iam = new IAMClient(settings());
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    iam.destroy();
    await putPolicy('people', allowing('*', 'people').replace(/,"Condition":\{.*?\}\}/, ''));
    const theirs = new CloudWatchLogsClient(
      settings(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey),
    );
    await expect(
      theirs.send(new CreateLogStreamCommand({ logGroupName: 'people', logStreamName: 'x' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
    theirs.destroy();
    await deliver('people');
  });

  it('are refused when they cannot be read, are too long or too many', async () => {
    const refused = { name: 'InvalidParameterException' };
    await expect(putPolicy('bad', '{')).rejects.toMatchObject(refused);
    await expect(
      putPolicy('long', allowing('a.amazonaws.com', 'x'.repeat(5_200))),
    ).rejects.toMatchObject(refused);
    await expect(
      putPolicy('arn', allowing('a.amazonaws.com', 'x'), { resourceArn: 'arn:aws:s3:::b' }),
    ).rejects.toMatchObject(refused);
    await expect(
      (async () => {
        for (let n = 0; n < 11; n += 1) await putPolicy(`p${n}`, allowing('a.amazonaws.com', 'x'));
      })(),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
  });
});

describe('AWS::Logs::LogGroup', () => {
  const StackName = 'logs';
  const template = (Properties: object) =>
    JSON.stringify({
      Resources: { Group: { Type: 'AWS::Logs::LogGroup', Properties } },
      Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Group', 'Arn'] } } },
    });

  it('is created, updated and deleted with its stack', async () => {
    const cfn = new CloudFormationClient(settings());
    const waiting = { client: cfn, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
    const tagsOf = async () =>
      (await logs.send(new ListTagsForResourceCommand({ resourceArn: arnOf('of-stack') }))).tags;
    await cfn.send(
      new CreateStackCommand({
        StackName,
        TemplateBody: template({
          LogGroupName: 'of-stack',
          RetentionInDays: '7',
          Tags: [{ Key: 'a', Value: '1' }],
        }),
      }),
    );
    const { reason } = await waitUntilStackCreateComplete(waiting, { StackName });
    expect(reason.Stacks[0].Outputs).toMatchObject([{ OutputValue: `${arnOf('of-stack')}:*` }]);
    expect(await describeGroup('of-stack')).toMatchObject({ retentionInDays: 7 });
    expect(await tagsOf()).toMatchObject({ a: '1', 'aws:cloudformation:stack-name': StackName });

    await cfn.send(
      new UpdateStackCommand({
        StackName,
        TemplateBody: template({
          LogGroupName: 'of-stack',
          DeletionProtectionEnabled: true,
          Tags: [{ Key: 'b', Value: '2' }],
        }),
      }),
    );
    await waitUntilStackUpdateComplete(waiting, { StackName });
    const updated = await describeGroup('of-stack');
    expect(updated?.retentionInDays).toBeUndefined();
    expect(updated?.deletionProtectionEnabled).toBe(true);
    expect(await tagsOf()).toMatchObject({ b: '2' });
    expect(await tagsOf()).not.toHaveProperty('a');

    await cfn.send(
      new UpdateStackCommand({ StackName, TemplateBody: template({ LogGroupName: 'of-stack' }) }),
    );
    await waitUntilStackUpdateComplete(waiting, { StackName });
    await cfn.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(waiting, { StackName });
    expect(await describeGroup('of-stack')).toBeUndefined();
    cfn.destroy();
  });
});

// Last: it moves the clock away from the time with which the other requests are signed.
describe('retention', () => {
  it("is one of AWS's numbers of days", async () => {
    await createGroup('days');
    const set = (retentionInDays: number) =>
      logs.send(new PutRetentionPolicyCommand({ logGroupName: 'days', retentionInDays }));
    await expect(set(2)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await set(30);
    expect((await describeGroup('days'))?.retentionInDays).toBe(30);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: 'days' }));
    expect((await describeGroup('days'))?.retentionInDays).toBeUndefined();
  });

  it("takes events away on the cloud's clock, and refuses those that are past it", async () => {
    await createGroup('short');
    const event = (message: string, age: number) => ({ message, timestamp: clock.now() - age });
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: 'short', retentionInDays: 3 }));
    const { rejectedLogEventsInfo } = await logs.send(
      new PutLogEventsCommand({
        logGroupName: 'short',
        logStreamName: 's',
        logEvents: [event('expired', 3 * DAY_MS + 1_000), event('kept', 3 * DAY_MS - 60_000)],
      }),
    );
    expect(rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(await messages(logs, 'short')).toEqual(['kept']);
    await clock.advance(60_001);
    expect(await messages(logs, 'short')).toEqual([]);
  });
});
