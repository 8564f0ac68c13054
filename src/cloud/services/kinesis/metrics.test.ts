import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { createServices, startCloud } from '../../index.ts';

const MINUTE_MS = 60_000;
const START = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const clock = createVirtualClock(START);
let running: RunningCloud;
let kinesis: KinesisClient;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  running = await startCloud({
    clock,
    signatureClock: createRealClock(),
    services: createServices({ shardLimits: true }),
  });
  const settings = {
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  kinesis = new KinesisClient(settings);
  cloudwatch = new CloudWatchClient(settings);
});
afterAll(async () => {
  kinesis.destroy();
  cloudwatch.destroy();
  await running.stop();
});

const StreamName = 'clicks';
const put = (size: number) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.alloc(size) }));

it('CloudWatch is told every minute what was put, refused and read, as of single operations', async () => {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  await put(400_000);
  await kinesis.send(
    new PutRecordsCommand({
      StreamName,
      Records: [500_000, 500_000, 2].map((size) => ({
        PartitionKey: 'k',
        Data: Buffer.alloc(size),
      })),
    }),
  );
  await expect(put(400_000)).rejects.toThrow(/^Rate exceeded/);
  await clock.advance(10_000);
  const { ShardIterator } = await kinesis.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  const read = () => kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
  for (let call = 0; call < 5; call += 1) await read();
  await expect(read()).rejects.toThrow(/^Rate exceeded/);
  await clock.advance(MINUTE_MS);
  await running.cloud.settle();
  const statistics = async (MetricName: string) => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/Kinesis',
        MetricName,
        Dimensions: [{ Name: 'StreamName', Value: StreamName }],
        StartTime: new Date(START),
        EndTime: new Date(START + 5 * MINUTE_MS),
        Period: 60,
        Statistics: ['Sum', 'Minimum', 'Maximum', 'SampleCount'],
      }),
    );
    return Datapoints.map(({ Sum, Minimum, Maximum, SampleCount, Timestamp }) => {
      expect(Timestamp).toEqual(new Date(START));
      return [Sum, Minimum, Maximum, SampleCount];
    });
  };
  expect(await statistics('IncomingRecords')).toEqual([[3, 1, 2, 2]]);
  expect(await statistics('IncomingBytes')).toEqual([[900_002, 400_000, 500_002, 2]]);
  expect(await statistics('WriteProvisionedThroughputExceeded')).toEqual([[2, 0, 1, 3]]);
  expect(await statistics('GetRecords.IteratorAgeMilliseconds')).toEqual([
    [50_000, 10_000, 10_000, 5],
  ]);
  expect(await statistics('ReadProvisionedThroughputExceeded')).toEqual([[1, 0, 1, 6]]);
});

it('nothing is told of a stream that nothing happened at', async () => {
  const { Datapoints } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: 'AWS/Kinesis',
      MetricName: 'IncomingRecords',
      Dimensions: [{ Name: 'StreamName', Value: StreamName }],
      StartTime: new Date(START + MINUTE_MS),
      EndTime: new Date(START + 10 * MINUTE_MS),
      Period: 60,
      Statistics: ['Sum'],
    }),
  );
  expect(Datapoints).toEqual([]);
});
