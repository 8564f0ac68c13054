import {
  DecreaseStreamRetentionPeriodCommand,
  DescribeStreamConsumerCommand,
  DescribeStreamSummaryCommand,
  GetResourcePolicyCommand,
  KinesisClient,
  ListTagsForStreamCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

const ACCOUNT = '000000000000';
let bench: StackBench;
let kinesis: KinesisClient;
beforeAll(async () => {
  bench = await startStackBench();
  kinesis = new KinesisClient(bench.settings);
});
afterAll(async () => {
  kinesis.destroy();
  await bench.stop();
});

const stream = (Properties: object = {}) => ({ Type: 'AWS::Kinesis::Stream', Properties });
const summaryOf = async (StreamName: string | undefined) =>
  (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;

describe('AWS::Kinesis::Stream', () => {
  it('is one shard in provisioned mode when nothing is said', async () => {
    const made = await bench.deploy(
      'plain',
      { S: stream() },
      { Name: { Ref: 'S' }, Arn: { 'Fn::GetAtt': ['S', 'Arn'] } },
    );
    expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
    expect(made.outputs['Name']).toMatch(/^plain-S-\w+$/);
    expect(made.outputs['Arn']).toBe(
      `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${made.outputs['Name']}`,
    );
    expect(await summaryOf(made.outputs['Name'])).toMatchObject({
      OpenShardCount: 1,
      RetentionPeriodHours: 24,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
    });
    expect(await bench.remove('plain')).toBe('DELETE_COMPLETE');
    await expect(summaryOf(made.outputs['Name'])).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('is created with all it has, updated in place, and looked at for drift', async () => {
    const first = await bench.deploy('full', {
      S: stream({
        Name: 'full',
        ShardCount: 2,
        RetentionPeriodHours: 48,
        MaxRecordSizeInKiB: 2_048,
        DesiredShardLevelMetrics: ['IncomingBytes'],
        StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
        Tags: [
          { Key: 'team', Value: 'a' },
          { Key: 'old', Value: '1' },
        ],
      }),
    });
    expect([first.status, first.failures]).toEqual(['CREATE_COMPLETE', []]);
    expect(await summaryOf('full')).toMatchObject({
      OpenShardCount: 2,
      RetentionPeriodHours: 48,
      MaxRecordSizeInKiB: 2_048,
      EncryptionType: 'KMS',
      KeyId: 'alias/aws/kinesis',
      EnhancedMonitoring: [{ ShardLevelMetrics: ['IncomingBytes'] }],
    });
    expect(await bench.drift('full')).toEqual(['S: IN_SYNC']);
    await kinesis.send(
      new DecreaseStreamRetentionPeriodCommand({ StreamName: 'full', RetentionPeriodHours: 24 }),
    );
    expect(await bench.drift('full')).toEqual(['S: MODIFIED /RetentionPeriodHours']);
    const tooMany = await bench.deploy('full', { S: stream({ Name: 'full', ShardCount: 5 }) });
    expect(tooMany.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(tooMany.failures.join()).toContain(
      'UpdateShardCount cannot scale up over double your current open shard count',
    );
    expect(await summaryOf('full')).toMatchObject({ OpenShardCount: 2, EncryptionType: 'KMS' });
  });

  it('changes mode, shards, retention, metrics, encryption and tags', async () => {
    await bench.deploy('changing', {
      S: stream({
        Name: 'changing',
        RetentionPeriodHours: 48,
        StreamModeDetails: { StreamMode: 'ON_DEMAND' },
        StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
        DesiredShardLevelMetrics: ['IncomingBytes'],
        Tags: [{ Key: 'old', Value: '1' }],
      }),
    });
    expect(await summaryOf('changing')).toMatchObject({ OpenShardCount: 4 });
    const changed = await bench.deploy('changing', {
      S: stream({
        Name: 'changing',
        ShardCount: 3,
        MaxRecordSizeInKiB: 4_096,
        DesiredShardLevelMetrics: ['OutgoingBytes'],
        Tags: [{ Key: 'team', Value: 'b' }],
      }),
    });
    expect([changed.status, changed.failures]).toEqual(['UPDATE_COMPLETE', []]);
    expect(await summaryOf('changing')).toMatchObject({
      OpenShardCount: 3,
      RetentionPeriodHours: 24,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      MaxRecordSizeInKiB: 4_096,
      EncryptionType: 'NONE',
      EnhancedMonitoring: [{ ShardLevelMetrics: ['OutgoingBytes'] }],
    });
    const { Tags } = await kinesis.send(new ListTagsForStreamCommand({ StreamName: 'changing' }));
    expect(Tags?.filter(({ Key = '' }) => !Key.startsWith('aws:'))).toEqual([
      { Key: 'team', Value: 'b' },
    ]);
    expect(await bench.drift('changing')).toEqual(['S: IN_SYNC']);
    expect(await bench.remove('changing')).toBe('DELETE_COMPLETE');
  });

  it('with warm throughput is refused, and nothing stays behind', async () => {
    const made = await bench.deploy('warm', {
      S: stream({ Name: 'warm', WarmThroughputMiBps: 10 }),
    });
    expect(made.failures.join()).toContain('WarmThroughputMiBps');
    await expect(summaryOf('warm')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

it('AWS::Kinesis::StreamConsumer and ::ResourcePolicy stand on a stream, and go before it', async () => {
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
        Action: 'kinesis:PutRecord',
        Resource: { 'Fn::GetAtt': ['S', 'Arn'] },
      },
    ],
  };
  const resources = (Action: string) => ({
    S: stream({ Name: 'both' }),
    C: {
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: { ConsumerName: 'reader', StreamARN: { 'Fn::GetAtt': ['S', 'Arn'] } },
    },
    P: {
      Type: 'AWS::Kinesis::ResourcePolicy',
      Properties: {
        ResourceArn: { 'Fn::GetAtt': ['S', 'Arn'] },
        ResourcePolicy: { ...policy, Statement: [{ ...policy.Statement[0], Action }] },
      },
    },
  });
  const made = await bench.deploy('both', resources('kinesis:PutRecord'), {
    Consumer: { Ref: 'C' },
    Status: { 'Fn::GetAtt': ['C', 'ConsumerStatus'] },
    Policy: { Ref: 'P' },
  });
  expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
  const arn = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/both`;
  expect(made.outputs).toMatchObject({
    Consumer: expect.stringMatching(new RegExp(`^${arn}/consumer/reader:\\d+$`)) as string,
    Status: 'ACTIVE',
    Policy: arn,
  });
  expect(await bench.drift('both')).toEqual(['C: IN_SYNC', 'P: IN_SYNC', 'S: IN_SYNC']);
  const changed = await bench.deploy('both', resources('kinesis:PutRecords'));
  expect([changed.status, changed.failures]).toEqual(['UPDATE_COMPLETE', []]);
  const { Policy } = await kinesis.send(new GetResourcePolicyCommand({ ResourceARN: arn }));
  expect(Policy).toContain('kinesis:PutRecords');
  expect(await bench.remove('both')).toBe('DELETE_COMPLETE');
  await expect(
    kinesis.send(new DescribeStreamConsumerCommand({ ConsumerARN: made.outputs['Consumer'] })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
