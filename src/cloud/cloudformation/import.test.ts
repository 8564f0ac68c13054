import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';
import { story } from './fixtures/stacks.ts';

let cloud: RunningCloud;
let cfn: CloudFormationClient;
let logs: CloudWatchLogsClient;

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
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/old' }));
});
afterAll(() => cloud.stop());

const group = (LogGroupName: string, more: object = { DeletionPolicy: 'Retain' }) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName },
  ...more,
});

const importInto = (StackName: string, Resources: object, ids: Readonly<Record<string, string>>) =>
  cfn.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName: 'import',
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify({
        Resources,
        Outputs: { Arn: { Value: { 'Fn::GetAtt': 'Old.Arn' } } },
      }),
      ResourcesToImport: Object.entries(ids).map(([LogicalResourceId, LogGroupName]) => ({
        LogicalResourceId,
        ResourceType: 'AWS::Logs::LogGroup',
        ResourceIdentifier: { LogGroupName },
      })),
    }),
  );

const execute = async (StackName: string) => {
  await cfn.send(new ExecuteChangeSetCommand({ StackName, ChangeSetName: 'import' }));
  await cloud.cloud.settle();
  const { Stacks: [stack] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  return stack;
};

it('takes what is there into a new stack', async () => {
  const { Id } = await importInto('taken', { Old: group('/old') }, { Old: '/old' });
  const { Changes = [] } = await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
  expect(Changes.map(({ ResourceChange }) => ResourceChange)).toMatchObject([
    {
      Action: 'Import',
      LogicalResourceId: 'Old',
      PhysicalResourceId: '/old',
      ResourceType: 'AWS::Logs::LogGroup',
    },
  ]);
  const stack = await execute('taken');
  expect(stack?.StackStatus).toBe('IMPORT_COMPLETE');
  expect(stack?.Outputs?.[0]?.OutputValue).toContain(':log-group:/old');
  const { StackEvents = [] } = await cfn.send(
    new DescribeStackEventsCommand({ StackName: 'taken' }),
  );
  expect(story(StackEvents.toReversed())).toEqual([
    'taken REVIEW_IN_PROGRESS: User Initiated',
    'taken IMPORT_IN_PROGRESS: User Initiated',
    'Old IMPORT_IN_PROGRESS: Resource import started.',
    'Old IMPORT_COMPLETE: Resource import completed.',
    'taken IMPORT_COMPLETE',
  ]);
  await cfn.send(new DeleteStackCommand({ StackName: 'taken' }));
  await cloud.cloud.settle();
  // Its policy keeps it, as it was before the stack.
  const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
  expect(logGroups.map(({ logGroupName }) => logGroupName)).toEqual(['/old']);
});

it('lets go of everything when something is not there', async () => {
  await importInto(
    'lost',
    { Old: group('/old'), None: { ...group('/none'), DependsOn: 'Old' } },
    { Old: '/old', None: '/none' },
  );
  const stack = await execute('lost');
  expect(stack?.StackStatus).toBe('IMPORT_ROLLBACK_COMPLETE');
  const { StackEvents = [] } = await cfn.send(
    new DescribeStackEventsCommand({ StackName: 'lost' }),
  );
  expect(story(StackEvents).join('\n')).toContain(
    "None IMPORT_FAILED: Resource of type 'AWS::Logs::LogGroup' with identifier '/none' was not found.",
  );
  const { StackResources } = await cfn.send(
    new DescribeStackResourcesCommand({ StackName: 'lost' }),
  );
  expect(StackResources ?? []).toEqual([]);
});

it('refuses what has no deletion policy, and any other change beside it', async () => {
  await expect(importInto('loose', { Old: group('/old', {}) }, { Old: '/old' })).rejects.toThrow(
    'Resources [Old] must have DeletionPolicy attribute specified in the template.',
  );
  await expect(
    importInto('mixed', { Old: group('/old'), New: group('/new') }, { Old: '/old' }),
  ).rejects.toThrow(
    'You have modified resources [New] in your template that are not being imported.',
  );
});

it('takes in what a change set finds there already, when it is asked to', async () => {
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/found' }));
  await cfn.send(
    new CreateChangeSetCommand({
      StackName: 'found',
      ChangeSetName: 'import',
      ChangeSetType: 'CREATE',
      ImportExistingResources: true,
      TemplateBody: JSON.stringify({ Resources: { Old: group('/found'), New: group('/made') } }),
    }),
  );
  const { Changes = [] } = await cfn.send(
    new DescribeChangeSetCommand({ StackName: 'found', ChangeSetName: 'import' }),
  );
  expect(
    Changes.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId]),
  ).toEqual([
    ['Add', 'New'],
    ['Import', 'Old'],
  ]);
  expect((await execute('found'))?.StackStatus).toBe('CREATE_COMPLETE');
  const { StackEvents = [] } = await cfn.send(
    new DescribeStackEventsCommand({ StackName: 'found' }),
  );
  expect(story(StackEvents)).toContain('Old IMPORT_COMPLETE: Resource import completed.');
});
