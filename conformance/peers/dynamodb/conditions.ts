import type { Call, Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** Condition expressions that hold, that do not, and that are none. */

const VALUES: Readonly<Record<string, Input>> = {
  ':a': { S: 'a' },
  ':b': { S: 'b' },
  ':n': { N: '5' },
  ':m': { N: '9' },
  ':l': { L: [{ S: 'a' }] },
  ':ss': { SS: ['x'] },
  ':t': { BOOL: true },
  ':type': { S: 'S' },
  ':wrong': { S: 'TEXT' },
};
/** The values that an expression names. */
const used = (expression: string) =>
  Object.fromEntries(
    Object.entries(VALUES).filter(([name]) => new RegExp(`${name}(?![a-z])`).test(expression)),
  );
const holds = (ConditionExpression: string, more: Input = {}): Call => {
  const ExpressionAttributeValues = used(ConditionExpression);
  return call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    ConditionExpression,
    ...(Object.keys(ExpressionAttributeValues).length === 0 ? {} : { ExpressionAttributeValues }),
    ...more,
  });
};
const SUBJECT = {
  pk: { S: 'subject' },
  a: { S: 'apple' },
  n: { N: '5' },
  list: { L: [{ S: 'a' }, { N: '1' }] },
  map: { M: { inner: { S: 'deep' } } },
  tags: { SS: ['x', 'y'] },
  raw: { B: Uint8Array.of(1, 2, 3) },
};

export const conditions: Calls = {
  'condition: put its subject': call('PutItem', { TableName: 'simple', Item: SUBJECT }),
  'condition: equal': holds('n = :n'),
  'condition: not equal': holds('n <> :m'),
  'condition: less': holds('n < :m'),
  'condition: at least': holds('n >= :n'),
  'condition: types do not compare': holds('n < :a'),
  'condition: between': holds('n BETWEEN :n AND :m'),
  'condition: in': holds('n IN (:m, :n)'),
  'condition: not in': holds('n IN (:m)'),
  'condition: exists': holds('attribute_exists(map.inner)'),
  'condition: exists in a list': holds('attribute_exists(list[1])'),
  'condition: not beyond a list': holds('attribute_exists(list[2])'),
  'condition: does not exist': holds('attribute_not_exists(a)'),
  'condition: type': holds('attribute_type(a, :type)'),
  'condition: begins with': holds('begins_with(a, :a)'),
  'condition: contains a part': holds('contains(a, :a)'),
  'condition: contains an element': holds('contains(list, :a)'),
  'condition: size': holds('size(a) = :n'),
  'condition: size of a list': holds('size(list) < :n'),
  'condition: size of a number': holds('size(n) < :n'),
  'condition: and, or, not': holds('NOT (n = :m OR a = :b) AND attribute_exists(pk)'),
  'condition: small letters': holds('not (n = :m or a = :b) and attribute_exists(pk)'),
  'condition: two paths': holds('a = map.inner'),
  'condition: value before path': holds(':n = n'),
  'condition: failed, with the item': holds('n = :m', {
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }),
  'condition: failed, without an item': call('PutItem', {
    TableName: 'simple',
    Item: { pk: { S: 'nobody' } },
    ConditionExpression: 'attribute_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  }),
  'condition: unknown values on failure': holds('n = :m', {
    ReturnValuesOnConditionCheckFailure: 'SOME',
  }),

  'condition error: empty': holds(''),
  'condition error: a blank': holds(' '),
  'condition error: no operator': holds('a :a'),
  'condition error: a value alone': holds(':a'),
  'condition error: a path alone': holds('a'),
  'condition error: two equals': holds('a == :a'),
  'condition error: unclosed': holds('(a = :a'),
  'condition error: closed twice': holds('a = :a)'),
  'condition error: an unknown function': holds('exists(a)'),
  'condition error: a function in capitals': holds('ATTRIBUTE_EXISTS(a)'),
  'condition error: a function of updates': holds('if_not_exists(a, :a)'),
  'condition error: a function without operands': holds('attribute_exists()'),
  'condition error: too many operands': holds('attribute_exists(a, n)'),
  'condition error: too few operands': holds('begins_with(a)'),
  'condition error: exists of a value': holds('attribute_exists(:a)'),
  'condition error: begins with a number': holds('begins_with(a, :n)'),
  'condition error: an unknown type': holds('attribute_type(a, :wrong)'),
  'condition error: a type that is a path': holds('attribute_type(a, n)'),
  'condition error: a type that is a number': holds('attribute_type(a, :n)'),
  'condition error: size alone': holds('size(a)'),
  'condition error: size of a value that is a number': holds('size(:n) = :n'),
  'condition error: a function as a value': holds('a = contains(a, :a)'),
  'condition error: between two types': holds('a BETWEEN :a AND :n'),
  'condition error: between in the wrong order': holds('n BETWEEN :m AND :n'),
  'condition error: between without and': holds('n BETWEEN :n, :m'),
  'condition error: in nothing': holds('n IN ()'),
  'condition error: in without brackets': holds('n IN :n'),
  'condition error: in more than a hundred': holds(
    `n IN (${Array.from({ length: 101 }, () => ':n').join(', ')})`,
  ),
  'condition error: compare a list': holds('a < :l'),
  'condition error: compare a boolean': holds('a < :t'),
  'condition error: compare a set': holds('a >= :ss'),
  'condition error: a reserved word': holds('status = :a'),
  'condition error: a reserved word in a path': holds('map.name = :a'),
  'condition error: a path of two dots': holds('map..inner = :a'),
  'condition error: an index that is none': holds('list[a] = :a'),
  'condition error: an index below zero': holds('list[-1] = :a'),
  'condition error: a letter that is none': holds('a = $b'),
  'condition error: a number': holds('n = 5'),
  'condition error: a quoted text': holds("a = 'x'"),
  'condition error: the same operand twice': holds('a = a'),
  'condition error: an undefined value': holds('a = :zz'),
  'condition error: an undefined name': holds('#zz = :a'),
  'condition error: a value that is not used': holds('a = :a', {
    ExpressionAttributeValues: { ':a': { S: 'a' }, ':zz': { S: 'z' } },
  }),
  'condition error: a name that is not used': holds('a = :a', {
    ExpressionAttributeNames: { '#zz': 'z' },
  }),
  'condition error: no values': holds('attribute_exists(a)', { ExpressionAttributeValues: {} }),
  'condition error: values without an expression': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    ExpressionAttributeValues: { ':a': { S: 'a' } },
  }),
  'condition error: a value without a colon': holds('attribute_exists(a)', {
    ExpressionAttributeValues: { a: { S: 'a' } },
  }),
  'condition error: a value of wrong letters': holds('attribute_exists(a)', {
    ExpressionAttributeValues: { ':a-b': { S: 'a' } },
  }),
  'condition error: a value that is none': holds('a = :a', {
    ExpressionAttributeValues: { ':a': { N: 'x' } },
  }),
  'condition error: an empty name': holds('attribute_exists(#a)', {
    ExpressionAttributeNames: { '#a': '' },
  }),
  'condition error: too long': holds(`attribute_exists(a)${' '.repeat(4096)}`),
  'condition error: too many operators': holds(
    Array.from({ length: 302 }, () => 'attribute_exists(a)').join(' AND '),
  ),
  'condition error: redundant brackets': holds('((a = :a))'),
  'condition: single brackets': holds('(n = :n)'),

  'expected: equal': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { n: { ComparisonOperator: 'EQ', AttributeValueList: [{ N: '5' }] } },
  }),
  'expected: fails': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { n: { ComparisonOperator: 'GT', AttributeValueList: [{ N: '5' }] } },
  }),
  'expected: does not exist': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { zz: { Exists: false } },
  }),
  'expected: exists without a value': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { Exists: true } },
  }),
  'expected: does not exist, with a value': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { Exists: false, Value: { S: 'x' } } },
  }),
  'expected: nothing': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: {} },
  }),
  'expected: an unknown operator': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { ComparisonOperator: 'LIKE', AttributeValueList: [{ S: 'x' }] } },
  }),
  'expected: too many values': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'x' }, { S: 'y' }] } },
  }),
  'expected: between of one': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ S: 'x' }] } },
  }),
  'expected: two, joined by or': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: {
      a: { ComparisonOperator: 'NULL' },
      n: { ComparisonOperator: 'NOT_NULL' },
    },
    ConditionalOperator: 'OR',
  }),
  'expected: joined by nothing known': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { ComparisonOperator: 'NULL' }, n: { ComparisonOperator: 'NULL' } },
    ConditionalOperator: 'XOR',
  }),
  'expected: joined, one alone': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    Expected: { a: { ComparisonOperator: 'NOT_NULL' } },
    ConditionalOperator: 'AND',
  }),
  'expected: an operator without conditions': call('PutItem', {
    TableName: 'simple',
    Item: SUBJECT,
    ConditionalOperator: 'AND',
  }),
};
