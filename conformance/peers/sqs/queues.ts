import type { Calls, Input } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** Queues: made, found, changed, shared, tagged, deleted. */

const create = (QueueName: string, Attributes?: Input, more: Input = {}) =>
  call('CreateQueue', { QueueName, Attributes, ...more });
const PLAIN = earlier('create a queue', 'QueueUrl');
const FIFO = earlier('create a FIFO queue', 'QueueUrl');
const MADE = earlier('create a queue with attributes', 'QueueUrl');
const NOWHERE = earlier('create a queue', 'QueueUrl', (url) => url.replace(/plain$/, 'nowhere'));
const attributes = (QueueUrl: unknown, ...AttributeNames: readonly string[]) =>
  call('GetQueueAttributes', { QueueUrl, AttributeNames });
const set = (Attributes: Input, QueueUrl: unknown = PLAIN) =>
  call('SetQueueAttributes', { QueueUrl, Attributes });
const redrive = (maxReceiveCount: unknown, name = 'dead') =>
  earlier('create a queue for dead letters', 'QueueUrl', () =>
    JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      maxReceiveCount,
    }),
  );
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:us-east-1:000000000000:plain',
    },
  ],
});

export const queues: Calls = {
  'create a queue': create('plain'),
  'create it again': create('plain'),
  'create it again with other attributes': create('plain', { DelaySeconds: '5' }),
  'create a queue with attributes': create('made', {
    DelaySeconds: '3',
    VisibilityTimeout: '45',
    MaximumMessageSize: '2048',
    MessageRetentionPeriod: '120',
    ReceiveMessageWaitTimeSeconds: '2',
  }),
  'create a queue with tags': create('tagged', undefined, { tags: { a: '1', b: '2' } }),
  'create a FIFO queue': create('line.fifo', {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
  }),
  'create a queue for dead letters': create('dead'),
  'create: a FIFO queue without its ending': create('line', { FifoQueue: 'true' }),
  'create: a FIFO ending without the attribute': create('other.fifo'),
  'create: FIFO that is false': create('other', { FifoQueue: 'false' }),
  'create: no name': call('CreateQueue'),
  'create: an empty name': create(''),
  'create: a name too long': create('x'.repeat(81)),
  'create: a name of wrong letters': create('a b'),
  'create: an unknown attribute': create('bad', { Colour: 'red' }),
  'create: a delay too long': create('bad', { DelaySeconds: '901' }),
  'create: a delay that is none': create('bad', { DelaySeconds: 'soon' }),
  'create: an empty attribute': create('bad', { DelaySeconds: '' }),
  'create: content deduplication of a standard queue': create('bad', {
    ContentBasedDeduplication: 'true',
  }),
  'create: a redrive policy of no queue': create('bad', { RedrivePolicy: redrive(3, 'nowhere') }),

  'find a queue': call('GetQueueUrl', { QueueName: 'plain' }),
  'find no queue': call('GetQueueUrl', { QueueName: 'nowhere' }),
  'find nothing': call('GetQueueUrl'),
  'find a queue of another account': call('GetQueueUrl', {
    QueueName: 'plain',
    QueueOwnerAWSAccountId: '111111111111',
  }),
  'list queues': call('ListQueues', {}, ({ QueueUrls }) => (QueueUrls as string[]).toSorted()),
  'list queues by prefix': call('ListQueues', { QueueNamePrefix: 'ta' }),
  'list no queues': call('ListQueues', { QueueNamePrefix: 'zzz' }),
  'list a page of queues': call('ListQueues', { MaxResults: 2 }, ({ QueueUrls, NextToken }) => [
    (QueueUrls as string[]).length,
    NextToken !== undefined,
  ]),
  'list a page of none': call('ListQueues', { MaxResults: 0 }),
  'list a page too large': call('ListQueues', { MaxResults: 1001 }),

  'attributes: all': attributes(PLAIN, 'All'),
  'attributes: all of a FIFO queue': attributes(FIFO, 'All'),
  'attributes: as made': attributes(
    earlier('create a queue with attributes', 'QueueUrl'),
    'DelaySeconds',
    'VisibilityTimeout',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'ReceiveMessageWaitTimeSeconds',
  ),
  'attributes: one': attributes(PLAIN, 'QueueArn'),
  'attributes: none': call('GetQueueAttributes', { QueueUrl: PLAIN }),
  'attributes: one that is not set': attributes(PLAIN, 'Policy'),
  'attributes: an unknown one': attributes(PLAIN, 'Colour'),
  'attributes: of no queue': attributes(NOWHERE, 'All'),
  'attributes: without a queue': call('GetQueueAttributes', { AttributeNames: ['All'] }),
  'set an attribute': set({ VisibilityTimeout: '10' }),
  'set a redrive policy': set({ RedrivePolicy: redrive(2) }),
  'set a redrive policy, the count as text': set({ RedrivePolicy: redrive('5') }),
  'set: what is set then': attributes(PLAIN, 'VisibilityTimeout', 'RedrivePolicy'),
  'set no redrive policy': set({ RedrivePolicy: '' }),
  'set: the redrive policy then': attributes(PLAIN, 'RedrivePolicy'),
  'set: a redrive policy of no JSON': set({ RedrivePolicy: 'x' }, MADE),
  'set: a redrive policy without a count': set({ RedrivePolicy: redrive(undefined) }, MADE),
  'set: a redrive policy without a queue': set({ RedrivePolicy: '{"maxReceiveCount":3}' }, MADE),
  'set: a redrive count of none': set({ RedrivePolicy: redrive(0) }, MADE),
  'set: a redrive count too large': set({ RedrivePolicy: redrive(1001) }, MADE),
  'set: a redrive policy of no queue': set({ RedrivePolicy: redrive(3, 'nowhere') }, MADE),
  'set: dead letters of a FIFO queue in a standard queue': set({ RedrivePolicy: redrive(3) }, FIFO),
  'set: FIFO': set({ FifoQueue: 'true' }, MADE),
  'set: an unknown attribute': set({ Colour: 'red' }, MADE),
  'set: a visibility too long': set({ VisibilityTimeout: '43201' }, MADE),
  'set: a retention too short': set({ MessageRetentionPeriod: '59' }, MADE),
  'set: a message size too small': set({ MaximumMessageSize: '1023' }, MADE),
  'set: a wait too long': set({ ReceiveMessageWaitTimeSeconds: '21' }, MADE),
  'set: a policy': set({ Policy: POLICY }),
  'set: a policy of no JSON': set({ Policy: 'x' }),
  'set: of no queue': set({ DelaySeconds: '1' }, NOWHERE),
  'set: nothing': call('SetQueueAttributes', { QueueUrl: PLAIN }),

  'tags of a queue': call('ListQueueTags', {
    QueueUrl: earlier('create a queue with tags', 'QueueUrl'),
  }),
  'tag a queue': call('TagQueue', {
    QueueUrl: earlier('create a queue with tags', 'QueueUrl'),
    Tags: { c: '3', a: '9' },
  }),
  'untag a queue': call('UntagQueue', {
    QueueUrl: earlier('create a queue with tags', 'QueueUrl'),
    TagKeys: ['b', 'z'],
  }),
  'tags then': call('ListQueueTags', {
    QueueUrl: earlier('create a queue with tags', 'QueueUrl'),
  }),
  'tag with nothing': call('TagQueue', { QueueUrl: PLAIN, Tags: {} }),
  'tag with 51': call('TagQueue', {
    QueueUrl: PLAIN,
    Tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])),
  }),
  'untag nothing': call('UntagQueue', { QueueUrl: PLAIN, TagKeys: [] }),
  'tags of no queue': call('ListQueueTags', { QueueUrl: NOWHERE }),

  'no policy': set({ Policy: '' }),
  'allow an account': call('AddPermission', {
    QueueUrl: PLAIN,
    Label: 'one',
    AWSAccountIds: ['111111111111'],
    Actions: ['SendMessage'],
  }),
  'allow it again': call('AddPermission', {
    QueueUrl: PLAIN,
    Label: 'one',
    AWSAccountIds: ['111111111111'],
    Actions: ['ReceiveMessage'],
  }),
  'allow an unknown action': call('AddPermission', {
    QueueUrl: PLAIN,
    Label: 'two',
    AWSAccountIds: ['111111111111'],
    Actions: ['Fly'],
  }),
  'allow nobody': call('AddPermission', {
    QueueUrl: PLAIN,
    Label: 'two',
    AWSAccountIds: [],
    Actions: ['SendMessage'],
  }),
  'allow no action': call('AddPermission', {
    QueueUrl: PLAIN,
    Label: 'two',
    AWSAccountIds: ['111111111111'],
    Actions: [],
  }),
  'the policy then': call(
    'GetQueueAttributes',
    { QueueUrl: PLAIN, AttributeNames: ['Policy'] },
    ({ Attributes }) => JSON.parse((Attributes as { Policy: string }).Policy),
  ),
  'allow no more': call('RemovePermission', { QueueUrl: PLAIN, Label: 'one' }),
  'allow no more again': call('RemovePermission', { QueueUrl: PLAIN, Label: 'one' }),
};
