import type { Flow } from './cli.ts';
import { eventually, same } from './cli.ts';

/** Queues and topics. */
export const messageFlows: readonly Flow[] = [
  [
    'sqs: dead letters moved back, batches, pages',
    async (aws) => {
      const made = async (name: string, attributes = {}) => {
        const url = await aws('sqs create-queue', {
          'queue-name': name,
          attributes,
          query: 'QueueUrl',
        });
        return { 'queue-url': String(url) };
      };
      const dead = await made('cli-dead');
      const deadArn = await aws('sqs get-queue-attributes', {
        ...dead,
        'attribute-names': 'QueueArn',
        query: 'Attributes.QueueArn',
      });
      same(deadArn, 'arn:aws:sqs:us-east-1:000000000000:cli-dead');
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 1 });
      const work = await made('cli-work', { VisibilityTimeout: '0', RedrivePolicy });
      const entries = [
        { Id: 'a', MessageBody: 'one' },
        { Id: 'b', MessageBody: 'late', DelaySeconds: 901 },
      ];
      const sent = await aws('sqs send-message-batch', {
        ...work,
        entries,
        query: '[Successful[].Id, Failed[].[Id, Code]]',
      });
      same(sent, [['a'], [['b', 'InvalidParameterValue']]]);
      const receive = (queue: typeof work) =>
        aws('sqs receive-message', { ...queue, 'wait-time-seconds': 1, query: 'Messages[].Body' });
      same(await receive(work), ['one']);
      same(await receive(work), null);
      same(await aws('sqs list-dead-letter-source-queues', { ...dead, query: 'queueUrls' }), [
        work['queue-url'],
      ]);
      await aws('sqs start-message-move-task', { 'source-arn': String(deadArn) });
      await eventually(
        () => receive(work),
        (bodies) => Array.isArray(bodies) && bodies[0] === 'one',
      );
      const listed = await aws('sqs list-queues', {
        'queue-name-prefix': 'cli-',
        'page-size': 1,
        'max-items': 1,
        query: '[QueueUrls, type(NextToken)]',
      });
      same(listed, [[dead['queue-url']], 'string']);
      await aws.refused('AWS.SimpleQueueService.NonExistentQueue', 'sqs get-queue-url', {
        'queue-name': 'cli-none',
      });
      await aws('sqs delete-queue', work);
      await aws('sqs delete-queue', dead);
    },
  ],
  [
    'sns: a queue that is subscribed, a filter, pages',
    async (aws) => {
      const topic = {
        'topic-arn': String(await aws('sns create-topic', { name: 'cli-news', query: 'TopicArn' })),
      };
      const url = await aws('sqs create-queue', { 'queue-name': 'cli-heard', query: 'QueueUrl' });
      const queue = { 'queue-url': String(url) };
      const arn = 'arn:aws:sqs:us-east-1:000000000000:cli-heard';
      const Statement = [
        {
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': topic['topic-arn'] } },
        },
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      await aws('sqs set-queue-attributes', { ...queue, attributes: { Policy } });
      const subscription = await aws('sns subscribe', {
        ...topic,
        protocol: 'sqs',
        'notification-endpoint': arn,
        attributes: { RawMessageDelivery: 'true', FilterPolicy: '{"kind":["good"]}' },
        query: 'SubscriptionArn',
      });
      const kind = (StringValue: string) => ({ kind: { DataType: 'String', StringValue } });
      for (const [message, attributes] of [
        ['not heard', kind('bad')],
        ['heard', kind('good')],
      ] as const)
        await aws('sns publish', { ...topic, message, 'message-attributes': attributes });
      const heard = await aws('sqs receive-message', {
        ...queue,
        'wait-time-seconds': 10,
        'max-number-of-messages': 10,
        query: 'Messages[].Body',
      });
      same(heard, ['heard']);
      const listed = await aws('sns list-subscriptions-by-topic', {
        ...topic,
        'max-items': 1,
        query: 'Subscriptions[].[SubscriptionArn, Protocol]',
      });
      same(listed, [[subscription, 'sqs']]);
      await aws.refused('NotFound', 'sns publish', {
        'topic-arn': `${topic['topic-arn']}-none`,
        message: 'x',
      });
      await aws('sns unsubscribe', { 'subscription-arn': String(subscription) });
      await aws('sns delete-topic', topic);
      await aws('sqs delete-queue', queue);
    },
  ],
];
