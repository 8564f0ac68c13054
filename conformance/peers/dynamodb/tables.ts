import type { Calls, Input } from '../scenario.ts';
import { call, earlier, raw } from '../scenario.ts';

/** Tables that are made, told, changed and deleted, and what of them is refused. */

type Attribute = readonly [name: string, type: string];
const attributes = (...list: readonly Attribute[]) =>
  list.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
const keys = (HASH: string, RANGE?: string) => [
  { AttributeName: HASH, KeyType: 'HASH' },
  ...(RANGE === undefined ? [] : [{ AttributeName: RANGE, KeyType: 'RANGE' }]),
];
const ON_DEMAND = { BillingMode: 'PAY_PER_REQUEST' };
const UNITS = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
const ALL = { ProjectionType: 'ALL' };

const create = (TableName: string, more: Input = {}) =>
  call('CreateTable', {
    TableName,
    AttributeDefinitions: attributes(['pk', 'S']),
    KeySchema: keys('pk'),
    ...ON_DEMAND,
    ...more,
  });

const TWO = {
  AttributeDefinitions: attributes(['pk', 'S'], ['sk', 'N']),
  KeySchema: keys('pk', 'sk'),
};
const THREE = attributes(['pk', 'S'], ['sk', 'N'], ['other', 'S']);
const local = (IndexName: string, more: Input = {}) => ({
  IndexName,
  KeySchema: keys('pk', 'other'),
  Projection: ALL,
  ...more,
});
const global = (IndexName: string, more: Input = {}) => ({
  IndexName,
  KeySchema: keys('other'),
  Projection: ALL,
  ...more,
});
const many = <Made>(count: number, make: (index: number) => Made) =>
  Array.from({ length: count }, (_, index) => make(index));

export const tables: Calls = {
  'create a table of one key': create('simple'),
  'create it again': create('simple'),
  'create a table with indexes and a stream': create('wide', {
    ...TWO,
    AttributeDefinitions: attributes(['pk', 'S'], ['sk', 'N'], ['other', 'S'], ['group', 'S']),
    LocalSecondaryIndexes: [local('byOther')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byGroup',
        KeySchema: keys('group', 'sk'),
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['shown'] },
      },
      {
        IndexName: 'keysOnly',
        KeySchema: keys('other'),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  }),
  'create a provisioned table': create('units', {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: UNITS,
    TableClass: 'STANDARD',
    Tags: [{ Key: 'a', Value: 'b' }],
  }),
  'create a table of binary keys': create('bytes', {
    AttributeDefinitions: attributes(['pk', 'B'], ['sk', 'S']),
    KeySchema: keys('pk', 'sk'),
  }),
  'describe a table': call('DescribeTable', { TableName: 'simple' }),
  'describe a table with indexes': call('DescribeTable', { TableName: 'wide' }),
  'describe a provisioned table': call('DescribeTable', { TableName: 'units' }),
  'describe no table': call('DescribeTable', { TableName: 'nowhere' }),
  'describe without a name': call('DescribeTable'),
  'describe a name of two letters': call('DescribeTable', { TableName: 'ab' }),
  'describe a name with a blank': call('DescribeTable', { TableName: 'a b c' }),
  'list tables': call('ListTables'),
  'list two tables': call('ListTables', { Limit: 2 }),
  'list tables after one': call('ListTables', { ExclusiveStartTableName: 'simple' }),
  'list no tables': call('ListTables', { Limit: 0 }),
  'list too many tables': call('ListTables', { Limit: 101 }),
  'list tables after a bad name': call('ListTables', { ExclusiveStartTableName: 'a!' }),

  'create: nothing': call('CreateTable'),
  'create: no key schema': create('bad', { KeySchema: undefined }),
  'create: no attribute definitions': create('bad', { AttributeDefinitions: undefined }),
  'create: a name too short': create('ab'),
  'create: a name too long': create('x'.repeat(256)),
  'create: a name of wrong letters': create('a;b;c'),
  'create: an empty key schema': create('bad', { KeySchema: [] }),
  'create: three keys': create('bad', {
    KeySchema: [...keys('pk', 'sk'), { AttributeName: 'z', KeyType: 'RANGE' }],
  }),
  'create: a sort key first': create('bad', {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'RANGE' }],
  }),
  'create: two partition keys': create('bad', {
    ...TWO,
    KeySchema: [...keys('pk'), ...keys('sk')],
  }),
  'create: one attribute twice': create('bad', { KeySchema: keys('pk', 'pk') }),
  'create: a key that is not defined': create('bad', { KeySchema: keys('id') }),
  'create: a sort key that is not defined': create('bad', { KeySchema: keys('pk', 'sk') }),
  'create: an attribute too many': create('bad', { AttributeDefinitions: THREE }),
  'create: an attribute defined twice': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['pk', 'N']),
  }),
  'create: an unknown type of attribute': create('bad', {
    AttributeDefinitions: attributes(['pk', 'BOOL']),
  }),
  'create: an unknown type of key': create('bad', {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'SORT' }],
  }),
  'create: an unknown billing mode': create('bad', { BillingMode: 'FREE' }),
  'create: units on demand': create('bad', { ProvisionedThroughput: UNITS }),
  'create: provisioned without units': create('bad', { BillingMode: 'PROVISIONED' }),
  'create: neither mode nor units': create('bad', { BillingMode: undefined }),
  'create: no units': create('bad', {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 1 },
  }),
  'create: half of the units': create('bad', {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 1 },
  }),
  'create: no local indexes': create('bad', { ...TWO, LocalSecondaryIndexes: [] }),
  'create: no global indexes': create('bad', { GlobalSecondaryIndexes: [] }),
  'create: a local index without a sort key of the table': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    LocalSecondaryIndexes: [local('one')],
  }),
  'create: a local index of another partition key': create('bad', {
    ...TWO,
    AttributeDefinitions: THREE,
    LocalSecondaryIndexes: [local('one', { KeySchema: keys('other', 'sk') })],
  }),
  'create: a local index without a sort key': create('bad', {
    ...TWO,
    LocalSecondaryIndexes: [local('one', { KeySchema: keys('pk') })],
  }),
  'create: two indexes of one name': create('bad', {
    ...TWO,
    AttributeDefinitions: THREE,
    LocalSecondaryIndexes: [local('one'), local('one')],
  }),
  'create: a local and a global index of one name': create('bad', {
    ...TWO,
    AttributeDefinitions: THREE,
    LocalSecondaryIndexes: [local('one')],
    GlobalSecondaryIndexes: [global('one')],
  }),
  'create: an index of a key that is not defined': create('bad', {
    GlobalSecondaryIndexes: [global('one')],
  }),
  'create: an index name too short': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('ab')],
  }),
  'create: an index without a projection': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one', { Projection: undefined })],
  }),
  'create: an index with an empty projection': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one', { Projection: {} })],
  }),
  'create: an unknown projection': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one', { Projection: { ProjectionType: 'SOME' } })],
  }),
  'create: ALL with attributes': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [
      global('one', { Projection: { ProjectionType: 'ALL', NonKeyAttributes: ['a'] } }),
    ],
  }),
  'create: INCLUDE without attributes': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one', { Projection: { ProjectionType: 'INCLUDE' } })],
  }),
  'create: six local indexes': create('bad', {
    ...TWO,
    AttributeDefinitions: THREE,
    LocalSecondaryIndexes: many(6, (index) => local(`local${index}`)),
  }),
  'create: twenty-one global indexes': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: many(21, (index) => global(`global${index}`)),
  }),
  'create: a provisioned index without units': create('bad', {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: UNITS,
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one')],
  }),
  'create: an index with units on demand': create('bad', {
    AttributeDefinitions: attributes(['pk', 'S'], ['other', 'S']),
    GlobalSecondaryIndexes: [global('one', { ProvisionedThroughput: UNITS })],
  }),
  'create: a stream without a view': create('bad', {
    StreamSpecification: { StreamEnabled: true },
  }),
  'create: a view without a stream': create('bad', {
    StreamSpecification: { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' },
  }),
  'create: an unknown view': create('bad', {
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'ALL' },
  }),
  'create: an unknown class': create('bad', { TableClass: 'COLD' }),
  'create: a name that is a number': raw('CreateTable', { TableName: 5 }),
  'create: no JSON': raw('CreateTable', '{'),

  'update: nothing': call('UpdateTable', { TableName: 'units' }),
  'update: no table': call('UpdateTable', { TableName: 'nowhere', ...ON_DEMAND }),
  'update: the units': call('UpdateTable', {
    TableName: 'units',
    ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 6 },
  }),
  'update: the same units': call('UpdateTable', {
    TableName: 'units',
    ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 6 },
  }),
  'update: no units': call('UpdateTable', {
    TableName: 'units',
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 6 },
  }),
  'update: units of an on-demand table': call('UpdateTable', {
    TableName: 'simple',
    ProvisionedThroughput: UNITS,
  }),
  'update: add an index': call(
    'UpdateTable',
    {
      TableName: 'simple',
      AttributeDefinitions: attributes(['pk', 'S'], ['colour', 'S']),
      GlobalSecondaryIndexUpdates: [
        { Create: { IndexName: 'byColour', KeySchema: keys('colour'), Projection: ALL } },
      ],
    },
    // They have no order.
    ({ TableDescription }) =>
      ((TableDescription as Input)['AttributeDefinitions'] as readonly Input[])
        .map(({ AttributeName }) => String(AttributeName))
        .sort(),
  ),
  'update: add an index that is there': call('UpdateTable', {
    TableName: 'wide',
    AttributeDefinitions: THREE,
    GlobalSecondaryIndexUpdates: [
      { Create: { IndexName: 'keysOnly', KeySchema: keys('other'), Projection: ALL } },
    ],
  }),
  'update: add an index of an undefined key': call('UpdateTable', {
    TableName: 'wide',
    GlobalSecondaryIndexUpdates: [
      { Create: { IndexName: 'byShape', KeySchema: keys('shape'), Projection: ALL } },
    ],
  }),
  'update: delete no index': call('UpdateTable', {
    TableName: 'wide',
    GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'byShape' } }],
  }),
  'update: an empty change of indexes': call('UpdateTable', {
    TableName: 'wide',
    GlobalSecondaryIndexUpdates: [{}],
  }),
  'update: no changes of indexes': call('UpdateTable', {
    TableName: 'wide',
    GlobalSecondaryIndexUpdates: [],
  }),
  'update: a stream where there is one': call('UpdateTable', {
    TableName: 'wide',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  }),
  'update: no stream where there is none': call('UpdateTable', {
    TableName: 'simple',
    StreamSpecification: { StreamEnabled: false },
  }),
  'update: protection': call(
    'UpdateTable',
    { TableName: 'units', DeletionProtectionEnabled: true },
    ({ TableDescription }) => (TableDescription as Input)['DeletionProtectionEnabled'],
  ),
  'delete what is protected': call('DeleteTable', { TableName: 'units' }),
  'update: no protection': call(
    'UpdateTable',
    { TableName: 'units', DeletionProtectionEnabled: false },
    ({ TableDescription }) => (TableDescription as Input)['DeletionProtectionEnabled'],
  ),

  'tags of a table': call('ListTagsOfResource', {
    ResourceArn: earlier('create a provisioned table', 'TableDescription.TableArn'),
  }),
  'tag a table': call('TagResource', {
    ResourceArn: earlier('create a provisioned table', 'TableDescription.TableArn'),
    Tags: [{ Key: 'c', Value: 'd' }],
  }),
  'untag a table': call('UntagResource', {
    ResourceArn: earlier('create a provisioned table', 'TableDescription.TableArn'),
    TagKeys: ['a', 'z'],
  }),
  'tags then': call('ListTagsOfResource', {
    ResourceArn: earlier('create a provisioned table', 'TableDescription.TableArn'),
  }),
  'tags of no table': call('ListTagsOfResource', {
    ResourceArn: earlier('create a provisioned table', 'TableDescription.TableArn', (arn) =>
      arn.replace('units', 'nowhere'),
    ),
  }),
  'tags of no ARN': call('ListTagsOfResource', { ResourceArn: 'units' }),

  'time to live of a table': call('DescribeTimeToLive', { TableName: 'simple' }),
  'turn the time to live off that is off': call('UpdateTimeToLive', {
    TableName: 'simple',
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: false },
  }),
  'turn the time to live on': call('UpdateTimeToLive', {
    TableName: 'simple',
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  }),
  'time to live then': call('DescribeTimeToLive', { TableName: 'simple' }),
  'turn the time to live on again': call('UpdateTimeToLive', {
    TableName: 'simple',
    TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
  }),
  'time to live without an attribute': call('UpdateTimeToLive', {
    TableName: 'wide',
    TimeToLiveSpecification: { Enabled: true },
  }),
  'time to live of no table': call('DescribeTimeToLive', { TableName: 'nowhere' }),

  'delete a provisioned table': call(
    'DeleteTable',
    { TableName: 'units' },
    ({ TableDescription }) => Object.keys(TableDescription as Input).sort(),
  ),
  'delete no table': call('DeleteTable', { TableName: 'nowhere' }),
  'limits of the account': call('DescribeLimits'),
  'backups of a table': call('DescribeContinuousBackups', { TableName: 'simple' }),
  'backups of no table': call('DescribeContinuousBackups', { TableName: 'nowhere' }),
};
