import type { Calls, Input } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** Topics: made, found, changed, shared, tagged, deleted. */

const create = (Name: string | undefined, Attributes?: Input, more: Input = {}) =>
  call('CreateTopic', { Name, Attributes, ...more });
const TOPIC = earlier('create a topic', 'TopicArn');
const NOWHERE = earlier('create a topic', 'TopicArn', (arn) => `${arn}-nowhere`);
const set = (
  AttributeName: string | undefined,
  AttributeValue?: string,
  TopicArn: unknown = TOPIC,
) => call('SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
const tags = (...Keys: readonly string[]) => Keys.map((Key) => ({ Key, Value: `value of ${Key}` }));

export const topics: Calls = {
  'create a topic': create('plain'),
  'create it again': create('plain'),
  'create it again with attributes': create('plain', { DisplayName: 'Plain' }),
  'create a topic with attributes and tags': create(
    'made',
    { DisplayName: 'Made', SignatureVersion: '2', TracingConfig: 'PassThrough' },
    { Tags: tags('a', 'b') },
  ),
  'create it again with other tags': create('made', undefined, { Tags: tags('c') }),
  'create a FIFO topic': create('line.fifo', {
    FifoTopic: 'true',
    ContentBasedDeduplication: 'true',
  }),
  'create: no name': create(undefined),
  'create: an empty name': create(''),
  'create: a name of wrong letters': create('a b'),
  'create: a name too long': create('x'.repeat(257)),
  'create: a FIFO topic without its ending': create('line', { FifoTopic: 'true' }),
  'create: a FIFO ending without the attribute': create('other.fifo'),
  'create: an unknown attribute': create('bad', { Colour: 'red' }),
  'create: one tag twice': create('bad', undefined, { Tags: tags('a', 'a') }),
  'list topics': call('ListTopics', {}, ({ Topics }) =>
    (Topics as readonly Input[]).map(({ TopicArn }) => String(TopicArn)).sort(),
  ),
  'list topics after a token that is none': call('ListTopics', { NextToken: 'none' }),
  'attributes of a topic': call('GetTopicAttributes', { TopicArn: TOPIC }, ({ Attributes }) => {
    const { Policy, EffectiveDeliveryPolicy, ...rest } = Attributes as Record<string, string>;
    return {
      ...rest,
      Policy: JSON.parse(Policy ?? '{}') as unknown,
      EffectiveDeliveryPolicy: JSON.parse(EffectiveDeliveryPolicy ?? '{}') as unknown,
    };
  }),
  'attributes of a FIFO topic': call(
    'GetTopicAttributes',
    { TopicArn: earlier('create a FIFO topic', 'TopicArn') },
    ({ Attributes }) => {
      const { Policy: _policy, EffectiveDeliveryPolicy: _delivery, ...rest } = Attributes as Input;
      return rest;
    },
  ),
  'attributes of no topic': call('GetTopicAttributes', { TopicArn: NOWHERE }),
  'attributes of no ARN': call('GetTopicAttributes', { TopicArn: 'plain' }),
  'attributes of nothing': call('GetTopicAttributes'),
  'set: the name that is shown': set('DisplayName', 'Shown'),
  'set: a policy of no JSON': set('Policy', 'x'),
  'set: a delivery policy of no JSON': set('DeliveryPolicy', 'x'),
  'set: a signature version that is none': set('SignatureVersion', '3'),
  'set: tracing that is none': set('TracingConfig', 'Sometimes'),
  'set: an unknown attribute': set('Colour', 'red'),
  'set: no attribute': set(undefined),
  'set: an ARN': set('TopicArn', 'x'),
  'set: of no topic': set('DisplayName', 'x', NOWHERE),

  'allow an account': call('AddPermission', {
    TopicArn: TOPIC,
    Label: 'one',
    AWSAccountId: ['111111111111'],
    ActionName: ['Publish'],
  }),
  'allow it again': call('AddPermission', {
    TopicArn: TOPIC,
    Label: 'one',
    AWSAccountId: ['111111111111'],
    ActionName: ['Subscribe'],
  }),
  'allow an unknown action': call('AddPermission', {
    TopicArn: TOPIC,
    Label: 'two',
    AWSAccountId: ['111111111111'],
    ActionName: ['Fly'],
  }),
  'the policy then': call(
    'GetTopicAttributes',
    { TopicArn: TOPIC },
    ({ Attributes }) => JSON.parse((Attributes as { Policy: string }).Policy) as unknown,
  ),
  'allow no more': call('RemovePermission', { TopicArn: TOPIC, Label: 'one' }),
  'allow no more again': call('RemovePermission', { TopicArn: TOPIC, Label: 'one' }),

  'set: a policy': set(
    'Policy',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: 'arn:aws:sns:us-east-1:000000000000:plain',
        },
      ],
    }),
  ),
  'set: a policy of another service': set(
    'Policy',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'SNS:*', Resource: '*' }],
    }),
  ),

  'tags of a topic': call(
    'ListTagsForResource',
    { ResourceArn: earlier('create a topic with attributes and tags', 'TopicArn') },
    ({ Tags }) => (Tags as readonly Input[]).map((tag) => JSON.stringify(tag)).sort(),
  ),
  'tag a topic': call('TagResource', {
    ResourceArn: earlier('create a topic with attributes and tags', 'TopicArn'),
    Tags: [{ Key: 'c', Value: '3' }],
  }),
  'untag a topic': call('UntagResource', {
    ResourceArn: earlier('create a topic with attributes and tags', 'TopicArn'),
    TagKeys: ['a', 'z'],
  }),
  'tag with one key twice': call('TagResource', { ResourceArn: TOPIC, Tags: tags('a', 'a') }),
  'tag with 51': call('TagResource', {
    ResourceArn: TOPIC,
    Tags: tags(...Array.from({ length: 51 }, (_, index) => `k${index}`)),
  }),
  'tags of no topic': call('ListTagsForResource', { ResourceArn: NOWHERE }),
  'tag no topic': call('TagResource', { ResourceArn: NOWHERE, Tags: tags('a') }),
};
