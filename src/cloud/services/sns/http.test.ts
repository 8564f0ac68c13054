import { createVerify, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ConfirmSubscriptionCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { TopicBench } from './fixtures/topics.ts';
import { queueArn, startTopics } from './fixtures/topics.ts';

interface Request {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let bench: TopicBench;
let server: Server;
let url: string;
/** What the endpoint was sent, and how it answers. */
let requests: Request[] = [];
let statuses: number[] = [];

beforeAll(async () => {
  bench = await startTopics();
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      requests.push({ at: bench.clock.now(), headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  await bench.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  requests = [];
  statuses = [];
});

interface Sent {
  readonly Type: string;
  readonly Token: string;
  readonly SubscribeURL: string;
  readonly SigningCertURL: string;
  readonly Signature: string;
  readonly SignatureVersion: string;
  readonly UnsubscribeURL: string;
  readonly [member: string]: string;
}
const sent = (index: number) => JSON.parse(requests[index]?.body ?? '{}') as Sent;

/** As AWS says that it is checked: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html */
const isSigned = async (message: Sent) => {
  const certificate = new X509Certificate(await (await fetch(message.SigningCertURL)).text());
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  const members =
    message.Type === 'Notification'
      ? ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
      : ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'];
  const text = members
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
  return createVerify(message.SignatureVersion === '2' ? 'sha256' : 'sha1')
    .update(text)
    .verify(certificate.publicKey, message.Signature, 'base64');
};

/** A subscription of the endpoint, confirmed by its token. */
const subscribed = async (name: string, attributes: Record<string, string> = {}) => {
  const topic = await bench.topic(name);
  const arn = await bench.subscribe(topic, 'http', `${url}?${name}`, {
    Attributes: attributes,
    ReturnSubscriptionArn: true,
  });
  await bench.cloud.settle();
  await bench.sns.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token: sent(0).Token }));
  requests = [];
  return { topic, arn };
};

it('an endpoint confirms its subscription by the link, and may end it by another', async () => {
  const topic = await bench.topic('open');
  expect(await bench.subscribe(topic, 'http', url)).toBe('pending confirmation');
  await bench.publish(topic, 'too early');
  await bench.cloud.settle();
  expect(requests).toHaveLength(1);
  const asked = sent(0);
  expect(requests[0]?.headers).toMatchObject({
    'content-type': 'text/plain; charset=UTF-8',
    'user-agent': 'Amazon Simple Notification Service Agent',
    'x-amz-sns-message-type': 'SubscriptionConfirmation',
    'x-amz-sns-topic-arn': topic,
  });
  expect(requests[0]?.headers).not.toHaveProperty('x-amz-sns-subscription-arn');
  expect(Object.keys(asked)).toEqual([
    'Type',
    'MessageId',
    'Token',
    'TopicArn',
    'Message',
    'SubscribeURL',
    'Timestamp',
    'SignatureVersion',
    'Signature',
    'SigningCertURL',
  ]);
  expect(asked['Message']).toBe(
    `You have chosen to subscribe to the topic ${topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
  );
  expect(await isSigned(asked)).toBe(true);
  // No call of the cloud brings it, so the journal has a note, with what caused it.
  const entries = bench.cloud.journal.entries();
  const subscribe = entries.findLast(({ operation }) => operation === 'Subscribe');
  expect(entries.filter(({ target }) => target === url)).toMatchObject([
    { kind: 'note', outcome: 'ok', source: topic, cause: subscribe?.id },
  ]);
  const list = async () =>
    (await bench.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }))).Subscriptions;
  expect(await list()).toMatchObject([{ SubscriptionArn: 'PendingConfirmation', Endpoint: url }]);

  const page = await (await fetch(asked.SubscribeURL)).text();
  expect(page).toContain('<ConfirmSubscriptionResult>');
  const arn = (await list())?.[0]?.SubscriptionArn ?? '';
  expect(page).toContain(arn);

  await bench.publish(topic, 'welcome', { Subject: 'hello' });
  await bench.cloud.settle();
  expect(requests[1]?.headers).toMatchObject({
    'x-amz-sns-message-type': 'Notification',
    'x-amz-sns-subscription-arn': arn,
  });
  expect(sent(1)).toMatchObject({ Type: 'Notification', Message: 'welcome', Subject: 'hello' });
  expect(await isSigned(sent(1))).toBe(true);
  await bench.sns.send(
    new SetTopicAttributesCommand({
      TopicArn: topic,
      AttributeName: 'SignatureVersion',
      AttributeValue: '2',
    }),
  );
  await bench.publish(topic, 'again');
  await bench.cloud.settle();
  expect([sent(2).SignatureVersion, await isSigned(sent(2))]).toEqual(['2', true]);

  // The link ends it; the last word has a link that brings it back.
  expect((await fetch(sent(2).UnsubscribeURL)).status).toBe(200);
  await bench.cloud.settle();
  expect(await list()).toEqual([]);
  expect(sent(3)).toMatchObject({
    Type: 'UnsubscribeConfirmation',
    Message: `You have chosen to deactivate subscription ${arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
  });
  await fetch(sent(3).SubscribeURL);
  expect(await list()).toMatchObject([{ SubscriptionArn: arn }]);
});

it('a token is for its topic, lives two days, and what is not confirmed by then is gone', async () => {
  const topic = await bench.topic('tokens');
  await bench.subscribe(topic, 'http', url);
  await bench.cloud.settle();
  const { Token } = sent(0);
  const confirm = (TopicArn: string, token: string) =>
    bench.sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token }));
  await expect(confirm(topic, 'nonsense')).rejects.toThrow('Invalid token');
  await expect(confirm(topic, 'a'.repeat(192))).rejects.toThrow('Invalid parameter: Token');
  await expect(confirm(await bench.topic('another'), Token)).rejects.toThrow('Token');
  const pending = async () =>
    (await bench.sns.send(new GetTopicAttributesCommand({ TopicArn: topic }))).Attributes?.[
      'SubscriptionsPending'
    ];
  expect(await pending()).toBe('1');
  await bench.clock.advance(2 * 86_400_000);
  await bench.cloud.settle();
  expect(await pending()).toBe('0');
  await expect(confirm(topic, Token)).rejects.toThrow('Invalid parameter: Token');
});

it('only a signed call ends what was confirmed so', async () => {
  const topic = await bench.topic('guarded');
  const arn = await bench.subscribe(topic, 'http', url, { ReturnSubscriptionArn: true });
  await bench.cloud.settle();
  const { Token, SubscribeURL } = sent(0);
  const bare = await fetch(`${SubscribeURL}&AuthenticateOnUnsubscribe=true`);
  expect(bare.status).toBe(403);
  await bench.sns.send(
    new ConfirmSubscriptionCommand({ TopicArn: topic, Token, AuthenticateOnUnsubscribe: 'true' }),
  );
  const link = `${bench.url}/?Action=Unsubscribe&SubscriptionArn=${arn}`;
  expect((await fetch(link)).status).toBe(403);
  await bench.sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }));
  // Other operations are not to be had without a signature.
  expect((await fetch(`${bench.url}/?Action=DeleteTopic&TopicArn=${topic}`)).status).not.toBe(200);
});

it('what fails is tried again as the policy says, and then goes to the dead letters', async () => {
  const { topic, arn } = await subscribed('failing');
  const dead = await bench.queue('dead-hooks', topic);
  const set = (AttributeName: string, value: object) =>
    bench.sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: arn,
        AttributeName,
        AttributeValue: JSON.stringify(value),
      }),
    );
  await set('RedrivePolicy', { deadLetterTargetArn: queueArn('dead-hooks') });
  const tries = async () => {
    await bench.cloud.settle();
    for (let second = 0; second < 90; second += 1) {
      await bench.clock.advance(1_000);
      await bench.cloud.settle();
    }
    const [first] = requests;
    return requests.map(({ at }) => (at - (first?.at ?? 0)) / 1000);
  };
  // Three times, 20 seconds apart.
  statuses = [500, 503, 429, 200];
  await bench.publish(topic, 'at last');
  expect(await tries()).toEqual([0, 20, 40, 60]);
  expect(await bench.received(dead)).toEqual([]);

  requests = [];
  await set('DeliveryPolicy', {
    healthyRetryPolicy: {
      minDelayTarget: 1,
      maxDelayTarget: 5,
      numRetries: 8,
      numNoDelayRetries: 1,
      numMinDelayRetries: 1,
      numMaxDelayRetries: 1,
      backoffFunction: 'linear',
    },
    requestPolicy: { headerContentType: 'application/json' },
  });
  statuses = Array.from({ length: 9 }, () => 500);
  const { MessageId } = await bench.publish(topic, 'never');
  expect(await tries()).toEqual([0, 0, 1, 2, 4, 7, 11, 16, 21]);
  expect(requests[0]?.headers['content-type']).toBe('application/json');
  const [letter] = await bench.received(dead);
  expect(JSON.parse(letter?.Body ?? '{}')).toMatchObject({ MessageId, Message: 'never' });

  // Its own fault: no second try.
  requests = [];
  statuses = [404];
  await bench.publish(topic, 'not here');
  expect(await tries()).toEqual([0]);
  expect(await bench.received(dead)).toHaveLength(1);

  for (const [healthyRetryPolicy, reason] of [
    [{ minDelayTarget: 9, maxDelayTarget: 5 }, 'minDelayTarget must not be over maxDelayTarget'],
    [{ numRetries: 101 }, 'numRetries must be a whole number from 0 to 100'],
    [{ numRetries: 1, numNoDelayRetries: 2 }, 'more retries than numRetries'],
    [{ minDelayTarget: 600, maxDelayTarget: 600, numRetries: 10 }, 'over 3600 seconds'],
    [{ backoffFunction: 'sideways' }, 'backoffFunction must be one of linear'],
  ] as const)
    await expect(set('DeliveryPolicy', { healthyRetryPolicy })).rejects.toThrow(reason);
});

it('raw messages say what they are in their headers; policies are told with what follows from them', async () => {
  const { topic, arn } = await subscribed('bare', {
    RawMessageDelivery: 'true',
    DeliveryPolicy: '{"requestPolicy":{"headerContentType":"text/csv"}}',
  });
  await bench.publish(topic, 'a,b');
  await bench.cloud.settle();
  expect(requests[0]?.body).toBe('a,b');
  expect(requests[0]?.headers).toMatchObject({
    'content-type': 'text/csv',
    'x-amz-sns-rawdelivery': 'true',
  });
  const { Attributes = {} } = await bench.sns.send(
    new GetSubscriptionAttributesCommand({ SubscriptionArn: arn }),
  );
  // As recorded from AWS by LocalStack's snapshot tests.
  expect(JSON.parse(Attributes['DeliveryPolicy'] ?? '')).toEqual({
    healthyRetryPolicy: null,
    sicklyRetryPolicy: null,
    throttlePolicy: null,
    requestPolicy: { headerContentType: 'text/csv' },
    guaranteed: false,
  });
  expect(JSON.parse(Attributes['EffectiveDeliveryPolicy'] ?? '')).toEqual({
    healthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    sicklyRetryPolicy: null,
    throttlePolicy: null,
    requestPolicy: { headerContentType: 'text/csv' },
    guaranteed: false,
  });
});

it('mail waits for its token, and stays in the journal; SMS, too', async () => {
  const topic = await bench.topic('post');
  expect(await bench.subscribe(topic, 'email', 'ops@example.com')).toBe('pending confirmation');
  await bench.subscribe(topic, 'sms', '+4912345678');
  await bench.cloud.settle();
  const token = /token ([0-9a-f]+)/.exec(bench.notes('ops@example.com')[0] ?? '')?.[1] ?? '';
  await bench.publish(topic, 'unread');
  await bench.sns.send(new ConfirmSubscriptionCommand({ TopicArn: topic, Token: token }));
  const { MessageId = '' } = await bench.publish(topic, 'fire', { Subject: 'alarm' });
  await bench.cloud.settle();
  expect(bench.notes(MessageId).toSorted()).toEqual([
    `message ${MessageId} to +4912345678 (sms) stays here, the embedded cloud sends none: alarm: fire`,
    `message ${MessageId} to ops@example.com (email) stays here, the embedded cloud sends none: alarm: fire`,
  ]);
  for (const [protocol, endpoint, message] of [
    [
      'firehose',
      'arn:aws:firehose:us-east-1:000000000000:deliverystream/x',
      'protocol firehose is not supported',
    ],
    [
      'application',
      'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/x/y',
      'protocol application is not supported',
    ],
    [
      'pigeon',
      'roof',
      'Invalid parameter: Amazon SNS does not support this protocol string: pigeon',
    ],
    ['sms', 'NAA+15551234567', 'Invalid SMS endpoint: NAA+15551234567'],
    ['http', 'https://example.com', 'Endpoint must match the specified protocol'],
    ['sqs', 'https://sqs.us-east-1.amazonaws.com/1/q', 'Invalid parameter: SQS endpoint ARN'],
  ] as const)
    await expect(bench.subscribe(topic, protocol, endpoint)).rejects.toThrow(message);
});
