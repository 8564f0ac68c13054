import type { Flow } from './cli.ts';
import { same } from './cli.ts';

const table = { 'table-name': 'cli-things' };
const key = (n: number) => ({ pk: { S: 'p' }, sk: { N: String(n) } });

/** Tables and their streams. */
export const tableFlows: readonly Flow[] = [
  [
    'dynamodb: waiters, pages, a condition, a transaction, PartiQL',
    async (aws) => {
      await aws('dynamodb create-table', {
        ...table,
        'attribute-definitions': [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
        ],
        'key-schema': [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        'billing-mode': 'PAY_PER_REQUEST',
        'stream-specification': { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      });
      await aws('dynamodb wait table-exists', table);
      const puts = [1, 2, 3, 4, 5].map((n) => ({ PutRequest: { Item: key(n) } }));
      const left = await aws('dynamodb batch-write-item', {
        'request-items': { [table['table-name']]: puts },
        query: '[UnprocessedItems]',
      });
      same(left, [{}]);
      const query = {
        ...table,
        'key-condition-expression': 'pk = :p',
        'expression-attribute-values': { ':p': { S: 'p' } },
        'page-size': 2,
        query: 'Items[].sk.N',
      };
      same(await aws('dynamodb query', query), ['1', '2', '3', '4', '5']);
      const part = { 'max-items': 3, query: '[Items[].sk.N, NextToken]' };
      const [first, token] = (await aws('dynamodb query', {
        ...query,
        ...part,
      })) as readonly unknown[];
      same(first, ['1', '2', '3']);
      same(await aws('dynamodb query', { ...query, 'starting-token': token }), ['4', '5']);
      const put = { Put: { TableName: table['table-name'], Item: key(9) } };
      const update = {
        Update: {
          TableName: table['table-name'],
          Key: key(1),
          UpdateExpression: 'SET done = :d',
          ExpressionAttributeValues: { ':d': { BOOL: true } },
        },
      };
      await aws('dynamodb transact-write-items', { 'transact-items': [put, update] });
      const statement = `SELECT done FROM "cli-things" WHERE pk = 'p' AND sk = 1`;
      same(await aws('dynamodb execute-statement', { statement, query: 'Items' }), [
        { done: { BOOL: true } },
      ]);
      await aws.refused('ConditionalCheckFailedException', 'dynamodb put-item', {
        ...table,
        item: key(1),
        'condition-expression': 'attribute_not_exists(pk)',
      });
      await aws.refused('ValidationException', 'dynamodb get-item', {
        ...table,
        key: { pk: { S: 'p' } },
      });
      await aws.refused('ResourceNotFoundException', 'dynamodb describe-table', {
        'table-name': 'cli-none',
      });
    },
  ],
  [
    'dynamodbstreams: what the flow before it changed',
    async (aws) => {
      const [stream] = (await aws('dynamodbstreams list-streams', {
        ...table,
        query: 'Streams[].StreamArn',
      })) as readonly string[];
      const arn = { 'stream-arn': stream };
      const shard = await aws('dynamodbstreams describe-stream', {
        ...arn,
        query: 'StreamDescription.Shards[0].ShardId',
      });
      const iterator = await aws('dynamodbstreams get-shard-iterator', {
        ...arn,
        'shard-id': shard,
        'shard-iterator-type': 'TRIM_HORIZON',
        query: 'ShardIterator',
      });
      const records = await aws('dynamodbstreams get-records', {
        'shard-iterator': iterator,
        query: 'Records[].[eventName, dynamodb.NewImage.sk.N]',
      });
      same(records, [...['1', '2', '3', '4', '5', '9'].map((n) => ['INSERT', n]), ['MODIFY', '1']]);
      await aws.refused('ResourceNotFoundException', 'dynamodbstreams describe-stream', {
        'stream-arn': `${stream?.replace('cli-things', 'cli-none')}`,
      });
      await aws('dynamodb delete-table', table);
      await aws('dynamodb wait table-not-exists', table);
      // It can be read for a day after its table is gone.
      const status = { ...arn, query: 'StreamDescription.StreamStatus' };
      same(await aws('dynamodbstreams describe-stream', status), 'DISABLED');
    },
  ],
];
