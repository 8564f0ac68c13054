import type { Call, Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** Batches and transactions: several items in one request. */

const key = (pk: string) => ({ pk: { S: pk } });
const putting = (pk: string, more: Input = {}) => ({
  PutRequest: { Item: { ...key(pk), ...more } },
});
const deleting = (pk: string) => ({ DeleteRequest: { Key: key(pk) } });
const write = (...simple: readonly unknown[]): Call =>
  call('BatchWriteItem', { RequestItems: { simple } });
const read = (Keys: readonly unknown[], more: Input = {}): Call =>
  call('BatchGetItem', { RequestItems: { simple: { Keys, ...more } } });
const many = <Made>(count: number, make: (index: number) => Made) =>
  Array.from({ length: count }, (_, index) => make(index));

const TableName = 'simple';
const transact = (...TransactItems: readonly unknown[]): Call =>
  call('TransactWriteItems', { TransactItems });
const Put = (pk: string, more: Input = {}) => ({ Put: { TableName, Item: key(pk), ...more } });
const Check = (pk: string, ConditionExpression: string, more: Input = {}) => ({
  ConditionCheck: { TableName, Key: key(pk), ConditionExpression, ...more },
});
const Update = (pk: string, UpdateExpression: string, more: Input = {}) => ({
  Update: { TableName, Key: key(pk), UpdateExpression, ...more },
});
const Delete = (pk: string, more: Input = {}) => ({ Delete: { TableName, Key: key(pk), ...more } });
const Get = (pk: string, more: Input = {}) => ({ Get: { TableName, Key: key(pk), ...more } });

export const several: Calls = {
  'batch write: two': write(putting('b1', { a: { S: 'x' } }), putting('b2')),
  'batch write: put and delete': call('BatchWriteItem', {
    RequestItems: { simple: [deleting('b2'), putting('b3')] },
    ReturnConsumedCapacity: 'TOTAL',
    ReturnItemCollectionMetrics: 'SIZE',
  }),
  'batch write: nothing': call('BatchWriteItem'),
  'batch write: no tables': call('BatchWriteItem', { RequestItems: {} }),
  'batch write: no requests': write(),
  'batch write: 26': write(...many(26, (index) => putting(`b${index}`))),
  'batch write: the same item twice': write(putting('b1'), putting('b1')),
  'batch write: put and delete of one item': write(putting('b1'), deleting('b1')),
  'batch write: an empty request': write({}),
  'batch write: both at once': write({ ...putting('b1'), ...deleting('b2') }),
  'batch write: no table': call('BatchWriteItem', { RequestItems: { nowhere: [putting('b1')] } }),
  'batch write: a bad name of a table': call('BatchWriteItem', {
    RequestItems: { a: [putting('b1')] },
  }),
  'batch write: no key': write({ PutRequest: { Item: { a: { S: 'x' } } } }),
  'batch write: a key of another type': write({ PutRequest: { Item: { pk: { N: '1' } } } }),
  'batch write: an empty key': write(putting('')),
  'batch write: another key to delete': write({ DeleteRequest: { Key: { id: { S: 'x' } } } }),
  'batch write: an empty set': write(putting('b1', { a: { SS: [] } })),
  'batch write: an item too large': write(putting('b1', { a: { S: 'x'.repeat(400 * 1024) } })),

  'batch get: two': call(
    'BatchGetItem',
    { RequestItems: { simple: { Keys: [key('b1'), key('b3'), key('none')] } } },
    // Items have no order.
    ({ Responses, UnprocessedKeys }) => ({
      found: (
        (Responses as Record<string, readonly { readonly pk: { readonly S: string } }[]>)[
          'simple'
        ] ?? []
      ).toSorted((a, b) => (a.pk.S < b.pk.S ? -1 : 1)),
      UnprocessedKeys,
    }),
  ),
  'batch get: a part, with capacity': call('BatchGetItem', {
    RequestItems: {
      simple: { Keys: [key('b1')], ProjectionExpression: 'a', ConsistentRead: true },
    },
    ReturnConsumedCapacity: 'TOTAL',
  }),
  'batch get: nothing': call('BatchGetItem'),
  'batch get: no tables': call('BatchGetItem', { RequestItems: {} }),
  'batch get: no keys': read([]),
  'batch get: 101': read(many(101, (index) => key(`b${index}`))),
  'batch get: one key twice': read([key('b1'), key('b1')]),
  'batch get: no table': call('BatchGetItem', { RequestItems: { nowhere: { Keys: [key('b1')] } } }),
  'batch get: another key': read([{ id: { S: 'x' } }]),
  'batch get: a key of another type': read([{ pk: { N: '1' } }]),
  'batch get: an empty key': read([{}]),
  'batch get: a projection that is none': read([key('b1')], { ProjectionExpression: 'a,' }),
  'batch get: both kinds of projection': read([key('b1')], {
    ProjectionExpression: 'a',
    AttributesToGet: ['a'],
  }),
  'batch get: names without an expression': read([key('b1')], {
    ExpressionAttributeNames: { '#a': 'a' },
  }),

  'transaction: all four': transact(
    Put('t1'),
    Update('b1', 'SET n = :n', { ExpressionAttributeValues: { ':n': { N: '1' } } }),
    Delete('b3'),
    Check('subject', 'attribute_exists(pk)'),
  ),
  'transaction: with capacity': call('TransactWriteItems', {
    TransactItems: [Put('t2')],
    ReturnConsumedCapacity: 'TOTAL',
    ReturnItemCollectionMetrics: 'SIZE',
  }),
  'transaction: a condition fails': transact(
    Put('t3'),
    Put('t1', { ConditionExpression: 'attribute_not_exists(pk)' }),
  ),
  'transaction: a condition fails, with the item': transact(
    Put('t1', {
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    Put('t3'),
  ),
  'transaction: nothing of it was done': call('GetItem', { TableName, Key: key('t3') }),
  'transaction: several fail': transact(
    Check('t1', 'attribute_not_exists(pk)'),
    Update('subject', 'SET a = a + :n', { ExpressionAttributeValues: { ':n': { N: '1' } } }),
    Put('t4', { Item: { ...key('t4'), big: { S: 'x'.repeat(400 * 1024) } } }),
  ),
  'transaction: an update that does not fit': transact(
    Update('subject', 'SET a = a + :n', { ExpressionAttributeValues: { ':n': { N: '1' } } }),
  ),
  'transaction: an update of a path that leads nowhere': transact(
    Update('subject', 'SET zz.y = :n', { ExpressionAttributeValues: { ':n': { N: '1' } } }),
  ),
  'transaction: a key of an index of another type': transact({
    Put: {
      TableName: 'wide',
      Item: { pk: { S: 'a' }, sk: { N: '1' }, other: { N: '1' } },
    },
  }),
  'transaction: nothing': call('TransactWriteItems'),
  'transaction: no actions': transact(),
  'transaction: 101 actions': transact(...many(101, (index) => Put(`t${index}`))),
  'transaction: an empty action': transact({}),
  'transaction: two actions in one': transact({ ...Put('t5'), ...Delete('t6') }),
  'transaction: one item twice': transact(Put('t5'), Delete('t5')),
  'transaction: no table': transact({ Put: { TableName: 'nowhere', Item: key('a') } }),
  'transaction: no key': transact({ Put: { TableName, Item: { a: { S: 'x' } } } }),
  'transaction: a key of another type': transact({ Put: { TableName, Item: { pk: { N: '1' } } } }),
  'transaction: another key to delete': transact({
    Delete: { TableName, Key: { id: { S: 'x' } } },
  }),
  'transaction: a check without a condition': transact({
    ConditionCheck: { TableName, Key: key('t1') },
  }),
  'transaction: an update without an expression': transact({
    Update: { TableName, Key: key('t1') },
  }),
  'transaction: an expression that is none': transact(Update('t1', 'SET a')),
  'transaction: a condition that is none': transact(Check('t1', 'a b')),
  'transaction: an undefined value': transact(Update('t1', 'SET a = :zz')),
  'transaction: a value that is not used': transact(
    Update('t1', 'REMOVE a', { ExpressionAttributeValues: { ':zz': { S: 'x' } } }),
  ),
  'transaction: the key is set': transact(
    Update('t1', 'SET pk = :a', { ExpressionAttributeValues: { ':a': { S: 'x' } } }),
  ),
  'transaction: an empty set': transact({
    Put: { TableName, Item: { ...key('t1'), a: { NS: [] } } },
  }),
  'transaction: a token': call('TransactWriteItems', {
    TransactItems: [Put('t7')],
    ClientRequestToken: 'token-1',
  }),
  'transaction: the token again': call('TransactWriteItems', {
    TransactItems: [Put('t7')],
    ClientRequestToken: 'token-1',
  }),
  'transaction: the token for something else': call('TransactWriteItems', {
    TransactItems: [Put('t8')],
    ClientRequestToken: 'token-1',
  }),
  'transaction: a token too long': call('TransactWriteItems', {
    TransactItems: [Put('t8')],
    ClientRequestToken: 'x'.repeat(37),
  }),

  'transaction get: two': call('TransactGetItems', { TransactItems: [Get('t1'), Get('none')] }),
  'transaction get: a part, with capacity': call('TransactGetItems', {
    TransactItems: [Get('b1', { ProjectionExpression: 'n' })],
    ReturnConsumedCapacity: 'TOTAL',
  }),
  'transaction get: nothing': call('TransactGetItems'),
  'transaction get: no gets': call('TransactGetItems', { TransactItems: [] }),
  'transaction get: 101': call('TransactGetItems', {
    TransactItems: many(101, (index) => Get(`t${index}`)),
  }),
  'transaction get: an empty get': call('TransactGetItems', { TransactItems: [{}] }),
  'transaction get: one item twice': call('TransactGetItems', {
    TransactItems: [Get('t1'), Get('t1')],
  }),
  'transaction get: no table': call('TransactGetItems', {
    TransactItems: [{ Get: { TableName: 'nowhere', Key: key('a') } }],
  }),
  'transaction get: another key': call('TransactGetItems', {
    TransactItems: [{ Get: { TableName, Key: { id: { S: 'x' } } } }],
  }),
  'transaction get: a projection that is none': call('TransactGetItems', {
    TransactItems: [Get('t1', { ProjectionExpression: '.' })],
  }),
};
