import type { Calls, Input } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** Messages: sent, received, hidden, deleted, one by one and in batches. */

const PLAIN = earlier('create a queue', 'QueueUrl');
const FIFO = earlier('create a FIFO queue', 'QueueUrl');
const DEAD = earlier('create a queue for dead letters', 'QueueUrl');
const NOWHERE = earlier('create a queue', 'QueueUrl', (url) => url.replace(/plain$/, 'nowhere'));
const send = (more: Input, QueueUrl: unknown = PLAIN) =>
  call('SendMessage', { QueueUrl, MessageBody: 'body', ...more });
const receive = (more: Input = {}, QueueUrl: unknown = PLAIN) =>
  call('ReceiveMessage', { QueueUrl, ...more });
const batch = (Entries: readonly Input[], QueueUrl: unknown = PLAIN) =>
  call('SendMessageBatch', { QueueUrl, Entries });
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Id: `m${index}`, MessageBody: 'x' }));
const receipt = (name: string) => earlier(name, 'Messages.0.ReceiptHandle');

export const messages: Calls = {
  'send a message': send({ MessageBody: 'hello é' }),
  'send attributes': send({
    MessageAttributes: {
      colour: text('red'),
      count: { DataType: 'Number', StringValue: '12.5' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 3) },
      own: { DataType: 'String.custom', StringValue: 'x' },
    },
  }),
  'send a trace header': send({
    MessageSystemAttributes: { AWSTraceHeader: text('Root=1-5759e988-bd862e3fe1be46a994272793') },
  }),
  'send with a delay': send({ DelaySeconds: 900 }),
  'send to no queue': send({}, NOWHERE),
  'send without a queue': call('SendMessage', { MessageBody: 'x' }),
  'send without a body': send({ MessageBody: undefined }),
  'send an empty body': send({ MessageBody: '' }),
  'send a letter that is none': send({ MessageBody: 'a\u0000b' }),
  'send too much': send({ MessageBody: 'x'.repeat(1024 * 1024 + 1) }),
  'send with a delay too long': send({ DelaySeconds: 901 }),
  'send with a delay below zero': send({ DelaySeconds: -1 }),
  'send a group to a standard queue': send({ MessageGroupId: 'g' }),
  'send a deduplication id to a standard queue': send({ MessageDeduplicationId: 'd' }),
  'send an attribute of no type': send({ MessageAttributes: { a: { StringValue: 'x' } } }),
  'send an attribute of an unknown type': send({
    MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } },
  }),
  'send an attribute of no value': send({ MessageAttributes: { a: { DataType: 'String' } } }),
  'send an attribute of an empty value': send({ MessageAttributes: { a: text('') } }),
  'send a number that is none': send({
    MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } },
  }),
  'send an attribute whose name begins with AWS.': send({
    MessageAttributes: { 'AWS.a': text('x') },
  }),
  'send an attribute whose name has a blank': send({ MessageAttributes: { 'a b': text('x') } }),
  'send an attribute whose name ends with a dot': send({ MessageAttributes: { 'a.': text('x') } }),
  'send an attribute without a name': send({ MessageAttributes: { '': text('x') } }),
  'send eleven attributes': send({
    MessageAttributes: Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`a${index}`, text('x')]),
    ),
  }),

  'send a batch': batch([
    { Id: 'a', MessageBody: 'one' },
    { Id: 'b', MessageBody: 'two', MessageAttributes: { x: text('y') } },
    { Id: 'c', MessageBody: 'late', DelaySeconds: 900 },
  ]),
  'send a batch of which one is wrong': batch([
    { Id: 'a', MessageBody: 'good' },
    { Id: 'b', MessageBody: 'bad', DelaySeconds: 901 },
  ]),
  'send a batch of nothing': batch([]),
  'send a batch of eleven': batch(many(11)),
  'send a batch of one id twice': batch([
    { Id: 'a', MessageBody: 'x' },
    { Id: 'a', MessageBody: 'y' },
  ]),
  'send a batch with a wrong id': batch([{ Id: 'a b', MessageBody: 'x' }]),
  'send a batch with an empty id': batch([{ Id: '', MessageBody: 'x' }]),
  'send a batch too large': batch([
    { Id: 'a', MessageBody: 'x'.repeat(600_000) },
    { Id: 'b', MessageBody: 'x'.repeat(600_000) },
  ]),
  'send a batch to no queue': batch([{ Id: 'a', MessageBody: 'x' }], NOWHERE),

  'receive from no queue': receive({}, NOWHERE),
  'receive too many': receive({ MaxNumberOfMessages: 11 }),
  'receive none': receive({ MaxNumberOfMessages: 0 }),
  'receive with a wait too long': receive({ WaitTimeSeconds: 21 }),
  'receive with a visibility too long': receive({ VisibilityTimeout: 43_201 }),
  'receive an unknown system attribute': receive({
    MessageSystemAttributeNames: ['Colour'],
    VisibilityTimeout: 0,
  }),
  'purge a queue': call('PurgeQueue', { QueueUrl: PLAIN }),
  'purge no queue': call('PurgeQueue', { QueueUrl: NOWHERE }),
  'receive nothing': receive(),

  'send to be received': send(
    { MessageBody: 'first', MessageAttributes: { 'a.b': text('x'), other: text('y') } },
    DEAD,
  ),
  'receive a message, visible again at once': receive(
    {
      VisibilityTimeout: 0,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['a.*'],
    },
    DEAD,
  ),
  'receive it with some attributes': receive(
    {
      VisibilityTimeout: 0,
      AttributeNames: ['ApproximateReceiveCount'],
      MessageAttributeNames: ['other', 'none'],
    },
    DEAD,
  ),
  'receive it with all attributes': receive(
    { VisibilityTimeout: 30, MessageAttributeNames: ['All'] },
    DEAD,
  ),
  'receive while it is hidden': receive({}, DEAD),
  'counts of messages': call('GetQueueAttributes', {
    QueueUrl: DEAD,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  }),
  'hide it longer': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it with all attributes'),
    VisibilityTimeout: 60,
  }),
  'hide it too long': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it with all attributes'),
    VisibilityTimeout: 43_201,
  }),
  'hide by no receipt': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: 'none',
    VisibilityTimeout: 1,
  }),
  'hide without a time': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it with all attributes'),
  }),
  'hide a batch': call('ChangeMessageVisibilityBatch', {
    QueueUrl: DEAD,
    Entries: [
      {
        Id: 'a',
        ReceiptHandle: receipt('receive it with all attributes'),
        VisibilityTimeout: 90,
      },
      { Id: 'b', ReceiptHandle: 'none', VisibilityTimeout: 1 },
    ],
  }),
  'hide a batch of nothing': call('ChangeMessageVisibilityBatch', { QueueUrl: DEAD, Entries: [] }),
  'show it again': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it with all attributes'),
    VisibilityTimeout: 0,
  }),
  'receive it once more': receive({ VisibilityTimeout: 30 }, DEAD),
  'delete by no receipt': call('DeleteMessage', { QueueUrl: DEAD, ReceiptHandle: 'none' }),
  'delete without a receipt': call('DeleteMessage', { QueueUrl: DEAD }),
  'delete from no queue': call('DeleteMessage', { QueueUrl: NOWHERE, ReceiptHandle: 'none' }),
  'delete a message': call('DeleteMessage', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it once more'),
  }),
  'delete it again': call('DeleteMessage', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it once more'),
  }),
  'hide what is deleted': call('ChangeMessageVisibility', {
    QueueUrl: DEAD,
    ReceiptHandle: receipt('receive it once more'),
    VisibilityTimeout: 1,
  }),
  'send what a batch deletes': send({ MessageBody: 'batch' }, DEAD),
  'receive what a batch deletes': receive({}, DEAD),
  'delete a batch': call('DeleteMessageBatch', {
    QueueUrl: DEAD,
    Entries: [
      { Id: 'a', ReceiptHandle: receipt('receive what a batch deletes') },
      { Id: 'b', ReceiptHandle: 'none' },
    ],
  }),
  'delete a batch of nothing': call('DeleteMessageBatch', { QueueUrl: DEAD, Entries: [] }),
  'delete a batch of one id twice': call('DeleteMessageBatch', {
    QueueUrl: DEAD,
    Entries: [
      { Id: 'a', ReceiptHandle: 'x' },
      { Id: 'a', ReceiptHandle: 'y' },
    ],
  }),

  'FIFO: send': send({ MessageGroupId: 'g', MessageBody: '1' }, FIFO),
  'FIFO: send the same': send({ MessageGroupId: 'g', MessageBody: '1' }, FIFO),
  'FIFO: send with a deduplication id': send(
    { MessageGroupId: 'g', MessageBody: '2', MessageDeduplicationId: 'two' },
    FIFO,
  ),
  'FIFO: send without a group': send({}, FIFO),
  'FIFO: send with an empty group': send({ MessageGroupId: '' }, FIFO),
  'FIFO: send with a group too long': send({ MessageGroupId: 'x'.repeat(129) }, FIFO),
  'FIFO: send with a group of wrong letters': send({ MessageGroupId: 'a b' }, FIFO),
  'FIFO: send with a delay': send({ MessageGroupId: 'g', DelaySeconds: 5 }, FIFO),
  'FIFO: send with a deduplication id too long': send(
    { MessageGroupId: 'g', MessageDeduplicationId: 'x'.repeat(129) },
    FIFO,
  ),
  'FIFO: send a batch': batch(
    [
      { Id: 'a', MessageBody: '3', MessageGroupId: 'h' },
      { Id: 'b', MessageBody: '4' },
    ],
    FIFO,
  ),
  'FIFO: receive in order': call(
    'ReceiveMessage',
    {
      QueueUrl: FIFO,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['MessageGroupId', 'MessageDeduplicationId', 'SequenceNumber'],
    },
    ({ Messages }) =>
      (Messages as readonly Input[]).map(({ Body, Attributes }) => [Body, Attributes]),
  ),
  'FIFO: receive nothing of a group in flight': receive({}, FIFO),
  'FIFO: make one without content deduplication': call('CreateQueue', {
    QueueName: 'strict.fifo',
    Attributes: { FifoQueue: 'true' },
  }),
  'FIFO: send it without a deduplication id': send(
    { MessageGroupId: 'g' },
    earlier('FIFO: make one without content deduplication', 'QueueUrl'),
  ),

  'dead letters: set': call('SetQueueAttributes', {
    QueueUrl: PLAIN,
    Attributes: {
      RedrivePolicy:
        '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":1}',
    },
  }),
  'dead letters: send': send({ MessageBody: 'doomed' }),
  'dead letters: receive': receive({ VisibilityTimeout: 0 }),
  'dead letters: receive no more': receive({ VisibilityTimeout: 0 }),
  'dead letters: find it': receive(
    { MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'] },
    DEAD,
  ),
  'dead letters: sources': call('ListDeadLetterSourceQueues', { QueueUrl: DEAD }),
  'dead letters: sources of none': call('ListDeadLetterSourceQueues', { QueueUrl: PLAIN }),
  'dead letters: sources of no queue': call('ListDeadLetterSourceQueues', { QueueUrl: NOWHERE }),

  'delete a queue': call('DeleteQueue', { QueueUrl: PLAIN }),
  'delete it once more': call('DeleteQueue', { QueueUrl: PLAIN }),
  'send to what is deleted': send({}),
  'make it at once again': call('CreateQueue', { QueueName: 'plain' }),
  'delete no queue': call('DeleteQueue', { QueueUrl: NOWHERE }),
  'delete nothing': call('DeleteQueue'),
};
