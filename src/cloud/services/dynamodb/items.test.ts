import type {
  AttributeValue,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServices } from '../../index.ts';
import { refusal, startDynamodb } from './fixtures/tables.ts';

let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb();
  await cloud.table('items', 'N', {
    AttributeDefinitions: [{ AttributeName: 'other', AttributeType: 'S' }],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byOther',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'other', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
});
afterAll(() => cloud.stop());

const key = (pk: string, sk = '1') => ({ pk: { S: pk }, sk: { N: sk } });
const put = (Item: Record<string, AttributeValue>, more: Partial<PutItemCommandInput> = {}) =>
  cloud.client.send(new PutItemCommand({ TableName: 'items', Item, ...more }));
const get = async (Key: Record<string, AttributeValue>) =>
  (await cloud.client.send(new GetItemCommand({ TableName: 'items', Key }))).Item;
const update = (pk: string, more: Partial<UpdateItemCommandInput>) =>
  cloud.client.send(new UpdateItemCommand({ TableName: 'items', Key: key(pk), ...more }));

describe('values', () => {
  it('of every type come back as they were put', async () => {
    const item: Record<string, AttributeValue> = {
      ...key('types'),
      s: { S: 'é😀' },
      n: { N: '-12.5' },
      b: { B: Uint8Array.of(0, 255) },
      ss: { SS: ['b', 'a'] },
      ns: { NS: ['2', '1'] },
      bs: { BS: [Uint8Array.of(1), Uint8Array.of(2)] },
      m: { M: { inner: { L: [{ B: Uint8Array.of(7) }, { NULL: true }, { BOOL: false }] } } },
      empty: { S: '' },
      constructor: { S: 'a name as any other' },
    };
    await put(item);
    expect(await get(key('types'))).toEqual(item);
  });

  it('named __proto__ are attributes, too', async () => {
    const Item = JSON.parse('{"pk":{"S":"proto"},"sk":{"N":"1"},"__proto__":{"S":"x"}}') as Record<
      string,
      AttributeValue
    >;
    await put(Item);
    const { Items } = await cloud.client.send(
      new ScanCommand({
        TableName: 'items',
        FilterExpression: '#p = :x',
        ExpressionAttributeNames: { '#p': '__proto__' },
        ExpressionAttributeValues: { ':x': { S: 'x' } },
      }),
    );
    expect(Items).toHaveLength(1);
  });

  it.each([
    ['1.50', '1.5'],
    ['-0', '0'],
    ['007', '7'],
    ['1E3', '1000'],
    ['0.00012e2', '0.012'],
    ['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
    ['1e-130', `0.${'0'.repeat(129)}1`],
  ])('that are numbers are exact: %s is %s', async (given, kept) => {
    await put({ ...key('number'), n: { N: given } });
    expect((await get(key('number')))?.['n']).toEqual({ N: kept });
  });

  const PARAMETER = 'One or more parameter values were invalid: ';
  it.each<[string, AttributeValue, string]>([
    [
      'no type',
      {} as AttributeValue,
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
    ['no number', { N: 'x' }, 'The parameter cannot be converted to a numeric value: x'],
    [
      '39 digits',
      { N: '123456789012345678901234567890123456789' },
      'Attempting to store more than 38 significant digits in a Number',
    ],
    [
      'a number too large',
      { N: '1e126' },
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    ],
    [
      'a number too small',
      { N: '1e-131' },
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    ],
    ['no texts', { SS: [] }, `${PARAMETER}An string set  may not be empty`],
    ['no numbers', { NS: [] }, `${PARAMETER}An number set  may not be empty`],
    ['no bytes', { BS: [] }, `${PARAMETER}Binary sets should not be empty`],
    [
      'a text twice',
      { SS: ['a', 'a'] },
      `${PARAMETER}Input collection [a, a] contains duplicates.`,
    ],
    ['a number twice', { NS: ['1', '1.0'] }, 'Input collection contains duplicates'],
    [
      'a null that is none',
      { NULL: false } as unknown as AttributeValue,
      `${PARAMETER}Null attribute value types must have the value of true`,
    ],
  ])('with %s are refused', async (_what, value, message) => {
    expect(await refusal(put({ ...key('bad'), x: value }))).toBe(`ValidationException: ${message}`);
  });

  it('of more than 400 KB are refused', async () => {
    expect(await refusal(put({ ...key('big'), x: { S: 'x'.repeat(409_600) } }))).toBe(
      'ValidationException: Item size has exceeded the maximum allowed size',
    );
    await put({ ...key('big'), x: { S: 'x'.repeat(409_000) } });
    const grown = update('big', {
      UpdateExpression: 'SET y = :y',
      ExpressionAttributeValues: { ':y': { S: 'y'.repeat(1_000) } },
    });
    expect(await refusal(grown)).toBe(
      'ValidationException: Item size to update has exceeded the maximum allowed size',
    );
  });
});

describe('keys', () => {
  it.each<[string, Record<string, AttributeValue>, string]>([
    [
      'are missing',
      { pk: { S: 'a' } },
      'One or more parameter values were invalid: Missing the key sk in the item',
    ],
    [
      'have another type',
      { pk: { N: '1' }, sk: { N: '1' } },
      'One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N',
    ],
    [
      'are empty',
      { pk: { S: '' }, sk: { N: '1' } },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk',
    ],
    [
      'are long',
      { pk: { S: 'x'.repeat(2_049) }, sk: { N: '1' } },
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of 2048 bytes',
    ],
  ])('of an item that %s are refused', async (_what, item, message) => {
    expect(await refusal(put(item))).toBe(`ValidationException: ${message}`);
  });

  it('that are not the table’s are refused', async () => {
    for (const wrong of [
      { pk: { S: 'a' } },
      { pk: { S: 'a' }, x: { N: '1' } },
      { pk: { S: 'a' }, sk: { S: '1' } },
    ])
      expect(await refusal(get(wrong))).toBe(
        'ValidationException: The provided key element does not match the schema',
      );
  });

  it('are numbers, not texts', async () => {
    await put({ ...key('num', '1.0'), v: { S: 'one' } });
    expect((await get(key('num', '1')))?.['v']).toEqual({ S: 'one' });
  });

  it('of a table that is not there name no table', async () => {
    const unknown = new GetItemCommand({ TableName: 'nowhere', Key: key('a') });
    expect(await refusal(cloud.client.send(unknown))).toBe(
      'ResourceNotFoundException: Requested resource not found',
    );
  });
});

describe('bytes', () => {
  it.each([
    ['AAA', 'Base64 encoded length is expected a multiple of 4 bytes but found: 3'],
    ['A?A=', 'Invalid last non-pad Base64 character dectected'],
  ])('that are not in base 64 are refused: %s', async (given, told) => {
    const command = new PutItemCommand({ TableName: 'items', Item: {} });
    const body = JSON.stringify({ TableName: 'items', Item: { ...key('bytes'), b: { B: given } } });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string; headers: Record<string, string> };
        request.body = body;
        request.headers['content-length'] = String(body.length);
        return next(args);
      },
      { step: 'build' },
    );
    expect(await refusal(cloud.client.send(command))).toBe(`SerializationException: ${told}`);
  });
});

describe('names of tables', () => {
  it('of one letter are names, which are not there', async () => {
    const from = (TableName: string) =>
      refusal(cloud.client.send(new GetItemCommand({ TableName, Key: key('a') })));
    expect(await from('a')).toBe('ResourceNotFoundException: Requested resource not found');
    expect(await from('')).toContain('Member must have length greater than or equal to 1');
    expect(await from('x'.repeat(256))).toContain(
      'Member must have length less than or equal to 255',
    );
  });
});

describe('writes', () => {
  it('tell of a list what was changed, where it was written', async () => {
    await put({ ...key('list'), l: { L: [{ S: 'a' }, { S: 'b' }] } });
    const set = async (place: string) =>
      (
        await update('list', {
          UpdateExpression: `SET ${place} = :v`,
          ExpressionAttributeValues: { ':v': { S: 'new' } },
          ReturnValues: 'UPDATED_NEW',
        })
      ).Attributes;
    expect(await set('l[1]')).toEqual({ l: { L: [{ S: 'new' }] } });
    expect(await set('l[9]')).toBeUndefined();
  });

  it('answer with what was and what is', async () => {
    await put({ ...key('rv'), a: { S: 'old' } });
    const { Attributes } = await put(
      { ...key('rv'), a: { S: 'new' } },
      { ReturnValues: 'ALL_OLD' },
    );
    expect(Attributes?.['a']).toEqual({ S: 'old' });
    const changed = async (ReturnValues: UpdateItemCommandInput['ReturnValues'], to: string) =>
      (
        await update('rv', {
          UpdateExpression: 'SET m.#x = :to, a = :to',
          ExpressionAttributeNames: { '#x': 'x' },
          ExpressionAttributeValues: { ':to': { S: to } },
          ReturnValues,
        })
      ).Attributes;
    await update('rv', {
      UpdateExpression: 'SET m = :m',
      ExpressionAttributeValues: { ':m': { M: { x: { S: '0' }, y: { S: 'kept' } } } },
    });
    expect(await changed('UPDATED_OLD', '1')).toEqual({
      a: { S: 'new' },
      m: { M: { x: { S: '0' } } },
    });
    expect(await changed('UPDATED_NEW', '2')).toEqual({
      a: { S: '2' },
      m: { M: { x: { S: '2' } } },
    });
    expect(await changed('ALL_OLD', '3')).toMatchObject({ ...key('rv'), a: { S: '2' } });
    expect(await changed('ALL_NEW', '4')).toMatchObject({
      a: { S: '4' },
      m: { M: { y: { S: 'kept' } } },
    });
    const gone = await cloud.client.send(
      new DeleteItemCommand({ TableName: 'items', Key: key('rv'), ReturnValues: 'ALL_OLD' }),
    );
    expect(gone.Attributes?.['a']).toEqual({ S: '4' });
    expect(await get(key('rv'))).toBeUndefined();
    expect(await refusal(put(key('rv'), { ReturnValues: 'ALL_NEW' }))).toBe(
      'ValidationException: ReturnValues can only be ALL_OLD or NONE',
    );
  });

  it('happen under conditions, and tell the item that failed them', async () => {
    await put({ ...key('cond'), v: { N: '1' } });
    const conditional = (told?: 'ALL_OLD') =>
      put(key('cond'), {
        ConditionExpression: 'v = :two',
        ExpressionAttributeValues: { ':two': { N: '2' } },
        ...(told === undefined ? {} : { ReturnValuesOnConditionCheckFailure: told }),
      });
    await expect(conditional()).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
    });
    await expect(conditional('ALL_OLD')).rejects.toMatchObject({ Item: { v: { N: '1' } } });
  });

  it('take the parameters from before expressions, and not both', async () => {
    await put({ ...key('old'), n: { N: '1' }, set: { SS: ['a'] } });
    const { Attributes } = await update('old', {
      AttributeUpdates: {
        n: { Action: 'ADD', Value: { N: '0.1' } },
        set: { Action: 'DELETE', Value: { SS: ['a'] } },
        s: { Value: { S: 'put' } },
      },
      Expected: {
        n: { ComparisonOperator: 'LT', AttributeValueList: [{ N: '2' }] },
        x: { Exists: false },
      },
      ReturnValues: 'ALL_NEW',
    });
    expect(Attributes).toEqual({ ...key('old'), n: { N: '1.1' }, s: { S: 'put' } });
    expect(await refusal(put(key('old'), { Expected: { n: { Value: { N: '5' } } } }))).toMatch(
      /^ConditionalCheckFailedException/,
    );
    expect(
      await refusal(
        put(key('old'), {
          Expected: { n: { Value: { N: '5' } } },
          ConditionExpression: 'attribute_exists(n)',
        }),
      ),
    ).toBe(
      'ValidationException: Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}',
    );
  });

  it('tell their units and the size of the collection', async () => {
    const { ConsumedCapacity, ItemCollectionMetrics } = await put(
      { ...key('units'), other: { S: 'x' }, body: { S: 'x'.repeat(1_500) } },
      { ReturnConsumedCapacity: 'INDEXES', ReturnItemCollectionMetrics: 'SIZE' },
    );
    expect(ConsumedCapacity).toEqual({
      TableName: 'items',
      CapacityUnits: 3,
      Table: { CapacityUnits: 2 },
      LocalSecondaryIndexes: { byOther: { CapacityUnits: 1 } },
    });
    expect(ItemCollectionMetrics).toEqual({
      ItemCollectionKey: { pk: { S: 'units' } },
      SizeEstimateRangeGB: [0, 1],
    });
    const read = async (ConsistentRead: boolean) =>
      (
        await cloud.client.send(
          new GetItemCommand({
            TableName: 'items',
            Key: key('units'),
            ConsistentRead,
            ReturnConsumedCapacity: 'TOTAL',
          }),
        )
      ).ConsumedCapacity?.CapacityUnits;
    expect([await read(true), await read(false)]).toEqual([1, 0.5]);
  });
});

describe('batches', () => {
  it('write and read over tables', async () => {
    await cloud.table('more');
    await cloud.client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          items: [{ PutRequest: { Item: key('batch') } }, { DeleteRequest: { Key: key('none') } }],
          more: [{ PutRequest: { Item: { pk: { S: 'batch' }, v: { S: '1' } } } }],
        },
      }),
    );
    const { Responses, UnprocessedKeys } = await cloud.client.send(
      new BatchGetItemCommand({
        RequestItems: {
          items: { Keys: [key('batch'), key('none')] },
          more: { Keys: [{ pk: { S: 'batch' } }], ProjectionExpression: 'v' },
        },
      }),
    );
    expect(Responses).toEqual({ items: [key('batch')], more: [{ v: { S: '1' } }] });
    expect(UnprocessedKeys).toEqual({});
  });

  it('are refused whole', async () => {
    const write = (count: number, same = false) =>
      cloud.client.send(
        new BatchWriteItemCommand({
          RequestItems: {
            items: Array.from({ length: count }, (_, index) => ({
              PutRequest: { Item: key('refused', same ? '1' : String(index)) },
            })),
          },
        }),
      );
    expect(await refusal(write(26))).toBe(
      'ValidationException: Too many items requested for the BatchWriteItem call',
    );
    expect(await refusal(write(2, true))).toBe(
      'ValidationException: Provided list of item keys contains duplicates',
    );
    const keys = Array.from({ length: 101 }, (_, index) => key('refused', String(index)));
    const read = new BatchGetItemCommand({ RequestItems: { items: { Keys: keys } } });
    expect(await refusal(cloud.client.send(read))).toBe(
      'ValidationException: Too many items requested for the BatchGetItem call',
    );
    expect(await get(key('refused', '0'))).toBeUndefined();
  });
});

it('provisioned tables refuse what they have no units for, where the cloud is asked to', async () => {
  const own = await startDynamodb({ services: createServices({ throttles: true }) });
  await own.table('small', undefined, {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
  const write = () =>
    own.client.send(
      new PutItemCommand({
        TableName: 'small',
        Item: { pk: { S: 'x' }, body: { S: 'x'.repeat(307_200) } },
      }),
    );
  await write();
  expect(await refusal(write())).toMatch(/^ProvisionedThroughputExceededException: The level of/);
  await own.stop();
});
