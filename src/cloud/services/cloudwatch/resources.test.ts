import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let running: RunningCloud;
let stacks: CloudFormationClient;
let cloudwatch: CloudWatchClient;

beforeAll(async () => {
  running = await startCloud();
  const settings = {
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  stacks = new CloudFormationClient(settings);
  cloudwatch = new CloudWatchClient(settings);
});
afterAll(async () => {
  stacks.destroy();
  cloudwatch.destroy();
  await running.stop();
});

const template = (properties: object) =>
  JSON.stringify({
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic' },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          Namespace: 'Shop',
          MetricName: 'Orders',
          Dimensions: [{ Name: 'Shop', Value: 'a' }],
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 10,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
          AlarmActions: [{ Ref: 'Topic' }],
          ...properties,
        },
      },
    },
  });
const create = async (StackName: string, properties: object) => {
  await stacks.send(new CreateStackCommand({ StackName, TemplateBody: template(properties) }));
  await running.cloud.settle();
};
const update = async (StackName: string, properties: object) => {
  await stacks.send(new UpdateStackCommand({ StackName, TemplateBody: template(properties) }));
  await running.cloud.settle();
};
const physicalId = async (StackName: string, LogicalResourceId = 'Alarm') =>
  (await stacks.send(new DescribeStackResourcesCommand({ StackName, LogicalResourceId })))
    .StackResources?.[0]?.PhysicalResourceId ?? expect.fail('no resource');
const told = async (name: string) =>
  (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];
const story = async (StackName: string) =>
  ((await stacks.send(new DescribeStackEventsCommand({ StackName }))).StackEvents ?? [])
    .map(
      (event) =>
        `${event.LogicalResourceId} ${event.ResourceStatus}: ${event.ResourceStatusReason}`,
    )
    .join('\n');

describe('AWS::CloudWatch::Alarm', () => {
  it('is created, updated in place and deleted', async () => {
    // Templates may say numbers and booleans as text.
    await create('s', {
      Threshold: '10',
      ActionsEnabled: 'true',
      AlarmDescription: 'before',
      DatapointsToAlarm: 1,
      Tags: [
        { Key: 'team', Value: 'photos' },
        { Key: 'old', Value: '1' },
      ],
    });
    const name = await physicalId('s');
    expect(name).toMatch(/^s-Alarm-\w{12}$/);
    const alarm = await told(name);
    expect(alarm).toMatchObject({
      AlarmDescription: 'before',
      Threshold: 10,
      ActionsEnabled: true,
      DatapointsToAlarm: 1,
      Dimensions: [{ Name: 'Shop', Value: 'a' }],
      AlarmActions: [await physicalId('s', 'Topic')],
    });

    await update('s', {
      Threshold: 20,
      TreatMissingData: 'notBreaching',
      AlarmActions: [],
      Tags: [{ Key: 'team', Value: 'prints' }],
    });
    expect(await physicalId('s')).toBe(name);
    const updated = await told(name);
    expect(updated).toMatchObject({
      Threshold: 20,
      TreatMissingData: 'notBreaching',
      AlarmActions: [],
      StateValue: 'OK',
    });
    expect(updated?.AlarmDescription).toBeUndefined();
    expect(updated?.DatapointsToAlarm).toBeUndefined();
    const { Tags = [] } = await cloudwatch.send(
      new ListTagsForResourceCommand({ ResourceARN: alarm?.AlarmArn }),
    );
    expect(Tags.filter(({ Key }) => Key?.startsWith('aws:') !== true)).toEqual([
      { Key: 'team', Value: 'prints' },
    ]);

    await stacks.send(new DeleteStackCommand({ StackName: 's' }));
    await running.cloud.settle();
    expect(await told(name)).toBeUndefined();
  });

  it('is replaced when its name changes', async () => {
    await create('renamed', { AlarmName: 'one' });
    await update('renamed', { AlarmName: 'two' });
    expect(await physicalId('renamed')).toBe('two');
    expect([await told('one'), (await told('two'))?.AlarmName]).toEqual([undefined, 'two']);
  });

  it('fails where it asks for what is not supported, and says so', async () => {
    for (const [name, properties, reason] of [
      ['math', { Metrics: [{ Id: 'e', Expression: 'a/b' }] }, 'Metrics is not supported'],
      [
        'window',
        { EvaluationWindow: { WallClockWindow: {} } },
        'EvaluationWindow is not supported',
      ],
      ['period', { Period: 45 }, 'Period is 45'],
    ] as const) {
      await create(name, properties);
      expect(await story(name)).toMatch(new RegExp(`Alarm CREATE_FAILED: .*${reason}`));
      expect(await story(name)).toContain(`${name} ROLLBACK_COMPLETE`);
    }
  });

  it('tells of what nothing acts on', async () => {
    await create('inert', {
      Statistic: { Ref: 'AWS::NoValue' },
      ExtendedStatistic: 'p99',
      EvaluateLowSampleCountPercentile: 'ignore',
    });
    expect(await story('inert')).toContain(
      'not acted on by the embedded cloud: EvaluateLowSampleCountPercentile',
    );
    expect(await told(await physicalId('inert'))).toMatchObject({ ExtendedStatistic: 'p99' });
  });
});
