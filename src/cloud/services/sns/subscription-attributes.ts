import { notSupported } from '../../core/aws-error.ts';
import { subscriptionPolicyFault } from './delivery-policy.ts';
import { invalidParameter } from './errors.ts';
import type { FilterScope } from './filter-policy.ts';
import { compileFilterPolicy, FilterPolicyError, parseJson } from './filter-policy.ts';
import type { Subscription, Topic } from './state.ts';
import { isFifo } from './state.ts';

type Attributes = Readonly<Record<string, string>>;

/** What is known of the subscription whose attribute is set. */
type Target = Pick<Subscription, 'protocol' | 'endpoint' | 'attributes'>;

/** https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html */
const RAW_PROTOCOLS = new Set(['sqs', 'http', 'https', 'firehose']);

/**
 * @param where - `Attributes Reason: ` where `Subscribe` gives them. Texts are as recorded from AWS by LocalStack's
 * snapshot tests, unless said otherwise.
 * @returns the subscription's attributes with this one
 */
export const withSubscriptionAttribute = (
  target: Target,
  topic: Topic,
  [name, value]: readonly [string, string],
  where = '',
): Attributes => {
  const refuse = (reason: string): never => {
    throw invalidParameter(`${where}${reason}`);
  };
  switch (name) {
    case 'RawMessageDelivery': {
      const on = value.toLowerCase();
      if (on !== 'true' && on !== 'false')
        refuse(`RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
      // Not seen from AWS for these protocols: its documentation names those that can.
      if (on === 'true' && !RAW_PROTOCOLS.has(target.protocol))
        refuse(`Delivery protocol [${target.protocol}] does not support raw message delivery.`);
      return { ...target.attributes, [name]: on };
    }
    case 'FilterPolicyScope': {
      if (value !== 'MessageBody' && value !== 'MessageAttributes')
        refuse(
          `FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
        );
      const { FilterPolicy } = target.attributes;
      if (FilterPolicy !== undefined) checkFilter(FilterPolicy, value as FilterScope, refuse);
      return { ...target.attributes, [name]: value };
    }
    case 'FilterPolicy': {
      // Nothing, or an empty policy, takes it back.
      if (isNothing(value)) return without(target.attributes, name);
      checkFilter(value, scopeOf(target), refuse);
      return { ...target.attributes, [name]: value };
    }
    case 'RedrivePolicy':
      if (isNothing(value)) return without(target.attributes, name);
      checkRedrive(value, target, topic, refuse);
      return { ...target.attributes, [name]: value };
    case 'DeliveryPolicy': {
      if (isNothing(value)) return without(target.attributes, name);
      const fault = subscriptionPolicyFault(jsonOf(value, 'DeliveryPolicy', refuse));
      if (fault !== undefined) refuse(`DeliveryPolicy: ${fault}`);
      if (!target.protocol.startsWith('http'))
        refuse(`Delivery protocol [${target.protocol}] does not support a delivery policy.`);
      return { ...target.attributes, [name]: value };
    }
    case 'ReplayPolicy':
    case 'SubscriptionRoleArn':
      if (isNothing(value)) return target.attributes;
      throw notSupported(`The subscription attribute ${name}`);
    default:
      throw invalidParameter(
        where === '' ? 'AttributeName' : 'Attributes Reason: Unknown attribute',
      );
  }
};

/** All attributes of `Subscribe`; the scope first, since the filter policy is read by it. */
export const readSubscriptionAttributes = (
  target: Omit<Target, 'attributes'>,
  topic: Topic,
  given: Attributes,
): Attributes =>
  Object.entries(given)
    .sort(([a], [b]) => Number(b === 'FilterPolicyScope') - Number(a === 'FilterPolicyScope'))
    .reduce<Attributes>(
      (attributes, entry) =>
        withSubscriptionAttribute({ ...target, attributes }, topic, entry, 'Attributes Reason: '),
      {},
    );

export const scopeOf = ({ attributes }: Pick<Subscription, 'attributes'>): FilterScope =>
  attributes['FilterPolicyScope'] === 'MessageBody' ? 'MessageBody' : 'MessageAttributes';

/** ARN of the queue for what can not be delivered. */
export const deadLetterOf = ({ attributes }: Pick<Subscription, 'attributes'>) => {
  const { RedrivePolicy } = attributes;
  if (RedrivePolicy === undefined) return undefined;
  const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string };
  return deadLetterTargetArn;
};

const isNothing = (value: string) => value === '' || /^\s*\{\s*\}\s*$/.test(value);

const without = (attributes: Attributes, name: string): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));

const checkFilter = (text: string, scope: FilterScope, refuse: (reason: string) => never) => {
  try {
    compileFilterPolicy(text, scope);
  } catch (error) {
    if (error instanceof FilterPolicyError) refuse(error.message);
    throw error;
  }
};

const jsonOf = (text: string, name: string, refuse: (reason: string) => never): unknown => {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof FilterPolicyError) return refuse(`${name}: ${error.message}`);
    throw error;
  }
};

const QUEUE_ARN = /^arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/;

const checkRedrive = (
  text: string,
  { endpoint }: Target,
  topic: Topic,
  refuse: (reason: string) => never,
) => {
  const policy = jsonOf(text, 'RedrivePolicy', refuse);
  const arn = (policy as { deadLetterTargetArn?: unknown }).deadLetterTargetArn;
  if (typeof arn !== 'string' || !QUEUE_ARN.test(arn))
    refuse('RedrivePolicy: deadLetterTargetArn is an invalid arn');
  const dead = String(arn);
  if (isFifo(topic) && endpoint.endsWith('.fifo') && !dead.endsWith('.fifo'))
    refuse('RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  // Not seen from AWS: a standard topic has no message group for a FIFO queue.
  if (!isFifo(topic) && dead.endsWith('.fifo'))
    refuse(
      'RedrivePolicy: must use a standard queue as DLQ for a Subscription to a standard Topic.',
    );
};
