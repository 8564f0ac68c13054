import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';
import {
  ReceiveMessageCommand,
  SendMessageCommand,
  DeleteMessageCommand,
} from '@aws-sdk/client-sqs';

const clock = createVirtualClock(Math.floor(Date.now() / 60_000) * 60_000);
let running: RunningCloud;
let sqs: SQSClient;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  running = await startCloud({ clock });
  const settings = {
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  sqs = new SQSClient(settings);
  cloudwatch = new CloudWatchClient(settings);
});
afterAll(async () => {
  sqs.destroy();
  cloudwatch.destroy();
  await running.stop();
});

const advance = async (ms: number) => {
  await clock.advance(ms);
  await running.cloud.settle();
  for (const client of [sqs, cloudwatch])
    client.config.systemClockOffset = clock.now() - Date.now();
};

it('CloudWatch is told every minute what happened and what there is', async () => {
  const startedAt = clock.now();
  await advance(0);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'backlog',
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: [{ Name: 'QueueName', Value: 'q' }],
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 120,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    }),
  );
  for (const MessageBody of ['four', 'sixsix'])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  await sqs.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 600 }));
  await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  await advance(60_000);
  const statistic = async (MetricName: string) => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/SQS',
        MetricName,
        Dimensions: [{ Name: 'QueueName', Value: 'q' }],
        StartTime: new Date(startedAt),
        EndTime: new Date(startedAt + 60_000),
        Period: 60,
        Statistics: ['Sum', 'Maximum'],
      }),
    );
    return Datapoints.map(({ Sum, Maximum }) => [Sum, Maximum]);
  };
  expect(await statistic('NumberOfMessagesSent')).toEqual([[2, 2]]);
  expect(await statistic('SentMessageSize')).toEqual([[10, 6]]);
  expect(await statistic('NumberOfMessagesReceived')).toEqual([[2, 2]]);
  expect(await statistic('NumberOfEmptyReceives')).toEqual([[1, 1]]);
  expect(await statistic('NumberOfMessagesDeleted')).toEqual([[1, 1]]);
  expect(await statistic('ApproximateNumberOfMessagesVisible')).toEqual([[0, 0]]);
  expect(await statistic('ApproximateNumberOfMessagesNotVisible')).toEqual([[1, 1]]);
  const alarm = async () =>
    (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ['backlog'] })))
      .MetricAlarms?.[0]?.StateValue;
  expect(await alarm()).not.toBe('ALARM');
  for (let minute = 0; minute < 4; minute += 1) await advance(60_000);
  expect(await alarm()).toBe('ALARM');
});
