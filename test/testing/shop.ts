import { allow, bucket, httpApi, lambda, resource, service, topic } from 'sparta';

/** An order comes in by an API, goes through a topic and a queue to a worker, and ends as a receipt. */
export const api = httpApi('Api');
export const placed = topic('Placed');
export const receipts = bucket('Receipts');
export const orders = resource('AWS::SQS::Queue', 'Orders', {}, { replaceable: true });

const orderArn = orders.getAtt('Arn');
const letIn = resource('AWS::SQS::QueuePolicy', 'OrdersPolicy', {
  Queues: [orders.ref],
  PolicyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: orderArn,
        Condition: { ArnEquals: { 'aws:SourceArn': placed.arn } },
      },
    ],
  },
});
const subscribed = resource('AWS::SNS::Subscription', 'OrdersSubscription', {
  TopicArn: placed.arn,
  Protocol: 'sqs',
  Endpoint: orderArn,
  RawMessageDelivery: true,
});

export const intake = lambda(
  'Intake',
  { on: api.post('/orders'), grants: { placed: placed.publish() } },
  async (request, { placed: told, log }) => {
    const order = request.json<{ readonly id: string }>();
    log.info('taken', { order: order.id });
    await told.publish(JSON.stringify(order));
    return { taken: order.id };
  },
);

interface Messages {
  readonly Records: readonly { readonly body: string }[];
}

export const worker = lambda(
  'Worker',
  {
    grants: {
      receipts: receipts.write(),
      orders: allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']).on(
        orderArn,
      ),
    },
  },
  async (event: Messages, { receipts: written, log }) => {
    for (const { body } of event.Records) {
      const { id, broken = false } = JSON.parse(body) as { id: string; broken?: boolean };
      if (broken) throw new TypeError(`order ${id} cannot be read`);
      await written.put(`${id}.txt`, `paid: ${id}`);
      log.warn('worked', { order: id });
    }
  },
);
const fed = resource('AWS::Lambda::EventSourceMapping', 'WorkerOrders', {
  EventSourceArn: orderArn,
  FunctionName: worker.arn,
});

export const filing = lambda(
  'Filing',
  { on: receipts.objectCreated() },
  async (event) => event.Records.length,
);

/** Nothing leads here. */
export const idle = lambda('Idle', {}, async () => 'idle');

export const shop = service('Shop', {
  functions: [intake, worker, filing, idle],
  resources: [orders, letIn, subscribed, fed],
});
