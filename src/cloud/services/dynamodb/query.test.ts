import type { AttributeValue, QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../index.ts';
import { refusal, startDynamodb } from './fixtures/tables.ts';

let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb();
});
afterAll(() => cloud.stop());

type Item = Record<string, AttributeValue>;

const pages = async (
  input: QueryCommandInput | ScanCommandInput,
): Promise<{ readonly items: Item[]; readonly pages: number; readonly scanned: number }> => {
  const items: Item[] = [];
  let [count, scanned] = [0, 0];
  let ExclusiveStartKey: Item | undefined;
  do {
    const page: {
      Items?: Item[] | undefined;
      ScannedCount?: number | undefined;
      LastEvaluatedKey?: Item | undefined;
    } =
      'KeyConditionExpression' in input
        ? await cloud.client.send(new QueryCommand({ ...input, ExclusiveStartKey }))
        : await cloud.client.send(new ScanCommand({ ...input, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    scanned += page.ScannedCount ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
    count += 1;
  } while (ExclusiveStartKey !== undefined);
  return { items, pages: count, scanned };
};

describe('a query', () => {
  const SORT: Readonly<Record<'S' | 'N' | 'B', readonly AttributeValue[]>> = {
    S: ['', 'a', 'ab', 'b', 'é', '\uffff', '😀'].flatMap((S) => (S === '' ? [] : [{ S }])),
    N: [
      '-1e20',
      '-2',
      '-0.5',
      '0',
      '0.5',
      '2',
      '10',
      '10.00000000000000000000000000000000001',
      '1e20',
    ].map((N) => ({ N })),
    B: [[0], [0, 1], [1], [127], [128], [255]].map((bytes) => ({ B: Uint8Array.from(bytes) })),
  };

  it.each(['S', 'N', 'B'] as const)('orders sort keys of type %s', async (type) => {
    const TableName = `order-${type}`;
    await cloud.table(TableName, type);
    // Put in another order than they are to come back.
    for (const sk of SORT[type].toReversed())
      await cloud.client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'x' }, sk } }));
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
      Limit: 2,
    };
    const plain = (value: AttributeValue | undefined) =>
      value?.N === undefined ? (value?.S ?? [...(value?.B ?? [])]) : Number(value.N);
    const keys = (items: readonly Item[]) => items.map(({ sk }) => plain(sk));
    const expected = SORT[type].map(plain);
    expect(keys((await pages(query)).items)).toEqual(expected);
    expect(keys((await pages({ ...query, ScanIndexForward: false })).items)).toEqual(
      expected.toReversed(),
    );
  });

  const V = { ':v': { S: 'v' } };
  it.each<[string, Record<string, AttributeValue>, string]>([
    ['pk = :v OR pk = :v', V, 'Invalid operator used in KeyConditionExpression: OR'],
    ['NOT pk = :v', V, 'Invalid operator used in KeyConditionExpression: NOT'],
    ['pk <> :v', V, 'Invalid operator used in KeyConditionExpression: <>'],
    ['pk > :v', V, 'Query key condition not supported'],
    ['sk = :n', { ':n': { N: '1' } }, 'Query condition missed key schema element: pk'],
    ['pk = :v AND x = :v', V, 'Query condition missed key schema element: sk'],
    ['pk = :v AND pk = :v', V, 'KeyConditionExpressions must only contain one condition per key'],
    [
      'pk = :n',
      { ':n': { N: '1' } },
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    [
      'pk.x = :v',
      V,
      "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk",
    ],
    [
      'size(pk) = :n',
      { ':n': { N: '1' } },
      'KeyConditionExpressions cannot contain nested operations',
    ],
    [
      'attribute_exists(pk)',
      {},
      'Invalid operator used in KeyConditionExpression: attribute_exists',
    ],
  ])('by %s is refused', async (KeyConditionExpression, values, problem) => {
    const query = new QueryCommand({
      TableName: 'order-N',
      KeyConditionExpression,
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
    });
    expect(await refusal(cloud.client.send(query))).toBe(`ValidationException: ${problem}`);
  });

  it('keeps its filter off the keys, and its start inside of the range', async () => {
    const query = (more: Partial<QueryCommandInput>) =>
      refusal(
        cloud.client.send(
          new QueryCommand({
            TableName: 'order-N',
            KeyConditionExpression: 'pk = :v',
            ExpressionAttributeValues: { ':v': { S: 'x' } },
            ...more,
          }),
        ),
      );
    expect(await query({ FilterExpression: 'sk = :v' })).toBe(
      'ValidationException: Filter Expression can only contain non-primary key attributes: Primary key attribute: sk',
    );
    expect(await query({ ExclusiveStartKey: { pk: { S: 'other' }, sk: { N: '1' } } })).toBe(
      'ValidationException: The provided starting key does not match the range key predicate',
    );
    expect(await query({ ExclusiveStartKey: { pk: { S: 'x' } } })).toMatch(
      /^ValidationException: The provided starting key is invalid/,
    );
    expect(await query({ Select: 'ALL_PROJECTED_ATTRIBUTES' })).toMatch(
      /only when Querying using an IndexName/,
    );
  });

  it('ends a page at 1 MB', async () => {
    await cloud.table('large', 'N');
    for (let sk = 0; sk < 4; sk += 1)
      await cloud.client.send(
        new PutItemCommand({
          TableName: 'large',
          Item: { pk: { S: 'x' }, sk: { N: String(sk) }, body: { S: 'x'.repeat(380_000) } },
        }),
      );
    const page = await cloud.client.send(
      new QueryCommand({
        TableName: 'large',
        KeyConditionExpression: 'pk = :x',
        ExpressionAttributeValues: { ':x': { S: 'x' } },
        ProjectionExpression: 'sk',
      }),
    );
    expect([page.Count, page.LastEvaluatedKey?.['sk']]).toEqual([3, { N: '2' }]);
  });
});

describe('an index', () => {
  beforeAll(async () => {
    await cloud.table('indexed', 'N', {
      AttributeDefinitions: [
        { AttributeName: 'g', AttributeType: 'S' },
        { AttributeName: 'l', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'global',
          KeySchema: [
            { AttributeName: 'g', KeyType: 'HASH' },
            { AttributeName: 'sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['kept'] },
        },
      ],
      LocalSecondaryIndexes: [
        {
          IndexName: 'local',
          KeySchema: [
            { AttributeName: 'pk', KeyType: 'HASH' },
            { AttributeName: 'l', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
    const put = (Item: Item) =>
      cloud.client.send(new PutItemCommand({ TableName: 'indexed', Item }));
    await put({
      pk: { S: 'a' },
      sk: { N: '2' },
      g: { S: 'x' },
      l: { S: 'z' },
      kept: { S: 'k' },
      lost: { S: 'o' },
    });
    await put({ pk: { S: 'a' }, sk: { N: '1' }, g: { S: 'x' }, l: { S: 'y' } });
    await put({ pk: { S: 'b' }, sk: { N: '3' }, g: { S: 'x' } });
    await put({ pk: { S: 'b' }, sk: { N: '4' } });
  });
  const query = async (IndexName: string, more: Partial<QueryCommandInput> = {}) =>
    (
      await pages({
        TableName: 'indexed',
        IndexName,
        KeyConditionExpression: IndexName === 'global' ? 'g = :v' : 'pk = :v',
        ExpressionAttributeValues: { ':v': { S: IndexName === 'global' ? 'x' : 'a' } },
        ...more,
      } as QueryCommandInput)
    ).items;

  it('gives what it keeps, in its order, page by page', async () => {
    const items = await query('global', { Limit: 1 });
    expect(items.map(({ sk }) => sk?.N)).toEqual(['1', '2', '3']);
    expect(items[1]).toEqual({
      pk: { S: 'a' },
      sk: { N: '2' },
      g: { S: 'x' },
      l: undefined,
      kept: { S: 'k' },
    });
    expect((await query('local')).map(({ l }) => l?.S)).toEqual(['y', 'z']);
    expect((await query('local', { Select: 'ALL_ATTRIBUTES' }))[1]).toMatchObject({
      lost: { S: 'o' },
    });
    expect((await query('local', { ProjectionExpression: 'lost' }))[1]).toEqual({
      lost: { S: 'o' },
    });
  });

  it('refuses what it does not keep', async () => {
    const INVALID = 'ValidationException: One or more parameter values were invalid: ';
    expect(await refusal(query('global', { Select: 'ALL_ATTRIBUTES' }))).toBe(
      `${INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index global because its projection type is not ALL`,
    );
    expect(await refusal(query('global', { ProjectionExpression: 'lost' }))).toBe(
      `${INVALID}Global secondary index global does not project [lost]`,
    );
    expect(await refusal(query('global', { ConsistentRead: true }))).toBe(
      'ValidationException: Consistent reads are not supported on global secondary indexes',
    );
    expect(await refusal(query('none'))).toBe(
      'ValidationException: The table does not have the specified index: none',
    );
  });

  it('is scanned, without the items that are not in it', async () => {
    const { Count } = await cloud.client.send(
      new ScanCommand({ TableName: 'indexed', IndexName: 'global', Select: 'COUNT' }),
    );
    expect(Count).toBe(3);
  });
});

describe('pages agree with a model', () => {
  it.each([1, 2, 3, 4])('of a table that changes (seed %i)', async (seed) => {
    const random = createSeededRandom(seed);
    const below = (most: number) => Math.floor(random.fraction() * most);
    const TableName = `model-${seed}`;
    await cloud.table(TableName, 'N', {
      AttributeDefinitions: [{ AttributeName: 'g', AttributeType: 'N' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byG',
          KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
    const model = new Map<string, { pk: string; sk: number; g?: number; v: number }>();
    for (let round = 0; round < 30; round += 1) {
      const requests = new Map<string, object>();
      for (let step = 0; step < 25; step += 1) {
        const [pk, sk] = [`p${below(6)}`, below(60) - 30];
        const id = `${pk} ${sk}`;
        if (requests.has(id)) continue;
        const key = { pk: { S: pk }, sk: { N: String(sk) } };
        if (below(4) === 0) {
          requests.set(id, { DeleteRequest: { Key: key } });
          model.delete(id);
        } else {
          const [g, v] = [below(3), below(100)];
          const indexed = below(3) > 0;
          requests.set(id, {
            PutRequest: {
              Item: { ...key, v: { N: String(v) }, ...(indexed ? { g: { N: String(g) } } : {}) },
            },
          });
          model.set(id, { pk, sk, v, ...(indexed ? { g } : {}) });
        }
      }
      await cloud.client.send(
        new BatchWriteItemCommand({ RequestItems: { [TableName]: [...requests.values()] } }),
      );
    }
    const plain = (items: readonly Item[]) =>
      items.map(({ pk, sk, v }) => `${pk?.S} ${sk?.N} ${v?.N}`);
    const all = [...model.values()];
    const told = (rows: typeof all) => rows.map(({ pk, sk, v }) => `${pk} ${sk} ${v}`);

    for (let probe = 0; probe < 12; probe += 1) {
      const [pk, low, high, limit] = [`p${below(6)}`, below(60) - 30, below(60) - 30, 1 + below(9)];
      const [from, to] = [Math.min(low, high), Math.max(low, high)];
      const forward = below(2) === 0;
      const { items, scanned } = await pages({
        TableName,
        KeyConditionExpression: 'pk = :p AND sk BETWEEN :from AND :to',
        FilterExpression: 'v < :v',
        ExpressionAttributeValues: {
          ':p': { S: pk },
          ':from': { N: String(from) },
          ':to': { N: String(to) },
          ':v': { N: '50' },
        },
        Limit: limit,
        ScanIndexForward: forward,
      });
      const range = all
        .filter((row) => row.pk === pk && row.sk >= from && row.sk <= to)
        .sort((a, b) => (forward ? a.sk - b.sk : b.sk - a.sk));
      expect(plain(items)).toEqual(told(range.filter(({ v }) => v < 50)));
      expect(scanned).toBe(range.length);
    }
    const whole = await pages({ TableName, Limit: 7 });
    expect(plain(whole.items).sort()).toEqual(told(all).sort());
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) => pages({ TableName, Segment, TotalSegments: 3, Limit: 5 })),
    );
    expect(plain(segments.flatMap(({ items }) => items)).sort()).toEqual(told(all).sort());
    for (const g of [0, 1, 2]) {
      const { items } = await pages({
        TableName,
        IndexName: 'byG',
        KeyConditionExpression: 'g = :g',
        ExpressionAttributeValues: { ':g': { N: String(g) } },
        Limit: 4,
      });
      expect(plain(items).sort()).toEqual(told(all.filter((row) => row.g === g)).sort());
    }
  });

  it('though what a page ended with is gone', async () => {
    await cloud.table('gone', 'N');
    const key = (sk: number) => ({ pk: { S: 'x' }, sk: { N: String(sk) } });
    for (let sk = 0; sk < 6; sk += 1)
      await cloud.client.send(new PutItemCommand({ TableName: 'gone', Item: key(sk) }));
    const query = {
      TableName: 'gone',
      KeyConditionExpression: 'pk = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
      Limit: 3,
    };
    const first = await cloud.client.send(new QueryCommand(query));
    await cloud.client.send(new DeleteItemCommand({ TableName: 'gone', Key: key(2) }));
    const second = await cloud.client.send(
      new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }),
    );
    expect(second.Items?.map(({ sk }) => sk?.N)).toEqual(['3', '4', '5']);
  });

  it('and segments are checked', async () => {
    const scan = (more: Partial<ScanCommandInput>) =>
      refusal(cloud.client.send(new ScanCommand({ TableName: 'gone', ...more })));
    expect(await scan({ Segment: 1 })).toMatch(/TotalSegments parameter is required/);
    expect(await scan({ TotalSegments: 2 })).toMatch(/Segment parameter is required/);
    expect(await scan({ Segment: 2, TotalSegments: 2 })).toMatch(/zero-based/);
    expect(await scan({ Limit: 0 })).toBe(
      "ValidationException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    );
  });

  it('and legacy conditions read the same', async () => {
    const { items } = {
      items: (
        await cloud.client.send(
          new QueryCommand({
            TableName: 'gone',
            KeyConditions: {
              pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'x' }] },
              sk: { ComparisonOperator: 'GE', AttributeValueList: [{ N: '4' }] },
            },
            AttributesToGet: ['sk'],
          }),
        )
      ).Items,
    };
    expect(items).toEqual([{ sk: { N: '4' } }, { sk: { N: '5' } }]);
    const { Count } = await cloud.client.send(
      new ScanCommand({
        TableName: 'gone',
        ScanFilter: {
          sk: { ComparisonOperator: 'IN', AttributeValueList: [{ N: '0' }, { N: '1' }] },
          pk: { ComparisonOperator: 'NE', AttributeValueList: [{ S: 'x' }] },
        },
        ConditionalOperator: 'OR',
      }),
    );
    expect(Count).toBe(2);
  });
});
