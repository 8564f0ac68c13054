import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { FilterLogEventsCommand, CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';
import { mappingsOf } from './fixtures/feeding-bench.ts';

let bench: StackBench;
beforeAll(async () => {
  bench = await startStackBench();
});
afterAll(() => bench.stop());

const resources = (mapping: object) => ({
  Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
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
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
                Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
              },
              { Effect: 'Allow', Action: 'logs:*', Resource: '*' },
            ],
          },
        },
      ],
    },
  },
  Worker: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'stack-worker',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: {
        ZipFile:
          'exports.handler = async ({ Records }) => Records.forEach(({ body }) => console.log(`got ${body}`));',
      },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Worker' },
      EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
      Tags: [{ Key: 'my', Value: 'tag' }],
      ...mapping,
    },
  },
});

it('AWS::Lambda::EventSourceMapping feeds, changes in place, drifts and goes', async () => {
  const outputs = {
    Url: { Ref: 'Queue' },
    Id: { 'Fn::GetAtt': ['Mapping', 'Id'] },
  };
  const made = await bench.deploy('feed', resources({ BatchSize: '5' }), outputs);
  expect(made).toMatchObject({ status: 'CREATE_COMPLETE', failures: [] });
  const sqs = new SQSClient(bench.settings);
  const lambda = new LambdaClient(bench.settings);
  await sqs.send(new SendMessageCommand({ QueueUrl: made.outputs['Url'], MessageBody: 'a' }));
  await bench.cloud.settle();
  const { events = [] } = await new CloudWatchLogsClient(bench.settings).send(
    new FilterLogEventsCommand({
      logGroupName: '/aws/lambda/stack-worker',
      filterPattern: '"got a"',
    }),
  );
  expect(events).toHaveLength(1);
  expect(await mappingsOf({ lambda }, 'stack-worker')).toMatchObject([
    { UUID: made.outputs['Id'], BatchSize: 5, State: 'Enabled' },
  ]);
  expect(await bench.drift('feed')).toContain('Mapping: IN_SYNC');
  await lambda.send(
    new UpdateEventSourceMappingCommand({ UUID: made.outputs['Id'], BatchSize: 7 }),
  );
  expect(await bench.drift('feed')).toContain('Mapping: MODIFIED /BatchSize');
  const changed = await bench.deploy(
    'feed',
    resources({ Enabled: false, FunctionResponseTypes: ['ReportBatchItemFailures'] }),
    outputs,
  );
  expect(changed).toMatchObject({ status: 'UPDATE_COMPLETE', outputs: { Id: made.outputs['Id'] } });
  expect(await mappingsOf({ lambda }, 'stack-worker')).toMatchObject([
    { BatchSize: 10, State: 'Disabled', FunctionResponseTypes: ['ReportBatchItemFailures'] },
  ]);
  expect(await bench.remove('feed')).toBe('DELETE_COMPLETE');
  expect(await mappingsOf({ lambda }, 'stack-worker')).toEqual([]);
});

it('what the API refuses fails the stack with its words', async () => {
  const { status, failures } = await bench.deploy('refused', resources({ BatchSize: 50 }));
  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures.join()).toContain('Maximum batch window in seconds must be greater than 0');
});
