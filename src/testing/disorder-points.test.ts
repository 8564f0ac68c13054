import type { BatchWriteItemCommandOutput } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Message } from '@aws-sdk/client-sqs';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diary, namesIn, news, note, photos, postOffice } from './fixtures/post-office.ts';
import { runNodeTest } from './fixtures/run-node-test.ts';
import type { DisorderPoint, TestCloud } from './index.ts';
import { startCloud } from './index.ts';

let provisioned: TestCloud;
let name: (logicalId: string) => string;

beforeAll(async () => {
  provisioned = await startCloud();
  await provisioned.provision(postOffice);
  name = await namesIn(provisioned, 'Post');
});
afterAll(() => provisioned.stop());
beforeEach(() => void diary.splice(0));

/** A cloud where this alone goes out of order, whenever it can. */
const only = (point: DisorderPoint, more: { seed?: number; rate?: number } = {}) =>
  provisioned.fork({ disorder: { seed: 1, rate: 1, points: [point], ...more } });

/** What runs in order in most clouds, and in some not: the first seed of those. */
const firstSeed = async (
  point: DisorderPoint,
  run: (cloud: TestCloud) => Promise<readonly string[]>,
): Promise<readonly string[]> => {
  await using inOrder = await provisioned.fork();
  const ordered = await run(inOrder);
  for (let seed = 1; seed <= 20; seed += 1) {
    diary.splice(0);
    await using cloud = await only(point, { seed, rate: 0.5 });
    const seen = await run(cloud);
    // Nothing is lost, and nothing is added.
    expect(seen.toSorted()).toEqual(ordered.toSorted());
    if (seen.some((one, at) => one !== ordered[at])) return seen;
  }
  return ordered;
};

const receive = async (
  cloud: TestCloud,
  queue: string,
  more: { WaitTimeSeconds?: number } = {},
): Promise<Message[]> => {
  const { Messages = [] } = await new SQSClient(cloud.settings).send(
    new ReceiveMessageCommand({ QueueUrl: name(queue), MaxNumberOfMessages: 10, ...more }),
  );
  return Messages;
};
const drain = async (cloud: TestCloud, queue: string): Promise<string[]> => {
  const found: string[] = [];
  for (let got = await receive(cloud, queue); got.length > 0; got = await receive(cloud, queue))
    found.push(...got.map(({ Body = '' }) => Body));
  return found;
};
const send = (cloud: TestCloud, queue: string, ...bodies: string[]) =>
  each(bodies, (MessageBody) =>
    new SQSClient(cloud.settings).send(
      new SendMessageCommand({ QueueUrl: name(queue), MessageBody }),
    ),
  );
const each = async <T>(all: readonly T[], act: (one: T) => Promise<unknown>) => {
  for (const one of all) await act(one);
};
const six = ['1', '2', '3', '4', '5', '6'];
const says = (cloud: TestCloud) => cloud.disorder().map((choice) => choice.says);

const putThing = (cloud: TestCloud, id: string, kind: string) =>
  new DynamoDBClient(cloud.settings).send(
    new PutItemCommand({ TableName: name('Things'), Item: { id: { S: id }, kind: { S: kind } } }),
  );
const kindOf = async (cloud: TestCloud, id: string, ConsistentRead = false) => {
  const { Item } = await new DynamoDBClient(cloud.settings).send(
    new GetItemCommand({ TableName: name('Things'), Key: { id: { S: id } }, ConsistentRead }),
  );
  return Item?.['kind']?.S;
};

const publishSix = async (cloud: TestCloud) => {
  await each(six, (text) => cloud.use(news).publish(text));
  await cloud.settle();
  return drain(cloud, 'Inbox');
};
const sellSix = async (cloud: TestCloud) => {
  await each(six, (n) =>
    new EventBridgeClient(cloud.settings).send(
      new PutEventsCommand({
        Entries: [{ Source: 'shop', DetailType: 'sold', Detail: `{"n":${n}}` }],
      }),
    ),
  );
  await cloud.settle();
  return drain(cloud, 'Inbox');
};
const anHour = async (cloud: TestCloud) => {
  await cloud.advance('1 hour');
  return drain(cloud, 'Inbox');
};
const keys = () =>
  diary.flatMap(({ event }) =>
    (event as { Records: { s3: { object: { key: string } } }[] }).Records.map(
      ({ s3 }) => s3.object.key,
    ),
  );
const storeSix = async (cloud: TestCloud) => {
  diary.splice(0);
  await each(six, (key) => cloud.use(photos).put(key, 'x'));
  await cloud.settle();
  return keys();
};
const invokeSix = async (cloud: TestCloud) => {
  diary.splice(0);
  await each(six, (event) => cloud.use(note).send(event as never));
  await cloud.settle();
  return diary.map(({ event }) => String(event));
};
const clicked = () =>
  diary.flatMap(({ event }) =>
    (event as { Records: { kinesis: { data: string } }[] }).Records.map(({ kinesis }) =>
      Buffer.from(kinesis.data, 'base64').toString(),
    ),
  );
const click = (cloud: TestCloud, PartitionKey: string, text = PartitionKey) =>
  new KinesisClient(cloud.settings).send(
    new PutRecordCommand({ StreamName: name('Clicks'), PartitionKey, Data: Buffer.from(text) }),
  );

/** One for each thing that AWS may do: a new one does not compile without its test. */
const POINTS: Readonly<Record<DisorderPoint, () => Promise<void>>> = {
  'sqs.duplicate': async () => {
    await using cloud = await only('sqs.duplicate');
    await send(cloud, 'Jobs', 'once');
    const [first] = await receive(cloud, 'Jobs');
    const remove = (ReceiptHandle = '') =>
      new SQSClient(cloud.settings).send(
        new DeleteMessageCommand({ QueueUrl: name('Jobs'), ReceiptHandle }),
      );
    await remove(first?.ReceiptHandle);
    const [second] = await receive(cloud, 'Jobs');
    expect(second?.MessageId).toBe(first?.MessageId);
    await remove(second?.ReceiptHandle);
    await cloud.advance('5 minutes');
    expect(await receive(cloud, 'Jobs')).toEqual([]);
    expect(says(cloud)).toEqual(['Post-Jobs hands out "once" twice']);
  },
  'sqs.undeleted': async () => {
    await using cloud = await only('sqs.undeleted');
    await send(cloud, 'Jobs', 'once');
    for (let times = 2; times > 0; times -= 1) {
      const [message] = await receive(cloud, 'Jobs');
      expect(message?.Body).toBe('once');
      await new SQSClient(cloud.settings).send(
        new DeleteMessageCommand({
          QueueUrl: name('Jobs'),
          ReceiptHandle: message?.ReceiptHandle,
        }),
      );
      expect(await receive(cloud, 'Jobs')).toEqual([]);
      await cloud.advance('30 seconds');
    }
    expect(await receive(cloud, 'Jobs')).toEqual([]);
  },
  'sqs.order': async () => {
    await using cloud = await only('sqs.order');
    await send(cloud, 'Jobs', ...six);
    const got = await drain(cloud, 'Jobs');
    expect(got).not.toEqual(six);
    expect(got.toSorted()).toEqual(six);
  },
  'sqs.fewer': async () => {
    await using cloud = await only('sqs.fewer');
    await send(cloud, 'Jobs', ...six);
    expect((await receive(cloud, 'Jobs', { WaitTimeSeconds: 1 })).length).toBeLessThan(6);
    const sizes: number[] = [];
    while (sizes.slice(-2).some((size) => size > 0) || sizes.length < 2)
      sizes.push((await receive(cloud, 'Jobs')).length);
    // A receive that brings nothing is followed by one that brings something, for as long as there is something.
    expect(cloud.disorder().length).toBeGreaterThan(1);
    await cloud.advance('30 seconds');
    const seen = new Set<string | undefined>();
    for (let polls = 0; seen.size < 6 && polls < 20; polls += 1)
      for (const { Body } of await receive(cloud, 'Jobs', { WaitTimeSeconds: 1 })) seen.add(Body);
    expect(seen.size).toBe(6);
  },
  'sqs.partial': async () => {
    await using cloud = await only('sqs.partial', { rate: 0.5 });
    const { Successful = [], Failed = [] } = await new SQSClient(cloud.settings).send(
      new SendMessageBatchCommand({
        QueueUrl: name('Jobs'),
        Entries: six.map((Id) => ({ Id, MessageBody: Id })),
      }),
    );
    expect(Failed.length).toBeGreaterThan(0);
    expect(Failed[0]).toMatchObject({ Code: 'InternalError', SenderFault: false });
    expect(await drain(cloud, 'Jobs')).toEqual(Successful.map(({ Id }) => Id));
  },
  'sns.duplicate': async () => {
    await using cloud = await only('sns.duplicate');
    await cloud.use(news).publish('extra');
    await cloud.settle();
    expect(await drain(cloud, 'Inbox')).toEqual(['extra', 'extra']);
  },
  'sns.order': async () => expect(await firstSeed('sns.order', publishSix)).not.toEqual(six),
  'sns.partial': async () => {
    await using cloud = await only('sns.partial', { rate: 0.5 });
    const { Successful = [], Failed = [] } = await new SNSClient(cloud.settings).send(
      new PublishBatchCommand({
        TopicArn: name('Bulletin'),
        PublishBatchRequestEntries: six.map((Id) => ({ Id, Message: Id })),
      }),
    );
    await cloud.settle();
    expect(Failed.length).toBeGreaterThan(0);
    expect(Failed[0]).toMatchObject({ Code: 'InternalError', SenderFault: false });
    expect(await drain(cloud, 'Inbox')).toEqual(Successful.map(({ Id }) => Id));
  },
  's3.duplicate': async () => {
    await using cloud = await only('s3.duplicate');
    await cloud.use(photos).put('a', 'x');
    await cloud.settle();
    expect(keys()).toEqual(['a', 'a']);
  },
  's3.order': async () => expect(await firstSeed('s3.order', storeSix)).not.toEqual(six),
  's3.fewer': async () => {
    await using cloud = await only('s3.fewer');
    await each(six, (key) => cloud.use(photos).put(key, 'x'));
    const client = new S3Client(cloud.settings);
    const found: (string | undefined)[] = [];
    let pages = 0;
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: name('Pictures'),
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
        }),
      );
      found.push(...(page.Contents ?? []).map(({ Key }) => Key));
      expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
      ContinuationToken = page.NextContinuationToken;
      pages += 1;
    } while (ContinuationToken !== undefined);
    expect(pages).toBeGreaterThan(1);
    expect(found).toEqual(six);
  },
  'eventbridge.duplicate': async () => {
    await using cloud = await only('eventbridge.duplicate');
    expect((await sellSix(cloud)).toSorted()).toEqual([...six, ...six].toSorted());
  },
  'eventbridge.order': async () =>
    expect(await firstSeed('eventbridge.order', sellSix)).not.toEqual(six),
  'eventbridge.partial': async () => {
    await using cloud = await only('eventbridge.partial', { rate: 0.5 });
    const { FailedEntryCount = 0, Entries = [] } = await new EventBridgeClient(cloud.settings).send(
      new PutEventsCommand({
        Entries: six.map((n) => ({ Source: 'shop', DetailType: 'sold', Detail: `{"n":${n}}` })),
      }),
    );
    await cloud.settle();
    expect(FailedEntryCount).toBeGreaterThan(0);
    expect(Entries.some(({ ErrorCode }) => ErrorCode === 'ThrottlingException')).toBe(true);
    expect(await drain(cloud, 'Inbox')).toHaveLength(6 - FailedEntryCount);
  },
  'scheduler.duplicate': async () => {
    await using ordered = await provisioned.fork();
    await using cloud = await only('scheduler.duplicate');
    const once = await anHour(ordered);
    expect(await anHour(cloud)).toEqual(once.flatMap((name) => [name, name]));
  },
  'scheduler.order': async () => {
    await using ordered = await provisioned.fork();
    const once = await anHour(ordered);
    expect(once.slice(0, 4)).toEqual(['Hourlya', 'Hourlyb', 'Hourlyc', 'Hourlyd']);
    expect(await firstSeed('scheduler.order', anHour)).not.toEqual(once);
  },
  'lambda.duplicate': async () => {
    await using cloud = await only('lambda.duplicate');
    await cloud.use(note).send('event' as never);
    await cloud.settle();
    expect(diary).toHaveLength(2);
    expect(diary[0]).toEqual(diary[1]);
  },
  'lambda.order': async () => expect(await firstSeed('lambda.order', invokeSix)).not.toEqual(six),
  'lambda.cold-start': async () => {
    await using warm = await provisioned.fork();
    const streams = async (cloud: TestCloud) =>
      new Set([await cloud.invoke(note, 1 as never), await cloud.invoke(note, 2 as never)]).size;
    expect(await streams(warm)).toBe(1);
    await using cloud = await only('lambda.cold-start');
    expect(await streams(cloud)).toBe(2);
  },
  'lambda.batch-again': async () => {
    await using cloud = await only('lambda.batch-again');
    await click(cloud, 'key', 'one');
    await cloud.settle();
    expect(clicked()).toEqual(['one', 'one']);
  },
  'lambda.batch-order': async () => {
    const clickAll = async (cloud: TestCloud) => {
      diary.splice(0);
      await each(six, (key) => click(cloud, key));
      await cloud.settle();
      return clicked();
    };
    expect(await firstSeed('lambda.batch-order', clickAll)).not.toEqual(six);
  },
  'lambda.batch-smaller': async () => {
    await using cloud = await only('lambda.batch-smaller');
    await new KinesisClient(cloud.settings).send(
      new PutRecordsCommand({
        StreamName: name('Clicks'),
        Records: six.map((text) => ({ PartitionKey: 'key', Data: Buffer.from(text) })),
      }),
    );
    await cloud.settle();
    expect(clicked()).toEqual(six);
    expect(diary.length).toBeGreaterThan(1);
  },
  'dynamodb.stale': async () => {
    await using cloud = await only('dynamodb.stale');
    await putThing(cloud, 'a', 'old');
    await cloud.settle();
    await putThing(cloud, 'a', 'new');
    expect(await kindOf(cloud, 'a')).toBe('old');
    expect(await kindOf(cloud, 'a', true)).toBe('new');
    const { Count } = await new DynamoDBClient(cloud.settings).send(
      new QueryCommand({
        TableName: name('Things'),
        IndexName: 'ByKind',
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': { S: 'new' } },
      }),
    );
    expect(Count).toBe(0);
    // What AWS brings in line by itself is in line once the cloud has settled.
    await cloud.settle();
    expect(await kindOf(cloud, 'a')).toBe('new');
  },
  'dynamodb.unprocessed': async () => {
    await using cloud = await only('dynamodb.unprocessed');
    const client = new DynamoDBClient(cloud.settings);
    let calls = 0;
    let left: BatchWriteItemCommand['input']['RequestItems'] = {
      [name('Things')]: six.map((id) => ({ PutRequest: { Item: { id: { S: id } } } })),
    };
    while (Object.keys(left ?? {}).length > 0) {
      const answer: BatchWriteItemCommandOutput = await client.send(
        new BatchWriteItemCommand({ RequestItems: left }),
      );
      left = answer.UnprocessedItems;
      calls += 1;
    }
    expect(calls).toBeGreaterThan(1);
    for (const id of six)
      expect(
        (
          await client.send(
            new GetItemCommand({ TableName: name('Things'), Key: { id: { S: id } } }),
          )
        ).Item,
      ).toBeDefined();
  },
  'kinesis.partial': async () => {
    await using cloud = await only('kinesis.partial', { rate: 0.5 });
    const { FailedRecordCount, Records = [] } = await new KinesisClient(cloud.settings).send(
      new PutRecordsCommand({
        StreamName: name('Clicks'),
        Records: six.map((text) => ({ PartitionKey: 'key', Data: Buffer.from(text) })),
      }),
    );
    expect(FailedRecordCount).toBeGreaterThan(0);
    await cloud.settle();
    expect(clicked()).toEqual(six.filter((_, at) => Records[at]?.ErrorCode === undefined));
  },
  'kinesis.empty': async () => {
    await using cloud = await only('kinesis.empty');
    await click(cloud, '1');
    const client = new KinesisClient(cloud.settings);
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: name('Clicks'),
        ShardId: 'shardId-000000000002',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const first = await client.send(new GetRecordsCommand({ ShardIterator }));
    expect(first).toMatchObject({ Records: [], MillisBehindLatest: 1 });
    const second = await client.send(
      new GetRecordsCommand({ ShardIterator: first.NextShardIterator }),
    );
    expect(second.Records).toHaveLength(1);
  },
  'iam.delay': async () => {
    await using cloud = await only('iam.delay');
    const iam = new IAMClient(cloud.settings);
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'reader',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
        }),
      }),
    );
    const { Credentials } = await new STSClient(cloud.settings).send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::000000000000:role/reader',
        RoleSessionName: 'test',
      }),
    );
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    const client = new S3Client({
      ...cloud.settings,
      credentials: {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      },
    });
    const may = () =>
      client.send(new ListBucketsCommand({})).then(
        () => true,
        () => false,
      );
    const set = (Effect: string) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName: 'reader',
          PolicyName: 'list',
          PolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [{ Effect, Action: 's3:ListAllMyBuckets', Resource: '*' }],
          }),
        }),
      );
    await set('Allow');
    const seen = [await may(), await may(), await may(), await may()];
    expect(seen[0]).toBe(false);
    expect(seen[3]).toBe(true);
    await set('Deny');
    expect(await may()).toBe(true);
    await cloud.settle();
    expect(await may()).toBe(false);
  },
  throttle: async () => {
    await using cloud = await only('throttle');
    const { $metadata } = await putThing(cloud, 'a', 'kind');
    expect($metadata.attempts).toBe(3);
    const { retryStrategy: _none, ...settings } = cloud.settings;
    const impatient = { ...settings, maxAttempts: 1 };
    const Key = { id: { S: 'a' } };
    await expect(
      new DynamoDBClient(impatient).send(new GetItemCommand({ TableName: name('Things'), Key })),
    ).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await expect(
      new SQSClient(impatient).send(
        new SendMessageCommand({ QueueUrl: name('Jobs'), MessageBody: 'x' }),
      ),
    ).rejects.toMatchObject({ name: 'RequestThrottled' });
    await expect(
      new LambdaClient(impatient).send(new InvokeCommand({ FunctionName: name('Note') })),
    ).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    await expect(
      new S3Client(impatient).send(new ListObjectsV2Command({ Bucket: name('Pictures') })),
    ).rejects.toMatchObject({ name: 'SlowDown' });
    expect(says(cloud)[0]).toBe(
      'dynamodb refused PutItem of root (ProvisionedThroughputExceededException)',
    );
  },
};

describe('what AWS may do out of order', () => {
  for (const [point, test] of Object.entries(POINTS)) it(point, test);

  it('is as it was told to be, and no other way', async () => {
    for (const disorder of [
      { seed: 1, rate: 0 },
      { seed: 1, only: [] },
    ]) {
      await using cloud = await provisioned.fork({ disorder });
      expect(await publishSix(cloud)).toEqual(six);
      expect(await storeSix(cloud)).toEqual(six);
      expect(cloud.disorder()).toEqual([]);
    }
  });

  it('comes to functions in processes of their own, too', async () => {
    expect(await runNodeTest('./processes.node-test.ts')).toContain('pass 1');
  });

  it('stands in the journal', async () => {
    await using cloud = await only('sns.duplicate');
    await cloud.use(news).publish('extra');
    expect(cloud.journal().map(({ service, message }) => `${service}: ${message}`)).toContain(
      'sns: out of order: "extra" is delivered twice from Post-Bulletin to Post-Inbox',
    );
  });

  it('is refused in words where there is no such thing', async () => {
    await expect(startCloud({ disorder: 0.5 })).rejects.toThrow('0.5 is no seed');
    await expect(startCloud({ disorder: { seed: 1, rate: 2 } })).rejects.toThrow('rate is 2');
    await expect(
      startCloud({ disorder: { seed: 1, points: ['sqs.lost' as DisorderPoint] } }),
    ).rejects.toThrow('sqs.lost is no kind of disorder. There are sqs.duplicate,');
  });

  it('has nothing to do with the making of a stack', async () => {
    await using cloud = await startCloud({ disorder: { seed: 1, rate: 1 } });
    await cloud.provision(postOffice);
    expect(cloud.disorder()).toEqual([]);
  });
});
