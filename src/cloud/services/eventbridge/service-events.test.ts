import {
  PutMetricAlarmCommand,
  CloudWatchClient,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusBench } from './fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from './fixtures/bus-bench.ts';

let bench: BusBench;
beforeAll(async () => {
  bench = await startBusBench();
});
afterAll(() => bench.stop());

// As recorded from AWS by LocalStack's snapshot tests (test_events.snapshot.json).
it('a bucket tells of its objects when it is asked to', async () => {
  const s3 = bench.client(S3Client);
  const Bucket = 'telling';
  await s3.send(new CreateBucketCommand({ Bucket }));
  await bench.rule('objects', { source: ['aws.s3'], detail: { bucket: { name: [Bucket] } } });
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'data' }));
  await put('before');
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  await put('a b');
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a b' }));
  await s3.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'before' }));
  const [created, deleted, marked, ...more] = await bench.got('objects');
  expect(more).toEqual([]);
  expect(created).toEqual({
    version: '0',
    id: expect.any(String) as string,
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: ACCOUNT,
    time: '2026-06-01T12:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:s3:::telling'],
    detail: {
      version: '0',
      bucket: { name: Bucket },
      object: {
        key: 'a b',
        size: 4,
        etag: '8d777f385d3dfec8815d20f7496026dc',
        sequencer: expect.any(String) as string,
      },
      'request-id': expect.any(String) as string,
      requester: ACCOUNT,
      'source-ip-address': expect.any(String) as string,
      reason: 'PutObject',
    },
  });
  expect(deleted).toMatchObject({
    'detail-type': 'Object Deleted',
    detail: { reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
  });
  expect(marked).toMatchObject({
    detail: {
      object: { key: 'before', 'version-id': expect.any(String) as string },
      'deletion-type': 'Delete Marker Created',
    },
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
it('an alarm tells of its state', async () => {
  const cloudwatch = bench.client(CloudWatchClient);
  await bench.rule('alarms', { 'detail-type': ['CloudWatch Alarm State Change'] });
  const AlarmName = 'hot';
  await cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmDescription: 'too hot',
      ActionsEnabled: false,
      Namespace: 'Shop',
      MetricName: 'Heat',
      Dimensions: [{ Name: 'Room', Value: 'a' }],
      Statistic: 'Average',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    }),
  );
  await cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'said so' }),
  );
  const [told] = (await bench.got('alarms')).filter(
    ({ detail }) => (detail as { state: { value: string } }).state.value === 'ALARM',
  );
  expect(told).toMatchObject({
    source: 'aws.cloudwatch',
    resources: [`arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:hot`],
    detail: {
      alarmName: AlarmName,
      configuration: {
        description: 'too hot',
        metrics: [
          {
            metricStat: {
              metric: { namespace: 'Shop', name: 'Heat', dimensions: { Room: 'a' } },
              period: 300,
              stat: 'Average',
            },
            returnData: true,
          },
        ],
      },
      previousState: { value: 'INSUFFICIENT_DATA' },
      state: { value: 'ALARM', reason: 'said so' },
    },
  });
});
