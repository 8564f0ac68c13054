import type { TransactWriteItemsCommandInput, WriteRequest } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  GetItemCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVirtualClock } from '../../index.ts';
import { refusal, startDynamodb } from './fixtures/tables.ts';

const clock = createVirtualClock(Date.now());
let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb({ clock });
  await cloud.table('left');
  await cloud.table('right');
});
afterAll(() => cloud.stop());

const key = (pk: string) => ({ pk: { S: pk } });
const write = (
  TransactItems: TransactWriteItemsCommandInput['TransactItems'],
  more: Partial<TransactWriteItemsCommandInput> = {},
) => cloud.client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
const get = async (TableName: string, pk: string) =>
  (await cloud.client.send(new GetItemCommand({ TableName, Key: key(pk) }))).Item;
const put = (TableName: string, pk: string, n = '1') => ({
  Put: { TableName, Item: { ...key(pk), n: { N: n } } },
});
const add = (pk: string) => ({
  Update: {
    TableName: 'left',
    Key: key(pk),
    UpdateExpression: 'ADD n :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});

it('a transaction writes all of it', async () => {
  await write([put('left', 'gone')]);
  const { ConsumedCapacity } = await write(
    [
      put('left', 'a'),
      put('right', 'b'),
      add('c'),
      { Delete: { TableName: 'left', Key: key('gone') } },
      {
        ConditionCheck: {
          TableName: 'right',
          Key: key('none'),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ],
    { ReturnConsumedCapacity: 'TOTAL' },
  );
  expect([await get('left', 'a'), await get('right', 'b'), await get('left', 'gone')]).toEqual([
    { ...key('a'), n: { N: '1' } },
    { ...key('b'), n: { N: '1' } },
    undefined,
  ]);
  expect(await get('right', 'none')).toBeUndefined();
  expect(ConsumedCapacity).toEqual([
    { TableName: 'left', CapacityUnits: 6, WriteCapacityUnits: 6 },
    { TableName: 'right', CapacityUnits: 4, WriteCapacityUnits: 4 },
  ]);
});

it('a transaction writes nothing when one action fails, and says which and why', async () => {
  await write([put('left', 'taken', '7')]);
  const failing = write([
    put('left', 'new'),
    {
      Put: {
        TableName: 'left',
        Item: key('taken'),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    {
      Update: {
        TableName: 'left',
        Key: key('a'),
        UpdateExpression: 'SET n.x = :v',
        ExpressionAttributeValues: { ':v': { N: '1' } },
      },
    },
  ]);
  await expect(failing).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]',
    CancellationReasons: [
      { Code: 'None' },
      {
        Code: 'ConditionalCheckFailed',
        Message: 'The conditional request failed',
        Item: { ...key('taken'), n: { N: '7' } },
      },
      {
        Code: 'ValidationError',
        Message: 'The document path provided in the update expression is invalid for update',
      },
    ],
  });
  expect(await get('left', 'new')).toBeUndefined();
});

it('a key of another type cancels a transaction, an action that is none does not begin it', async () => {
  const cancelled = async (action: TransactWriteItemsCommandInput['TransactItems']) => {
    const error: unknown = await write(action).catch((caught: unknown) => caught);
    return error instanceof TransactionCanceledException
      ? error.CancellationReasons?.map(({ Code, Message }) => `${Code}: ${Message}`)
      : String(error);
  };
  const wrong = { pk: { N: '5' } };
  expect(await cancelled([{ Put: { TableName: 'left', Item: wrong } }, add('typed')])).toEqual([
    'ValidationError: One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N',
    'None: undefined',
  ]);
  expect(await get('left', 'typed')).toBeUndefined();
  expect(await cancelled([{ Delete: { TableName: 'left', Key: wrong } }])).toEqual([
    'ValidationError: The provided key element does not match the schema',
  ]);
  expect(await refusal(write([{}]))).toBe(
    'ValidationException: Invalid Request: TransactWriteRequest should contain Delete or Put or Update request',
  );
  expect(await refusal(write([{ Put: { TableName: 'bad!name', Item: key('a') } }]))).toContain(
    "Value 'bad!name' at 'transactItems.1.member.put.tableName' failed",
  );
});

it('a batch is refused whole for a key that does not fit, and for an empty request', async () => {
  const batch = (request: WriteRequest) =>
    refusal(
      cloud.client.send(
        new BatchWriteItemCommand({
          RequestItems: { left: [{ PutRequest: { Item: key('batched') } }, request] },
        }),
      ),
    );
  for (const Item of [{ pk: { N: '5' } }, { other: { S: 'x' } }])
    expect(await batch({ PutRequest: { Item } })).toBe(
      'ValidationException: The provided key element does not match the schema',
    );
  expect(await batch({})).toContain('more than one datatypes set');
  expect(await get('left', 'batched')).toBeUndefined();
  expect(await refusal(cloud.client.send(new BatchWriteItemCommand({ RequestItems: {} })))).toBe(
    'ValidationException: The requestItems parameter is required for BatchWriteItem',
  );
});

it('a token makes a transaction happen once, for ten minutes', async () => {
  const once = (pk = 'counted') => write([add(pk)], { ClientRequestToken: 'token' });
  await once();
  await once();
  expect((await get('left', 'counted'))?.['n']).toEqual({ N: '1' });
  expect(await refusal(once('other'))).toMatch(/^IdempotentParameterMismatchException/);
  await clock.advance(10 * 60_000);
  await once();
  expect((await get('left', 'counted'))?.['n']).toEqual({ N: '2' });
});

it('two actions on one item, none at all, and two in one are refused', async () => {
  expect(await refusal(write([put('left', 'x'), add('x')]))).toBe(
    'ValidationException: Transaction request cannot include multiple operations on one item',
  );
  expect(await refusal(write([]))).toMatch(/Member must have length greater than or equal to 1/);
  expect(await refusal(write([{ ...put('left', 'x'), ...add('x') }]))).toBe(
    'ValidationException: TransactItems can only contain one of Check, Put, Update or Delete',
  );
  expect(await refusal(write(Array.from({ length: 101 }, (_, i) => add(`m${i}`))))).toMatch(
    /Member must have length less than or equal to 100/,
  );
});

it('a transaction reads items of several tables at one time', async () => {
  const { Responses } = await cloud.client.send(
    new TransactGetItemsCommand({
      TransactItems: [
        { Get: { TableName: 'left', Key: key('a'), ProjectionExpression: 'n' } },
        { Get: { TableName: 'right', Key: key('nobody') } },
      ],
    }),
  );
  expect(Responses).toEqual([{ Item: { n: { N: '1' } } }, {}]);
});
