import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { busy, diary, keepBusy, LETTERS } from './fixtures/busy-service.ts';
import { namesIn, postOffice } from './fixtures/post-office.ts';
import type { TestCloud } from './index.ts';
import { startCloud, underDisorder } from './index.ts';

let provisioned: TestCloud;
let name: (logicalId: string) => string;

beforeAll(async () => {
  provisioned = await startCloud();
  await provisioned.provision(busy);
  name = await namesIn(provisioned, 'Busy');
});
afterAll(() => provisioned.stop());
beforeEach(() => void diary.splice(0));

const ROUNDS = 3;

/** Whatever is handed over has all before it handed over already: nothing is skipped, though anything may come again. */
const expectOrder = (lines: readonly string[]) => {
  let reached = 0;
  for (const line of lines) {
    const at = Number(line.split(' ').at(-1));
    expect(at, lines.join(', ')).toBeLessThanOrEqual(reached + 1);
    reached = Math.max(reached, at);
  }
};

const expectPromises = (expected: readonly string[]) => {
  const seen = new Set(diary);
  expect(expected.filter((line) => !seen.has(line))).toEqual([]);
  for (const source of ['orders', 'clicks', 'things'])
    for (const letter of LETTERS)
      expectOrder(diary.filter((line) => line.startsWith(`${source} ${letter} `)));
};

describe('what AWS promises', () => {
  it('is kept under any seed: nothing is lost, groups and shards are in order', async () => {
    const { choices } = await underDisorder(
      async (disorder) => {
        diary.splice(0);
        await using cloud = await provisioned.fork({ disorder });
        const expected = await keepBusy(cloud, name, ROUNDS);
        // Everything has come once the cloud has settled: time has not to pass for that.
        await cloud.settle();
        expectPromises(expected);
      },
      { seeds: 40 },
    );
    expect(choices).toBeGreaterThan(600);
  }, 300_000);

  it('is kept where as much as may be goes out of order', async () => {
    await underDisorder(
      async (disorder) => {
        diary.splice(0);
        await using cloud = await provisioned.fork({ disorder });
        const expected = await keepBusy(cloud, name, 2);
        await cloud.settle();
        expectPromises(expected);
      },
      { seeds: 10, rate: 0.8 },
    );
  }, 300_000);

  it('is kept by a FIFO queue that has many messages at one time', async () => {
    await using office = await startCloud();
    await office.provision(postOffice);
    const QueueUrl = (await namesIn(office, 'Post'))('Line');
    await underDisorder(
      async (disorder) => {
        await using cloud = await office.fork({ disorder });
        const queues = new SQSClient(cloud.settings);
        for (let round = 1; round <= 4; round += 1)
          for (const letter of LETTERS)
            await queues.send(
              new SendMessageCommand({
                QueueUrl,
                MessageBody: `${letter} ${round}`,
                MessageGroupId: letter,
              }),
            );
        const seen: string[] = [];
        for (let polls = 0; seen.length < 8 && polls < 40; polls += 1) {
          const { Messages = [] } = await queues.send(
            new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 3 }),
          );
          seen.push(...Messages.map(({ Body = '' }) => Body));
          for (const { ReceiptHandle } of Messages)
            await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
        }
        // Once each, too: it is only a consumer that fails who gets a message again.
        for (const letter of LETTERS)
          expect(seen.filter((body) => body.startsWith(letter))).toEqual(
            ['1', '2', '3', '4'].map((round) => `${letter} ${round}`),
          );
      },
      { seeds: 40 },
    );
  }, 120_000);

  it('holds for conditions and transactions', async () => {
    await underDisorder(
      async (disorder) => {
        await using cloud = await provisioned.fork({ disorder });
        const TableName = name('Things');
        const client = new DynamoDBClient(cloud.settings);
        const claims = await Promise.allSettled(
          Array.from({ length: 5 }, (_, by) =>
            client.send(
              new PutItemCommand({
                TableName,
                Item: { id: { S: 'claim' }, by: { N: String(by) } },
                ConditionExpression: 'attribute_not_exists(id)',
              }),
            ),
          ),
        );
        const winners = claims.flatMap(({ status }, by) => (status === 'fulfilled' ? [by] : []));
        expect(winners).toHaveLength(1);
        const both = (by: string) =>
          client.send(
            new TransactWriteItemsCommand({
              TransactItems: ['left', 'right'].map((id) => ({
                Put: {
                  TableName,
                  Item: { id: { S: id }, by: { S: by } },
                  ConditionExpression: 'attribute_not_exists(id)',
                },
              })),
            }),
          );
        const done = await Promise.allSettled(['one', 'two', 'three'].map(both));
        expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const by = async (id: string) =>
          (
            await client.send(
              new GetItemCommand({ TableName, Key: { id: { S: id } }, ConsistentRead: true }),
            )
          ).Item?.['by'];
        expect(await by('claim')).toEqual({ N: String(winners[0]) });
        expect(await by('left')).toEqual(await by('right'));
        await cloud.settle();
      },
      { seeds: 30 },
    );
  }, 120_000);
});
