import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowing } from '../fixtures/lambda-bench.ts';
import type { FeedingBench } from './fixtures/feeding-bench.ts';
import { ACCOUNT, startFeedingBench } from './fixtures/feeding-bench.ts';

interface StreamEvent {
  readonly Records: readonly {
    readonly eventID: string;
    readonly kinesis: {
      readonly data: string;
      readonly sequenceNumber: string;
      readonly partitionKey: string;
    };
  }[];
  readonly window?: { readonly start: string; readonly end: string };
  readonly state?: Readonly<Record<string, unknown>>;
  readonly isFinalInvokeForWindow?: boolean;
  readonly isWindowTerminatedEarly?: boolean;
  readonly shardId?: string;
}

let bench: FeedingBench;
let kinesis: KinesisClient;
const START = Date.UTC(2026, 0, 1);
const ARN = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/clicks`;

const createStream = async (client: KinesisClient, of: FeedingBench, ShardCount = 1) => {
  await client.send(new CreateStreamCommand({ StreamName: 'clicks', ShardCount }));
  // A stream takes its time to become active.
  await of.clock.advance(60_000);
};
beforeEach(async () => {
  bench = await startFeedingBench({ startMs: START - 60_000 });
  kinesis = new KinesisClient(bench.settings);
});
afterEach(() => bench.stop());

const put = (data: string, PartitionKey = 'k', client = kinesis) =>
  client.send(
    new PutRecordCommand({ StreamName: 'clicks', PartitionKey, Data: Buffer.from(data) }),
  );
const putAll = (...data: readonly string[]) =>
  kinesis.send(
    new PutRecordsCommand({
      StreamName: 'clicks',
      Records: data.map((text) => ({ PartitionKey: 'k', Data: Buffer.from(text) })),
    }),
  );
const text = ({ kinesis: { data } }: StreamEvent['Records'][number]) =>
  Buffer.from(data, 'base64').toString('utf8');
const texts = (events: readonly StreamEvent[]) => events.map(({ Records }) => Records.map(text));
const map = (more: object = {}) =>
  bench.map({
    FunctionName: 'worker',
    EventSourceArn: ARN,
    StartingPosition: 'TRIM_HORIZON',
    ...more,
  });

describe('a stream feeds a function', () => {
  it('with records in order, told as AWS tells them', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    const made = await map();
    expect(made).toMatchObject({
      BatchSize: 100,
      BisectBatchOnFunctionError: false,
      DestinationConfig: { OnFailure: {} },
      EventSourceArn: ARN,
      FunctionResponseTypes: [],
      LastProcessingResult: 'No records processed',
      MaximumBatchingWindowInSeconds: 0,
      MaximumRecordAgeInSeconds: -1,
      MaximumRetryAttempts: -1,
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
      State: 'Creating',
      StateTransitionReason: 'User action',
      TumblingWindowInSeconds: 0,
    });
    const { SequenceNumber, ShardId } = await put('hello');
    await bench.settle();
    expect(seen).toEqual([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: '1.0',
              partitionKey: 'k',
              sequenceNumber: SequenceNumber,
              data: 'aGVsbG8=',
              approximateArrivalTimestamp: START / 1000,
            },
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventID: `${ShardId}:${SequenceNumber}`,
            eventName: 'aws:kinesis:record',
            invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/feeder`,
            awsRegion: 'us-east-1',
            eventSourceARN: ARN,
          },
        ],
      },
    ]);
    expect((await bench.look(made.UUID)).LastProcessingResult).toBe('OK');
    const { Datapoints = [] } = await new CloudWatchClient(bench.settings).send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/Lambda',
        MetricName: 'IteratorAge',
        Dimensions: [{ Name: 'FunctionName', Value: 'worker' }],
        StartTime: new Date(START - 3_600_000),
        EndTime: new Date(START + 3_600_000),
        Period: 60,
        Statistics: ['Maximum', 'SampleCount'],
      }),
    );
    expect(Datapoints).toMatchObject([{ Maximum: 0, SampleCount: 1 }]);
  });

  it.each([
    ['TRIM_HORIZON', {}, ['before', 'between', 'after']],
    ['AT_TIMESTAMP', { StartingPositionTimestamp: new Date(START + 500) }, ['between', 'after']],
    ['LATEST', {}, ['after']],
  ] as const)('from %s on', async (StartingPosition, more, expected) => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    await put('before');
    await bench.clock.advance(1_000);
    await put('between');
    await map({ StartingPosition, ...more });
    await put('after');
    await bench.settle();
    expect(texts(seen).flat()).toEqual(expected);
  });

  it('in batches that fill for a time, up to their size', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    await map({ BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });
    await putAll('a', 'b', 'c', 'd');
    await bench.settle();
    expect(texts(seen)).toEqual([['a', 'b', 'c']]);
    await bench.clock.advance(9_999);
    expect(seen).toHaveLength(1);
    await bench.clock.advance(1);
    expect(texts(seen)).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('also after a time in which nothing came', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    await map({ StartingPosition: 'LATEST' });
    // Longer than an iterator lives, twice: before the first record and after it.
    for (const data of ['a', 'b']) {
      await bench.clock.advance(3_600_000);
      await put(data);
      await bench.settle();
    }
    expect(texts(seen)).toEqual([['a'], ['b']]);
  });

  it('a shard after the one that it continues', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', (_event, nth) => {
      if (nth === 1) throw new Error('once');
    });
    await put('parent');
    await map({ StartingPosition: 'TRIM_HORIZON' });
    await bench.settle();
    const { StreamDescription } = await kinesis.send(
      new DescribeStreamCommand({ StreamName: 'clicks' }),
    );
    await kinesis.send(
      new SplitShardCommand({
        StreamName: 'clicks',
        ShardToSplit: StreamDescription?.Shards?.[0]?.ShardId,
        NewStartingHashKey: (2n ** 127n).toString(),
      }),
    );
    await put('child');
    await bench.settle();
    expect(texts(seen)).toEqual([['parent']]);
    await bench.clock.advance(60_000);
    await put('grown');
    await bench.settle();
    expect(texts(seen).flat()).toEqual(['parent', 'parent', 'child', 'grown']);
  });

  it('with the records that pass its filters', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    await map({ FilterCriteria: { Filters: [{ Pattern: '{"data":{"n":[1]}}' }] } });
    await putAll('{"n":1,"id":"a"}', '{"n":2}', 'text', '{"n":1,"id":"b"}');
    await bench.settle();
    expect(texts(seen)).toEqual([['{"n":1,"id":"a"}', '{"n":1,"id":"b"}']]);
  });

  it('with several batches of a shard at one time, records of one key in order', async () => {
    await createStream(kinesis, bench);
    let going = 0;
    let most = 0;
    const seen = await bench.fn<StreamEvent>('worker', async () => {
      going += 1;
      most = Math.max(most, going);
      await new Promise((resolve) => setImmediate(resolve));
      going -= 1;
    });
    for (let n = 0; n < 30; n += 1) await put(String(n), `key-${n % 6}`);
    await map({ ParallelizationFactor: 10, BatchSize: 1 });
    await bench.settle();
    expect(seen).toHaveLength(30);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(6);
    for (let key = 0; key < 6; key += 1)
      expect(
        seen
          .flatMap(({ Records }) => Records)
          .filter(({ kinesis: { partitionKey } }) => partitionKey === `key-${key}`)
          .map(text),
      ).toEqual([0, 1, 2, 3, 4].map((round) => String(round * 6 + key)));
  });
});

describe('what fails in a stream', () => {
  it('is tried again, later and later, and holds up what stands behind it', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', (_event, nth) => {
      if (nth <= 3) throw new Error('not yet');
    });
    const { UUID } = await map({ BatchSize: 1 });
    await putAll('a', 'b');
    await bench.settle();
    expect(texts(seen)).toEqual([['a']]);
    expect((await bench.look(UUID)).LastProcessingResult).toBe('PROBLEM: Function call failed');
    await bench.clock.advance(999);
    expect(seen).toHaveLength(1);
    await bench.clock.advance(1);
    expect(seen).toHaveLength(2);
    await bench.clock.advance(2_000);
    expect(seen).toHaveLength(3);
    await bench.clock.advance(4_000);
    expect(texts(seen)).toEqual([['a'], ['a'], ['a'], ['a'], ['b']]);
  });

  it('is given up after its retries, and a queue is told where it stood', async () => {
    await createStream(kinesis, bench);
    const sqs = new SQSClient(bench.settings);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'lost' }));
    const seen = await bench.fn<StreamEvent>('worker', ({ Records }) => {
      if (Records.map(text).includes('bad')) throw new Error('never');
    });
    await map({
      BatchSize: 2,
      MaximumRetryAttempts: 2,
      DestinationConfig: {
        OnFailure: { Destination: `arn:aws:sqs:us-east-1:${ACCOUNT}:lost` },
      },
    });
    const { Records = [] } = await putAll('a', 'bad', 'c');
    await bench.clock.advance(60_000);
    expect(texts(seen)).toEqual([['a', 'bad'], ['a', 'bad'], ['a', 'bad'], ['c']]);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown)).toEqual([
      {
        requestContext: {
          requestId: expect.any(String),
          functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`,
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        responseContext: {
          statusCode: 200,
          executedVersion: '$LATEST',
          functionError: 'Unhandled',
        },
        version: '1.0',
        timestamp: new Date(START + 3_000).toISOString(),
        KinesisBatchInfo: {
          shardId: Records[0]?.ShardId,
          startSequenceNumber: Records[0]?.SequenceNumber,
          endSequenceNumber: Records[1]?.SequenceNumber,
          approximateArrivalOfFirstRecord: '2026-01-01T00:00:00.000Z',
          approximateArrivalOfLastRecord: '2026-01-01T00:00:00.000Z',
          batchSize: 2,
          streamArn: ARN,
        },
      },
    ]);
  });

  it('is told to a bucket with the records themselves', async () => {
    await createStream(kinesis, bench);
    const s3 = new S3Client({ ...bench.settings, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'lost' }));
    await bench.fn<StreamEvent>('worker', () => {
      throw new Error('never');
    });
    const { UUID } = await map({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::lost' } },
    });
    const { ShardId } = await put('gone');
    await bench.settle();
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'lost' }));
    const Key = Contents[0]?.Key ?? '';
    expect(Key).toMatch(
      new RegExp(
        `^aws/lambda/${UUID}/${ShardId}/2026/01/01/2026-01-01T00\\.00\\.00-[0-9a-f-]{36}$`,
      ),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lost', Key }));
    const record = JSON.parse((await Body?.transformToString()) ?? '') as { payload: string };
    expect((JSON.parse(record.payload) as StreamEvent).Records.map(text)).toEqual(['gone']);
  });

  it('is split in two until what is bad stands alone', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', ({ Records }) => {
      if (Records.map(text).includes('bad')) throw new Error('never');
    });
    await map({ BatchSize: 4, MaximumRetryAttempts: 0, BisectBatchOnFunctionError: true });
    await putAll('a', 'bad', 'c', 'd');
    await bench.clock.advance(60_000);
    expect(texts(seen)).toEqual([['a', 'bad', 'c', 'd'], ['a', 'bad'], ['a'], ['bad'], ['c', 'd']]);
    expect(bench.notes().filter((note) => note.includes('1 record of'))).toHaveLength(1);
  });

  it('is gone on with from the first record that the answer names', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', ({ Records }, nth) => ({
      batchItemFailures:
        nth > 1
          ? []
          : [Records[2], Records[1]].map((record) => ({
              itemIdentifier: record?.kinesis.sequenceNumber,
            })),
    }));
    await map({ FunctionResponseTypes: ['ReportBatchItemFailures'] });
    await putAll('a', 'b', 'c');
    await bench.clock.advance(1_000);
    expect(texts(seen)).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('is split from what is before it by an answer too, which costs no retry', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', ({ Records }) => {
      const bad = Records.findIndex((record) => text(record) === 'bad');
      if (bad === 0) throw new Error('never');
      return {
        batchItemFailures:
          bad < 0 ? [] : [{ itemIdentifier: Records[bad]?.kinesis.sequenceNumber }],
      };
    });
    await map({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 0,
    });
    await putAll('a', 'bad', 'c');
    await bench.clock.advance(60_000);
    expect(texts(seen)).toEqual([['a', 'bad', 'c'], ['bad', 'c'], ['bad'], ['c']]);
    expect(bench.notes().filter((note) => note.includes('1 record of'))).toHaveLength(1);
  });

  it('is given up when it is too old', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', ({ Records }) => {
      if (Records.map(text).includes('old')) throw new Error('never');
    });
    await map({ MaximumRecordAgeInSeconds: 60, BatchSize: 1 });
    await put('old');
    await bench.clock.advance(30_000);
    await put('new');
    await bench.clock.advance(90_000);
    expect(texts(seen).at(-1)).toEqual(['new']);
    expect(bench.notes().some((note) => note.includes('RecordAgeExceeded'))).toBe(true);
  });
});

describe('a tumbling window', () => {
  it('carries its state from batch to batch, and ends with a last call', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', ({ Records, state = {} }) => ({
      state: { sum: Number(state['sum'] ?? 0) + Records.length },
    }));
    await map({ TumblingWindowInSeconds: 60, BatchSize: 2 });
    await putAll('a', 'b', 'c');
    await bench.clock.advance(59_000);
    await bench.clock.advance(2_000);
    await put('d');
    await bench.settle();
    await bench.clock.advance(60_000);
    expect(
      seen.map(({ Records, state, isFinalInvokeForWindow, window }) => [
        Records.map(text).join(''),
        state,
        isFinalInvokeForWindow,
        window?.start,
      ]),
    ).toEqual([
      ['ab', {}, false, '2026-01-01T00:00:00Z'],
      ['c', { sum: 2 }, false, '2026-01-01T00:00:00Z'],
      ['', { sum: 3 }, true, '2026-01-01T00:00:00Z'],
      ['d', {}, false, '2026-01-01T00:01:00Z'],
      ['', { sum: 1 }, true, '2026-01-01T00:01:00Z'],
    ]);
    expect(seen[0]).toMatchObject({ shardId: 'shardId-000000000000', eventSourceARN: ARN });
  });

  it('fails a batch whose answer has no state, and ends early when it grows too large', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', (_event, nth) => {
      if (nth === 1) return {};
      return { state: nth === 2 ? { big: 'x'.repeat(1_100_000) } : {} };
    });
    await map({ TumblingWindowInSeconds: 60 });
    await put('a');
    await bench.clock.advance(1_000);
    await put('b');
    await bench.settle();
    expect(
      seen.map(({ Records, isWindowTerminatedEarly }) => [
        Records.map(text).join(''),
        isWindowTerminatedEarly,
      ]),
    ).toEqual([
      ['a', false],
      ['a', false],
      ['', true],
      ['b', false],
    ]);
  });
});

describe('how far a mapping has come', () => {
  it('survives a restart', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'sparta-esm-'));
    try {
      const first = await startFeedingBench({ stateDir, startMs: START - 60_000 });
      const client = new KinesisClient(first.settings);
      await createStream(client, first);
      const seen = await first.fn<StreamEvent>('worker', () => undefined);
      await first.map({
        FunctionName: 'worker',
        EventSourceArn: ARN,
        StartingPosition: 'LATEST',
      });
      await put('one', 'k', client);
      await first.settle();
      expect(texts(seen)).toEqual([['one']]);
      await first.stop();
      const later: StreamEvent[] = [];
      const second = await startFeedingBench({
        stateDir,
        role: false,
        startMs: START + 1_000,
        handlers: new Map([['worker', (event: StreamEvent) => void later.push(event)]]),
      });
      await put('two', 'k', new KinesisClient(second.settings));
      await second.settle();
      expect(texts(later)).toEqual([['two']]);
      await second.stop();
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });

  it('survives a fork, also when nothing has been read from LATEST on', async () => {
    await createStream(kinesis, bench);
    await bench.fn<StreamEvent>('worker', () => undefined);
    await put('before');
    await map({ StartingPosition: 'LATEST' });
    await bench.settle();
    const forked: StreamEvent[] = [];
    const fork = await startFeedingBench({
      state: bench.cloud.fork(),
      role: false,
      startMs: START + 3_600_000,
      handlers: new Map([['worker', (event: StreamEvent) => void forked.push(event)]]),
    });
    await put('after', 'k', new KinesisClient(fork.settings));
    await fork.settle();
    expect(texts(forked)).toEqual([['after']]);
    await fork.stop();
  });

  it('is kept while it is disabled', async () => {
    await createStream(kinesis, bench);
    const seen = await bench.fn<StreamEvent>('worker', () => undefined);
    const { UUID } = await map();
    await put('a');
    await bench.settle();
    const enable = (Enabled: boolean) =>
      bench.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await enable(false);
    await put('b');
    await bench.settle();
    expect(texts(seen)).toEqual([['a']]);
    await enable(true);
    await bench.settle();
    expect(texts(seen)).toEqual([['a'], ['b']]);
  });
});

describe('the role', () => {
  it('must be allowed to read the stream, which must be there', async () => {
    await createStream(kinesis, bench);
    const role = await bench.role('blind', 'kinesis:DescribeStream', 'kinesis:GetRecords');
    await bench.fn('blind', () => undefined, { role });
    await bench.fn('worker', () => undefined);
    await expect(map({ FunctionName: 'blind' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: `Cannot access stream ${ARN}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams Actions on your stream in IAM.`,
    });
    await expect(map({ EventSourceArn: `${ARN}-gone` })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: `Stream not found: ${ARN}-gone`,
    });
    await expect(map({ StartingPosition: undefined })).rejects.toThrow(
      "Value null at 'startingPosition'",
    );
    await expect(
      map({ StartingPosition: 'LATEST', StartingPositionTimestamp: new Date(START) }),
    ).rejects.toThrow('Timestamp only valid with StartingPosition AT_TIMESTAMP');
    await expect(
      map({ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(-1_000) }),
    ).rejects.toThrow(
      'Received Exception while reading from provided stream. class java.lang.Long can not be converted to a Timestamp',
    );
    await expect(map({ StartingPosition: 'AT_TIMESTAMP' })).rejects.toThrow(
      'needs a StartingPositionTimestamp',
    );
    await map();
    await expect(map()).rejects.toThrow(
      `The event source arn (" ${ARN} ") and function (" worker ") provided mapping already exists. Please update or delete the existing mapping with UUID `,
    );
  });

  it('that loses its permission stops the reading, until it has it again', async () => {
    await createStream(kinesis, bench);
    const role = await bench.role('reader', 'kinesis:*');
    const seen = await bench.fn<StreamEvent>('worker', () => undefined, { role });
    const { UUID } = await map();
    await bench.iam.send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName: 'all' }));
    await put('a');
    await bench.settle();
    expect(seen).toHaveLength(0);
    expect((await bench.look(UUID)).LastProcessingResult).toMatch(/^PROBLEM: .*kinesis:/);
    await bench.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'reader',
        PolicyName: 'all',
        PolicyDocument: allowing('kinesis:*'),
      }),
    );
    await bench.settle();
    expect(texts(seen)).toEqual([['a']]);
    expect((await bench.look(UUID)).LastProcessingResult).toBe('OK');
  });
});
