import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { alarm, lambda, queue, resource, service, table, topic } from '../../index.ts';
import type { ServiceDeclaration, TableClient, TableDeclaration, TableMode } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Order = z.object({
  id: z.string(),
  customer: z.string(),
  at: z.number(),
  hash: z.instanceof(Uint8Array),
  over: z.number().exactOptional(),
});

const { start } = createTestClouds();

interface Role {
  readonly Policies: readonly {
    readonly PolicyDocument: { readonly Statement: readonly { readonly Action: unknown }[] };
  }[];
}
const resourcesOf = (declared: ServiceDeclaration) => synthesise(declared).template.Resources;
const propertiesOf = (
  declared: ServiceDeclaration,
  id: string,
): Readonly<Record<string, unknown>> => resourcesOf(declared)[id]?.Properties ?? {};
/** Statements of a function's role, beside its log. */
const statementsOf = (declared: ServiceDeclaration, name: string) =>
  (propertiesOf(declared, `${name}Role`) as unknown as Role).Policies.flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  ).filter(({ Action }) => !JSON.stringify(Action).includes('logs:'));
const nothing = async () => undefined;

describe('a table', () => {
  it('is paid by request, is kept, and tells of its keys alone', () => {
    const orders = table('Orders', { schema: Order, partitionKey: 'id' });
    expect(resourcesOf(service('Shop', { resources: [orders] }))['Orders']).toEqual({
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    });
  });

  it('is made as it is said', async () => {
    const orders = table('Orders', {
      schema: Order,
      partitionKey: 'id',
      sortKey: { name: 'at', type: 'N' },
      indexes: {
        byHash: { partitionKey: { name: 'hash', type: 'B' }, projection: 'KEYS_ONLY' },
        byCustomer: {
          partitionKey: 'customer',
          sortKey: { name: 'at', type: 'N' },
          projection: ['over', 'hash'],
          billing: { readCapacityUnits: 7, writeCapacityUnits: 1 },
        },
      },
      localIndexes: { byTheirCustomer: { sortKey: 'customer' } },
      ttl: 'over',
      stream: 'OLD_IMAGE',
      tableName: 'all-orders',
      billing: { readCapacityUnits: 3, writeCapacityUnits: 2 },
      pointInTimeRecovery: { recoveryPeriodInDays: 7 },
      deletionProtection: true,
      kmsKeyArn: 'alias/aws/dynamodb',
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      replaceable: true,
      properties: { ContributorInsightsSpecification: { Enabled: true } },
    });
    const shop = service('Shop', { resources: [orders], tags: { team: 'shop' } });
    expect(propertiesOf(shop, 'Orders')).toEqual({
      AttributeDefinitions: [
        { AttributeName: 'at', AttributeType: 'N' },
        { AttributeName: 'customer', AttributeType: 'S' },
        { AttributeName: 'hash', AttributeType: 'B' },
        { AttributeName: 'id', AttributeType: 'S' },
      ],
      BillingMode: 'PROVISIONED',
      ContributorInsightsSpecification: { Enabled: true },
      DeletionProtectionEnabled: true,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byCustomer',
          KeySchema: [
            { AttributeName: 'customer', KeyType: 'HASH' },
            { AttributeName: 'at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['hash', 'over'] },
          ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 1 },
        },
        {
          IndexName: 'byHash',
          KeySchema: [{ AttributeName: 'hash', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
          ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 2 },
        },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'byTheirCustomer',
          KeySchema: [
            { AttributeName: 'id', KeyType: 'HASH' },
            { AttributeName: 'customer', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: 7,
      },
      ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 2 },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      StreamSpecification: { StreamViewType: 'OLD_IMAGE' },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      TableName: 'all-orders',
      Tags: [{ Key: 'team', Value: 'shop' }],
      TimeToLiveSpecification: { AttributeName: 'over', Enabled: true },
    });
    expect(resourcesOf(shop)['Orders']).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Metadata: { Sparta: { Replaceable: true } },
    });
    const cloud = await start();
    await cloud.provision(shop);
    const client = new DynamoDBClient(cloud.settings);
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'all-orders' }));
    expect(Table).toMatchObject({
      DeletionProtectionEnabled: true,
      ProvisionedThroughput: { ReadCapacityUnits: 3 },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'OLD_IMAGE' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    });
    expect(
      await client.send(new DescribeTimeToLiveCommand({ TableName: 'all-orders' })),
    ).toMatchObject({ TimeToLiveDescription: { AttributeName: 'over' } });
  });

  it('stays what it was under another name, and goes when it is said to', () => {
    const orders = table('Purchases', {
      partitionKey: 'id',
      logicalId: 'Orders',
      deletionPolicy: 'Delete',
      pointInTimeRecovery: true,
    });
    const watch = lambda(
      'Watch',
      { on: orders.changes(), grants: { orders: orders.read() } },
      nothing,
    );
    const resources = resourcesOf(service('Shop', { functions: [watch] }));
    expect(resources['Orders']).toMatchObject({
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Properties: { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    });
    expect(resources['WatchOrdersMapping']).toBeDefined();
    expect(resources['Watch']?.Properties).toMatchObject({
      Environment: { Variables: { SPARTA_Orders: { Ref: 'Orders' } } },
    });
  });

  it('has limits of its requests, of its indexes too', () => {
    const orders = table('Orders', {
      partitionKey: 'id',
      billing: { maxReadRequestUnits: 10, maxWriteRequestUnits: 5 },
      indexes: {
        a: { partitionKey: 'a' },
        b: { partitionKey: 'b', billing: { maxReadRequestUnits: 1 } },
      },
    });
    expect(propertiesOf(service('Shop', { resources: [orders] }), 'Orders')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'a',
          OnDemandThroughput: { MaxReadRequestUnits: 10, MaxWriteRequestUnits: 5 },
        },
        { IndexName: 'b', OnDemandThroughput: { MaxReadRequestUnits: 1 } },
      ],
    });
  });

  it.each([
    [
      { partitionKey: 'id', indexes: { a: { partitionKey: { name: 'id', type: 'N' } } } },
      /id is a key of the types S and N/,
    ],
    [{ partitionKey: 'id', localIndexes: { a: { sortKey: 'x' } } }, /local index a and no sortKey/],
    [
      {
        partitionKey: 'id',
        sortKey: 'x',
        localIndexes: Object.fromEntries(
          'abcdef'.split('').map((name) => [name, { sortKey: name }]),
        ),
      },
      /6 local indexes; a table has 5 at most/,
    ],
    [
      {
        partitionKey: 'id',
        sortKey: 'x',
        indexes: { a: { partitionKey: 'a' } },
        localIndexes: { a: { sortKey: 'b' } },
      },
      /a is both a global and a local index/,
    ],
  ] as const)('that DynamoDB would refuse is told of: %j', (options, message) => {
    const wrong = table('Wrong', options as { readonly partitionKey: 'id' });
    expect(() => synthesise(service('Shop', { resources: [wrong] }))).toThrow(message);
  });
});

describe('a stream', () => {
  const declare = () => table('Orders', { schema: Order, partitionKey: 'id' });
  const mapping = (declared: ServiceDeclaration, fn = 'Watch') =>
    propertiesOf(declared, `${fn}OrdersMapping`);

  it('is turned on by its reader, with what that needs', () => {
    const orders = declare();
    const view = (...sources: readonly ReturnType<typeof orders.events>[]) =>
      propertiesOf(
        service('Shop', {
          functions: sources.map((on, index) => lambda(`Watch${index}`, { on }, nothing)),
          resources: [orders],
        }),
        'Orders',
      )['StreamSpecification'];
    const reading = (streamViewType?: 'NEW_IMAGE' | 'OLD_IMAGE' | 'KEYS_ONLY') =>
      orders.events(streamViewType === undefined ? {} : { streamViewType });
    expect(view()).toBeUndefined();
    expect(view(reading())).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(view(reading('KEYS_ONLY'))).toEqual({ StreamViewType: 'KEYS_ONLY' });
    expect(view(reading('KEYS_ONLY'), reading('NEW_IMAGE'))).toEqual({
      StreamViewType: 'NEW_IMAGE',
    });
    expect(view(reading('OLD_IMAGE'), reading('NEW_IMAGE'))).toEqual({
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    expect(
      view(orders.events({ streamViewType: 'KEYS_ONLY', filter: { oldImage: { id: ['a'] } } })),
    ).toEqual({ StreamViewType: 'OLD_IMAGE' });
  });

  it('that lacks what its reader needs is told of', () => {
    const orders = table('Orders', { partitionKey: 'id', stream: 'KEYS_ONLY' });
    const watch = lambda('Watch', { on: orders.changes({ streamViewType: 'OLD_IMAGE' }) }, nothing);
    expect(() => synthesise(service('Shop', { functions: [watch] }))).toThrow(
      /Watch reads OLD_IMAGE of the changes of Orders, whose stream holds KEYS_ONLY. State stream: 'OLD_IMAGE'/,
    );
  });

  it('has a mapping as it is said, whose id says nothing of it, and whose zeros and falses stand there', () => {
    const orders = declare();
    const failed = queue('Failed');
    const watch = lambda(
      'Watch',
      {
        on: orders.changes({
          startingPosition: 'LATEST',
          batchSize: 7,
          batchWindow: 0,
          parallelizationFactor: 2,
          bisectBatchOnFunctionError: false,
          maximumRecordAge: 60,
          maximumRetryAttempts: 0,
          onFailure: failed,
          enabled: false,
          eventNames: ['INSERT'],
        }),
      },
      nothing,
    );
    expect(mapping(service('Shop', { functions: [watch] }))).toEqual({
      BatchSize: 7,
      BisectBatchOnFunctionError: false,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
      Enabled: false,
      EventSourceArn: { 'Fn::GetAtt': ['Orders', 'StreamArn'] },
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      FunctionName: { 'Fn::GetAtt': ['Watch', 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumBatchingWindowInSeconds: 0,
      MaximumRecordAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
      ParallelizationFactor: 2,
      StartingPosition: 'LATEST',
    });
    const plain = lambda('Watch', { on: orders.changes() }, nothing);
    expect(mapping(service('Shop', { functions: [plain] }))).toEqual({
      EventSourceArn: { 'Fn::GetAtt': ['Orders', 'StreamArn'] },
      FunctionName: { 'Fn::GetAtt': ['Watch', 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
    });
    const windows = lambda(
      'Watch',
      { on: orders.windows({ tumblingWindow: 30, initialState: {}, maximumRetryAttempts: 3 }) },
      nothing,
    );
    expect(mapping(service('Shop', { functions: [windows] }))).toMatchObject({
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 3,
      TumblingWindowInSeconds: 30,
    });
  });

  it.each([
    [{ maximumRecordAge: 5 }, /Watch on Orders: maximumRecordAge is 5; it is 60 to 604,800 s/],
    [{ tumblingWindow: 0 }, /tumblingWindow is 0; it is 1 to 900 s/],
    [{ onFailure: queue('Failed', { fifo: true }) }, /onFailure is Failed, which is FIFO/],
    [
      { onFailure: topic('Failed', { topicName: 'failed.fifo', properties: { FifoTopic: true } }) },
      /onFailure is Failed, which is FIFO/,
    ],
    [{ filter: {} }, /The filter of Watch on Orders: it says nothing/],
    [
      { filter: { newImage: { at: [{ numeric: ['>', 1] }] } } },
      /newImage.at is compared as a number, but DynamoDB writes numbers as text/,
    ],
    [
      { filter: { newImage: { id: 'a' } } },
      /newImage.id is a; what a value may be stands in a list: \["a"\]/,
    ],
    [{ filter: { newImage: { id: [['a']] } } }, /newImage.id is to be a; a value is a text/],
    [
      { filter: { newImage: { id: [{ exists: false }, 'a'] } } },
      /newImage.id is to be missing, or something/,
    ],
    [
      { filter: { newImage: { id: [{ 'anything-but': ['a', 1] }] } } },
      /newImage.id is to be anything but values of several types/,
    ],
    [
      { eventNames: ['INSERT'], filter: { eventNames: ['REMOVE'] } },
      /it wants REMOVE, but the source's eventNames are INSERT/,
    ],
    [
      { filter: { keys: { id: ['a'] }, raw: { dynamodb: { Keys: {} } } } },
      /raw says dynamodb, and so do other members/,
    ],
    [
      {
        filter: {
          newImage: {
            id: [{ exists: true }],
            customer: [{ exists: true }],
            at: [{ exists: true }],
          },
        },
      },
      /there are 512 ways to fit; 100 are the most/,
    ],
  ])('whose reader asks for what cannot be is told of: %j', (options, message) => {
    const orders = declare();
    const watch = lambda('Watch', { on: orders.events(options as never) }, nothing);
    expect(() => synthesise(service('Shop', { functions: [watch] }))).toThrow(message);
  });
});

describe('permissions', () => {
  const Key = () => resource('AWS::KMS::Key', 'Key', { KeyPolicy: {} });
  const ORDERS = { 'Fn::GetAtt': ['Orders', 'Arn'] };

  it('are those of what was granted, on the table and on indexes that are named', () => {
    const orders = table('Orders', {
      partitionKey: 'id',
      indexes: { a: { partitionKey: 'a' }, b: { partitionKey: 'b' } },
    });
    const granted = (grant: ReturnType<typeof orders.read>) =>
      statementsOf(
        service('Shop', { functions: [lambda('Do', { grants: { grant } }, nothing)] }),
        'Do',
      );
    expect(granted(orders.read('a'))).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
        Resource: ORDERS,
      },
      {
        Effect: 'Allow',
        Action: 'dynamodb:Query',
        Resource: { 'Fn::Sub': '${Orders.Arn}/index/a' },
      },
    ]);
    expect(granted(orders.access('scan', 'index:a', 'index:b') as never)).toEqual([
      { Effect: 'Allow', Action: 'dynamodb:Scan', Resource: ORDERS },
      {
        Effect: 'Allow',
        Action: ['dynamodb:Query', 'dynamodb:Scan'],
        Resource: [{ 'Fn::Sub': '${Orders.Arn}/index/a' }, { 'Fn::Sub': '${Orders.Arn}/index/b' }],
      },
    ]);
    expect(granted(orders.access('write', 'delete') as never)).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'dynamodb:ConditionCheckItem',
          'dynamodb:PutItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
        ],
        Resource: ORDERS,
      },
    ]);
  });

  it('of a reader of changes are on the stream, the key and the destination', () => {
    const key = Key();
    const orders = table('Orders', { partitionKey: 'id', kmsKeyArn: key.getAtt('Arn') });
    const failed = queue('Failed');
    const watch = lambda(
      'Watch',
      { on: orders.changes({ onFailure: failed }), grants: { orders: orders.write() } },
      nothing,
    );
    const viaDynamodb = { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } };
    expect(statementsOf(service('Shop', { functions: [watch] }), 'Watch')).toEqual([
      {
        Effect: 'Allow',
        Action: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        Resource: { 'Fn::GetAtt': ['Orders', 'StreamArn'] },
      },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:DescribeKey'],
        Resource: { 'Fn::GetAtt': ['Key', 'Arn'] },
        Condition: viaDynamodb,
      },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': ['Failed', 'Arn'] } },
      {
        Effect: 'Allow',
        Action: ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
        Resource: ORDERS,
      },
      {
        Effect: 'Allow',
        Action: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey*',
          'kms:ReEncrypt*',
        ],
        Resource: { 'Fn::GetAtt': ['Key', 'Arn'] },
        Condition: viaDynamodb,
      },
    ]);
    expect(propertiesOf(service('Shop', { functions: [watch] }), 'Orders')).toMatchObject({
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
      },
    });
  });

  const orders = table('Orders', {
    schema: z.object({ id: z.string(), customer: z.string(), n: z.number().default(0) }),
    partitionKey: 'id',
    indexes: { byCustomer: { partitionKey: 'customer' } },
  });
  type Client = TableClient<
    TableMode<'byCustomer'>,
    typeof orders extends TableDeclaration<infer Types> ? Types : never
  >;
  const uses: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
    get: (client) => client.get({ id: 'a' }),
    getAll: (client) => client.getAll([{ id: 'a' }]),
    together: (client) => client.getAll([{ id: 'a' }], { transactional: true }),
    query: (client) => client.query({ id: 'a' }).all(),
    index: (client) => client.query({ customer: 'c' }, { index: 'byCustomer' }).all(),
    scan: (client) => client.scan().all(),
    put: (client) => client.put({ id: 'b', customer: 'c' }, { ifAbsent: true }),
    putAll: (client) => client.putAll([{ id: 'c', customer: 'c' }]),
    update: (client) => client.update({ id: 'a' }, { add: { n: 1 } }),
    transact: (client) =>
      client.transact([
        { put: { id: 'd', customer: 'c' } },
        { check: { id: 'a' }, ifPresent: true },
      ]),
    deleteAll: (client) => client.deleteAll([{ id: 'x' }]),
    undo: (client) => client.transact([{ delete: { id: 'y' } }]),
    delete: (client) => client.delete({ id: 'z' }),
  };

  it.each([
    ['read', orders.read(), ['get', 'getAll', 'together', 'query']],
    ['read of an index', orders.access('index:byCustomer'), ['index']],
    ['scan', orders.scan(), ['scan']],
    ['write', orders.write(), ['put', 'putAll', 'update', 'transact']],
    ['delete', orders.delete(), ['deleteAll', 'undo', 'delete']],
  ] as const)('to %s are enough for that, and for nothing else', async (_mode, grant, allowed) => {
    const run = lambda(
      'Run',
      { grants: { orders: grant } },
      async (_event: unknown, { orders: client }) => {
        const works: string[] = [];
        for (const [name, use] of Object.entries(uses))
          try {
            await use(client as unknown as Client);
            works.push(name);
          } catch (error) {
            expect([name, (error as Error).name]).toEqual([name, 'AccessDeniedException']);
          }
        return works;
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [run] }));
    await cloud.use(orders).put({ id: 'a', customer: 'c' });
    expect(await cloud.invoke(run, undefined)).toEqual(allowed);
  });
});

it('works in an archive, as readers and clients do', async () => {
  const { tallying } = await import('./fixtures/tally.ts');
  const { startCloud: startPacked } = await import('sparta/testing');
  await using cloud = await startPacked({ handlers: 'processes' });
  await cloud.provision(tallying.service);
  const orders = cloud.use(tallying.orders);
  await orders.put({ id: 'a', customer: 'ann', total: 3n, tags: new Set(['x']) });
  await orders.put({ id: 'b', customer: 'ann', total: 4n });
  await cloud.settle();
  expect(await cloud.invoke(tallying.tally, { customer: 'ann' })).toEqual({
    orders: ['a', 'b'],
    tags: ['x'],
    total: 7,
    refused: 'ConditionFailedError',
  });
  expect(await cloud.use(tallying.totals).scan().all()).toEqual([{ customer: 'ann', total: 7 }]);
});

it('tells alarms what is used of it', async () => {
  const orders = table('Orders', { partitionKey: 'id' });
  const busy = alarm(orders.consumedWrites, { threshold: 3, period: 60 });
  const refused = alarm(orders.writeThrottles, { threshold: 1 });
  const shop = service('Shop', { resources: [orders], alarms: [busy, refused] });
  expect(propertiesOf(shop, 'OrdersWriteThrottleEventsAlarm')).toMatchObject({
    Namespace: 'AWS/DynamoDB',
    MetricName: 'WriteThrottleEvents',
    Dimensions: [{ Name: 'TableName', Value: { Ref: 'Orders' } }],
    Statistic: 'Sum',
  });
  expect([orders.readThrottles.metricName, orders.consumedReads.metricName]).toEqual([
    'ReadThrottleEvents',
    'ConsumedReadCapacityUnits',
  ]);
  const cloud = await start();
  await cloud.provision(shop);
  const cloudwatch = new CloudWatchClient(cloud.settings);
  const states = async () => {
    const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({}));
    return MetricAlarms.map(
      ({ MetricName, StateValue }) => `${MetricName} ${StateValue}`,
    ).toSorted();
  };
  await cloud.advance('5 minutes');
  expect(await states()).toEqual(['ConsumedWriteCapacityUnits OK', 'WriteThrottleEvents OK']);
  await cloud.use(orders).putAll([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  await cloud.advance('2 minutes');
  expect(await states()).toEqual(['ConsumedWriteCapacityUnits ALARM', 'WriteThrottleEvents OK']);
});
