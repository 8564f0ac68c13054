import type { AttributeDefinition } from '@aws-sdk/client-dynamodb';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ListTagsOfResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStacks, story } from '../../cloudformation/fixtures/stacks.ts';
import { createDynamodb } from './index.ts';

let cloud: Awaited<ReturnType<typeof startStacks>>;
let client: DynamoDBClient;
beforeEach(async () => {
  cloud = await startStacks([], { services: [createDynamodb()] });
  client = new DynamoDBClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  cloud.client.destroy();
  await cloud.stop();
});

const attributes = (...names: readonly string[]): readonly AttributeDefinition[] =>
  names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
const index = (IndexName: string, key: string, more: object = {}) => ({
  IndexName,
  KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
  ...more,
});
const table = (Properties: object = {}) => ({
  Resources: {
    T: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: attributes('pk'),
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        ...Properties,
      },
    },
  },
  Outputs: {
    Name: { Value: { Ref: 'T' } },
    Arn: { Value: { 'Fn::GetAtt': ['T', 'Arn'] } },
  },
});
const described = async (TableName: string) =>
  (await client.send(new DescribeTableCommand({ TableName }))).Table ?? expect.fail();
const nameOf = async (stack: string) =>
  (await cloud.resources(stack))[0]?.PhysicalResourceId ?? expect.fail('no table');

describe('AWS::DynamoDB::Table', () => {
  it('is created with all that it says', async () => {
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'dynamodb:GetItem', Resource: '*' }],
    };
    const body = table({
      AttributeDefinitions: attributes('pk', 'sk', 'g'),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: '5', WriteCapacityUnits: 2 },
      GlobalSecondaryIndexes: [
        index('byG', 'g', {
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: '1' },
        }),
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'local',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'g', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['x'] },
        },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'ends', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'true' },
      SSESpecification: { SSEEnabled: true },
      TableClass: 'STANDARD_INFREQUENT_ACCESS',
      ResourcePolicy: { PolicyDocument: policy },
      Tags: [{ Key: 'team', Value: 'orders' }],
    });
    const withStream = {
      ...body,
      Outputs: { ...body.Outputs, Stream: { Value: { 'Fn::GetAtt': ['T', 'StreamArn'] } } },
    };
    const created = await cloud.create('s', withStream);
    expect(created.StackStatus).toBe('CREATE_COMPLETE');
    const name = await nameOf('s');
    expect(name).toMatch(/^s-T-\w{12,13}$/);
    const told = await described(name);
    expect(told).toMatchObject({
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 2 },
      GlobalSecondaryIndexes: [
        { IndexName: 'byG', ProvisionedThroughput: { WriteCapacityUnits: 1 } },
      ],
      LocalSecondaryIndexes: [{ Projection: { NonKeyAttributes: ['x'] } }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS' },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    });
    const output = (key: string) =>
      created.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    expect([output('Name'), output('Arn'), output('Stream')]).toEqual([
      name,
      told.TableArn,
      told.LatestStreamArn,
    ]);
    const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
    expect(ttl.TimeToLiveDescription?.AttributeName).toBe('ends');
    const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName: name }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      PointInTimeRecoveryStatus: 'ENABLED',
    });
    const { Policy } = await client.send(
      new GetResourcePolicyCommand({ ResourceArn: told.TableArn }),
    );
    expect(JSON.parse(Policy ?? '')).toEqual(policy);
    const { Tags } = await client.send(
      new ListTagsOfResourceCommand({ ResourceArn: told.TableArn }),
    );
    expect(Tags).toContainEqual({ Key: 'team', Value: 'orders' });
    expect((await cloud.delete('s')).StackStatus).toBe('DELETE_COMPLETE');
    await expect(described(name)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is updated in place, an index at a time', async () => {
    await cloud.create('s', table({ Tags: [{ Key: 'old', Value: '1' }] }));
    const name = await nameOf('s');
    const updated = await cloud.update(
      's',
      table({
        AttributeDefinitions: attributes('pk', 'g'),
        GlobalSecondaryIndexes: [index('byG', 'g')],
        StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
        TimeToLiveSpecification: { AttributeName: 'ends', Enabled: true },
        DeletionProtectionEnabled: true,
        Tags: [{ Key: 'new', Value: '2' }],
      }),
    );
    expect(updated.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await nameOf('s')).toBe(name);
    const told = await described(name);
    expect(told).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'byG' }],
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
      DeletionProtectionEnabled: true,
    });
    const { Tags = [] } = await client.send(
      new ListTagsOfResourceCommand({ ResourceArn: told.TableArn }),
    );
    expect(Tags.map(({ Key }) => Key)).toEqual(expect.arrayContaining(['new']));
    expect(Tags.map(({ Key }) => Key)).not.toContain('old');
    const two = await cloud.update(
      's',
      table({
        AttributeDefinitions: attributes('pk', 'g', 'h'),
        GlobalSecondaryIndexes: [index('byH', 'h')],
        DeletionProtectionEnabled: true,
      }),
    );
    expect(two.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(story(await cloud.events('s')).join('\n')).toMatch(
      /Cannot perform more than one GSI creation or deletion in a single update/,
    );
    expect(await described(name)).toMatchObject({ GlobalSecondaryIndexes: [{ IndexName: 'byG' }] });
    const back = await cloud.update('s', table({ GlobalSecondaryIndexes: [] }));
    expect(back.StackStatus).toBe('UPDATE_COMPLETE');
    const plain = await described(name);
    expect(plain).toMatchObject({ DeletionProtectionEnabled: false });
    expect(plain.GlobalSecondaryIndexes).toBeUndefined();
    expect(plain.StreamSpecification).toBeUndefined();
  });

  it('changes its billing, and is replaced for another name', async () => {
    await cloud.create('s', table({ TableName: 'one' }));
    const provisioned = {
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 3, WriteCapacityUnits: 3 },
    };
    expect((await cloud.update('s', table({ TableName: 'one', ...provisioned }))).StackStatus).toBe(
      'UPDATE_COMPLETE',
    );
    expect((await described('one')).ProvisionedThroughput?.ReadCapacityUnits).toBe(3);
    await cloud.update('s', table({ TableName: 'two' }));
    expect(await nameOf('s')).toBe('two');
    await expect(described('one')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('fails its stack by name where it asks for what is not supported', async () => {
    await cloud.create('s', table({ WarmThroughput: { ReadUnitsPerSecond: 1 } }));
    expect(story(await cloud.events('s')).join('\n')).toMatch(
      /T CREATE_FAILED: .*WarmThroughput of AWS::DynamoDB::Table is not supported/,
    );
    const global = cloud.create('g', {
      Resources: {
        G: {
          Type: 'AWS::DynamoDB::GlobalTable',
          Properties: {
            AttributeDefinitions: attributes('pk'),
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            Replicas: [{ Region: 'us-east-1' }],
          },
        },
      },
    });
    await expect(global).rejects.toThrow(/no behaviour for .*AWS::DynamoDB::GlobalTable/);
  });

  it('rolls back to what it was', async () => {
    await cloud.create('s', table());
    const name = await nameOf('s');
    await client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: true }));
    const failed = await cloud.update(
      's',
      table({ TableClass: 'STANDARD_INFREQUENT_ACCESS', VectorIndexes: [] }),
    );
    expect(failed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await described(name)).TableStatus).toBe('ACTIVE');
  });
});
