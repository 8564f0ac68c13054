import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  DisableEnhancedMonitoringCommand,
  EnableEnhancedMonitoringCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsForStreamCommand,
  RegisterStreamConsumerCommand,
  RemoveTagsFromStreamCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAccountSettingsCommand,
  UpdateMaxRecordSizeCommand,
  UpdateStreamModeCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${name}`;
const HIGHEST = '340282366920938463463374607431768211455';

let running: RunningCloud;
let kinesis: KinesisClient;
beforeAll(async () => {
  running = await startCloud();
  kinesis = new KinesisClient({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  kinesis.destroy();
  await running.stop();
});

const create = (StreamName: string, ShardCount = 1) =>
  kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
const summaryOf = async (StreamName: string) =>
  (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;

describe('streams', () => {
  it('are described as AWS does', async () => {
    await create('plain', 3);
    const { StreamDescription } = await kinesis.send(
      new DescribeStreamCommand({ StreamARN: arnOf('plain') }),
    );
    expect(StreamDescription).toMatchObject({
      StreamName: 'plain',
      StreamARN: arnOf('plain'),
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      RetentionPeriodHours: 24,
      EncryptionType: 'NONE',
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      HasMoreShards: false,
    });
    expect(StreamDescription?.KeyId).toBeUndefined();
    expect(StreamDescription?.StreamCreationTimestamp).toBeInstanceOf(Date);
    const shards = StreamDescription?.Shards ?? [];
    expect(shards.map(({ ShardId }) => ShardId)).toEqual([
      'shardId-000000000000',
      'shardId-000000000001',
      'shardId-000000000002',
    ]);
    expect(shards.map(({ HashKeyRange }) => HashKeyRange)).toEqual([
      { StartingHashKey: '0', EndingHashKey: '113427455640312821154458202477256070484' },
      {
        StartingHashKey: '113427455640312821154458202477256070485',
        EndingHashKey: '226854911280625642308916404954512140969',
      },
      { StartingHashKey: '226854911280625642308916404954512140970', EndingHashKey: HIGHEST },
    ]);
    for (const { SequenceNumberRange } of shards)
      expect(SequenceNumberRange).toEqual({
        StartingSequenceNumber: expect.stringMatching(/^4\d{55}$/) as string,
      });
    const page = await kinesis.send(
      new DescribeStreamCommand({
        StreamName: 'plain',
        Limit: 1,
        ExclusiveStartShardId: 'shardId-000000000000',
      }),
    );
    expect(page.StreamDescription).toMatchObject({
      HasMoreShards: true,
      Shards: [{ ShardId: 'shardId-000000000001' }],
    });
    expect(await summaryOf('plain')).toMatchObject({
      OpenShardCount: 3,
      ConsumerCount: 0,
      MaxRecordSizeInKiB: 1024,
    });
  });

  it('get four shards that scale themselves when nobody says how many', async () => {
    await kinesis.send(new CreateStreamCommand({ StreamName: 'elastic' }));
    expect(await summaryOf('elastic')).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
    await kinesis.send(
      new UpdateStreamModeCommand({
        StreamARN: arnOf('elastic'),
        StreamModeDetails: { StreamMode: 'PROVISIONED' },
      }),
    );
    expect(await summaryOf('elastic')).toMatchObject({
      OpenShardCount: 4,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
    await expect(
      kinesis.send(
        new CreateStreamCommand({
          StreamName: 'both',
          ShardCount: 2,
          StreamModeDetails: { StreamMode: 'ON_DEMAND' },
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' });
  });

  it('are there once, and gone when deleted', async () => {
    await create('once');
    await expect(create('once')).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: `Stream once under account ${ACCOUNT} already exists.`,
    });
    await kinesis.send(
      new RegisterStreamConsumerCommand({ StreamARN: arnOf('once'), ConsumerName: 'reader' }),
    );
    await expect(
      kinesis.send(new DeleteStreamCommand({ StreamName: 'once' })),
    ).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await kinesis.send(
      new DeleteStreamCommand({ StreamName: 'once', EnforceConsumerDeletion: true }),
    );
    await expect(summaryOf('once')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Stream once under account ${ACCOUNT} not found.`,
    });
  });

  it('are listed by name, page by page', async () => {
    for (const name of ['list-b', 'list-a', 'list-c']) await create(name);
    const first = await kinesis.send(
      new ListStreamsCommand({ ExclusiveStartStreamName: 'list', Limit: 2 }),
    );
    expect(first).toMatchObject({ StreamNames: ['list-a', 'list-b'], HasMoreStreams: true });
    expect(first.StreamSummaries?.[0]).toMatchObject({
      StreamARN: arnOf('list-a'),
      StreamStatus: 'ACTIVE',
    });
    const second = await kinesis.send(
      new ListStreamsCommand({ NextToken: first.NextToken, Limit: 1 }),
    );
    expect(second.StreamNames).toEqual(['list-c']);
  });

  it('keep records for 24 to 8,760 hours', async () => {
    await create('kept');
    const increase = (RetentionPeriodHours: number) =>
      kinesis.send(
        new IncreaseStreamRetentionPeriodCommand({ StreamName: 'kept', RetentionPeriodHours }),
      );
    const decrease = (RetentionPeriodHours: number) =>
      kinesis.send(
        new DecreaseStreamRetentionPeriodCommand({ StreamName: 'kept', RetentionPeriodHours }),
      );
    await increase(8_760);
    await decrease(48);
    expect(await summaryOf('kept')).toMatchObject({ RetentionPeriodHours: 48 });
    await expect(increase(47)).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message:
        'Requested retention period (47 hours) for stream kept can not be shorter than existing retention period (48 hours). Use DecreaseRetentionPeriod API.',
    });
    await expect(decrease(49)).rejects.toMatchObject({
      message: expect.stringContaining('can not be longer than existing') as string,
    });
    await expect(increase(8_761)).rejects.toMatchObject({
      message:
        'Maximum allowed retention period is 8760 hours. Requested retention period (8761 hours) is too long.',
    });
    await expect(decrease(23)).rejects.toMatchObject({
      message:
        'Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.',
    });
  });

  it('have metrics of their shards switched on and off', async () => {
    await create('measured');
    const on = await kinesis.send(
      new EnableEnhancedMonitoringCommand({
        StreamName: 'measured',
        ShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'],
      }),
    );
    expect(on).toMatchObject({
      StreamARN: arnOf('measured'),
      CurrentShardLevelMetrics: [],
      DesiredShardLevelMetrics: ['IncomingBytes', 'OutgoingBytes'],
    });
    const off = await kinesis.send(
      new DisableEnhancedMonitoringCommand({
        StreamName: 'measured',
        ShardLevelMetrics: ['IncomingBytes'],
      }),
    );
    expect(off.DesiredShardLevelMetrics).toEqual(['OutgoingBytes']);
    await kinesis.send(
      new EnableEnhancedMonitoringCommand({ StreamName: 'measured', ShardLevelMetrics: ['ALL'] }),
    );
    const summary = await summaryOf('measured');
    expect(summary?.EnhancedMonitoring?.[0]?.ShardLevelMetrics).toHaveLength(7);
  });

  it('refuse what breaks the model’s constraints, all of it at once', async () => {
    await expect(
      kinesis.send(
        new CreateStreamCommand({
          StreamName: 'no/slash',
          ShardCount: 0,
          MaxRecordSizeInKiB: 20_000,
        }),
      ),
    ).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "3 validation errors detected: Value 'no/slash' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '0' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '20000' at 'maxRecordSizeInKiB' failed to satisfy constraint: Member must have value less than or equal to 10240",
    });
    await expect(kinesis.send(new DescribeStreamCommand({}))).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: 'Either StreamName or StreamARN must be given.',
    });
    await expect(
      kinesis.send(new DescribeStreamCommand({ StreamARN: 'arn:aws:sqs:us-east-1:1:x' })),
    ).rejects.toMatchObject({ name: 'InvalidArgumentException' });
    await expect(
      kinesis.send(new DescribeStreamCommand({ StreamName: 'a', StreamARN: arnOf('b') })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('name different streams') as string,
    });
  });

  it('refuse by name what is not here', async () => {
    const notHere = (what: string) => ({
      name: 'NotImplemented',
      message: expect.stringContaining(what) as string,
    });
    await expect(
      kinesis.send(
        new UpdateAccountSettingsCommand({
          MinimumThroughputBillingCommitment: { Status: 'ENABLED' },
        }),
      ),
    ).rejects.toMatchObject(notHere('UpdateAccountSettings'));
    await expect(
      kinesis.send(
        new CreateStreamCommand({ StreamName: 'warm', ShardCount: 1, WarmThroughputMiBps: 10 }),
      ),
    ).rejects.toMatchObject(notHere('WarmThroughputMiBps'));
    await expect(
      kinesis.send(
        new CreateStreamCommand({
          StreamName: 'spread',
          ShardCount: 1,
          RecordDistributionStrategy: 'AUTO',
        }),
      ),
    ).rejects.toMatchObject(notHere('RecordDistributionStrategy'));
  });
});

describe('accounts', () => {
  it('may have streams of larger records, and count their shards', async () => {
    await create('large');
    await kinesis.send(
      new UpdateMaxRecordSizeCommand({ StreamARN: arnOf('large'), MaxRecordSizeInKiB: 10_240 }),
    );
    expect(await summaryOf('large')).toMatchObject({ MaxRecordSizeInKiB: 10_240 });
    const limits = await kinesis.send(new DescribeLimitsCommand({}));
    expect(limits).toMatchObject({ ShardLimit: 20_000, OnDemandStreamCountLimit: 50 });
    expect(limits.OpenShardCount).toBeGreaterThan(0);
  });
});

describe('tags', () => {
  it('are added and taken away by both families of operations', async () => {
    await kinesis.send(
      new CreateStreamCommand({ StreamName: 'tagged', ShardCount: 1, Tags: { a: '1' } }),
    );
    await kinesis.send(
      new AddTagsToStreamCommand({ StreamName: 'tagged', Tags: { b: '2', c: '3' } }),
    );
    await kinesis.send(new TagResourceCommand({ ResourceARN: arnOf('tagged'), Tags: { d: '4' } }));
    await kinesis.send(
      new RemoveTagsFromStreamCommand({ StreamName: 'tagged', TagKeys: ['b', 'nowhere'] }),
    );
    await kinesis.send(new UntagResourceCommand({ ResourceARN: arnOf('tagged'), TagKeys: ['a'] }));
    const page = await kinesis.send(
      new ListTagsForStreamCommand({ StreamName: 'tagged', Limit: 1 }),
    );
    expect(page).toMatchObject({ HasMoreTags: true, Tags: [{ Key: 'c', Value: '3' }] });
    const rest = await kinesis.send(
      new ListTagsForStreamCommand({ StreamName: 'tagged', ExclusiveStartTagKey: 'c' }),
    );
    expect(rest).toMatchObject({ HasMoreTags: false, Tags: [{ Key: 'd', Value: '4' }] });
    const all = await kinesis.send(
      new ListTagsForResourceCommand({ ResourceARN: arnOf('tagged') }),
    );
    expect(all.Tags).toHaveLength(2);
  });

  it('are at most fifty, of characters that AWS takes', async () => {
    await create('tags');
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']));
    await kinesis.send(new AddTagsToStreamCommand({ StreamName: 'tags', Tags: fifty }));
    await expect(
      kinesis.send(new AddTagsToStreamCommand({ StreamName: 'tags', Tags: { more: '' } })),
    ).rejects.toMatchObject({
      name: 'InvalidArgumentException',
      message: expect.stringContaining('cannot have more than 50 tags') as string,
    });
    await expect(
      kinesis.send(new AddTagsToStreamCommand({ StreamName: 'tags', Tags: { 'a;b': '' } })),
    ).rejects.toMatchObject({
      message: expect.stringContaining('Some tags contain invalid characters') as string,
    });
    await expect(
      kinesis.send(new AddTagsToStreamCommand({ StreamName: 'tags', Tags: { 'aws:x': '' } })),
    ).rejects.toMatchObject({ message: expect.stringContaining('aws:') as string });
  });
});
