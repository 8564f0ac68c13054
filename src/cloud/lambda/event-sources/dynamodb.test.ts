import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { StreamViewType } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedingBench } from './fixtures/feeding-bench.ts';
import { ACCOUNT, startFeedingBench } from './fixtures/feeding-bench.ts';

interface TableEvent {
  readonly Records: readonly {
    readonly eventName: string;
    readonly dynamodb: { readonly Keys: { readonly id: { readonly S: string } } };
  }[];
}

let bench: FeedingBench;
let dynamodb: DynamoDBClient;
const START = Date.UTC(2026, 0, 1);
beforeEach(async () => {
  bench = await startFeedingBench({ startMs: START - 60_000 });
  dynamodb = new DynamoDBClient(bench.settings);
});
afterEach(() => bench.stop());

const table = async (view: StreamViewType = 'NEW_AND_OLD_IMAGES') => {
  const { TableDescription } = await dynamodb.send(
    new CreateTableCommand({
      TableName: 'orders',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: view },
    }),
  );
  // A table takes its time to become active.
  await bench.clock.advance(60_000);
  return TableDescription?.LatestStreamArn ?? '';
};
const put = (id: string, more: Record<string, { readonly S: string }> = {}) =>
  dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: id }, ...more } }));
const remove = (id: string) =>
  dynamodb.send(new DeleteItemCommand({ TableName: 'orders', Key: { id: { S: id } } }));
const changes = (events: readonly TableEvent[]) =>
  events.flatMap(({ Records }) =>
    Records.map(({ eventName, dynamodb: { Keys } }) => `${eventName} ${Keys.id.S}`),
  );
const map = (EventSourceArn: string, more: object = {}) =>
  bench.map({
    FunctionName: 'worker',
    EventSourceArn,
    StartingPosition: 'TRIM_HORIZON',
    ...more,
  });

describe('the stream of a table feeds a function', () => {
  it('with every change, told as AWS tells it', async () => {
    const arn = await table();
    const seen = await bench.fn<TableEvent>('worker', () => undefined);
    const { UUID } = await map(arn);
    await dynamodb.send(
      new PutItemCommand({
        TableName: 'orders',
        Item: { id: { S: 'a' }, raw: { B: Buffer.from('foobar') } },
      }),
    );
    await bench.settle();
    expect(seen).toEqual([
      {
        Records: [
          {
            eventID: expect.any(String),
            eventName: 'INSERT',
            eventVersion: '1.1',
            eventSource: 'aws:dynamodb',
            awsRegion: 'us-east-1',
            dynamodb: {
              ApproximateCreationDateTime: START / 1000,
              Keys: { id: { S: 'a' } },
              NewImage: { id: { S: 'a' }, raw: { B: 'Zm9vYmFy' } },
              SequenceNumber: expect.any(String),
              SizeBytes: expect.any(Number),
              StreamViewType: 'NEW_AND_OLD_IMAGES',
            },
            eventSourceARN: arn,
          },
        ],
      },
    ]);
    await put('a', { state: { S: 'paid' } });
    await remove('a');
    await bench.settle();
    expect(changes(seen)).toEqual(['INSERT a', 'MODIFY a', 'REMOVE a']);
    expect((await bench.look(UUID)).LastProcessingResult).toBe('OK');
  });

  it('from its end, over restarts of its reader and longer than an iterator lives', async () => {
    const arn = await table();
    const seen = await bench.fn<TableEvent>('worker', () => undefined);
    await put('before');
    await bench.clock.advance(5_000);
    await map(arn, { StartingPosition: 'LATEST' });
    await bench.clock.advance(3_600_000);
    await put('after');
    await bench.settle();
    await bench.clock.advance(3_600_000);
    await put('later');
    await bench.settle();
    expect(changes(seen)).toEqual(['INSERT after', 'INSERT later']);
  });

  it('goes on where it was in a fork', async () => {
    const arn = await table();
    await bench.fn<TableEvent>('worker', () => undefined);
    await put('before');
    await bench.clock.advance(5_000);
    await map(arn, { StartingPosition: 'LATEST' });
    await bench.settle();
    const forked: TableEvent[] = [];
    const fork = await startFeedingBench({
      state: bench.cloud.fork(),
      startMs: START + 7_200_000,
      handlers: new Map([['worker', (event: TableEvent) => void forked.push(event)]]),
    });
    await new DynamoDBClient(fork.settings).send(
      new PutItemCommand({ TableName: 'orders', Item: { id: { S: 'after' } } }),
    );
    await fork.settle();
    expect(changes(forked)).toEqual(['INSERT after']);
    await fork.stop();
  });

  it('with the changes that pass its filters', async () => {
    const arn = await table();
    const seen = await bench.fn<TableEvent>('worker', () => undefined);
    await map(arn, {
      FilterCriteria: {
        Filters: [
          { Pattern: '{"eventName":["REMOVE"]}' },
          { Pattern: '{"dynamodb":{"NewImage":{"state":{"S":["paid"]}}}}' },
        ],
      },
    });
    await put('a');
    await put('b', { state: { S: 'paid' } });
    await remove('a');
    await bench.settle();
    expect(changes(seen)).toEqual(['INSERT b', 'REMOVE a']);
  });

  it('and tells a queue what was given up', async () => {
    const arn = await table();
    const sqs = new SQSClient(bench.settings);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'lost' }));
    await bench.fn<TableEvent>('worker', () => {
      throw new Error('never');
    });
    await map(arn, {
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:${ACCOUNT}:lost` } },
    });
    await put('a');
    await bench.clock.advance(1_000);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(JSON.parse(Messages[0]?.Body ?? '')).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: 'Unhandled',
      },
      version: '1.0',
      timestamp: new Date(START + 1_000).toISOString(),
      DDBStreamBatchInfo: {
        shardId: expect.any(String),
        startSequenceNumber: expect.any(String),
        endSequenceNumber: expect.any(String),
        approximateArrivalOfFirstRecord: '2026-01-01T00:00:00Z',
        approximateArrivalOfLastRecord: '2026-01-01T00:00:00Z',
        batchSize: 1,
        streamArn: arn,
      },
    });
  });
});

describe('a mapping of a table’s stream is refused', () => {
  it('in AWS’s words', async () => {
    const arn = await table();
    await bench.fn<TableEvent>('worker', () => undefined);
    const role = await bench.role('blind', 'dynamodb:DescribeStream');
    await bench.fn('blind', () => undefined, { role });
    await expect(
      map(arn, { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: new Date(START) }),
    ).rejects.toThrow(`Unsupported starting position for arn type: ${arn}`);
    await expect(map(arn, { FunctionName: 'blind' })).rejects.toThrow(
      `Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
    );
    await expect(map(arn.replace('.000', '.001'))).rejects.toThrow('Stream not found: ');
    await map(arn);
    await expect(map(arn)).rejects.toThrow(
      `The event source arn (" ${arn} ") and function (" worker ") provided mapping already exists.`,
    );
  });
});
