import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AddTagsToStreamCommand,
  CreateStreamCommand,
  DeleteResourcePolicyCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetResourcePolicyCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
  PutResourcePolicyCommand,
  StartStreamEncryptionCommand,
  StopStreamEncryptionCommand,
  SubscribeToShardCommand,
} from '@aws-sdk/client-kinesis';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import { rootKeys, settingsOf } from '../../fixtures/account-keys.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const FIRST = 'shardId-000000000000';
const arnOf = (name: string) => `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/${name}`;

const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let kinesis: KinesisClient;
let kms: KMSClient;
let iam: IAMClient;
const config = (accessKeyId = 'test', secretAccessKey = 'test') => ({
  endpoint: running.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
});
beforeAll(async () => {
  running = await startCloud({ clock, signatureClock: createRealClock() });
  kinesis = new KinesisClient(config());
  kms = new KMSClient(config());
  iam = new IAMClient(config());
});
afterAll(async () => {
  for (const client of [kinesis, kms, iam]) client.destroy();
  await running.stop();
});

const create = (StreamName: string, Tags?: Record<string, string>) =>
  kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1, Tags }));
/** A client of a user who may do what the statements say. */
const userWith = async (UserName: string, ...Statement: object[]) => {
  await iam.send(new CreateUserCommand({ UserName }));
  if (Statement.length > 0)
    await iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return new KinesisClient(config(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey));
};
const allow = (Action: string | string[], Resource: string, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});
const put = (client: KinesisClient, StreamName: string) =>
  client.send(new PutRecordCommand({ StreamName, Data: Buffer.from('x'), PartitionKey: 'k' }));
const readAll = async (client: KinesisClient, StreamName: string) => {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({
      StreamName,
      ShardId: FIRST,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
  );
  return client.send(new GetRecordsCommand({ ShardIterator }));
};
const denied = (what: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(what) as string,
});

describe('who may', () => {
  it('is decided by stream, by action and by tags', async () => {
    await create('mine', { team: 'a' });
    await create('yours', { team: 'b' });
    const user = await userWith(
      'writer',
      allow('kinesis:PutRecord', arnOf('*'), { StringEquals: { 'aws:ResourceTag/team': 'a' } }),
    );
    expect(await put(user, 'mine')).toMatchObject({ ShardId: FIRST });
    await expect(put(user, 'yours')).rejects.toMatchObject(
      denied(`kinesis:PutRecord on resource: ${arnOf('yours')}`),
    );
    await expect(readAll(user, 'mine')).rejects.toMatchObject(denied('kinesis:GetShardIterator'));
    await expect(user.send(new ListStreamsCommand({}))).rejects.toMatchObject(
      denied('kinesis:ListStreams'),
    );
    user.destroy();
  });

  it('reads by an iterator must be allowed to read its stream', async () => {
    await create('read');
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: 'read',
        ShardId: FIRST,
        ShardIteratorType: 'LATEST',
      }),
    );
    const user = await userWith('reader', allow('kinesis:GetRecords', arnOf('other')));
    await expect(user.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject(
      denied(`kinesis:GetRecords on resource: ${arnOf('read')}`),
    );
    const consumer = `${arnOf('read')}/consumer/c:1`;
    await expect(
      user.send(
        new SubscribeToShardCommand({
          ConsumerARN: consumer,
          ShardId: FIRST,
          StartingPosition: { Type: 'LATEST' },
        }),
      ),
    ).rejects.toMatchObject(denied(`kinesis:SubscribeToShard on resource: ${consumer}`));
    user.destroy();
  });

  it('creates with tags needs the permission to add them, and request tags count', async () => {
    const user = await userWith(
      'maker',
      allow('kinesis:CreateStream', arnOf('made-*')),
      allow('kinesis:AddTagsToStream', arnOf('made-*'), {
        StringEquals: { 'aws:RequestTag/team': 'a' },
      }),
    );
    const make = (StreamName: string, Tags?: Record<string, string>) =>
      user.send(new CreateStreamCommand({ StreamName, ShardCount: 1, Tags }));
    await make('made-plain');
    await make('made-tagged', { team: 'a' });
    await expect(make('made-wrong', { team: 'b' })).rejects.toMatchObject(
      denied('kinesis:AddTagsToStream'),
    );
    await expect(
      user.send(new AddTagsToStreamCommand({ StreamName: 'made-plain', Tags: { team: 'b' } })),
    ).rejects.toMatchObject(denied('kinesis:AddTagsToStream'));
    user.destroy();
  });

  it('a resource policy adds to, and takes away', async () => {
    await create('shared');
    const user = await userWith('guest');
    const policy = (Effect: string) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect,
            Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/guest` },
            Action: ['kinesis:PutRecord'],
            Resource: arnOf('shared'),
          },
        ],
      });
    const set = (Policy: string) =>
      kinesis.send(new PutResourcePolicyCommand({ ResourceARN: arnOf('shared'), Policy }));
    await expect(put(user, 'shared')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await set(policy('Allow'));
    expect(await put(user, 'shared')).toMatchObject({ ShardId: FIRST });
    const got = await kinesis.send(new GetResourcePolicyCommand({ ResourceARN: arnOf('shared') }));
    expect(got.Policy).toBe(policy('Allow'));
    await set(policy('Deny'));
    await expect(put(user, 'shared')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(set('{"Statement": 7}')).rejects.toMatchObject({
      name: 'InvalidArgumentException',
    });
    await kinesis.send(new DeleteResourcePolicyCommand({ ResourceARN: arnOf('shared') }));
    await expect(
      kinesis.send(new GetResourcePolicyCommand({ ResourceARN: arnOf('shared') })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    user.destroy();
  });
});

it('a stream of another account is reached by its ARN, when both accounts allow it', async () => {
  await create('open');
  const keys = rootKeys(running, '111122223333');
  const other = new KinesisClient(settingsOf(running, keys));
  const send = () =>
    other.send(
      new PutRecordCommand({
        StreamARN: arnOf('open'),
        Data: Buffer.from('x'),
        PartitionKey: 'k',
      }),
    );
  await expect(send()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await kinesis.send(
    new PutResourcePolicyCommand({
      ResourceARN: arnOf('open'),
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::111122223333:root' },
            Action: 'kinesis:PutRecord',
            Resource: arnOf('open'),
          },
        ],
      }),
    }),
  );
  expect(await send()).toMatchObject({ ShardId: FIRST });
  await expect(put(other, 'open')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Stream open under account 111122223333 not found.',
  });
  expect((await readAll(kinesis, 'open')).Records).toHaveLength(1);
  other.destroy();
});

describe('encryption', () => {
  const start = (StreamName: string, KeyId: string) =>
    kinesis.send(new StartStreamEncryptionCommand({ StreamName, EncryptionType: 'KMS', KeyId }));

  it('needs a key that is there, and is told of records written under it', async () => {
    await create('sealed');
    await expect(start('sealed', 'alias/nothing')).rejects.toMatchObject({
      name: 'KMSNotFoundException',
    });
    await put(kinesis, 'sealed');
    await start('sealed', 'alias/aws/kinesis');
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: 'sealed' }),
    );
    expect(StreamDescriptionSummary).toMatchObject({
      EncryptionType: 'KMS',
      KeyId: 'alias/aws/kinesis',
    });
    expect(await put(kinesis, 'sealed')).toMatchObject({ EncryptionType: 'KMS' });
    await kinesis.send(
      new StopStreamEncryptionCommand({
        StreamName: 'sealed',
        EncryptionType: 'KMS',
        KeyId: 'alias/aws/kinesis',
      }),
    );
    expect((await put(kinesis, 'sealed')).EncryptionType).toBeUndefined();
    const { Records } = await readAll(kinesis, 'sealed');
    expect(Records?.map(({ EncryptionType }) => EncryptionType)).toEqual([
      undefined,
      'KMS',
      undefined,
    ]);
  });

  it('asks KMS for the writer and for the reader, every five minutes', async () => {
    await create('own');
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata?.Arn ?? '';
    await start('own', key);
    const streams = allow(['kinesis:PutRecord', 'kinesis:Get*'], arnOf('own'));
    const encrypts = { StringEquals: { 'kms:EncryptionContext:aws:kinesis:arn': arnOf('own') } };
    const writer = await userWith('w', streams, allow('kms:GenerateDataKey', key, encrypts));
    const reader = await userWith('r', streams, allow('kms:Decrypt', key, encrypts));
    await put(writer, 'own');
    await expect(put(reader, 'own')).rejects.toMatchObject({ name: 'KMSAccessDeniedException' });
    expect((await readAll(reader, 'own')).Records).toHaveLength(1);
    await expect(readAll(writer, 'own')).rejects.toMatchObject({
      name: 'KMSAccessDeniedException',
    });
    await kms.send(new DisableKeyCommand({ KeyId: key }));
    // Until its data key has had its time.
    await put(writer, 'own');
    await clock.advance(300_000);
    await expect(put(writer, 'own')).rejects.toMatchObject({ name: 'KMSDisabledException' });
    await expect(readAll(reader, 'own')).rejects.toMatchObject({ name: 'KMSDisabledException' });
    await kms.send(new EnableKeyCommand({ KeyId: key }));
    await put(writer, 'own');
    expect((await readAll(reader, 'own')).Records).toHaveLength(3);
    writer.destroy();
    reader.destroy();
  });
});
