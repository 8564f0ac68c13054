import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startDynamodb } from './fixtures/tables.ts';

let cloud: Awaited<ReturnType<typeof startDynamodb>>;
beforeAll(async () => {
  cloud = await startDynamodb();
  await cloud.table('exp');
  await cloud.client.send(new PutItemCommand({ TableName: 'exp', Item: ITEM }));
});
afterAll(() => cloud.stop());

const ITEM: Record<string, AttributeValue> = {
  pk: { S: 'one' },
  s: { S: 'hello' },
  n: { N: '10' },
  b: { B: Uint8Array.of(1, 2) },
  t: { BOOL: true },
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2'] },
  l: { L: [{ S: 'a' }, { N: '5' }, { M: { deep: { S: 'down' } } }] },
  m: { M: { k: { S: 'v' }, entries: { L: [{ N: '1' }] } } },
};
const VALUES: Record<string, AttributeValue> = {
  ':s': { S: 'hello' },
  ':h': { S: 'he' },
  ':z': { S: 'z' },
  ':n': { N: '10' },
  ':nine': { N: '9' },
  ':long': { N: '10.0' },
  ':big': { N: '100' },
  ':five': { N: '5' },
  ':zero': { N: '0' },
  ':three': { N: '3' },
  ':x': { S: 'x' },
  ':one': { N: '1' },
  ':set': { SS: ['y', 'x'] },
  ':S': { S: 'S' },
  ':QQ': { S: 'QQ' },
  ':t': { BOOL: true },
  ':down': { S: 'down' },
  ':v': { S: 'v' },
  ':list': { L: [{ S: 'new' }] },
};
/** The placeholders that an expression speaks of, for AWS refuses the others. */
const valuesIn = (expression: string) => {
  const used = Object.entries(VALUES).filter(([name]) =>
    new RegExp(`${name}(?![A-Za-z0-9_])`).test(expression),
  );
  return used.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(used) };
};
const filter = (FilterExpression: string) =>
  cloud.client.send(
    new ScanCommand({ TableName: 'exp', FilterExpression, ...valuesIn(FilterExpression) }),
  );

describe('conditions', () => {
  it.each([
    ['s = :s', 1],
    ['s <> :s', 0],
    ['gone <> :s', 1],
    ['gone = :s', 0],
    ['n = :long', 1],
    ['n < :big', 1],
    ['n > :nine', 1],
    ['n >= :n AND n <= :n', 1],
    ['s < :n', 0],
    ['s BETWEEN :h AND :z', 1],
    ['n between :nine and :big', 1],
    ['n IN (:nine, :long)', 1],
    ['NOT n IN (:nine)', 1],
    ['attribute_exists(m.k) AND attribute_not_exists(m.absent)', 1],
    ['attribute_type(s, :S)', 1],
    ['begins_with(s, :h)', 1],
    ['contains(s, :h)', 1],
    ['contains(ss, :x)', 1],
    ['contains(ns, :one)', 1],
    ['contains(ns, :x)', 0],
    ['contains(l, :five)', 1],
    ['ss = :set', 1],
    ['size(s) = :five', 1],
    ['size(l) = :three', 1],
    ['size(n) = :five', 0],
    ['l[2].deep = :down', 1],
    ['l[9] = :down', 0],
    ['m.k = :v', 1],
    ['t = :t', 1],
    ['s = :z OR s = :s AND n = :nine', 0],
    ['(s = :z OR s = :s) AND n = :n', 1],
    ['NOT (s = :z OR n = :nine)', 1],
  ])('%s finds %i', async (expression, count) => {
    expect((await filter(expression)).Count).toBe(count);
  });

  it.each([
    ['', 'The expression can not be empty;'],
    ['s = ', 'Syntax error; token: "<EOF>", near: "= "'],
    ['s == :s', 'Syntax error; token: "=", near: "== :s"'],
    ['s = :s :s', 'Syntax error; token: ":s", near: ":s :s"'],
    ['((s = :s))', 'The expression has redundant parentheses;'],
    ['name = :s', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['foo(s)', 'Invalid function name; function: foo'],
    [
      'if_not_exists(s, :s)',
      'The function is not allowed in a condition expression; function: if_not_exists',
    ],
    ['size(s)', 'The function is not allowed to be used this way in an expression; function: size'],
    [
      'begins_with(s)',
      'Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1',
    ],
    [
      'begins_with(s, :n)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      's < :t',
      'Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
    ],
    [
      'attribute_exists(:s)',
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'attribute_type(s, :QQ)',
      'Invalid attribute type name found; type: QQ, valid types: {N,BS,L,B,NULL,M,S,SS,NS,BOOL}',
    ],
    [
      's = s',
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [s]',
    ],
    [
      's BETWEEN :z AND :h',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:z}, upper bound operand: AttributeValue: {S:he}',
    ],
    [
      's BETWEEN :h AND :n',
      'The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:he}, upper bound operand: AttributeValue: {N:10}',
    ],
    [
      '#n = s',
      'An expression attribute name used in the document path is not defined; attribute name: #n',
    ],
    [
      's = :unknown',
      'An expression attribute value used in expression is not defined; attribute value: :unknown',
    ],
    [
      `s = ${'x'.repeat(4_100)}`,
      'Expression size has exceeded the maximum allowed size; expression size: 4104',
    ],
  ])('%s is refused', async (expression, problem) => {
    expect(await refusal(filter(expression))).toBe(
      `ValidationException: Invalid FilterExpression: ${problem}`,
    );
  });

  it('must use every placeholder', async () => {
    const scan = (more: object) =>
      refusal(cloud.client.send(new ScanCommand({ TableName: 'exp', ...more })));
    expect(await scan({ ExpressionAttributeNames: { '#n': 'n' } })).toBe(
      'ValidationException: ExpressionAttributeNames can only be specified when using expressions',
    );
    expect(
      await scan({
        FilterExpression: 'n = :n',
        ExpressionAttributeNames: { '#n': 'n' },
        ExpressionAttributeValues: { ':n': { N: '1' } },
      }),
    ).toBe(
      'ValidationException: Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}',
    );
    expect(
      await scan({ FilterExpression: 'n = :n', ExpressionAttributeValues: { ':n': { N: 'x' } } }),
    ).toBe(
      'ValidationException: ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :n',
    );
  });
});

describe('updates', () => {
  let count = 0;
  const update = async (UpdateExpression: string, before: Record<string, AttributeValue> = {}) => {
    const pk = { S: `update-${(count += 1)}` };
    const { pk: _pk, ...rest } = ITEM;
    await cloud.client.send(
      new PutItemCommand({ TableName: 'exp', Item: { ...rest, ...before, pk } }),
    );
    const { Attributes = {} } = await cloud.client.send(
      new UpdateItemCommand({
        TableName: 'exp',
        Key: { pk },
        UpdateExpression,
        ...valuesIn(UpdateExpression),
        ReturnValues: 'ALL_NEW',
      }),
    );
    return Attributes;
  };

  it.each<[string, Record<string, AttributeValue | undefined>]>([
    ['SET s = :z', { s: { S: 'z' } }],
    ['SET n = n + :one', { n: { N: '11' } }],
    ['SET n = :one - n', { n: { N: '-9' } }],
    ['SET a = n, n = s', { a: { N: '10' }, n: { S: 'hello' } }],
    ['SET a = if_not_exists(gone, :z)', { a: { S: 'z' } }],
    ['SET s = if_not_exists(s, :z)', { s: { S: 'hello' } }],
    ['SET a = if_not_exists(gone, :zero) + :one', { a: { N: '1' } }],
    ['SET a = list_append(:list, m.entries)', { a: { L: [{ S: 'new' }, { N: '1' }] } }],
    [
      'SET l[0] = :z, l[7] = :x, l[5] = :v',
      {
        l: { L: [{ S: 'z' }, { N: '5' }, { M: { deep: { S: 'down' } } }, { S: 'v' }, { S: 'x' }] },
      },
    ],
    ['REMOVE l[0], l[1]', { l: { L: [{ M: { deep: { S: 'down' } } }] } }],
    ['SET l[2].deep = :z', { l: { L: [{ S: 'a' }, { N: '5' }, { M: { deep: { S: 'z' } } }] } }],
    ['REMOVE s, m.k', { s: undefined, m: { M: { entries: { L: [{ N: '1' }] } } } }],
    [
      'ADD n :one, fresh :five, ss :set',
      { n: { N: '11' }, fresh: { N: '5' }, ss: { SS: ['x', 'y'] } },
    ],
    ['DELETE ss :set', { ss: undefined }],
    [
      'set m.k2 = :z remove s add n :one',
      {
        m: { M: { k: { S: 'v' }, k2: { S: 'z' }, entries: { L: [{ N: '1' }] } } },
        s: undefined,
        n: { N: '11' },
      },
    ],
  ])('%s', async (expression, expected) => {
    const after = await update(expression);
    for (const [name, value] of Object.entries(expected)) expect(after[name]).toEqual(value);
  });

  it('add without rounding', async () => {
    const n = '99999999999999999999999999999999999998';
    expect((await update('ADD n :one', { n: { N: n } }))['n']).toEqual({
      N: '99999999999999999999999999999999999999',
    });
    expect((await update('SET n = n + :one', { n: { N: '0.1' } }))['n']).toEqual({ N: '1.1' });
    expect(
      await refusal(update('ADD n :one', { n: { N: '0.00000000000000000000000000000000000001' } })),
    ).toMatch(/more than 38 significant digits/);
  });

  const BAD = 'Invalid UpdateExpression: ';
  it.each([
    ['', `${BAD}The expression can not be empty;`],
    ['s = :s', `${BAD}Syntax error; token: "s", near: "s ="`],
    [
      'SET s = :s SET n = :n',
      `${BAD}The "SET" section can only be used once in an update expression;`,
    ],
    [
      'SET s = :s, s = :z',
      `${BAD}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [s], path two: [s]`,
    ],
    [
      'SET m.k = :s, m = :z',
      `${BAD}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, k], path two: [m]`,
    ],
    [
      'SET m.k = :s, m[1] = :z',
      `${BAD}Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, k], path two: [m, [1]]`,
    ],
    [
      'SET s = :s + :n',
      `${BAD}Incorrect operand type for operator or function; operator or function: +, operand type: S`,
    ],
    [
      'SET s = size(s)',
      `${BAD}The function is not allowed in an update expression; function: size`,
    ],
    [
      'ADD s :s',
      `${BAD}Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND`,
    ],
    [
      'DELETE s :n',
      `${BAD}Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND`,
    ],
    [
      'SET pk = :s',
      'One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key',
    ],
    [
      'SET s = gone',
      'The provided expression refers to an attribute that does not exist in the item',
    ],
    [
      'SET gone.x = :s',
      'The document path provided in the update expression is invalid for update',
    ],
    ['REMOVE gone.x', 'The document path provided in the update expression is invalid for update'],
    ['SET n = s + :n', 'An operand in the update expression has an incorrect data type'],
    ['ADD s :n', 'An operand in the update expression has an incorrect data type'],
  ])('%s is refused', async (expression, problem) => {
    expect(await refusal(update(expression))).toBe(`ValidationException: ${problem}`);
  });
});

describe('projections', () => {
  const project = (ProjectionExpression: string) =>
    cloud.client.send(
      new GetItemCommand({ TableName: 'exp', Key: { pk: { S: 'one' } }, ProjectionExpression }),
    );
  it('keep what they name', async () => {
    expect((await project('s, m.k, l[2].deep, l[0], gone')).Item).toEqual({
      s: { S: 'hello' },
      m: { M: { k: { S: 'v' } } },
      l: { L: [{ S: 'a' }, { M: { deep: { S: 'down' } } }] },
    });
  });
  it.each([
    ['s,', 'Syntax error; token: "<EOF>", near: ","'],
    [
      's, s',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [s], path two: [s]',
    ],
    ['size(s)', 'Syntax error; token: "(", near: "size(s"'],
  ])('%s is refused', async (expression, problem) => {
    expect(await refusal(project(expression))).toBe(
      `ValidationException: Invalid ProjectionExpression: ${problem}`,
    );
  });
});
