import type { Call, Calls, Input } from '../scenario.ts';
import { call, raw } from '../scenario.ts';

/** Items that are put, read and deleted, and values that are none. */

const put = (Item: Input, more: Input = {}): Call =>
  call('PutItem', { TableName: 'simple', Item: { pk: { S: 'item' }, ...Item }, ...more });
const value = (given: unknown): Call =>
  raw('PutItem', { TableName: 'simple', Item: { pk: { S: 'item' }, a: given } });
const get = (Key: Input, more: Input = {}): Call =>
  call('GetItem', { TableName: 'simple', Key, ...more });
const remove = (Key: Input, more: Input = {}): Call =>
  call('DeleteItem', { TableName: 'simple', Key, ...more });
const nested = (depth: number): Input => (depth === 0 ? { S: 'x' } : { L: [nested(depth - 1)] });
const THIS = { pk: { S: 'item' } };

export const items: Calls = {
  'put every type': put({
    s: { S: 'é😀' },
    n: { N: '-12.50' },
    b: { B: Uint8Array.of(0, 255) },
    ss: { SS: ['b', 'a'] },
    ns: { NS: ['2.0', '1'] },
    bs: { BS: [Uint8Array.of(2), Uint8Array.of(1)] },
    m: { M: { inner: { L: [{ BOOL: true }, { NULL: true }] } } },
    empty: { S: '' },
    nothing: { B: new Uint8Array() },
  }),
  'get every type': call('GetItem', { TableName: 'simple', Key: THIS }, ({ Item }) => {
    // Sets have no order.
    const { ss, ns, bs, ...rest } = Item as Readonly<
      Record<string, { SS: string[]; NS: string[] }>
    >;
    return { ...rest, ss: ss?.SS.toSorted(), ns: ns?.NS.toSorted(), bs: bs === undefined };
  }),
  'put again, the old one told': put(
    { colour: { S: 'red' } },
    {
      ReturnValues: 'ALL_OLD',
      ReturnConsumedCapacity: 'TOTAL',
      ExpressionAttributeNames: undefined,
      ConditionExpression: 'attribute_exists(empty)',
    },
  ),
  'put, no old one told': put({ pk: { S: 'fresh' } }, { ReturnValues: 'ALL_OLD' }),
  'put with capacity by index': call('PutItem', {
    TableName: 'wide',
    Item: { pk: { S: 'cost' }, sk: { N: '1' }, other: { S: 'o' }, group: { S: 'g' } },
    ReturnConsumedCapacity: 'INDEXES',
    ReturnItemCollectionMetrics: 'SIZE',
  }),
  'put with new values returned': put({}, { ReturnValues: 'ALL_NEW' }),
  'put with unknown values returned': put({}, { ReturnValues: 'EVERYTHING' }),
  'put with unknown capacity': put({}, { ReturnConsumedCapacity: 'ALL' }),
  'put into no table': call('PutItem', { TableName: 'nowhere', Item: THIS }),
  'put nothing': call('PutItem', { TableName: 'simple' }),
  'put without a table': call('PutItem', { Item: THIS }),
  'put without the key': call('PutItem', { TableName: 'simple', Item: { a: { S: 'x' } } }),
  'put an empty item': call('PutItem', { TableName: 'simple', Item: {} }),
  'put without the sort key': call('PutItem', { TableName: 'wide', Item: { pk: { S: 'a' } } }),
  'put a key of another type': put({ pk: { N: '5' } }),
  'put an empty key': put({ pk: { S: '' } }),
  'put an empty binary key': call('PutItem', {
    TableName: 'bytes',
    Item: { pk: { B: new Uint8Array() }, sk: { S: 'x' } },
  }),
  'put a key that is null': put({ pk: { NULL: true } }),
  'put a key too long': put({ pk: { S: 'x'.repeat(2049) } }),
  'put a sort key too long': call('PutItem', {
    TableName: 'bytes',
    Item: { pk: { B: Uint8Array.of(1) }, sk: { S: 'x'.repeat(1025) } },
  }),
  'put the key of an index of another type': call('PutItem', {
    TableName: 'wide',
    Item: { pk: { S: 'a' }, sk: { N: '1' }, other: { N: '5' } },
  }),
  'put an empty key of an index': call('PutItem', {
    TableName: 'wide',
    Item: { pk: { S: 'a' }, sk: { N: '1' }, group: { S: '' } },
  }),
  'put an item too large': put({ a: { S: 'x'.repeat(400 * 1024) } }),
  'put a value too deep': put({ a: nested(33) }),
  'put a value as deep as may be': put({ a: nested(31) }),

  'value: no type': value({}),
  'value: two types': value({ S: 'a', N: '1' }),
  'value: an unknown type': value({ X: 'a' }),
  'value: no object': value('a'),
  'value: a list': value([]),
  'value: null': value(null),
  'value: a text that is a number': value({ S: 5 }),
  'value: a number that is a number': value({ N: 5 }),
  'value: no number': value({ N: 'abc' }),
  'value: an empty number': value({ N: '' }),
  'value: a number with blanks': value({ N: ' 1 ' }),
  'value: 39 digits': value({ N: '1'.repeat(39) }),
  'value: too large a number': value({ N: '1e126' }),
  'value: too small a number': value({ N: '1e-131' }),
  'value: infinity': value({ N: 'Infinity' }),
  'value: a hexadecimal': value({ N: '0x10' }),
  'value: an empty set of texts': value({ SS: [] }),
  'value: an empty set of numbers': value({ NS: [] }),
  'value: an empty set of bytes': value({ BS: [] }),
  'value: a text twice': value({ SS: ['a', 'a'] }),
  'value: a number twice': value({ NS: ['1', '1.0'] }),
  'value: bytes twice': value({ BS: ['AA==', 'AA=='] }),
  'value: no number in a set': value({ NS: ['1', 'x'] }),
  'value: a set of empty text': value({ SS: [''] }),
  'value: NULL that is false': value({ NULL: false }),
  'value: NULL that is a text': value({ NULL: 'yes' }),
  'value: BOOL that is a text': value({ BOOL: 'yes' }),
  'value: no base 64': value({ B: 'a?' }),
  'value: bytes that are a number': value({ B: 5 }),
  'value: a list that is a map': value({ L: { a: { S: 'x' } } }),
  'value: a map that is a list': value({ M: [{ S: 'x' }] }),
  'value: a set that is a text': value({ SS: 'a' }),
  'value: no type inside of a list': value({ L: [{ S: 'a' }, {}] }),
  'value: no type inside of a map': value({ M: { b: {} } }),

  'get an item': get(THIS),
  'get no item': get({ pk: { S: 'none' } }),
  'get consistently, with capacity': get(THIS, {
    ConsistentRead: true,
    ReturnConsumedCapacity: 'TOTAL',
  }),
  'get a part': get(THIS, { ProjectionExpression: 'colour, nothing' }),
  'get a part by a name': get(THIS, {
    ProjectionExpression: '#c',
    ExpressionAttributeNames: { '#c': 'colour' },
  }),
  'get from no table': call('GetItem', { TableName: 'nowhere', Key: THIS }),
  'get without a key': call('GetItem', { TableName: 'simple' }),
  'get by an empty key': get({}),
  'get by another key': get({ id: { S: 'x' } }),
  'get by a key of another type': get({ pk: { N: '1' } }),
  'get by too many keys': get({ ...THIS, sk: { S: 'x' } }),
  'get by too few keys': call('GetItem', { TableName: 'wide', Key: THIS }),
  'get by a key without a type': raw('GetItem', { TableName: 'simple', Key: { pk: {} } }),
  'get an empty projection': get(THIS, { ProjectionExpression: '' }),
  'get a projection that is none': get(THIS, { ProjectionExpression: 'a..b' }),
  'get a reserved word': get(THIS, { ProjectionExpression: 'name' }),
  'get overlapping paths': get(THIS, { ProjectionExpression: 'a, a.b' }),
  'get conflicting paths': get(THIS, { ProjectionExpression: 'a.b, a[0]' }),
  'get an undefined name': get(THIS, { ProjectionExpression: '#a' }),
  'get with a name that is not used': get(THIS, {
    ProjectionExpression: 'colour',
    ExpressionAttributeNames: { '#a': 'a' },
  }),
  'get with names and no expression': get(THIS, { ExpressionAttributeNames: { '#a': 'a' } }),
  'get with no names': get(THIS, { ProjectionExpression: 'colour', ExpressionAttributeNames: {} }),
  'get with a name that is none': get(THIS, {
    ProjectionExpression: 'colour',
    ExpressionAttributeNames: { a: 'a' },
  }),
  'get with both kinds of projection': get(THIS, {
    ProjectionExpression: 'colour',
    AttributesToGet: ['colour'],
  }),
  'get attributes in the old way': get(THIS, { AttributesToGet: ['colour', 'none'] }),
  'get one attribute twice in the old way': get(THIS, { AttributesToGet: ['colour', 'colour'] }),
  'get no attributes in the old way': get(THIS, { AttributesToGet: [] }),
  'get with a flag that is a text': raw('GetItem', {
    TableName: 'simple',
    Key: THIS,
    ConsistentRead: 'yes',
  }),

  'delete on a condition that fails': remove(THIS, {
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }),
  'delete an item, the old one told': remove({ pk: { S: 'fresh' } }, { ReturnValues: 'ALL_OLD' }),
  'delete no item': remove({ pk: { S: 'none' } }, { ReturnValues: 'ALL_OLD' }),
  'delete with new values returned': remove(THIS, { ReturnValues: 'UPDATED_NEW' }),
  'delete by another key': remove({ id: { S: 'x' } }),
  'delete from no table': call('DeleteItem', { TableName: 'nowhere', Key: THIS }),
  'delete without a key': call('DeleteItem', { TableName: 'simple' }),
  'delete on what was expected': remove(THIS, { Expected: { colour: { Value: { S: 'blue' } } } }),
  'delete on both kinds of condition': remove(THIS, {
    Expected: { colour: { Value: { S: 'blue' } } },
    ConditionExpression: 'attribute_exists(pk)',
  }),
};
