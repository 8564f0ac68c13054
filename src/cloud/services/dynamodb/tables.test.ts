import {
  CreateTableCommand,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeLimitsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ExportTableToPointInTimeCommand,
  GetResourcePolicyCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput, UpdateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startDynamodb } from './fixtures/tables.ts';

let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb();
});
afterAll(() => cloud.stop());

const describeTable = async (TableName: string) =>
  (await cloud.client.send(new DescribeTableCommand({ TableName }))).Table ?? expect.fail();

const SIMPLE: CreateTableCommandInput = {
  TableName: 'bad',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
};

describe('tables', () => {
  it('are created, told by name and ARN, listed in pages and deleted', async () => {
    const { TableDescription } = await cloud.client.send(
      new CreateTableCommand({ ...SIMPLE, TableName: 'first' }),
    );
    expect(TableDescription?.TableStatus).toBe('CREATING');
    await waitUntilTableExists({ client: cloud.client, maxWaitTime: 30 }, { TableName: 'first' });
    const told = await describeTable('first');
    expect(told).toMatchObject({
      TableStatus: 'ACTIVE',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/first',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      DeletionProtectionEnabled: false,
      ItemCount: 0,
    });
    expect(await describeTable(told.TableArn ?? '')).toEqual(told);
    await cloud.table('second');
    const page = await cloud.client.send(new ListTablesCommand({ Limit: 1 }));
    expect(page).toMatchObject({ TableNames: ['first'], LastEvaluatedTableName: 'first' });
    const rest = await cloud.client.send(
      new ListTablesCommand({ ExclusiveStartTableName: 'first' }),
    );
    expect(rest.TableNames).toEqual(['second']);
    expect(rest.LastEvaluatedTableName).toBeUndefined();
    const deleted = await cloud.client.send(new DeleteTableCommand({ TableName: 'first' }));
    expect(deleted.TableDescription?.TableStatus).toBe('DELETING');
    expect(await refusal(describeTable('first'))).toBe(
      'ResourceNotFoundException: Requested resource not found: Table: first not found',
    );
    expect(await refusal(cloud.table('second'))).toBe(
      'ResourceInUseException: Table already exists: second',
    );
  });

  it.each<[string, Partial<CreateTableCommandInput>, string]>([
    [
      'a short name',
      { TableName: 'ab' },
      "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
    [
      'a wrong name',
      { TableName: 'a b c' },
      "1 validation error detected: Value 'a b c' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
    ],
    [
      'no definition',
      { AttributeDefinitions: [] },
      'Invalid KeySchema: Some index key attribute have no definition',
    ],
    [
      'another definition',
      { AttributeDefinitions: [{ AttributeName: 'b', AttributeType: 'S' }] },
      'One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [a], AttributeDefinitions: [b]',
    ],
    [
      'three keys',
      {
        KeySchema: [
          { AttributeName: 'a', KeyType: 'HASH' },
          { AttributeName: 'b', KeyType: 'RANGE' },
          { AttributeName: 'c', KeyType: 'RANGE' },
        ],
      },
      "1 validation error detected: Value '[KeySchemaElement(attributeName=a, keyType=HASH), KeySchemaElement(attributeName=b, keyType=RANGE), KeySchemaElement(attributeName=c, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      'a stream without a view',
      { StreamSpecification: { StreamEnabled: true } },
      'One or more parameter values were invalid: Table is being created with a stream enabled, UpdateViewType is required',
    ],
    [
      'a view without a stream',
      { StreamSpecification: { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' } },
      'One or more parameter values were invalid: Table is being created with a stream disabled, UpdateViewType should not be specified',
    ],
    [
      'a definition too many',
      {
        AttributeDefinitions: [
          { AttributeName: 'a', AttributeType: 'S' },
          { AttributeName: 'b', AttributeType: 'S' },
        ],
      },
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    ],
    [
      'a sort key first',
      { KeySchema: [{ AttributeName: 'a', KeyType: 'RANGE' }] },
      'Invalid KeySchema: The first KeySchemaElement is not a HASH key type',
    ],
    [
      'one attribute twice',
      {
        AttributeDefinitions: [
          { AttributeName: 'a', AttributeType: 'S' },
          { AttributeName: 'b', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'a', KeyType: 'HASH' },
          { AttributeName: 'a', KeyType: 'RANGE' },
        ],
      },
      'Both the Hash Key and the Range Key element in the KeySchema have the same name',
    ],
    [
      'no throughput',
      { BillingMode: 'PROVISIONED' },
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    ],
    [
      'throughput on demand',
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    ],
    [
      'a local index without sort key',
      {
        LocalSecondaryIndexes: [
          {
            IndexName: 'lsi',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
      'One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    ],
    [
      'names without INCLUDE',
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'gsi',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['x'] },
          },
        ],
      },
      'One or more parameter values were invalid: ProjectionType is ALL, but NonKeyAttributes is specified',
    ],
    [
      'no projection type',
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'gsi',
            KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
            Projection: {},
          },
        ],
      },
      'One or more parameter values were invalid: Unknown ProjectionType: null',
    ],
    [
      'an empty list',
      { GlobalSecondaryIndexes: [] },
      'One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty',
    ],
  ])('with %s are refused', async (_what, more, message) => {
    expect(await refusal(cloud.client.send(new CreateTableCommand({ ...SIMPLE, ...more })))).toBe(
      `ValidationException: ${message}`,
    );
  });

  it('without a name are refused in words of their own', async () => {
    const nameless = { KeySchema: [] } as unknown as CreateTableCommandInput;
    expect(await refusal(cloud.client.send(new CreateTableCommand(nameless)))).toBe(
      "ValidationException: The parameter 'TableName' is required but was not present in the request",
    );
  });

  it('say by name what they do not support', async () => {
    expect(
      await refusal(
        cloud.client.send(
          new CreateTableCommand({ ...SIMPLE, WarmThroughput: { ReadUnitsPerSecond: 1 } }),
        ),
      ),
    ).toMatch(/WarmThroughput of CreateTable is not supported/);
    expect(
      await refusal(
        cloud.client.send(
          new ExportTableToPointInTimeCommand({ TableArn: 'arn:x', S3Bucket: 'bucket' }),
        ),
      ),
    ).toMatch(/ExportTableToPointInTime is not supported/);
  });

  it('are protected against deletion', async () => {
    await cloud.table('safe', undefined, { DeletionProtectionEnabled: true });
    expect(await refusal(cloud.client.send(new DeleteTableCommand({ TableName: 'safe' })))).toBe(
      'ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
    await cloud.client.send(
      new UpdateTableCommand({ TableName: 'safe', DeletionProtectionEnabled: false }),
    );
    await cloud.client.send(new DeleteTableCommand({ TableName: 'safe' }));
  });

  it('change billing, throughput and class', async () => {
    await cloud.table('billed', undefined, {
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
    });
    const same = cloud.client.send(
      new UpdateTableCommand({
        TableName: 'billed',
        ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
      }),
    );
    expect(await refusal(same)).toMatch(/The requested value equals the current value/);
    await cloud.client.send(
      new UpdateTableCommand({
        TableName: 'billed',
        ProvisionedThroughput: { ReadCapacityUnits: 9, WriteCapacityUnits: 5 },
        TableClass: 'STANDARD_INFREQUENT_ACCESS',
      }),
    );
    expect(await describeTable('billed')).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 9, LastIncreaseDateTime: expect.any(Date) },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    });
    await cloud.client.send(
      new UpdateTableCommand({ TableName: 'billed', BillingMode: 'PAY_PER_REQUEST' }),
    );
    expect((await describeTable('billed')).ProvisionedThroughput?.ReadCapacityUnits).toBe(0);
    expect(
      await refusal(cloud.client.send(new UpdateTableCommand({ TableName: 'billed' }))),
    ).toMatch(/^ValidationException: At least one of ProvisionedThroughput/);
  });

  it('say what does not fit a stream, and what changes nothing', async () => {
    await cloud.table('fits');
    const change = (more: Partial<UpdateTableCommandInput>) =>
      refusal(cloud.client.send(new UpdateTableCommand({ TableName: 'fits', ...more })));
    const PARAMETER = 'ValidationException: One or more parameter values were invalid: ';
    expect(await change({ StreamSpecification: { StreamEnabled: false } })).toBe(
      'ValidationException: Table has no stream to disable: TableName: fits',
    );
    expect(await change({ StreamSpecification: { StreamEnabled: true } })).toBe(
      `${PARAMETER}If stream is being enabled then UpdateViewType is required`,
    );
    expect(await change({ GlobalSecondaryIndexUpdates: [{}] })).toBe(
      `${PARAMETER}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null`,
    );
    expect(await change({ GlobalSecondaryIndexUpdates: [] })).toContain('At least one of');
  });

  it('get and lose a global index, which is filled with what is there', async () => {
    await cloud.table('indexed');
    for (const [pk, group] of [
      ['1', { S: 'red' }],
      ['2', { S: 'red' }],
      ['3', { N: '5' }],
    ] as const)
      await cloud.client.send(
        new PutItemCommand({ TableName: 'indexed', Item: { pk: { S: pk }, group } }),
      );
    const create = (IndexName: string) =>
      cloud.client.send(
        new UpdateTableCommand({
          TableName: 'indexed',
          AttributeDefinitions: [{ AttributeName: 'group', AttributeType: 'S' }],
          GlobalSecondaryIndexUpdates: [
            {
              Create: {
                IndexName,
                KeySchema: [{ AttributeName: 'group', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'KEYS_ONLY' },
              },
            },
          ],
        }),
      );
    const { TableDescription } = await create('byGroup');
    expect(TableDescription?.GlobalSecondaryIndexes?.[0]?.IndexStatus).toBe('CREATING');
    const query = () =>
      cloud.client.send(
        new QueryCommand({
          TableName: 'indexed',
          IndexName: 'byGroup',
          KeyConditionExpression: '#g = :g',
          ExpressionAttributeNames: { '#g': 'group' },
          ExpressionAttributeValues: { ':g': { S: 'red' } },
        }),
      );
    expect((await query()).Count).toBe(2);
    expect((await describeTable('indexed')).GlobalSecondaryIndexes?.[0]).toMatchObject({
      IndexStatus: 'ACTIVE',
      ItemCount: 2,
    });
    expect(await refusal(create('byGroup'))).toMatch(/already exists/);
    expect(
      await refusal(
        cloud.client.send(
          new PutItemCommand({ TableName: 'indexed', Item: { pk: { S: '4' }, group: { N: '1' } } }),
        ),
      ),
    ).toBe(
      'ValidationException: One or more parameter values were invalid: Type mismatch for Index Key group Expected: S Actual: N IndexName: byGroup',
    );
    await cloud.client.send(
      new UpdateTableCommand({
        TableName: 'indexed',
        GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byGroup' } }],
      }),
    );
    expect(await refusal(query())).toBe(
      'ValidationException: The table does not have the specified index: byGroup',
    );
    expect((await describeTable('indexed')).AttributeDefinitions).toHaveLength(1);
  });
});

describe('beside their items, tables have', () => {
  const ResourceArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/extras';
  beforeAll(() => cloud.table('extras', undefined, { Tags: [{ Key: 'a', Value: '1' }] }));

  it('tags', async () => {
    await cloud.client.send(
      new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }),
    );
    await cloud.client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    const { Tags } = await cloud.client.send(new ListTagsOfResourceCommand({ ResourceArn }));
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
    const unknown = new ListTagsOfResourceCommand({ ResourceArn: `${ResourceArn}x` });
    expect(await refusal(cloud.client.send(unknown))).toMatch(/^ResourceNotFoundException/);
  });

  it('a policy with a revision', async () => {
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' }],
    });
    const { RevisionId } = await cloud.client.send(
      new PutResourcePolicyCommand({ ResourceArn, Policy, ExpectedRevisionId: 'NO_POLICY' }),
    );
    expect(await cloud.client.send(new GetResourcePolicyCommand({ ResourceArn }))).toMatchObject({
      Policy,
      RevisionId,
    });
    const stale = new PutResourcePolicyCommand({ ResourceArn, Policy, ExpectedRevisionId: '1' });
    expect(await refusal(cloud.client.send(stale))).toMatch(/^PolicyNotFoundException/);
    await cloud.client.send(new DeleteResourcePolicyCommand({ ResourceArn }));
    const gone = cloud.client.send(new GetResourcePolicyCommand({ ResourceArn }));
    expect(await refusal(gone)).toMatch(/^PolicyNotFoundException/);
  });

  it('a time to live', async () => {
    const update = (Enabled: boolean, AttributeName = 'ends') =>
      cloud.client.send(
        new UpdateTimeToLiveCommand({
          TableName: 'extras',
          TimeToLiveSpecification: { Enabled, AttributeName },
        }),
      );
    await update(true);
    expect(await refusal(update(true))).toBe('ValidationException: TimeToLive is already enabled');
    expect(await refusal(update(true, 'other'))).toMatch(/active on a different AttributeName/);
    const told = await cloud.client.send(new DescribeTimeToLiveCommand({ TableName: 'extras' }));
    expect(told.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'ends',
    });
    await update(false);
    expect(await refusal(update(false))).toBe(
      'ValidationException: TimeToLive is already disabled',
    );
  });

  it('point-in-time recovery, as a flag; limits', async () => {
    const told = async () =>
      (await cloud.client.send(new DescribeContinuousBackupsCommand({ TableName: 'extras' })))
        .ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    expect(await told()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
    await cloud.client.send(
      new UpdateContinuousBackupsCommand({
        TableName: 'extras',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    expect(await told()).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
      RecoveryPeriodInDays: 35,
    });
    expect((await cloud.client.send(new DescribeLimitsCommand({}))).TableMaxReadCapacityUnits).toBe(
      40_000,
    );
  });
});
