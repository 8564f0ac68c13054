import { notSupported } from '../../core/aws-error.ts';
import { invalidParameter, invalidPlainly } from './errors.ts';
import type { Topic } from './state.ts';
import { isFifo } from './state.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html */
const PROTOCOLS = new Set([
  'http',
  'https',
  'email',
  'email-json',
  'sms',
  'sqs',
  'application',
  'lambda',
  'firehose',
]);

const FUNCTION_ARN = /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const QUEUE_ARN = /^arn:aws[\w-]*:sqs:[\w-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/;

/** Protocols whose endpoint must confirm. https://docs.aws.amazon.com/sns/latest/dg/sns-create-subscribe-endpoint-to-topic.html */
export const isConfirmedByEndpoint = (protocol: string): boolean =>
  ['http', 'https', 'email', 'email-json'].includes(protocol);

/**
 * Texts are as recorded from AWS by LocalStack's snapshot tests.
 * @throws {InvalidParameterException} for an endpoint that can not be one of its protocol, or of this topic
 */
export const checkEndpoint = (protocol: string, endpoint: string, topic: Topic): void => {
  if (!PROTOCOLS.has(protocol))
    throw invalidParameter(`Amazon SNS does not support this protocol string: ${protocol}`);
  if (isFifo(topic) && protocol !== 'sqs')
    // As recorded when FIFO topics took FIFO queues alone; they take standard queues now, and still nothing else.
    throw invalidParameter('Invalid parameter: Endpoint Reason: Please use FIFO SQS queue');
  switch (protocol) {
    case 'lambda':
      if (!FUNCTION_ARN.test(endpoint)) throw invalidParameter('Lambda endpoint ARN');
      return;
    case 'sqs':
      if (!QUEUE_ARN.test(endpoint)) throw invalidParameter('SQS endpoint ARN');
      if (endpoint.endsWith('.fifo') && !isFifo(topic))
        throw invalidParameter(
          'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
        );
      return;
    case 'http':
    case 'https':
      // Not seen from AWS: its documentation wants the address to begin with the protocol.
      if (!URL.canParse(endpoint) || !endpoint.toLowerCase().startsWith(`${protocol}://`))
        throw invalidParameter(
          'Endpoint must match the specified protocol and be a full address, such as https://example.com/hook',
        );
      return;
    case 'sms':
      if (!/^\+?[\d./ -]{4,20}$/.test(endpoint))
        throw invalidPlainly(`Invalid SMS endpoint: ${endpoint}`);
      return;
    case 'email':
    case 'email-json':
      if (!/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalidParameter('Email address');
      return;
    default:
      throw notSupported(`A subscription with the protocol ${protocol}`);
  }
};
