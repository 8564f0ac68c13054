import type { Calls, Input, Parts } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** The stream of the table `wide`, after all that was asked of DynamoDB. */

const StreamArn = earlier('list streams of a table', 'Streams.0.StreamArn');
const NOWHERE = earlier('list streams of a table', 'Streams.0.StreamArn', (arn) =>
  arn.replace('table/wide', 'table/nowhere'),
);
const ShardId = earlier('describe a stream', 'StreamDescription.Shards.0.ShardId');
const iterator = (ShardIteratorType: string | undefined, more: Input = {}) =>
  call('GetShardIterator', { StreamArn, ShardId, ShardIteratorType, ...more });

/** What a change says of itself, without its place in the stream. */
const changes = ({ Records }: Input) =>
  (Records as readonly Input[]).map(({ eventName, eventSource, eventVersion, dynamodb }) => {
    const { Keys, NewImage, OldImage, StreamViewType, SizeBytes } = dynamodb as Input;
    return {
      eventName,
      eventSource,
      eventVersion,
      Keys,
      NewImage,
      OldImage,
      StreamViewType,
      SizeBytes,
    };
  });

const changesOfTable: Calls = {
  'list streams of a table': call('ListStreams', { TableName: 'wide' }),
  'list streams of a table that has none': call('ListStreams', { TableName: 'simple' }),
  'list streams of no table': call('ListStreams', { TableName: 'nowhere' }),
  'list no streams': call('ListStreams', { Limit: 0 }),
  'list too many streams': call('ListStreams', { Limit: 101 }),
  'describe a stream': call('DescribeStream', { StreamArn }),
  'describe no stream': call('DescribeStream', { StreamArn: NOWHERE }),
  'describe what is no ARN': call('DescribeStream', { StreamArn: 'wide' }),
  'describe nothing': call('DescribeStream'),
  'iterator: from the beginning': iterator('TRIM_HORIZON'),
  'iterator: from now': iterator('LATEST'),
  'iterator: of no shard': iterator('LATEST', { ShardId: 'shardId-00000000000000000000-00000000' }),
  'iterator: of a shard that is none': iterator('LATEST', { ShardId: 'x' }),
  'iterator: of no stream': iterator('LATEST', { StreamArn: NOWHERE }),
  'iterator: of an unknown type': iterator('YESTERDAY'),
  'iterator: of no type': iterator(undefined),
  'iterator: at no number': iterator('AT_SEQUENCE_NUMBER'),
  'iterator: from the beginning, with a number': iterator('TRIM_HORIZON', {
    SequenceNumber: '000000000000000000001',
  }),
  'read the first changes': call(
    'GetRecords',
    { ShardIterator: earlier('iterator: from the beginning', 'ShardIterator'), Limit: 6 },
    changes,
  ),
  'read one change': call(
    'GetRecords',
    { ShardIterator: earlier('iterator: from the beginning', 'ShardIterator'), Limit: 1 },
    changes,
  ),
  'read after it': iterator('AFTER_SEQUENCE_NUMBER', {
    SequenceNumber: earlier('read one change', 'Records.0.dynamodb.SequenceNumber'),
  }),
  'the change after it': call(
    'GetRecords',
    { ShardIterator: earlier('read after it', 'ShardIterator'), Limit: 1 },
    changes,
  ),
  'read at it': iterator('AT_SEQUENCE_NUMBER', {
    SequenceNumber: earlier('read one change', 'Records.0.dynamodb.SequenceNumber'),
  }),
  'the change at it': call(
    'GetRecords',
    { ShardIterator: earlier('read at it', 'ShardIterator'), Limit: 1 },
    changes,
  ),
  'read from now': call(
    'GetRecords',
    { ShardIterator: earlier('iterator: from now', 'ShardIterator') },
    ({ Records, NextShardIterator }) => [Records, NextShardIterator !== undefined],
  ),
  'read by no iterator': call('GetRecords', { ShardIterator: 'none' }),
  'read by nothing': call('GetRecords'),
  'read none': call('GetRecords', {
    ShardIterator: earlier('iterator: from the beginning', 'ShardIterator'),
    Limit: 0,
  }),
  'read too many': call('GetRecords', {
    ShardIterator: earlier('iterator: from the beginning', 'ShardIterator'),
    Limit: 1001,
  }),
};

/** All that is asked of DynamoDB Streams. */
export const streamsCalls: Parts = { streams: changesOfTable };
