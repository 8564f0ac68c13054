import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  SignalResourceCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VirtualClock } from '../core/clock.ts';
import { createVirtualClock } from '../core/clock.ts';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';

let clock: VirtualClock;
let cloud: RunningCloud;
let cfn: CloudFormationClient;
let cloudwatch: CloudWatchClient;
let alarm: string;

beforeAll(async () => {
  clock = createVirtualClock(Date.now());
  cloud = await startCloud({ clock });
  const settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  cloudwatch = new CloudWatchClient(settings);
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      // A state that was set stays until there is data.
      TreatMissingData: 'ignore',
    }),
  );
  const { MetricAlarms: [made] = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
  alarm = made?.AlarmArn ?? '';
});
afterAll(() => cloud.stop());

const topic = (DisplayName: string) =>
  JSON.stringify({
    Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { DisplayName } } },
  });
const status = async (StackName: string) => {
  const { Stacks: [stack] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  return stack?.StackStatus;
};
const reached = (StackName: string, wanted: string) =>
  vi.waitFor(async () => expect(await status(StackName)).toBe(wanted), { interval: 5 });
/** Time goes on, ten seconds at a time, until it is so. */
const reachedInTime = (StackName: string, wanted: string) =>
  vi.waitFor(
    async () => {
      await clock.advance(10_000);
      expect(await status(StackName)).toBe(wanted);
    },
    { interval: 1, timeout: 10_000 },
  );
/** When a resource was complete, in ms of the cloud's clock. */
const timesOf = async (StackName: string) => {
  const { StackEvents = [] } = await cfn.send(new DescribeStackEventsCommand({ StackName }));
  return (id: string) =>
    StackEvents.find(
      ({ LogicalResourceId, ResourceStatus }) =>
        LogicalResourceId === id && ResourceStatus === 'CREATE_COMPLETE',
    )?.Timestamp?.getTime() ?? 0;
};
const reasons = async (StackName: string) => {
  const { StackEvents = [] } = await cfn.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').join('\n');
};
const setAlarm = (StateValue: 'OK' | 'ALARM') =>
  cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'told to' }),
  );
const triggers = (minutes: number) => ({
  RollbackTriggers: [{ Arn: alarm, Type: 'AWS::CloudWatch::Alarm' }],
  MonitoringTimeInMinutes: minutes,
});

describe('rollback triggers', () => {
  it('are watched for the monitoring time, and let a stack be that stays well', async () => {
    await cfn.send(
      new CreateStackCommand({
        StackName: 'shop',
        TemplateBody: topic('one'),
        RollbackConfiguration: triggers(5),
      }),
    );
    await reachedInTime('shop', 'CREATE_COMPLETE');
    const at = await timesOf('shop');
    const MINUTE_MS = 60_000;
    // Events of one millisecond are told apart by another.
    expect(at('shop') - at('Topic')).toBeGreaterThan(5 * MINUTE_MS - 100);
  });

  it('roll an update back when their alarm goes off meanwhile', async () => {
    await cfn.send(new UpdateStackCommand({ StackName: 'shop', TemplateBody: topic('two') }));
    expect(await status('shop')).toBe('UPDATE_IN_PROGRESS');
    await setAlarm('ALARM');
    await reachedInTime('shop', 'UPDATE_ROLLBACK_COMPLETE');
    expect(await reasons('shop')).toContain(`The rollback trigger ${alarm} is in ALARM state.`);
  });

  it('that are missing fail the operation, and what is none is refused', async () => {
    const missing = alarm.replace('errors', 'nobody');
    const create = (StackName: string, Arn: string, Type = 'AWS::CloudWatch::Alarm') =>
      cfn.send(
        new CreateStackCommand({
          StackName,
          TemplateBody: topic('one'),
          RollbackConfiguration: { RollbackTriggers: [{ Arn, Type }] },
        }),
      );
    await create('missing', missing);
    await reached('missing', 'ROLLBACK_COMPLETE');
    expect(await reasons('missing')).toContain(`The rollback trigger ${missing} does not exist.`);
    await expect(create('wrong', 'arn:aws:sns:us-east-1:000000000000:topic')).rejects.toThrow(
      /triggers are ARNs of alarms/,
    );
  });
});

describe('creation policies', () => {
  const template = (Count: number) =>
    JSON.stringify({
      Parameters: { Count: { Type: 'Number', Default: Count } },
      Resources: {
        Wait: {
          Type: 'AWS::CloudFormation::WaitCondition',
          CreationPolicy: { ResourceSignal: { Count: { Ref: 'Count' }, Timeout: 'PT10M' } },
        },
      },
    });
  const signal = (StackName: string, UniqueId: string, Status: 'SUCCESS' | 'FAILURE' = 'SUCCESS') =>
    vi.waitFor(() =>
      cfn.send(
        new SignalResourceCommand({ StackName, LogicalResourceId: 'Wait', UniqueId, Status }),
      ),
    );
  const create = (StackName: string, Count: number) =>
    cfn.send(new CreateStackCommand({ StackName, TemplateBody: template(Count) }));

  it('wait for as many signals as they count', async () => {
    await create('signalled', 2);
    await signal('signalled', 'a');
    await expect(
      cfn.send(
        new SignalResourceCommand({
          StackName: 'signalled',
          LogicalResourceId: 'Wait',
          UniqueId: 'a',
          Status: 'SUCCESS',
        }),
      ),
    ).rejects.toThrow(/already exists/);
    expect(await status('signalled')).toBe('CREATE_IN_PROGRESS');
    await signal('signalled', 'b');
    await reached('signalled', 'CREATE_COMPLETE');
  });

  it('fail with a failure, and with their timeout', async () => {
    await create('failing', 2);
    await signal('failing', 'a', 'FAILURE');
    await reached('failing', 'ROLLBACK_COMPLETE');
    expect(await reasons('failing')).toContain('Received 1 FAILURE signal(s) out of 2.');
    await create('late', 2);
    await signal('late', 'a');
    await clock.advance(10 * 60_000);
    await reached('late', 'ROLLBACK_COMPLETE');
    expect(await reasons('late')).toContain(
      'Failed to receive 1 resource signal(s) within the specified duration',
    );
  });
});

it('an express deployment is one like any other here, and is told as one', async () => {
  const DeploymentConfig = { Mode: 'EXPRESS', DisableRollback: true } as const;
  const { Id } = await cfn.send(
    new CreateChangeSetCommand({
      StackName: 'express',
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: topic('one'),
      DeploymentConfig,
    }),
  );
  expect(
    (await cfn.send(new DescribeChangeSetCommand({ ChangeSetName: Id }))).DeploymentConfig,
  ).toEqual(DeploymentConfig);
});
