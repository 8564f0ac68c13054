import { createHash } from 'node:crypto';
import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import { allowSend } from '../sqs/queue-policy.ts';
import type { QueueFeed, QueueReference } from '../sqs/spec.ts';
import type { Subscriber, TopicOptions } from './spec.ts';
import type { Subscription } from './subscription.ts';
import { addSubscription } from './subscription.ts';

type Topic = Subscription['topic'] & Pick<AnyDeclaration, 'declaredAt'>;

/** https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
const checkFifo = (topic: Topic, options: TopicOptions, builder: TemplateBuilder): void => {
  const problem = (message: string) => builder.problem('INVALID_OPTION', message, topic.declaredAt);
  const { fifo = false, topicName } = options;
  if (!fifo)
    for (const option of ['contentBasedDeduplication', 'highThroughput'] as const)
      if (options[option] === true)
        problem(
          `${option} of ${topic.name} is true, but it is a standard topic; only FIFO topics know repetitions. Declare it with fifo: true, or leave ${option} out.`,
        );
  if (topicName !== undefined && topicName.endsWith('.fifo') !== fifo)
    problem(
      `topicName of ${topic.name} is '${topicName}'; the name of a FIFO topic ends in .fifo, and no other does. ${fifo ? `Call it '${topicName}.fifo'` : 'Leave .fifo off, or declare it with fifo: true'}.`,
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export const synthesiseTopic = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as TopicOptions;
  const topic = declaration as unknown as Topic;
  checkFifo(topic, options, builder);
  builder.add(
    topic.name,
    {
      Type: 'AWS::SNS::Topic',
      ...retentionOf('AWS::SNS::Topic', options),
      Properties: builder.resolve(
        said({
          ContentBasedDeduplication: options.contentBasedDeduplication,
          DisplayName: options.displayName,
          FifoThroughputScope: options.highThroughput === true ? 'MessageGroup' : undefined,
          FifoTopic: options.fifo === true ? true : undefined,
          KmsMasterKeyId: options.kmsMasterKeyId,
          Tags: builder.tags(),
          TopicName: options.topicName,
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaration.declaredAt,
  );
  builder.output(`${topic.name}TopicArn`, { Ref: topic.name }, `ARN of the topic ${topic.name}`);
  for (const subscriber of options.notify ?? []) notify(topic, subscriber, builder);
};

/** Protocol and endpoint of somebody outside. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
const addressOf = (subscriber: Subscriber): readonly [protocol: string, endpoint: unknown] => {
  if ('email' in subscriber)
    return [subscriber.format === 'json' ? 'email-json' : 'email', subscriber.email];
  if ('sms' in subscriber) return ['sms', subscriber.sms];
  const { url } = subscriber;
  return [typeof url === 'string' && url.startsWith('http:') ? 'http' : 'https', url];
};

const notify = (topic: Topic, subscriber: Subscriber, builder: TemplateBuilder): void => {
  const [protocol, address] = addressOf(subscriber);
  const endpoint = builder.resolve(address);
  // An address is no logical id; its hash is one that no other subscriber of the topic has, wherever it stands in the list.
  const hash = createHash('sha256')
    .update(JSON.stringify([protocol, endpoint]))
    .digest('hex')
    .slice(0, 8);
  addSubscription(
    {
      id: `${topic.name}Subscriber${hash.toUpperCase()}`,
      topic,
      protocol,
      endpoint,
      receiver: typeof address === 'string' ? address : `the ${protocol} subscriber`,
      options: subscriber,
      declaredAt: topic.declaredAt,
    },
    builder,
  );
};

/** Messages of a topic start a function. */
export const synthesiseSnsSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const topic = source.target as unknown as Topic;
  const id = `${fn.name}${topic.name}Subscription`;
  if (builder.resources.has(id))
    return builder.problem(
      'INVALID_OPTION',
      `${fn.name} is started by ${topic.name} twice; SNS knows one subscription of a topic and a function. Make one of them: a filter may have alternatives, { $or: [ … ] }.`,
      fn.declaredAt,
    );
  const permissionId = `${fn.name}${topic.name}Permission`;
  builder.add(
    permissionId,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [fn.name, 'Arn'] },
        Principal: 'sns.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { Ref: topic.name },
      },
    },
    fn.declaredAt,
  );
  addSubscription(
    {
      id,
      topic,
      protocol: 'lambda',
      endpoint: { 'Fn::GetAtt': [fn.name, 'Arn'] },
      receiver: fn.name,
      options: source.detail,
      dependsOn: [permissionId],
      declaredAt: fn.declaredAt,
    },
    builder,
  );
};

/** Messages of a topic feed a queue. */
export const synthesiseTopicFeed = (
  declaration: AnyDeclaration,
  feed: QueueFeed<unknown>,
  builder: TemplateBuilder,
): void => {
  const topic = feed.target as unknown as Topic;
  const queue = declaration as unknown as QueueReference & Subscription['topic'];
  const id = `${queue.name}${topic.name}Subscription`;
  if (builder.resources.has(id))
    return builder.problem(
      'INVALID_OPTION',
      `${queue.name} is fed by ${topic.name} twice; SNS knows one subscription of a topic and a queue. Make one of them: a filter may have alternatives, { $or: [ … ] }.`,
      declaration.declaredAt,
    );
  const policyId = allowSend(builder, queue, {
    service: 'sns.amazonaws.com',
    sourceArn: { Ref: topic.name },
    declaredAt: declaration.declaredAt,
  });
  addSubscription(
    {
      id,
      topic,
      protocol: 'sqs',
      endpoint: { 'Fn::GetAtt': [queue.name, 'Arn'] },
      queue,
      receiver: queue.name,
      options: { rawMessageDelivery: true, ...feed.detail },
      // What comes before the policy is refused, and gone.
      dependsOn: [policyId],
      declaredAt: declaration.declaredAt,
    },
    builder,
  );
};
