import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startDynamodb } from './fixtures/tables.ts';

let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb();
  await cloud.table('music', 'N', {
    AttributeDefinitions: [{ AttributeName: 'genre', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGenre',
        KeySchema: [{ AttributeName: 'genre', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
  for (const sk of [1, 2, 3])
    await run(
      `INSERT INTO music VALUE {'pk':'x','sk':${sk},'genre':'g${sk}','n':1.50,'m':{'list':[1,'two']},'tags':<<'p','q'>>}`,
    );
});
afterAll(() => cloud.stop());

const run = async (Statement: string, Parameters?: AttributeValue[], Limit?: number) =>
  cloud.client.send(
    new ExecuteStatementCommand({
      Statement,
      ...(Parameters === undefined ? {} : { Parameters }),
      ...(Limit === undefined ? {} : { Limit }),
    }),
  );
const sortKeys = async (statement: string, parameters?: AttributeValue[]) =>
  (await run(statement, parameters)).Items?.map(({ sk }) => sk?.N);

describe('SELECT', () => {
  it.each<[string, readonly string[]]>([
    [`SELECT * FROM music WHERE pk='x'`, ['1', '2', '3']],
    [`SELECT sk FROM "music" WHERE pk='x' AND sk>1 ORDER BY sk DESC`, ['3', '2']],
    [`select sk from music where pk='x' and sk between 1 and 2`, ['1', '2']],
    [`SELECT sk FROM music WHERE pk IN ['x','y'] AND sk=2`, ['2']],
    [`SELECT sk FROM "music"."byGenre" WHERE genre='g2'`, ['2']],
    [
      `SELECT sk FROM music WHERE contains(tags,'p') AND n=1.5 AND gone IS MISSING AND sk<>1`,
      ['2', '3'],
    ],
    [`SELECT sk FROM music WHERE begins_with(genre,'g3') OR genre='g1'`, ['1', '3']],
    [`SELECT sk FROM music WHERE pk='x' AND m."list"[1]='two' AND NOT sk=3`, ['1', '2']],
    [`SELECT sk FROM music WHERE pk='it''s'`, []],
  ])('%s', async (statement, expected) => {
    expect((await sortKeys(statement))?.toSorted()).toEqual([...expected].sort());
  });

  it('orders backwards, takes parameters and gives pages', async () => {
    expect(await sortKeys(`SELECT * FROM music WHERE pk='x' ORDER BY sk DESC`)).toEqual([
      '3',
      '2',
      '1',
    ]);
    expect(
      await sortKeys('SELECT sk FROM music WHERE pk=? AND sk=?', [{ S: 'x' }, { N: '2' }]),
    ).toEqual(['2']);
    const first = await run(`SELECT sk FROM music WHERE pk='x'`, undefined, 2);
    const second = await cloud.client.send(
      new ExecuteStatementCommand({
        Statement: `SELECT sk FROM music WHERE pk='x'`,
        NextToken: first.NextToken,
      }),
    );
    expect([first.Items?.length, second.Items]).toEqual([2, [{ sk: { N: '3' } }]]);
    expect(second.NextToken).toBeUndefined();
  });

  it.each([
    [
      'SELEC x',
      "ValidationException: Statement wasn't well formed, can't be processed: Unexpected token 'SELEC'",
    ],
    ['SELECT * FROM nowhere', 'ResourceNotFoundException: Requested resource not found'],
    [
      'SELECT * FROM music WHERE pk=?',
      "ValidationException: Number of parameters in request and statement don't match.",
    ],
    [
      `SELECT * FROM music WHERE n=1 ORDER BY sk`,
      'ValidationException: Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
    ],
  ])('%s is refused', async (statement, message) => {
    expect(await refusal(run(statement))).toBe(message);
  });
});

describe('INSERT, UPDATE and DELETE', () => {
  it('work on one item by its key', async () => {
    await run(`INSERT INTO music VALUE {'pk':'w','sk':1,'n':1,'tags':<<'a'>>,'l':[1,2]}`);
    expect(await refusal(run(`INSERT INTO music VALUE {'pk':'w','sk':1}`))).toBe(
      'DuplicateItemException: Duplicate primary key exists in table',
    );
    const { Items } = await run(
      `UPDATE music SET n=n+1 SET tags=set_add(tags,<<'b'>>) SET l=list_append(l,[3]) REMOVE l[0] WHERE pk='w' AND sk=1 RETURNING ALL NEW *`.replace(
        ' SET l=list_append(l,[3])',
        '',
      ),
    );
    expect(Items).toEqual([
      {
        pk: { S: 'w' },
        sk: { N: '1' },
        n: { N: '2' },
        tags: { SS: ['a', 'b'] },
        l: { L: [{ N: '2' }] },
      },
    ]);
    expect(
      (await run(`UPDATE music SET n=9 WHERE pk='w' AND sk=1 RETURNING MODIFIED OLD *`)).Items,
    ).toEqual([{ n: { N: '2' } }]);
    expect(await refusal(run(`UPDATE music SET n=1 WHERE pk='w' AND sk=2`))).toMatch(
      /^ConditionalCheckFailedException/,
    );
    expect(await refusal(run(`UPDATE music SET n=1 WHERE pk='w' AND sk=1 AND n>100`))).toMatch(
      /^ConditionalCheckFailedException/,
    );
    expect(await refusal(run(`UPDATE music SET n=1 WHERE pk='w'`))).toBe(
      'ValidationException: Where clause does not contain a mandatory equality on all key attributes',
    );
    expect(
      (await run(`DELETE FROM music WHERE pk='w' AND sk=1 RETURNING ALL OLD *`)).Items,
    ).toHaveLength(1);
    expect((await run(`DELETE FROM music WHERE pk='w' AND sk=1`)).Items).toEqual([]);
  });
});

it('a batch answers each statement for itself', async () => {
  const { Responses } = await cloud.client.send(
    new BatchExecuteStatementCommand({
      Statements: [
        { Statement: `INSERT INTO music VALUE {'pk':'x','sk':1}` },
        { Statement: `INSERT INTO music VALUE {'pk':'batch','sk':1}` },
      ],
    }),
  );
  expect(Responses).toEqual([
    {
      TableName: 'music',
      Error: { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' },
    },
    { TableName: 'music' },
  ]);
});

it('a transaction does all or nothing', async () => {
  const transact = (...statements: readonly string[]) =>
    cloud.client.send(
      new ExecuteTransactionCommand({
        TransactStatements: statements.map((Statement) => ({ Statement })),
      }),
    );
  await expect(
    transact(
      `INSERT INTO music VALUE {'pk':'t','sk':1}`,
      `EXISTS(SELECT * FROM music WHERE pk='x' AND sk=2 AND n=99)`,
    ),
  ).rejects.toMatchObject({
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }],
  });
  await transact(
    `INSERT INTO music VALUE {'pk':'t','sk':1}`,
    `EXISTS(SELECT * FROM music WHERE pk='x' AND sk=2 AND n=1.5)`,
  );
  const { Responses } = await transact(`SELECT sk FROM music WHERE pk='t' AND sk=1`);
  expect(Responses).toEqual([{ Item: { sk: { N: '1' } } }]);
});

const BAD = "Statement wasn't well formed, can't be processed: ";
it.each([
  ['', "Value '' at 'statement' failed to satisfy constraint"],
  ['HELLO', 'Unsupported operation: VariableReference'],
  ['SELECT * FROM', `${BAD}Unexpected term`],
  [`SELECT * FROM music WHERE`, `${BAD}Unexpected term`],
  [
    `SELECT * FROM music WHERE pk='x' AND`,
    `${BAD}Missing right-hand side expression of infix operator`,
  ],
  [`SELECT * FROM music WHERE pk='x' foo`, `${BAD}Unexpected token after expression`],
  [`SELECT * FROM music m WHERE pk='x'`, 'Aliasing is not supported'],
  [`SELECT * FROM music, other`, 'Only select from a single table or index is supported.'],
  [`SELECT pk FROM music GROUP BY pk`, 'Unsupported clause: GROUP BY'],
  [`SELECT * FROM music."none" WHERE pk='x'`, 'The table does not have the specified index'],
  ['DELETE FROM', `${BAD}Expected identifier for simple path`],
  [`DELETE FROM music`, 'Where clause does not contain a mandatory equality on all key attributes'],
  [
    `UPDATE music SET n=1`,
    'Where clause does not contain a mandatory equality on all key attributes',
  ],
  [`INSERT INTO music VALUE {'sk': 1}`, 'Key attribute should be present in the item: Key pk'],
])('%s is refused in the words of PartiQL', async (statement, told) => {
  expect(await refusal(run(statement))).toContain(told);
});

it('a path in a document is told under its last name', async () => {
  const { Items } = await run(`SELECT m.list[1], n FROM music WHERE pk='x' AND sk=2`);
  expect(Items).toEqual([{ 'list[1]': { S: 'two' }, n: { N: '1.5' } }]);
});

describe('a transaction of statements', () => {
  const transact = (...statements: readonly string[]) =>
    cloud.client.send(
      new ExecuteTransactionCommand({
        TransactStatements: statements.map((Statement) => ({ Statement })),
      }),
    );
  const insert = `INSERT INTO music VALUE {'pk':'transacted','sk':1}`;
  const within = 'Validation failed in TransactStatements';

  it('that writes answers with an empty list', async () => {
    expect((await transact(insert)).Responses).toEqual([]);
  });

  it.each<[readonly string[], string]>([
    [
      [insert, `EXISTS(SELECT * FROM music WHERE pk='x' AND sk=1)`],
      `${within}[1]: EXISTS() must contain a single item read with additional condition`,
    ],
    [
      [`SELECT * FROM music WHERE pk='x'`],
      `${within}[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause.`,
    ],
    [
      [`SELECT * FROM music."byGenre" WHERE genre='g1'`],
      `${within}[0]: Reads on indices are not supported within transactions.`,
    ],
    [
      [`DELETE FROM music WHERE pk='x' AND sk=9 RETURNING ALL OLD *`],
      `${within}[0]: RETURNING clause is not supported in ExecuteTransaction.`,
    ],
    [[`SELECT * FROM music WHERE`], `${within}[0]: ${BAD}Unexpected term`],
    [
      [`SELECT * FROM music WHERE pk='x' AND sk=1`, insert],
      'ExecuteTransaction API does not support both read and write operations in the same request.',
    ],
  ])('%s is refused', async (statements, told) => {
    expect(await refusal(transact(...statements))).toBe(`ValidationException: ${told}`);
  });
});
