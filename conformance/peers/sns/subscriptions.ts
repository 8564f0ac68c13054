import type { Calls, Input } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** Subscriptions and messages of topics. */

const TOPIC = earlier('create a topic', 'TopicArn');
const FIFO = earlier('create a FIFO topic', 'TopicArn');
const NOWHERE = earlier('create a topic', 'TopicArn', (arn) => `${arn}-nowhere`);
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:heard';
const subscribe = (Protocol: string | undefined, Endpoint?: string, more: Input = {}) =>
  call('Subscribe', { TopicArn: TOPIC, Protocol, Endpoint, ReturnSubscriptionArn: true, ...more });
const SUBSCRIPTION = earlier('subscribe a queue', 'SubscriptionArn');
const set = (
  AttributeName: string,
  AttributeValue: string,
  SubscriptionArn: unknown = SUBSCRIPTION,
) => call('SetSubscriptionAttributes', { SubscriptionArn, AttributeName, AttributeValue });
const filter = (policy: unknown) => set('FilterPolicy', JSON.stringify(policy));
const publish = (more: Input) => call('Publish', { TopicArn: TOPIC, Message: 'hello', ...more });
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const batch = (PublishBatchRequestEntries: readonly Input[], TopicArn: unknown = TOPIC) =>
  call('PublishBatch', { TopicArn, PublishBatchRequestEntries });
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ Id: `m${index}`, Message: 'x' }));

export const subscriptions: Calls = {
  // Before there is a subscription: what is published must not depend on a queue.
  'publish a message': publish({}),
  'publish with a subject and attributes': publish({
    Subject: 'About',
    MessageAttributes: {
      colour: text('red'),
      count: { DataType: 'Number', StringValue: '5' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(1) },
    },
  }),
  'publish a structure': publish({
    MessageStructure: 'json',
    Message: '{"default":"d","sqs":"for queues"}',
  }),
  'publish a structure without a default': publish({
    MessageStructure: 'json',
    Message: '{"sqs":"for queues"}',
  }),
  'publish a structure of no JSON': publish({ MessageStructure: 'json', Message: 'x' }),
  'publish an unknown structure': publish({ MessageStructure: 'xml' }),
  'publish an empty message': publish({ Message: '' }),
  'publish no message': publish({ Message: undefined }),
  'publish too much': publish({ Message: 'x'.repeat(256 * 1024 + 1) }),
  'publish a subject too long': publish({ Subject: 'x'.repeat(101) }),
  'publish an empty subject': publish({ Subject: '' }),
  'publish an attribute of no type': publish({ MessageAttributes: { a: { StringValue: 'x' } } }),
  'publish an attribute of an unknown type': publish({
    MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } },
  }),
  'publish an attribute of no value': publish({ MessageAttributes: { a: { DataType: 'String' } } }),
  'publish a number that is none': publish({
    MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } },
  }),
  'publish a list that is none': publish({
    MessageAttributes: { a: { DataType: 'String.Array', StringValue: 'x' } },
  }),
  'publish to no topic': publish({ TopicArn: NOWHERE }),
  'publish to no ARN': publish({ TopicArn: 'plain' }),
  'publish to nobody': publish({ TopicArn: undefined }),
  'publish to two': publish({ PhoneNumber: '+15555550100' }),
  'publish to a telephone number that is none': call('Publish', {
    PhoneNumber: '12',
    Message: 'hello',
  }),
  'publish to a FIFO topic': publish({ TopicArn: FIFO, MessageGroupId: 'g' }),
  'publish to a FIFO topic without a group': publish({ TopicArn: FIFO }),
  'publish to a standard topic with a deduplication id': publish({
    MessageDeduplicationId: 'd',
  }),
  'publish a batch': batch([
    { Id: 'a', Message: 'one' },
    { Id: 'b', Message: 'two', Subject: 'About' },
  ]),
  'publish a batch of which one is wrong': batch([
    { Id: 'a', Message: 'one' },
    { Id: 'b', Message: '' },
  ]),
  'publish a batch of nothing': batch([]),
  'publish a batch of eleven': batch(many(11)),
  'publish a batch of one id twice': batch([
    { Id: 'a', Message: 'one' },
    { Id: 'a', Message: 'two' },
  ]),
  'publish a batch with a wrong id': batch([{ Id: 'a b', Message: 'one' }]),
  'publish a batch too large': batch([
    { Id: 'a', Message: 'x'.repeat(200_000) },
    { Id: 'b', Message: 'x'.repeat(200_000) },
  ]),
  'publish a batch to no topic': batch([{ Id: 'a', Message: 'one' }], NOWHERE),
  'publish a batch to a FIFO topic without groups': batch([{ Id: 'a', Message: 'one' }], FIFO),

  'subscribe a queue': subscribe('sqs', QUEUE),
  'subscribe it again': subscribe('sqs', QUEUE),
  'subscribe it again with attributes': subscribe('sqs', QUEUE, {
    Attributes: { RawMessageDelivery: 'true' },
  }),
  'subscribe with attributes': subscribe('sqs', `${QUEUE}-filtered`, {
    Attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"colour":["red"]}' },
  }),
  'subscribe a mailbox': subscribe('email', 'somebody@example.com'),
  'subscribe to no topic': subscribe('sqs', QUEUE, { TopicArn: NOWHERE }),
  'subscribe nobody': subscribe('sqs'),
  'subscribe by no protocol': subscribe(undefined, QUEUE),
  'subscribe by an unknown protocol': subscribe('pigeon', QUEUE),
  'subscribe a queue that is no ARN': subscribe('sqs', 'heard'),
  'subscribe a function that is no ARN': subscribe('lambda', 'heard'),
  'subscribe an address of another protocol': subscribe('https', 'http://example.com'),
  'subscribe a telephone number that is none': subscribe('sms', '12'),
  'subscribe a FIFO queue to a standard topic': subscribe('sqs', `${QUEUE}.fifo`),
  'subscribe with an unknown attribute': subscribe('sqs', `${QUEUE}-bad`, {
    Attributes: { Colour: 'red' },
  }),
  'subscribe with a filter policy of no JSON': subscribe('sqs', `${QUEUE}-bad`, {
    Attributes: { FilterPolicy: '{' },
  }),
  'list subscriptions': call('ListSubscriptions', {}, ({ Subscriptions }) =>
    (Subscriptions as readonly Input[])
      .map(({ Endpoint, Protocol, Owner }) => [Endpoint, Protocol, Owner].join(' '))
      .sort(),
  ),
  'list subscriptions of a topic': call(
    'ListSubscriptionsByTopic',
    { TopicArn: TOPIC },
    ({ Subscriptions }) => (Subscriptions as readonly Input[]).length,
  ),
  'list subscriptions of no topic': call('ListSubscriptionsByTopic', { TopicArn: NOWHERE }),
  'attributes of a subscription': call('GetSubscriptionAttributes', {
    SubscriptionArn: earlier('subscribe with attributes', 'SubscriptionArn'),
  }),
  'attributes of no subscription': call('GetSubscriptionAttributes', {
    SubscriptionArn: earlier('subscribe a queue', 'SubscriptionArn', (arn) =>
      arn.replace(/.$/, 'x'),
    ),
  }),
  'attributes of a subscription that is no ARN': call('GetSubscriptionAttributes', {
    SubscriptionArn: 'none',
  }),
  'subscription: raw': set('RawMessageDelivery', 'true'),
  'subscription: raw as nothing known': set('RawMessageDelivery', 'perhaps'),
  'subscription: an unknown attribute': set('Colour', 'red'),
  'subscription: a scope that is none': set('FilterPolicyScope', 'Headers'),
  'subscription: a redrive policy of no JSON': set('RedrivePolicy', 'x'),
  'subscription: a redrive policy of no ARN': set('RedrivePolicy', '{"deadLetterTargetArn":"x"}'),
  'subscription: of none': set(
    'RawMessageDelivery',
    'true',
    earlier('subscribe a queue', 'SubscriptionArn', (arn) =>
      arn.replace(/\w{12}$/, '000000000000'),
    ),
  ),
  'filter: by values': filter({ colour: ['red', 'blue'], count: [1, { numeric: ['>', 5] }] }),
  'filter: by every operator': filter({
    a: [{ prefix: 'x' }],
    b: [{ suffix: 'y' }],
    c: [{ 'anything-but': ['z'] }],
    d: [{ exists: true }],
    e: [{ 'equals-ignore-case': 'E' }],
  }),
  'filter: no list': filter({ colour: 'red' }),
  'filter: an empty list': filter({ colour: [] }),
  'filter: nested attributes': filter({ a: { b: ['c'] } }),
  'filter: an unknown operator': filter({ colour: [{ like: 'red' }] }),
  'filter: a number that is none': filter({ count: [{ numeric: ['>', 'x'] }] }),
  'filter: a numeric operator that is none': filter({ count: [{ numeric: ['=>', 1] }] }),
  'filter: exists that is a text': filter({ a: [{ exists: 'yes' }] }),
  'filter: six keys': filter({ a: ['1'], b: ['1'], c: ['1'], d: ['1'], e: ['1'], f: ['1'] }),
  'filter: too many combinations': filter({
    a: Array.from({ length: 20 }, (_, index) => String(index)),
    b: Array.from({ length: 20 }, (_, index) => String(index)),
  }),
  'filter: none': set('FilterPolicy', '{}'),

  'confirm with a token that is none': call('ConfirmSubscription', { TopicArn: TOPIC, Token: 'x' }),
  'confirm for no topic': call('ConfirmSubscription', { TopicArn: NOWHERE, Token: 'x' }),
  unsubscribe: call('Unsubscribe', { SubscriptionArn: SUBSCRIPTION }),
  'unsubscribe again': call('Unsubscribe', { SubscriptionArn: SUBSCRIPTION }),
  'unsubscribe what is no ARN': call('Unsubscribe', { SubscriptionArn: 'none' }),
  'delete a topic': call('DeleteTopic', { TopicArn: TOPIC }),
  'delete it again': call('DeleteTopic', { TopicArn: TOPIC }),
  'delete what is no ARN': call('DeleteTopic', { TopicArn: 'plain' }),
  'publish to what is deleted': publish({}),
};
