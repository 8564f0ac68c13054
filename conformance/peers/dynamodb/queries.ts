import type { Call, Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** Queries and scans of tables and indexes, page by page, and what of them is refused. */

const VALUES: Readonly<Record<string, Input>> = {
  ':q': { S: 'q' },
  ':one': { N: '1' },
  ':two': { N: '2' },
  ':three': { N: '3' },
  ':g': { S: 'g' },
  ':o': { S: 'o' },
  ':empty': { S: '' },
  ':bool': { BOOL: true },
};
const used = (...expressions: readonly unknown[]) => {
  const all = expressions.join(' ');
  const found = Object.entries(VALUES).filter(([name]) => new RegExp(`${name}(?![a-z])`).test(all));
  return found.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(found) };
};
const query = (KeyConditionExpression: string, more: Input = {}): Call =>
  call('Query', {
    TableName: 'wide',
    KeyConditionExpression,
    ...used(KeyConditionExpression, more['FilterExpression']),
    ...more,
  });
const scan = (more: Input = {}): Call =>
  call('Scan', { TableName: 'wide', ...used(more['FilterExpression']), ...more });
const item = (sk: number, more: Input = {}): Call =>
  call('PutItem', {
    TableName: 'wide',
    Item: {
      pk: { S: 'q' },
      sk: { N: String(sk) },
      shown: { S: `s${sk}` },
      hidden: { N: '0' },
      ...more,
    },
  });
const eq = (given: Input, ComparisonOperator = 'EQ') => ({
  ComparisonOperator,
  AttributeValueList: [given],
});
const Q = { pk: eq({ S: 'q' }) };

export const queries: Calls = {
  'query: put the first': item(1, { other: { S: 'o3' }, group: { S: 'g' } }),
  'query: put the second': item(2, { other: { S: 'o2' }, group: { S: 'g' } }),
  'query: put the third': item(3, { other: { S: 'o1' } }),
  'query: put the tenth': item(10),

  'query: a partition': query('pk = :q'),
  'query: backwards': query('pk = :q', { ScanIndexForward: false, Limit: 2 }),
  'query: one page': query('pk = :q', { Limit: 2, ReturnConsumedCapacity: 'TOTAL' }),
  'query: the next page': query('pk = :q', {
    Limit: 2,
    ExclusiveStartKey: { pk: { S: 'q' }, sk: { N: '2' } },
  }),
  'query: the last page': query('pk = :q', {
    ExclusiveStartKey: { pk: { S: 'q' }, sk: { N: '10' } },
  }),
  'query: a sort key': query('pk = :q AND sk = :two'),
  'query: sort key first': query('sk = :two AND pk = :q'),
  'query: less': query('pk = :q AND sk < :three', { Select: 'COUNT' }),
  'query: between': query('pk = :q AND sk BETWEEN :two AND :three', { Select: 'COUNT' }),
  'query: in brackets': query('(pk = :q) AND (sk > :two)', { Select: 'COUNT' }),
  'query: a filter': query('pk = :q', { FilterExpression: 'attribute_exists(other)' }),
  'query: a part': query('pk = :q', { ProjectionExpression: 'sk, shown', Limit: 1 }),
  'query: a local index': query('pk = :q', { IndexName: 'byOther' }),
  'query: a local index, begins with': query('pk = :q AND begins_with(other, :o)', {
    IndexName: 'byOther',
    Limit: 1,
  }),
  'query: a global index': query('#g = :g', {
    IndexName: 'byGroup',
    ExpressionAttributeNames: { '#g': 'group' },
    ReturnConsumedCapacity: 'INDEXES',
  }),
  'query: a global index of keys': query('other = :o', { IndexName: 'keysOnly' }),
  'query: an empty partition': query('pk = :o'),

  'query error: no condition': call('Query', { TableName: 'wide' }),
  'query error: an empty condition': query(''),
  'query error: no table': call('Query', {
    TableName: 'nowhere',
    KeyConditionExpression: 'pk = :q',
    ...used(':q'),
  }),
  'query error: no index': query('pk = :q', { IndexName: 'none' }),
  'query error: an index name too short': query('pk = :q', { IndexName: 'a' }),
  'query error: consistent on a global index': query('other = :o', {
    IndexName: 'keysOnly',
    ConsistentRead: true,
  }),
  'query error: the sort key alone': query('sk = :one'),
  'query error: another attribute': query('pk = :q AND shown = :q'),
  'query error: three conditions': query('pk = :q AND sk > :one AND sk < :three'),
  'query error: or': query('pk = :q OR sk = :one'),
  'query error: not': query('NOT pk = :q'),
  'query error: an inequality of the partition key': query('pk > :q'),
  'query error: unequal sort keys': query('pk = :q AND sk <> :one'),
  'query error: sort keys in a list': query('pk = :q AND sk IN (:one)'),
  'query error: a function of no sort key': query('pk = :q AND attribute_exists(sk)'),
  'query error: contains': query('pk = :q AND contains(sk, :one)'),
  'query error: begins with, on a number': query('pk = :q AND begins_with(sk, :one)'),
  'query error: begins with, on the partition key': query('begins_with(pk, :q)'),
  'query error: size': query('pk = :q AND size(sk) = :one'),
  'query error: a nested path': query('pk = :q AND sk.a = :one'),
  'query error: a partition key of another type': query('pk = :one'),
  'query error: a sort key of another type': query('pk = :q AND sk = :q'),
  'query error: an empty key': query('pk = :empty'),
  'query error: a boolean': query('pk = :bool'),
  'query error: between in the wrong order': query('pk = :q AND sk BETWEEN :three AND :two'),
  'query error: the same key twice': query('pk = :q AND pk = :q'),
  'query error: two paths': query('pk = sk'),
  'query error: an undefined value': query('pk = :zz'),
  'query error: a value that is not used': query('pk = :q', {
    ExpressionAttributeValues: { ':q': { S: 'q' }, ':zz': { S: 'z' } },
  }),
  'query error: a name that is not used': query('pk = :q', {
    ExpressionAttributeNames: { '#zz': 'z' },
  }),
  'query error: a filter on the key': query('pk = :q', { FilterExpression: 'sk = :one' }),
  'query error: a filter on the key of an index': query('pk = :q', {
    IndexName: 'byOther',
    FilterExpression: 'other = :o',
  }),
  'query error: a filter that is none': query('pk = :q', { FilterExpression: 'a b' }),
  'query error: an empty filter': query('pk = :q', { FilterExpression: '' }),
  'query error: a limit of none': query('pk = :q', { Limit: 0 }),
  'query error: an unknown select': query('pk = :q', { Select: 'SOME' }),
  'query error: count with a projection': query('pk = :q', {
    Select: 'COUNT',
    ProjectionExpression: 'sk',
  }),
  'query error: specific without a projection': query('pk = :q', {
    Select: 'SPECIFIC_ATTRIBUTES',
  }),
  'query error: projected attributes of the table': query('pk = :q', {
    Select: 'ALL_PROJECTED_ATTRIBUTES',
  }),
  'query error: all attributes of a global index': query('other = :o', {
    IndexName: 'keysOnly',
    Select: 'ALL_ATTRIBUTES',
  }),
  'query error: attributes that a global index has not': query('other = :o', {
    IndexName: 'keysOnly',
    ProjectionExpression: 'hidden',
  }),
  'query error: start at half a key': query('pk = :q', { ExclusiveStartKey: { pk: { S: 'q' } } }),
  'query error: start at another key': query('pk = :q', {
    ExclusiveStartKey: { pk: { S: 'q' }, id: { N: '2' } },
  }),
  'query error: start at a key of another type': query('pk = :q', {
    ExclusiveStartKey: { pk: { S: 'q' }, sk: { S: '2' } },
  }),
  'query error: start in another partition': query('pk = :q', {
    ExclusiveStartKey: { pk: { S: 'other' }, sk: { N: '2' } },
  }),
  'query error: start outside of the range': query('pk = :q AND sk < :two', {
    ExclusiveStartKey: { pk: { S: 'q' }, sk: { N: '3' } },
  }),
  'query error: start an index by the key of the table': query('pk = :q', {
    IndexName: 'byOther',
    ExclusiveStartKey: { pk: { S: 'q' }, sk: { N: '3' } },
  }),
  'query error: an empty start': query('pk = :q', { ExclusiveStartKey: {} }),

  'query, the old way': call('Query', {
    TableName: 'wide',
    KeyConditions: { ...Q, sk: eq({ N: '2' }, 'LE') },
    AttributesToGet: ['sk'],
  }),
  'query, the old way, with a filter': call('Query', {
    TableName: 'wide',
    KeyConditions: Q,
    QueryFilter: { shown: eq({ S: 's2' }) },
    Select: 'COUNT',
  }),
  'query, the old way: both ways': query('pk = :q', { KeyConditions: Q }),
  'query, the old way: not equal': call('Query', {
    TableName: 'wide',
    KeyConditions: { ...Q, sk: eq({ N: '2' }, 'NE') },
  }),
  'query, the old way: no partition key': call('Query', {
    TableName: 'wide',
    KeyConditions: { sk: eq({ N: '2' }) },
  }),
  'query, the old way: an unknown operator': call('Query', {
    TableName: 'wide',
    KeyConditions: { pk: eq({ S: 'q' }, 'LIKE') },
  }),
  'query, the old way: three keys': call('Query', {
    TableName: 'wide',
    KeyConditions: { ...Q, sk: eq({ N: '2' }), shown: eq({ S: 'x' }) },
  }),
  'query, the old way: no conditions': call('Query', { TableName: 'wide', KeyConditions: {} }),
  'query, the old way: a filter on the key': call('Query', {
    TableName: 'wide',
    KeyConditions: Q,
    QueryFilter: { sk: eq({ N: '2' }) },
  }),

  'scan: all of an index': scan({ IndexName: 'byGroup' }),
  'scan: a filter': scan({ FilterExpression: 'pk = :q AND sk > :two', Select: 'COUNT' }),
  'scan: a filter, the old way': call('Scan', {
    TableName: 'wide',
    ScanFilter: { pk: eq({ S: 'q' }), shown: eq({ S: 's3' }) },
    Select: 'COUNT',
  }),
  'scan: a segment of one': scan({ Segment: 0, TotalSegments: 1, Select: 'COUNT' }),
  'scan error: no table': call('Scan', { TableName: 'nowhere' }),
  'scan error: no index': scan({ IndexName: 'none' }),
  'scan error: consistent on a global index': scan({ IndexName: 'byGroup', ConsistentRead: true }),
  'scan error: a segment without a total': scan({ Segment: 0 }),
  'scan error: a total without a segment': scan({ TotalSegments: 2 }),
  'scan error: a segment beyond the total': scan({ Segment: 2, TotalSegments: 2 }),
  'scan error: a segment below zero': scan({ Segment: -1, TotalSegments: 2 }),
  'scan error: no segments': scan({ Segment: 0, TotalSegments: 0 }),
  'scan error: too many segments': scan({ Segment: 0, TotalSegments: 1_000_001 }),
  'scan error: a limit of none': scan({ Limit: 0 }),
  'scan error: a filter that is none': scan({ FilterExpression: 'sk >' }),
  'scan error: values without an expression': scan({
    ExpressionAttributeValues: { ':a': { S: 'x' } },
  }),
  'scan error: both kinds of filter': scan({
    FilterExpression: 'sk = :one',
    ScanFilter: { sk: eq({ N: '1' }) },
  }),
  'scan error: start at a key of another type': scan({
    ExclusiveStartKey: { pk: { N: '1' }, sk: { N: '1' } },
  }),
  'scan error: count with a projection': scan({ Select: 'COUNT', ProjectionExpression: 'sk' }),
  'scan error: a reserved word': scan({ FilterExpression: 'region = :q' }),
  'scan error: an unknown operator': call('Scan', {
    TableName: 'wide',
    ScanFilter: { pk: eq({ S: 'q' }, 'SOUNDS_LIKE') },
  }),
  'scan error: begins with a number, the old way': call('Scan', {
    TableName: 'wide',
    ScanFilter: { pk: eq({ N: '1' }, 'BEGINS_WITH') },
  }),
  'scan error: in nothing, the old way': call('Scan', {
    TableName: 'wide',
    ScanFilter: { pk: { ComparisonOperator: 'IN', AttributeValueList: [] } },
  }),
};
