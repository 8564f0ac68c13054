import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  DetectStackResourceDriftCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { IAMClient, UpdateRoleCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';

let cloud: RunningCloud;
let cfn: CloudFormationClient;
let logs: CloudWatchLogsClient;
let iam: IAMClient;

beforeAll(async () => {
  cloud = await startCloud();
  const settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  logs = new CloudWatchLogsClient(settings);
  iam = new IAMClient(settings);
  await cfn.send(
    new CreateStackCommand({
      StackName: 'drifting',
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Tags: [{ Key: 'team', Value: 'blue' }],
      TemplateBody: JSON.stringify({
        Resources: {
          Kept: {
            Type: 'AWS::Logs::LogGroup',
            Properties: { LogGroupName: '/kept', RetentionInDays: 7 },
          },
          Gone: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/gone' } },
          Topic: { Type: 'AWS::SNS::Topic' },
          Function: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Runtime: 'nodejs24.x',
              Handler: 'index.handler',
              Role: { 'Fn::GetAtt': 'Role.Arn' },
              Code: { ZipFile: 'exports.handler = async () => 1' },
              // Its format has a default, which is no drift.
              LoggingConfig: { LogGroup: '/kept' },
            },
          },
          Role: {
            Type: 'AWS::IAM::Role',
            Properties: {
              RoleName: 'drifter',
              Tags: [{ Key: 'own', Value: 'yes' }],
              AssumeRolePolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  {
                    Effect: 'Allow',
                    Principal: { Service: 'lambda.amazonaws.com' },
                    Action: 'sts:AssumeRole',
                  },
                ],
              },
            },
          },
        },
      }),
    }),
  );
  await cloud.cloud.settle();
});
afterAll(() => cloud.stop());

const detect = async () => {
  const { StackDriftDetectionId } = await cfn.send(
    new DetectStackDriftCommand({ StackName: 'drifting' }),
  );
  await cloud.cloud.settle();
  const status = await cfn.send(
    new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }),
  );
  const { StackResourceDrifts = [] } = await cfn.send(
    new DescribeStackResourceDriftsCommand({ StackName: 'drifting' }),
  );
  return {
    status,
    drifts: Object.fromEntries(
      StackResourceDrifts.map((drift) => [drift.LogicalResourceId, drift]),
    ),
  };
};

it('finds none in a stack as it was made; tags of the stack are none', async () => {
  const { status, drifts } = await detect();
  expect(status).toMatchObject({
    DetectionStatus: 'DETECTION_COMPLETE',
    StackDriftStatus: 'IN_SYNC',
    DriftedStackResourceCount: 0,
  });
  expect(drifts).toMatchObject({
    Kept: { StackResourceDriftStatus: 'IN_SYNC', PropertyDifferences: [] },
    Role: { StackResourceDriftStatus: 'IN_SYNC' },
    Function: { StackResourceDriftStatus: 'IN_SYNC' },
    Topic: { StackResourceDriftStatus: 'IN_SYNC' },
  });
});

it('tells what was changed and what is gone, property by property', async () => {
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/kept', retentionInDays: 14 }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: '/gone' }));
  // What the template does not set is no drift.
  await iam.send(new UpdateRoleCommand({ RoleName: 'drifter', Description: 'by hand' }));
  const { status, drifts } = await detect();
  expect(status).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 2 });
  expect(drifts['Gone']?.StackResourceDriftStatus).toBe('DELETED');
  expect(drifts['Role']?.StackResourceDriftStatus).toBe('IN_SYNC');
  expect(drifts['Kept']).toMatchObject({
    StackResourceDriftStatus: 'MODIFIED',
    PhysicalResourceId: '/kept',
    ResourceType: 'AWS::Logs::LogGroup',
    PropertyDifferences: [
      {
        PropertyPath: '/RetentionInDays',
        ExpectedValue: '7',
        ActualValue: '14',
        DifferenceType: 'NOT_EQUAL',
      },
    ],
  });
  expect(JSON.parse(drifts['Kept']?.ActualProperties ?? '')).toMatchObject({ RetentionInDays: 14 });
  const { Stacks: [stack] = [] } = await cfn.send(
    new DescribeStacksCommand({ StackName: 'drifting' }),
  );
  expect(stack?.DriftInformation?.StackDriftStatus).toBe('DRIFTED');
});

it('looks at one resource alone, and refuses what is not there', async () => {
  const { StackResourceDrift } = await cfn.send(
    new DetectStackResourceDriftCommand({ StackName: 'drifting', LogicalResourceId: 'Kept' }),
  );
  expect(StackResourceDrift?.StackResourceDriftStatus).toBe('MODIFIED');
  await expect(
    cfn.send(
      new DetectStackResourceDriftCommand({ StackName: 'drifting', LogicalResourceId: 'None' }),
    ),
  ).rejects.toThrow('Resource None does not exist for stack drifting');
});

const review = async (name: string, template?: object) => {
  const { Id } = await cfn.send(
    new CreateChangeSetCommand({
      StackName: 'drifting',
      ChangeSetName: name,
      DeploymentMode: 'REVERT_DRIFT',
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...(template === undefined
        ? { UsePreviousTemplate: true }
        : { TemplateBody: JSON.stringify(template) }),
    }),
  );
  return cfn.send(new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true }));
};
const retention = async () => {
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  return Object.fromEntries(logGroups.map((group) => [group.logGroupName, group.retentionInDays]));
};

it('is reverted by a change set that is made for it, which shows what was, what is and what will be', async () => {
  const found = await review('revert');
  expect(found).toMatchObject({
    Status: 'CREATE_COMPLETE',
    DeploymentMode: 'REVERT_DRIFT',
    StackDriftStatus: 'DRIFTED',
    Changes: [
      {
        ResourceChange: {
          Action: 'Add',
          LogicalResourceId: 'Gone',
          ResourceDriftStatus: 'DELETED',
        },
      },
      {
        ResourceChange: {
          Action: 'Modify',
          LogicalResourceId: 'Kept',
          ResourceDriftStatus: 'MODIFIED',
          Details: [
            {
              ChangeSource: 'NoModification',
              Target: {
                Path: '/Properties/RetentionInDays',
                BeforeValue: '14',
                BeforeValueFrom: 'ACTUAL_STATE',
                AfterValue: '7',
                AfterValueFrom: 'TEMPLATE',
                Drift: {
                  PreviousValue: '7',
                  ActualValue: '14',
                  DriftDetectionTimestamp: expect.any(Date) as unknown,
                },
              },
            },
          ],
        },
      },
    ],
  });
  const kept = found.Changes?.[1]?.ResourceChange;
  const retentionIn = (context = '{}') =>
    (JSON.parse(context) as { Properties?: { RetentionInDays?: string } }).Properties
      ?.RetentionInDays;
  expect([
    retentionIn(kept?.PreviousDeploymentContext),
    retentionIn(kept?.BeforeContext),
    retentionIn(kept?.AfterContext),
  ]).toEqual(['7', '14', '7']);
  await cfn.send(new ExecuteChangeSetCommand({ ChangeSetName: found.ChangeSetId }));
  await cloud.cloud.settle();
  expect(await retention()).toEqual({ '/kept': 7, '/gone': undefined });
  expect((await detect()).status.StackDriftStatus).toBe('IN_SYNC');
});

it('that the template has caught up with is acknowledged without a change to the resource', async () => {
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: '/kept', retentionInDays: 30 }));
  const { Stacks: [stack] = [] } = await cfn.send(
    new DescribeStacksCommand({ StackName: 'drifting' }),
  );
  expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
  const found = await review('catch-up', {
    Resources: {
      Kept: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: '/kept', RetentionInDays: 30 },
      },
    },
  });
  expect(
    found.Changes?.map(({ ResourceChange }) => [
      ResourceChange?.LogicalResourceId,
      ResourceChange?.Action,
      ResourceChange?.Details?.map(({ Target }) => Target?.AttributeChangeType),
    ]).filter(([, action]) => action !== 'Remove'),
  ).toEqual([['Kept', 'SyncWithActual', ['SyncWithActual']]]);
});
