import {
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
let client: SchedulerClient;
beforeAll(async () => {
  bench = await startStackBench();
  client = new SchedulerClient(bench.settings);
});
afterAll(async () => {
  client.destroy();
  await bench.stop();
});

const resources = (schedule: object, group: object = {}) => ({
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'scheduler.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
    },
  },
  Topic: { Type: 'AWS::SNS::Topic' },
  Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: group },
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'cron(0 8 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
      GroupName: { Ref: 'Group' },
      Target: {
        Arn: { Ref: 'Topic' },
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 },
      },
      ...schedule,
    },
  },
});
const outputs = {
  Name: { Ref: 'Schedule' },
  Arn: { 'Fn::GetAtt': ['Schedule', 'Arn'] },
  Group: { Ref: 'Group' },
  GroupArn: { 'Fn::GetAtt': ['Group', 'Arn'] },
};

it('a schedule in its group is made, changed, moved and deleted', async () => {
  const made = await bench.deploy(
    'timer',
    resources({ StartDate: '2030-01-01T00:00:00Z' }, { Tags: [{ Key: 'a', Value: '1' }] }),
    outputs,
  );
  expect(made.failures).toEqual([]);
  const { Name = '', Group: GroupName = '', GroupArn: ResourceArn } = made.outputs;
  expect(made.outputs['Arn']).toBe(
    `arn:aws:scheduler:us-east-1:000000000000:schedule/${GroupName}/${Name}`,
  );
  expect(await client.send(new GetScheduleCommand({ Name, GroupName }))).toMatchObject({
    ScheduleExpression: 'cron(0 8 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Berlin',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    StartDate: new Date('2030-01-01T00:00:00Z'),
    State: 'ENABLED',
    Target: { RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 600 } },
  });
  const { Tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceArn }));
  expect(Tags).toContainEqual({ Key: 'a', Value: '1' });
  expect((await bench.drift('timer')).filter((line) => !line.includes('IN_SYNC'))).toEqual([]);

  const moved = await bench.deploy(
    'timer',
    resources({ GroupName: 'default', State: 'DISABLED', FlexibleTimeWindow: { Mode: 'OFF' } }),
    outputs,
  );
  expect(moved.failures).toEqual([]);
  expect(await client.send(new GetScheduleCommand({ Name }))).toMatchObject({
    State: 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
  });
  await expect(client.send(new GetScheduleCommand({ Name, GroupName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(await bench.remove('timer')).toBe('DELETE_COMPLETE');
  await expect(client.send(new GetScheduleGroupCommand({ Name: GroupName }))).rejects.toMatchObject(
    { name: 'ResourceNotFoundException' },
  );
});

it('a schedule whose role does not trust Scheduler fails its stack, and says why', async () => {
  const { Role: _, ...rest } = resources({
    GroupName: 'default',
    Target: { Arn: { Ref: 'Topic' }, RoleArn: 'arn:aws:iam::000000000000:role/nobody' },
  });
  const { status, failures } = await bench.deploy('bad', rest);
  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures.join()).toContain(
    'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
  );
});
