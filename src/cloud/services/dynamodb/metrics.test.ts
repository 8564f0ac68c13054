import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { createServices, startCloud } from '../../index.ts';

const clock = createVirtualClock(Math.floor(Date.now() / 60_000) * 60_000);
let running: RunningCloud;
let dynamodb: DynamoDBClient;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  running = await startCloud({ clock, services: createServices({ throttles: true }) });
  const settings = {
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  dynamodb = new DynamoDBClient(settings);
  cloudwatch = new CloudWatchClient(settings);
});
afterAll(async () => {
  dynamodb.destroy();
  cloudwatch.destroy();
  await running.stop();
});

it('CloudWatch is told every minute what was used of a table, and what was refused', async () => {
  const startedAt = clock.now();
  const TableName = 'orders';
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'of', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byOf',
          KeySchema: [{ AttributeName: 'of', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 100 },
        },
      ],
    }),
  );
  const item = (id: string, bytes: number) => ({
    id: { S: id },
    of: { S: 'x' },
    text: { S: 'x'.repeat(bytes) },
  });
  await dynamodb.send(new PutItemCommand({ TableName, Item: item('a', 2_500) }));
  await dynamodb.send(
    new BatchWriteItemCommand({
      RequestItems: { orders: [{ PutRequest: { Item: item('b', 1) } }] },
    }),
  );
  await dynamodb.send(
    new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: item('c', 1) } }] }),
  );
  await dynamodb.send(
    new GetItemCommand({ TableName, Key: { id: { S: 'a' } }, ConsistentRead: true }),
  );
  // What an index has used is not the table's.
  await dynamodb.send(
    new QueryCommand({
      TableName,
      IndexName: 'byOf',
      KeyConditionExpression: '#of = :of',
      ExpressionAttributeNames: { '#of': 'of' },
      ExpressionAttributeValues: { ':of': { S: 'x' } },
    }),
  );
  // Five minutes' worth of writes, and what is over.
  await dynamodb.send(new PutItemCommand({ TableName, Item: item('d', 390_000) }));
  await expect(
    dynamodb.send(new PutItemCommand({ TableName, Item: item('e', 1) })),
  ).rejects.toThrow('exceeded');
  await clock.advance(60_000);
  await running.cloud.settle();
  cloudwatch.config.systemClockOffset = clock.now() - Date.now();
  const statistics = async (MetricName: string) => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/DynamoDB',
        MetricName,
        Dimensions: [{ Name: 'TableName', Value: TableName }],
        StartTime: new Date(startedAt),
        EndTime: new Date(startedAt + 60_000),
        Period: 60,
        Statistics: ['Sum', 'SampleCount'],
      }),
    );
    return Datapoints.map(({ Sum, SampleCount }) => [Sum, SampleCount]);
  };
  expect(await statistics('ConsumedWriteCapacityUnits')).toEqual([[3 + 1 + 2 + 381, 4]]);
  expect(await statistics('ConsumedReadCapacityUnits')).toEqual([[1, 1]]);
  expect(await statistics('WriteThrottleEvents')).toEqual([[1, 1]]);
  expect(await statistics('ReadThrottleEvents')).toEqual([]);
});
