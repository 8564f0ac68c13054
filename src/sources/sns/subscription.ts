import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { CfnValue } from '../../synth/template.ts';
import { said } from '../../synth/template.ts';
import { allowSend } from '../sqs/queue-policy.ts';
import type { QueueReference } from '../sqs/spec.ts';
import { checkFilter, filterProperties } from './filter.ts';
import type { SubscriptionOptions, TopicOptions } from './spec.ts';

/** A topic or a queue, as far as its order is concerned. */
interface Ordered {
  readonly name: string;
  readonly options: Pick<TopicOptions, 'fifo'>;
}

/** One subscription in the making. */
export interface Subscription {
  /** Its logical id. */
  readonly id: string;
  readonly topic: Ordered;
  readonly protocol: string;
  readonly endpoint: CfnValue;
  /** The queue behind the endpoint, if it is one. */
  readonly queue?: Ordered;
  /** What receives, for sentences: `Work`, `ops@example.com`. */
  readonly receiver: string;
  readonly options: SubscriptionOptions & { readonly rawMessageDelivery?: boolean };
  /** What must be there before messages come. */
  readonly dependsOn?: readonly string[];
  readonly declaredAt: DeclaredAt | undefined;
}

const isFifo = ({ options }: Ordered) => options.fifo === true;

/** https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html */
const checkOrder = (
  { topic, queue, receiver, protocol, declaredAt }: Subscription,
  builder: TemplateBuilder,
): void => {
  const problem = (message: string) => builder.problem('INVALID_OPTION', message, declaredAt);
  if (isFifo(topic) && queue === undefined)
    problem(
      `${receiver} is to be told of messages of ${topic.name}, a FIFO topic; those reach queues alone. ${
        protocol === 'lambda'
          ? `Let a queue take them, queue('…', { fifo: true, from: [….subscription()] }), and start ${receiver} with its messages().`
          : `Publish what ${receiver} is to know to a standard topic.`
      }`,
    );
  if (queue !== undefined && isFifo(queue) && !isFifo(topic))
    problem(
      `The FIFO queue ${queue.name} is to be fed by ${topic.name}, a standard topic, whose messages have no order. Declare ${topic.name} with fifo: true, or ${queue.name} without.`,
    );
};

/** https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html */
const checkDeadLetter = (
  { topic, queue, receiver, declaredAt }: Subscription,
  dead: QueueReference,
  builder: TemplateBuilder,
): void => {
  const ordered = queue === undefined ? isFifo(topic) : isFifo(queue);
  if (isFifo(dead as unknown as Ordered) !== ordered)
    builder.problem(
      'INVALID_OPTION',
      `The dead-letter queue of ${receiver} on ${topic.name} is ${dead.name}, a ${ordered ? 'standard' : 'FIFO'} queue; it must be a ${ordered ? 'FIFO' : 'standard'} queue, as the subscription is. Declare ${dead.name} with fifo: ${String(ordered)}.`,
      declaredAt,
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
export const addSubscription = (subscription: Subscription, builder: TemplateBuilder): void => {
  const { id, topic, protocol, endpoint, receiver, options, dependsOn, declaredAt } = subscription;
  const { filter, deadLetter, rawMessageDelivery } = options;
  checkOrder(subscription, builder);
  checkFilter(filter, `${receiver} on ${topic.name}`, builder, declaredAt);
  if (deadLetter !== undefined) {
    checkDeadLetter(subscription, deadLetter, builder);
    allowSend(builder, deadLetter, {
      service: 'sns.amazonaws.com',
      sourceArn: { Ref: topic.name },
      declaredAt,
    });
  }
  builder.add(
    id,
    {
      Type: 'AWS::SNS::Subscription',
      ...(dependsOn === undefined ? {} : { DependsOn: dependsOn }),
      Properties: said({
        Endpoint: endpoint,
        ...filterProperties(filter),
        Protocol: protocol,
        RawMessageDelivery: rawMessageDelivery === true ? true : undefined,
        RedrivePolicy:
          deadLetter === undefined
            ? undefined
            : { deadLetterTargetArn: { 'Fn::GetAtt': [deadLetter.name, 'Arn'] } },
        TopicArn: { Ref: topic.name },
      }),
    },
    declaredAt,
  );
};
