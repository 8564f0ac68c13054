import type { Call, Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** Update expressions that change an item, and that are none. */

const VALUES: Readonly<Record<string, Input>> = {
  ':a': { S: 'a' },
  ':one': { N: '1' },
  ':five': { N: '5' },
  ':list': { L: [{ S: 'z' }] },
  ':map': { M: { k: { S: 'v' } } },
  ':ss': { SS: ['x'] },
  ':ns': { NS: ['1'] },
  ':null': { NULL: true },
  ':empty': { S: '' },
};
const used = (expression: string) =>
  Object.fromEntries(
    Object.entries(VALUES).filter(([name]) => new RegExp(`${name}(?![a-z])`).test(expression)),
  );
const update = (UpdateExpression: string, more: Input = {}): Call => {
  const ExpressionAttributeValues = used(UpdateExpression);
  return call('UpdateItem', {
    TableName: 'simple',
    Key: { pk: { S: 'changed' } },
    UpdateExpression,
    ReturnValues: 'UPDATED_NEW',
    ...(Object.keys(ExpressionAttributeValues).length === 0 ? {} : { ExpressionAttributeValues }),
    ...more,
  });
};
const legacy = (AttributeUpdates: Input, more: Input = {}): Call =>
  call('UpdateItem', {
    TableName: 'simple',
    Key: { pk: { S: 'changed' } },
    AttributeUpdates,
    ...more,
  });

export const updates: Calls = {
  'update an item that is not there': update('SET a = :a, n = :one, l = :list, m = :map, t = :ss', {
    ReturnValues: 'ALL_NEW',
  }),
  'update nothing': call('UpdateItem', {
    TableName: 'simple',
    Key: { pk: { S: 'changed' } },
    ReturnValues: 'ALL_OLD',
  }),
  'update: add and subtract': update('SET n = n + :five - :one'),
  'update: only if it is not there': update(
    'SET n = if_not_exists(n, :five), k = if_not_exists(k, :five)',
  ),
  'update: append to a list': update('SET l = list_append(l, :list)'),
  'update: before a list': update('SET l = list_append(:list, l)'),
  'update: beyond the end of a list': update('SET l[9] = :a'),
  'update: into a map': update('SET m.deep = :a'),
  'update: two of a list removed': update('REMOVE l[0], l[1]', { ReturnValues: 'ALL_NEW' }),
  'update: removed': update('REMOVE m.deep, none', { ReturnValues: 'UPDATED_OLD' }),
  'update: a number added': update('ADD n :five, fresh :one'),
  'update: added to a set': update('ADD t :ss, nums :ns'),
  'update: taken from a set': update('DELETE t :ss', { ReturnValues: 'ALL_NEW' }),
  'update: all four': update('SET a = :a REMOVE k ADD n :one DELETE nums :ns', {
    ReturnValues: 'ALL_NEW',
  }),
  'update: small letters': update('set a = :a remove k add n :one delete nums :ns', {
    ReturnValues: 'ALL_NEW',
  }),
  'update: one path from another': update('SET copy = a'),
  'update: an empty text': update('SET e = :empty'),
  'update: what was before': update('SET a = :a', { ReturnValues: 'ALL_OLD' }),
  'update: with capacity': update('SET a = :a', { ReturnConsumedCapacity: 'INDEXES' }),
  'update: on a condition that fails': update('SET a = :a', {
    ConditionExpression: 'attribute_not_exists(pk)',
  }),
  'update: on a condition that fails, with the item': update('SET a = :a', {
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }),

  'update error: empty': update(''),
  'update error: a verb alone': update('SET'),
  'update error: an unknown verb': update('PUT a = :a'),
  'update error: no value': update('SET a ='),
  'update error: no equals': update('SET a :a'),
  'update error: the same verb twice': update('SET a = :a SET n = :one'),
  'update error: a comma too many': update('SET a = :a,'),
  'update error: without a comma': update('SET a = :a n = :one'),
  'update error: the partition key': update('SET pk = :a'),
  'update error: remove the key': update('REMOVE pk'),
  'update error: the same path twice': update('SET a = :a, a = :one'),
  'update error: overlapping paths': update('SET m = :map, m.k = :a'),
  'update error: conflicting paths': update('SET m.k = :a, m[0] = :a'),
  'update error: set and remove one path': update('SET a = :a REMOVE a'),
  'update error: a path that leads nowhere': update('SET nowhere.k = :a'),
  'update error: a path through a text': update('SET a.k = :a'),
  'update error: an index of a map': update('SET m[0] = :a'),
  'update error: add to a text': update('SET n = n + :a'),
  'update error: a text that is added to': update('SET n = a + :one'),
  'update error: what is not there is added to': update('SET n = zz + :one'),
  'update error: append no list': update('SET l = list_append(l, :a)'),
  'update error: append to what is no list': update('SET l = list_append(a, :list)'),
  'update error: append to what is not there': update('SET l = list_append(zz, :list)'),
  'update error: append of one': update('SET l = list_append(l)'),
  'update error: if not exists of a value': update('SET a = if_not_exists(:a, :one)'),
  'update error: if not exists of one': update('SET a = if_not_exists(a)'),
  'update error: an unknown function': update('SET a = upper(:a)'),
  'update error: a function of conditions': update('SET a = begins_with(a, :a)'),
  'update error: three summands of wrong types': update('SET n = :one + :list'),
  'update error: multiplied': update('SET n = n * :one'),
  'update error: ADD a text': update('ADD a :a'),
  'update error: ADD a list': update('ADD l :list'),
  'update error: ADD a number to a text': update('ADD a :one'),
  'update error: ADD texts to numbers': update('ADD nums2 :ss, n :ss'),
  'update error: ADD with an equals': update('ADD n = :one'),
  'update error: ADD a path': update('ADD n a'),
  'update error: DELETE a number': update('DELETE n :one'),
  'update error: DELETE from a number': update('DELETE n :ss'),
  'update error: DELETE of the other type of set': update('DELETE t :ns'),
  'update error: REMOVE with a value': update('REMOVE a :a'),
  'update error: a reserved word': update('SET size = :a'),
  'update error: an undefined value': update('SET a = :zz'),
  'update error: an undefined name': update('SET #zz = :a'),
  'update error: a value that is not used': update('SET a = :a', {
    ExpressionAttributeValues: { ':a': { S: 'a' }, ':zz': { S: 'z' } },
  }),
  'update error: a value that is not used, with a condition': update('SET a = :a', {
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':a': { S: 'a' }, ':yy': { S: 'z' }, ':zz': { S: 'z' } },
  }),
  'update error: an empty set': update('SET a = :a', {
    ExpressionAttributeValues: { ':a': { SS: [] } },
  }),
  'update error: a set with a text twice': update('SET a = :a', {
    ExpressionAttributeValues: { ':a': { SS: ['b', 'b'] } },
  }),
  'update error: a key of an index of another type': call('UpdateItem', {
    TableName: 'wide',
    Key: { pk: { S: 'changed' }, sk: { N: '1' } },
    UpdateExpression: 'SET other = :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  }),
  'update error: an empty key of an index': call('UpdateItem', {
    TableName: 'wide',
    Key: { pk: { S: 'changed' }, sk: { N: '1' } },
    UpdateExpression: 'SET other = :e',
    ExpressionAttributeValues: { ':e': { S: '' } },
  }),
  'update error: too large': update('SET a = :a', {
    ExpressionAttributeValues: { ':a': { S: 'x'.repeat(400 * 1024) } },
  }),
  'update error: too large with what is there': update('SET #a = :a', {
    ExpressionAttributeNames: { '#a': 'y'.repeat(300) },
    ExpressionAttributeValues: { ':a': { S: 'x'.repeat(400 * 1024 - 250) } },
  }),
  'update error: no key': call('UpdateItem', { TableName: 'simple', UpdateExpression: 'REMOVE a' }),
  'update error: another key': call('UpdateItem', {
    TableName: 'simple',
    Key: { id: { S: 'x' } },
    UpdateExpression: 'REMOVE a',
  }),
  'update error: no table': call('UpdateItem', {
    TableName: 'nowhere',
    Key: { pk: { S: 'x' } },
    UpdateExpression: 'REMOVE a',
  }),
  'update error: both kinds': update('SET a = :a', {
    AttributeUpdates: { n: { Action: 'DELETE' } },
  }),
  'update error: unknown values returned': update('SET a = :a', { ReturnValues: 'NEW' }),
  'update error: a condition that is none': update('SET a = :a', { ConditionExpression: 'a b' }),

  'attribute updates: put, add, delete': legacy(
    {
      a: { Value: { S: 'legacy' } },
      n: { Action: 'ADD', Value: { N: '2' } },
      copy: { Action: 'DELETE' },
    },
    { ReturnValues: 'UPDATED_NEW' },
  ),
  'attribute updates: nothing': legacy({}, { ReturnValues: 'ALL_NEW' }),
  'attribute updates: an unknown action': legacy({ a: { Action: 'MOVE', Value: { S: 'x' } } }),
  'attribute updates: put without a value': legacy({ a: { Action: 'PUT' } }),
  'attribute updates: add a text': legacy({ a: { Action: 'ADD', Value: { S: 'x' } } }),
  'attribute updates: delete a number': legacy({ n: { Action: 'DELETE', Value: { N: '1' } } }),
  'attribute updates: the key': legacy({ pk: { Value: { S: 'x' } } }),
  'attribute updates: with an empty set': legacy({ a: { Value: { SS: [] } } }),
  'attribute updates: on what was expected': legacy(
    { a: { Value: { S: 'x' } } },
    { Expected: { n: { Value: { N: '1000' } } } },
  ),
  'the item then': call('GetItem', { TableName: 'simple', Key: { pk: { S: 'changed' } } }),
};
