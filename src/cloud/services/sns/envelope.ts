import type { Message, Subscription } from './state.ts';

/** Where links in messages lead. */
export interface Links {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
}

export const certificateUrl = ({ endpoint }: Links): string =>
  `${endpoint}/_aws/sns/SimpleNotificationService.pem`;
const unsubscribeUrl = ({ endpoint }: Links, { arn }: Subscription) =>
  `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
const subscribeUrl = ({ endpoint }: Links, { topicArn, token = '' }: Message) =>
  `${endpoint}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`;

const timestamp = ({ publishedAt }: Message) => new Date(publishedAt).toISOString();

/** https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html */
export const stringToSign = (message: Message, links: Links): string => {
  const confirms = message.type !== 'Notification';
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['Message', message.text],
    ['MessageId', message.messageId],
    ['Subject', message.subject],
    ['SubscribeURL', confirms ? subscribeUrl(links, message) : undefined],
    ['Timestamp', timestamp(message)],
    ['Token', message.token],
    ['TopicArn', message.topicArn],
    ['Type', message.type],
  ];
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
};

const signed = (message: Message, links: Links, urlName: 'SigningCertURL' | 'SigningCertUrl') =>
  message.signature === undefined
    ? {}
    : {
        SignatureVersion: message.signature.version,
        Signature: message.signature.value,
        [urlName]: certificateUrl(links),
      };

/**
 * What queues and HTTP endpoints are sent, member by member in AWS's order.
 * @see https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
 */
export const jsonEnvelope = (
  message: Message,
  subscription: Subscription,
  links: Links,
): string => {
  const confirms = message.type !== 'Notification';
  return spelled({
    Type: message.type,
    MessageId: message.messageId,
    ...(message.sequenceNumber === undefined ? {} : { SequenceNumber: message.sequenceNumber }),
    ...(message.token === undefined ? {} : { Token: message.token }),
    TopicArn: message.topicArn,
    ...(message.subject === undefined ? {} : { Subject: message.subject }),
    Message: message.text,
    ...(confirms ? { SubscribeURL: subscribeUrl(links, message) } : {}),
    Timestamp: timestamp(message),
    ...signed(message, links, 'SigningCertURL'),
    ...(confirms ? {} : { UnsubscribeURL: unsubscribeUrl(links, subscription) }),
    ...(Object.keys(message.attributes).length === 0
      ? {}
      : { MessageAttributes: message.attributes }),
  });
};

/** AWS puts a member on a line, and a space on both sides of the colon. */
const spelled = (members: Readonly<Record<string, string | Message['attributes']>>): string => {
  const lines = Object.entries(members).map(([name, value]) => {
    const text =
      typeof value === 'string'
        ? JSON.stringify(value)
        : `{\n${Object.entries(value)
            .map(([key, attribute]) => `    ${JSON.stringify(key)} : ${JSON.stringify(attribute)}`)
            .join(',\n')}\n  }`;
    return `  ${JSON.stringify(name)} : ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}`;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export const lambdaEvent = (message: Message, subscription: Subscription, links: Links) => ({
  Records: [
    {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: subscription.arn,
      Sns: {
        Type: message.type,
        MessageId: message.messageId,
        TopicArn: message.topicArn,
        Subject: message.subject ?? null,
        Message: message.text,
        Timestamp: timestamp(message),
        ...signed(message, links, 'SigningCertUrl'),
        UnsubscribeUrl: unsubscribeUrl(links, subscription),
        MessageAttributes: message.attributes,
      },
    },
  ],
});
