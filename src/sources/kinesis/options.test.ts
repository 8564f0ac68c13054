import { describe, expect, it } from 'vitest';
import type { ServiceDeclaration } from '../../index.ts';
import { bucket, lambda, queue, resource, service, stream, topic } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const { start } = createTestClouds();

const nothing = async () => undefined;

const all = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

/** Properties of the one resource of a type. */
const propertiesOf = (declared: ServiceDeclaration, type: string) => {
  const { template } = synthesise(declared);
  const found = Object.values(template.Resources).filter(({ Type }) => Type === type);
  expect(found).toHaveLength(1);
  return JSON.parse(JSON.stringify(found[0]?.Properties)) as Record<string, unknown>;
};
const MAPPING = 'AWS::Lambda::EventSourceMapping';

/** One shard, so that what is put together is one batch. */
const one = (name = 'Clicks') => stream(name, { shardCount: 1, partitionKey: () => 'k' });

describe('what is given up', () => {
  it('is given up at once with no retry (0 is said as 0), alone, and a queue is told', async () => {
    const lost = queue('Lost');
    const clicks = one();
    const seen: string[] = [];
    const work = lambda(
      'Work',
      { on: clicks.records({ maximumRetryAttempts: 0, onFailure: lost }) },
      async ({ data }) => {
        seen.push(data.text());
        if (data.text() === 'bad') throw new Error('cannot');
      },
    );
    const shop = service('Shop', { functions: [work] });
    expect(propertiesOf(shop, MAPPING)).toMatchObject({ MaximumRetryAttempts: 0 });
    const cloud = await start();
    await cloud.provision(shop);
    await cloud.use(clicks).putAll(['a', 'bad', 'c'].map((data) => ({ data })));
    await cloud.settle();
    await cloud.advance('1 minute');
    expect(seen.filter((text) => text !== 'bad')).toEqual(['a', 'c']);
    const [message] = await cloud.use(lost).receive();
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      KinesisBatchInfo: { batchSize: 1 },
    });
  });

  it('takes the batch behind it along where the source says so', async () => {
    const clicks = one();
    const seen: string[] = [];
    const work = lambda(
      'Work',
      { on: clicks.records({ maximumRetryAttempts: 1, bisectBatchOnFunctionError: false }) },
      async ({ data }) => {
        seen.push(data.text());
        if (data.text() === 'bad') throw new Error('cannot');
      },
    );
    const shop = service('Shop', { functions: [work] });
    expect(propertiesOf(shop, MAPPING)).toMatchObject({ BisectBatchOnFunctionError: false });
    const cloud = await start();
    await cloud.provision(shop);
    await cloud.use(clicks).putAll(['bad', 'c'].map((data) => ({ data })));
    await cloud.advance('1 minute');
    await cloud.use(clicks).put('d');
    await cloud.settle();
    expect(seen).toEqual(['bad', 'bad', 'd']);
  });

  it('is given up by age, and a topic is told', async () => {
    const lost = topic('Lost');
    const heard = queue('Heard');
    const clicks = one();
    const work = lambda(
      'Work',
      { on: clicks.records({ maximumRecordAge: 60, onFailure: lost }) },
      async ({ data }) => {
        if (data.text() === 'old') throw new Error('cannot');
      },
    );
    const hear = lambda(
      'Hear',
      { on: lost.messages(), grants: { heard: heard.send() } },
      async ({ body }, clients) => {
        await clients.heard.send(body);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work, hear] }));
    await cloud.use(clicks).put('old');
    await cloud.advance('50 seconds');
    expect((await cloud.use(heard).depth()).visible).toBe(0);
    await cloud.advance('2 minutes');
    const [message] = await cloud.use(heard).receive();
    expect(message?.body).toContain('RecordAgeExceeded');
  });

  it('goes to a bucket with its records', async () => {
    const lost = bucket('Lost');
    const clicks = one();
    const work = lambda(
      'Work',
      { on: clicks.records({ maximumRetryAttempts: 0, onFailure: lost }) },
      async () => {
        throw new Error('cannot');
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(clicks).put('gone');
    await cloud.settle();
    const objects = await all(cloud.use(lost).list());
    expect(objects).toHaveLength(1);
    expect(await cloud.use(lost).text(objects[0]?.key ?? '')).toContain(
      Buffer.from('gone').toString('base64'),
    );
  });
});

describe('where reading begins', () => {
  it.each([
    ['TRIM_HORIZON', ['before', 'between', 'after']],
    [new Date('2026-01-01T00:05:00Z'), ['between', 'after']],
    ['LATEST', ['after']],
  ] as const)('is %s', async (startingPosition, expected) => {
    const clicks = one();
    const seen: string[] = [];
    const work = lambda('Work', { on: clicks.records({ startingPosition }) }, async ({ data }) => {
      seen.push(data.text());
    });
    const cloud = await start({ startAt: new Date('2026-01-01T00:00:00Z') });
    await cloud.provision(service('Shop', { resources: [clicks] }));
    await cloud.use(clicks).put('before');
    await cloud.advance('10 minutes');
    await cloud.use(clicks).put('between');
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.use(clicks).put('after');
    await cloud.settle();
    expect(seen).toEqual(expected);
  });
});

it('is not read while it is disabled, and goes on from there when it is enabled', async () => {
  const clicks = one();
  const seen: string[] = [];
  const shop = (enabled: boolean) => {
    const work = lambda('Work', { on: clicks.records({ enabled }) }, async ({ data }) => {
      seen.push(data.text());
    });
    return service('Shop', { functions: [work] });
  };
  expect(propertiesOf(shop(false), MAPPING)).toMatchObject({ Enabled: false });
  const cloud = await start();
  await cloud.provision(shop(false));
  await cloud.use(clicks).put('a');
  await cloud.advance('1 minute');
  expect(seen).toEqual([]);
  await cloud.provision(shop(true));
  await cloud.settle();
  expect(seen).toEqual(['a']);
});

it('stays the mapping that it is when its options change, but for where it began', async () => {
  const clicks = one();
  const sizes: number[] = [];
  const shop = (options: Parameters<typeof clicks.batches>[0]) => {
    const work = lambda('Work', { on: clicks.batches(options) }, async ({ records }) => {
      sizes.push(records.length);
    });
    return service('Shop', { functions: [work] });
  };
  const { LambdaClient, ListEventSourceMappingsCommand } = await import('@aws-sdk/client-lambda');
  const cloud = await start();
  const mappings = async () => {
    const { EventSourceMappings = [] } = await new LambdaClient(cloud.settings).send(
      new ListEventSourceMappingsCommand({}),
    );
    return EventSourceMappings.map(({ UUID }) => UUID);
  };
  await cloud.provision(shop({ batchSize: 100 }));
  const before = await mappings();
  await cloud.provision(
    shop({ batchSize: 1, maximumRetryAttempts: 0, maximumRecordAge: 60, parallelizationFactor: 2 }),
  );
  expect(await mappings()).toEqual(before);
  await cloud.use(clicks).putAll([{ data: 'a' }, { data: 'b' }]);
  await cloud.settle();
  expect(sizes).toEqual([1, 1]);
  await expect(cloud.provision(shop({ startingPosition: 'LATEST' }))).rejects.toThrow(
    /provided mapping already exists/,
  );
  expect(await mappings()).toEqual(before);
});

it('is read by several at one time, records of one key in order', async () => {
  const clicks = stream('Clicks', { shardCount: 1 });
  let [going, most] = [0, 0];
  const seen: string[] = [];
  const work = lambda(
    'Work',
    { on: clicks.records({ parallelizationFactor: 10, batchSize: 1 }) },
    async ({ data, partitionKey }) => {
      going += 1;
      most = Math.max(most, going);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${partitionKey}${data.text()}`);
      going -= 1;
    },
  );
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [work] }));
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  await cloud
    .use(clicks)
    .putAll(
      ['1', '2', '3'].flatMap((data) => keys.map((partitionKey) => ({ data, partitionKey }))),
    );
  await cloud.settle();
  expect(seen).toHaveLength(18);
  for (const key of keys)
    expect(seen.filter((text) => text.startsWith(key))).toEqual([`${key}1`, `${key}2`, `${key}3`]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(6);
});

describe('a consumer of its own', () => {
  it('is registered, pushed to, and the function may subscribe as it alone', async () => {
    const clicks = one();
    const seen: string[] = [];
    const fast = lambda(
      'Fast',
      { on: clicks.records({ consumer: 'fast', batchSize: 1 }) },
      async ({ data, record }) => {
        seen.push(data.text());
        expect(record.eventSourceARN).toMatch(/:stream\/.+\/consumer\/fast:\d+$/);
      },
    );
    const other = one('Other');
    const slow = lambda('Slow', { on: [clicks.records(), other.records()] }, async ({ data }) => {
      seen.push(`slow ${data.text()}`);
    });
    const shop = service('Shop', { functions: [fast, slow] });
    const cloud = await start();
    await cloud.provision(shop);
    await cloud.use(clicks).put('a');
    await cloud.settle();
    expect(seen.toSorted()).toEqual(['a', 'slow a']);
    const { KinesisClient, ListStreamConsumersCommand, DescribeStreamSummaryCommand } =
      await import('@aws-sdk/client-kinesis');
    const kinesis = new KinesisClient(cloud.settings);
    const { StreamDescriptionSummary } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: cloud.use(clicks).streamName }),
    );
    const { Consumers = [] } = await kinesis.send(
      new ListStreamConsumersCommand({ StreamARN: StreamDescriptionSummary?.StreamARN }),
    );
    expect(Consumers.map(({ ConsumerName }) => ConsumerName)).toEqual(['fast']);
    expect(JSON.stringify(synthesise(shop).template.Resources['FastRole']?.Properties)).toContain(
      '/consumer/fast:*',
    );
  });

  it('is one of a kind in its stream', () => {
    const clicks = one();
    const on = clicks.records({ consumer: 'fast' });
    const functions = [lambda('One', { on }, nothing), lambda('Two', { on }, nothing)];
    expect(() => synthesise(service('Shop', { functions }))).toThrow(
      'The consumer fast of Clicks is of several functions, Two among them; each needs one of its own. Give it another name.',
    );
  });
});

describe('a stream', () => {
  it('is on demand, encrypted by Kinesis’s own key and kept, unless it says otherwise', () => {
    const plain = service('Shop', { resources: [stream('Clicks')] });
    expect(propertiesOf(plain, 'AWS::Kinesis::Stream')).toEqual({
      StreamEncryption: { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' },
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
    });
    expect(synthesise(plain).template.Resources['Clicks']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    const said = stream('Clicks', {
      streamName: 'clicks',
      shardCount: 2,
      retentionPeriodHours: 48,
      maxRecordSizeInKiB: 2048,
      encrypted: false,
      properties: { DesiredShardLevelMetrics: ['IncomingBytes'] },
      deletionPolicy: 'Delete',
      logicalId: 'OldClicks',
    });
    const shop = service('Shop', { resources: [said], tags: { team: 'a' } });
    expect(propertiesOf(shop, 'AWS::Kinesis::Stream')).toEqual({
      Name: 'clicks',
      ShardCount: 2,
      RetentionPeriodHours: 48,
      MaxRecordSizeInKiB: 2048,
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      DesiredShardLevelMetrics: ['IncomingBytes'],
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    expect(synthesise(shop).template.Resources['OldClicks']).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    });
  });

  it('stands in the cloud as it was said', async () => {
    const clicks = stream('Clicks', {
      shardCount: 2,
      retentionPeriodHours: 48,
      maxRecordSizeInKiB: 2048,
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { resources: [clicks] }));
    const { KinesisClient, DescribeStreamSummaryCommand } = await import('@aws-sdk/client-kinesis');
    const { StreamDescriptionSummary } = await new KinesisClient(cloud.settings).send(
      new DescribeStreamSummaryCommand({ StreamName: cloud.use(clicks).streamName }),
    );
    expect(StreamDescriptionSummary).toMatchObject({
      OpenShardCount: 2,
      RetentionPeriodHours: 48,
      MaxRecordSizeInKiB: 2048,
      EncryptionType: 'KMS',
      KeyId: 'alias/aws/kinesis',
    });
    await cloud.use(clicks).put(Buffer.alloc(1_500_000), { partitionKey: 'k' });
  });

  it('is written and read under the customer’s key by those alone who were granted it', async () => {
    const key = resource('AWS::KMS::Key', 'Key', {
      KeyPolicy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: 'arn:aws:iam::000000000000:root' },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      },
    });
    const secrets = stream('Secrets', {
      shardCount: 1,
      keyArn: key.getAtt('Arn'),
      partitionKey: () => 'k',
    });
    const seen: string[] = [];
    const write = lambda('Write', { grants: { secrets: secrets.put() } }, async (_event, own) => {
      await own.secrets.put('hush');
    });
    const read = lambda('Read', { on: secrets.records() }, async ({ data, record }) => {
      seen.push(data.text(), record.eventName);
    });
    const list = lambda('List', { grants: { secrets: secrets.read() } }, async (_event, own) =>
      (await all(own.secrets.list())).map(({ data }) => data.text()),
    );
    const shop = service('Shop', { functions: [write, read, list] });
    const actionsOn = (role: string) =>
      [...JSON.stringify(synthesise(shop).template.Resources[role]).matchAll(/kms:\w+/g)].flat();
    expect(actionsOn('WriteRole')).toEqual(['kms:GenerateDataKey']);
    expect(actionsOn('ReadRole')).toEqual(['kms:Decrypt']);
    const cloud = await start();
    await cloud.provision(shop);
    await cloud.invoke(write, undefined);
    await cloud.settle();
    expect(seen).toEqual(['hush', 'aws:kinesis:record']);
    expect(await cloud.invoke(list, undefined)).toEqual(['hush']);
  });

  it.each([
    [stream('Clicks', { existing: 'clicks' }), /existing is clicks; it is the ARN of a stream/],
    [
      stream('Clicks', {
        existing: 'arn:aws:kinesis:us-east-1:000000000000:stream/clicks',
        shardCount: 2,
        encrypted: true,
      }),
      /it is there \(existing\), so shardCount, encrypted cannot be said of it/,
    ],
    [
      stream('Clicks', { encrypted: false, keyArn: 'arn:aws:kms:us-east-1:000000000000:key/1' }),
      /it has a keyArn, and is not encrypted/,
    ],
  ])('is told its mistakes (%#)', (declared, message) => {
    expect(() => synthesise(service('Shop', { resources: [declared] }))).toThrow(message);
  });

  it('cannot be filtered by plain text, nor tell a FIFO queue', () => {
    const clicks = one();
    const refused = (on: ReturnType<typeof clicks.records>) => () =>
      synthesise(service('Shop', { functions: [lambda('Work', { on }, nothing)] }));
    expect(refused(clicks.records({ filter: ['text'] }))).toThrow(
      'filter of Work on Clicks is ["text"]; of a stream Lambda filters JSON alone.',
    );
    expect(refused(clicks.records({ onFailure: queue('Lost', { fifo: true }) }))).toThrow(
      /onFailure is Lost, which is FIFO/,
    );
  });
});

it('says every option of a mapping in CloudFormation’s words', () => {
  const clicks = one();
  const lost = queue('Lost');
  const on = clicks.batches({
    batchSize: 500,
    batchWindow: 10,
    parallelizationFactor: 2,
    bisectBatchOnFunctionError: true,
    maximumRecordAge: 3600,
    maximumRetryAttempts: 5,
    onFailure: lost,
    startingPosition: new Date('2026-01-01T00:00:00.500Z'),
    filter: [{ page: ['/'] }, { user: [{ exists: false }] }],
    enabled: true,
  });
  expect(
    propertiesOf(service('Shop', { functions: [lambda('Work', { on }, nothing)] }), MAPPING),
  ).toEqual({
    BatchSize: 500,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Lost', 'Arn'] } } },
    Enabled: true,
    EventSourceArn: { 'Fn::GetAtt': ['Clicks', 'Arn'] },
    FilterCriteria: {
      Filters: [
        { Pattern: '{"data":{"page":["/"]}}' },
        { Pattern: '{"data":{"user":[{"exists":false}]}}' },
      ],
    },
    FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumBatchingWindowInSeconds: 10,
    MaximumRecordAgeInSeconds: 3600,
    MaximumRetryAttempts: 5,
    ParallelizationFactor: 2,
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: 1767225600.5,
  });
});
