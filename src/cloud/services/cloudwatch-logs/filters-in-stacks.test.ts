import {
  CloudWatchLogsClient,
  DeleteMetricFilterCommand,
  DescribeMetricFiltersCommand,
  DescribeSubscriptionFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
beforeAll(async () => {
  bench = await startStackBench();
});
afterAll(() => bench.stop());

const stack = (pattern: string, more: object = {}) => ({
  Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'stacked' } },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
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
  Listener: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile: 'exports.handler = async () => {}' },
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      FunctionName: { Ref: 'Listener' },
      Action: 'lambda:InvokeFunction',
      Principal: 'logs.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['Group', 'Arn'] },
    },
  },
  Subscription: {
    Type: 'AWS::Logs::SubscriptionFilter',
    DependsOn: 'Permission',
    Properties: {
      LogGroupName: { Ref: 'Group' },
      FilterPattern: pattern,
      DestinationArn: { 'Fn::GetAtt': ['Listener', 'Arn'] },
      ...more,
    },
  },
  Metric: {
    Type: 'AWS::Logs::MetricFilter',
    Properties: {
      LogGroupName: { Ref: 'Group' },
      FilterName: 'latency',
      FilterPattern: '{ $.latency = * }',
      MetricTransformations: [
        {
          MetricName: 'Latency',
          MetricNamespace: 'App',
          MetricValue: '$.latency',
          Unit: 'Milliseconds',
          Dimensions: [{ Key: 'Route', Value: '$.route' }],
        },
      ],
    },
  },
});

it('filters of log groups are made, changed, looked at and deleted', async () => {
  const logs = new CloudWatchLogsClient(bench.settings);
  const outputs = { Subscription: { Ref: 'Subscription' }, Metric: { Ref: 'Metric' } };
  const made = await bench.deploy('filters', stack('ERROR'), outputs);
  expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
  expect(made.outputs).toEqual({
    Subscription: expect.stringMatching(/^filters-Subscription-\w+$/),
    Metric: 'latency',
  });
  expect(await bench.drift('filters')).toEqual(
    expect.arrayContaining(['Metric: IN_SYNC', 'Subscription: IN_SYNC']),
  );
  expect((await bench.deploy('filters', stack('FATAL'), outputs)).status).toBe('UPDATE_COMPLETE');
  const { subscriptionFilters } = await logs.send(
    new DescribeSubscriptionFiltersCommand({ logGroupName: 'stacked' }),
  );
  expect(subscriptionFilters).toMatchObject([
    { filterName: made.outputs['Subscription'], filterPattern: 'FATAL' },
  ]);
  const refused = await bench.deploy(
    'filters',
    stack('FATAL', { EmitSystemFields: ['@aws.region'] }),
  );
  expect(refused.failures.join('\n')).toMatch(/EmitSystemFields.*is not supported/);
  await logs.send(
    new DeleteMetricFilterCommand({ logGroupName: 'stacked', filterName: 'latency' }),
  );
  expect(await bench.drift('filters')).toContain('Metric: DELETED');
  expect(await bench.remove('filters')).toBe('DELETE_COMPLETE');
  expect((await logs.send(new DescribeMetricFiltersCommand({}))).metricFilters).toEqual([]);
  logs.destroy();
});
