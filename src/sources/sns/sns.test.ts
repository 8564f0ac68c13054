import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, expectTypeOf, it } from 'vitest';
import * as v from 'valibot';
import { z } from 'zod';
import type { QueueFeed, SnsEnvelope, SnsEvent, TopicMessage } from '../../index.ts';
import { alarm, lambda, queue, service, topic, typed } from '../../index.ts';
import type { TestCloud } from '../../testing/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';
import { paper } from './fixtures/paper.ts';

const Story = z.object({ kind: z.string(), words: z.coerce.number().default(1) });

const { start } = createTestClouds();

/** State of the one alarm. */
const stateOf = async (cloud: TestCloud) => {
  const { MetricAlarms: [only] = [] } = await new CloudWatchClient(cloud.settings).send(
    new DescribeAlarmsCommand({}),
  );
  return only?.StateValue;
};
/** Deletes the one function behind its subscription's back. */
const deleteFunction = async (cloud: TestCloud) => {
  const client = new LambdaClient(cloud.settings);
  const { Functions: [only] = [] } = await client.send(new ListFunctionsCommand({}));
  await client.send(new DeleteFunctionCommand({ FunctionName: only?.FunctionName }));
};

describe('messages', () => {
  it('are checked, typed as the schema makes them, and carry every kind of attribute', async () => {
    const news = topic('News', { schema: Story });
    const seen: TopicMessage<{ kind: string; words: number }>[] = [];
    const work = lambda('Work', { on: news.messages() }, async (message, { raw }) => {
      expectTypeOf(message).toEqualTypeOf<TopicMessage<{ kind: string; words: number }>>();
      seen.push(message);
      expect(raw.event).toEqual({ Records: [message.record] });
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    const messageId = await cloud.use(news).publish(
      { kind: 'x', words: '3' },
      {
        subject: 'extra',
        attributes: {
          desk: 'sport',
          pages: 2,
          tags: ['a', 1, true, null],
          picture: Buffer.from([1, 2, 255]),
        },
      },
    );
    await cloud.settle();
    expect(seen).toEqual([
      {
        messageId,
        body: { kind: 'x', words: 3 },
        subject: 'extra',
        attributes: {
          desk: 'sport',
          pages: 2,
          tags: ['a', 1, true, null],
          picture: Buffer.from([1, 2, 255]),
        },
        publishedAt: cloud.now(),
        record: expect.objectContaining({ EventSource: 'aws:sns' }),
      },
    ]);
  });

  it('are text of a topic without a schema', async () => {
    const news = topic('News');
    const seen: unknown[] = [];
    const work = lambda('Work', { on: news.messages() }, async ({ body, subject, attributes }) => {
      expectTypeOf(body).toEqualTypeOf<string>();
      seen.push([body, subject, attributes]);
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    await cloud.use(news).publish('plain');
    await cloud.use(news).publish({ is: 'json' });
    await cloud.settle();
    expect(seen).toEqual([
      ['plain', undefined, {}],
      ['{"is":"json"}', undefined, {}],
    ]);
  });

  it('that the schema refuses never reach the handler, from either side', async () => {
    const news = topic('News', { schema: Story });
    const raw = topic('Raw');
    const seen: unknown[] = [];
    const work = lambda(
      'Work',
      { on: raw.messages({ schema: Story, invalid: 'drop' }) },
      async ({ body }) => {
        seen.push(body);
      },
    );
    const strict = lambda('Strict', { on: raw.messages({ schema: Story }) }, async ({ body }) => {
      seen.push(body);
    });
    const cloud = await start();
    const errors = alarm(strict.errors, { threshold: 3, period: 600 });
    await cloud.provision(
      service('Paper', { functions: [work, strict], resources: [news], alarms: [errors] }),
    );
    await expect(cloud.use(news).publish({ kind: 7 } as never)).rejects.toThrow(
      /^a message to News is not what its schema says: kind: .*string/,
    );
    await cloud.use(raw).publish('{ no json');
    await cloud.settle();
    await cloud.use(raw).publish('{"kind":"yes"}');
    await cloud.settle();
    expect(seen).toEqual([
      { kind: 'yes', words: 1 },
      { kind: 'yes', words: 1 },
    ]);
    // The strict one failed, and Lambda tried it twice again.
    await cloud.advance('10 minutes');
    expect(await stateOf(cloud)).toBe('ALARM');
  });

  it('of several topics of one function do not collide, and come to the topic of theirs (ES-02)', async () => {
    const one = topic('One', { schema: z.object({ one: z.number() }) });
    const two = topic('Two', { schema: v.object({ two: v.number() }) });
    const seen: unknown[] = [];
    const work = lambda('Work', { on: [one.messages(), two.messages()] }, async ({ body }) => {
      expectTypeOf(body).toEqualTypeOf<{ one: number } | { two: number }>();
      seen.push(body);
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    await cloud.use(one).publish({ one: 1 });
    await cloud.settle();
    await cloud.use(two).publish({ two: 2 });
    await cloud.settle();
    expect(seen).toEqual([{ one: 1 }, { two: 2 }]);
  });

  it('are filtered by their attributes or by their body before they start anything', async () => {
    const news = topic('News', { schema: Story });
    const seen: string[] = [];
    const byBody = lambda(
      'ByBody',
      {
        on: news.messages({
          filter: { body: { kind: [{ prefix: 'a' }, { 'anything-but': { prefix: 'b' } }] } },
        }),
      },
      async ({ body }) => {
        seen.push(`body ${body.kind}`);
      },
    );
    const byAttributes = lambda(
      'ByAttributes',
      {
        on: news.messages({
          filter: {
            attributes: { $or: [{ desk: ['sport'] }, { pages: [{ numeric: ['>', 5] }] }] },
          },
        }),
      },
      async ({ body }) => {
        seen.push(`attributes ${body.kind}`);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [byBody, byAttributes] }));
    const client = cloud.use(news);
    await client.publishAll([
      { body: { kind: 'a' } },
      { body: { kind: 'b1' }, attributes: { desk: 'sport', pages: 1 } },
      { body: { kind: 'b2' }, attributes: { desk: 'home', pages: 6 } },
      { body: { kind: 'b3' }, attributes: { desk: 'home' } },
    ]);
    await cloud.settle();
    expect(seen.toSorted()).toEqual(['attributes b1', 'attributes b2', 'body a']);
    news.messages({
      // @ts-expect-error SNS has no wildcard, unlike EventBridge
      filter: { body: { kind: [{ wildcard: 'a*' }] } },
    });
    news.messages({
      // @ts-expect-error the messages have no such member
      filter: { body: { colour: ['red'] } },
    });
  });

  it('that cannot be delivered go to the dead-letter queue of the subscription', async () => {
    const news = topic('News');
    const lost = queue('Lost');
    const work = lambda('Work', { on: news.messages({ deadLetter: lost }) }, async () => 'done');
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    await deleteFunction(cloud);
    await cloud.use(news).publish('nobody hears');
    await cloud.settle();
    const [letter] = await cloud.use(lost).receive();
    expect(JSON.parse(letter?.body ?? '{}')).toMatchObject({ Message: 'nobody hears' });
  });
});

it('hands the event over as it is', async () => {
  const news = topic('News');
  const seen: string[] = [];
  const work = lambda('Work', { on: news.events() }, async (event) => {
    expectTypeOf(event).toEqualTypeOf<SnsEvent>();
    for (const { Sns } of event.Records) seen.push(Sns.Message);
  });
  const cloud = await start();
  await cloud.provision(service('Paper', { functions: [work] }));
  await cloud.use(news).publish('as it is');
  await cloud.settle();
  expect(seen).toEqual(['as it is']);
});

describe('publishing', () => {
  it('sends in as few requests as it takes, and tells which were not taken', async () => {
    const news = topic('News');
    const feed = queue('Feed', { from: [news.subscription()] });
    const cloud = await start();
    await cloud.provision(service('Paper', { resources: [feed] }));
    const client = cloud.use(news);
    const ids = await client.publishAll(Array.from({ length: 12 }, (_, n) => ({ body: `${n}` })));
    expect(new Set(ids).size).toBe(12);
    const published = () =>
      cloud.journal().filter(({ operation }) => operation === 'PublishBatch').length;
    expect(published()).toBe(2);
    const failed = client.publishAll([{ body: 'a' }, { body: '' }, { body: 'c' }]);
    await expect(failed).rejects.toMatchObject({
      name: 'SendError',
      failures: [{ index: 1, code: 'InvalidParameter' }],
    });
    await cloud.settle();
    expect((await cloud.use(feed).depth()).visible).toBe(14);
  });

  it('is for who was granted it, and typed by the schema', async () => {
    const news = topic('News', { schema: Story });
    const other = topic('Other');
    const tell = lambda(
      'Tell',
      { grants: { news: news.publish() }, environment: { OTHER: other.arn } },
      async (_event, granted) => {
        expectTypeOf(granted.news.publish).parameter(0).toEqualTypeOf<z.input<typeof Story>>();
        await granted.news.publishAll([{ body: { kind: 'x' } }]);
        const { env } = process;
        const raw = new SNSClient({
          ...cloud.settings,
          credentials: {
            accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
            secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
            sessionToken: env['AWS_SESSION_TOKEN'] ?? '',
          },
        });
        return raw.send(new PublishCommand({ TopicArn: env['OTHER'], Message: 'x' })).then(
          () => 'published',
          (error: Error) => error.name,
        );
      },
    );
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [tell] }));
    expect(await cloud.invoke(tell, undefined)).toBe('AuthorizationErrorException');
  });
});

describe('a queue that is fed by a topic', () => {
  it('gets messages as they were published, and keeps a schema of its own', async () => {
    const news = topic('News', { schema: typed<{ readonly kind: string }>() });
    const mail = queue('Mail', { schema: Story, from: [news.subscription()] });
    const seen: unknown[] = [];
    const work = lambda('Work', { on: mail.messages() }, async ({ body, attributes }) => {
      seen.push([body, attributes]);
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    await cloud.use(news).publish({ kind: 'a' }, { attributes: { desk: 'sport' } });
    await cloud.settle();
    expect(seen).toEqual([[{ kind: 'a', words: 1 }, { desk: 'sport' }]]);
    const wrong = topic('Wrong', { schema: typed<{ readonly colour: string }>() });
    // @ts-expect-error what is published is not what the queue's schema takes
    queue('Mail', { schema: Story, from: [wrong.subscription()] });
    expectTypeOf(topic('Any').subscription()).toEqualTypeOf<QueueFeed>();
  });

  it('gets an envelope around them where that is said, only what its filter takes, from several topics', async () => {
    const news = topic('News');
    const ads = topic('Ads');
    const mail = queue('Mail', {
      schema: typed<SnsEnvelope>(),
      from: [
        news.subscription({
          rawMessageDelivery: false,
          filter: { attributes: { desk: ['home'] } },
        }),
        ads.subscription({ rawMessageDelivery: false }),
      ],
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { resources: [mail] }));
    await cloud.use(news).publish('for home', { attributes: { desk: 'home' }, subject: 'yes' });
    await cloud.use(news).publish('for none');
    await cloud.use(ads).publish('buy');
    await cloud.settle();
    const messages = await cloud.use(mail).receive();
    expect(
      messages.map(({ body }) => `${body.Type}: ${body.Message}, ${body.Subject}`).toSorted(),
    ).toEqual(['Notification: buy, undefined', 'Notification: for home, yes']);
  });

  it('keeps the order of groups from a FIFO topic to a FIFO queue', async () => {
    const steps = topic('Steps', { fifo: true, contentBasedDeduplication: true });
    const lost = queue('Lost', { fifo: true });
    const lane = queue('Lane', {
      fifo: true,
      from: [steps.subscription({ deadLetter: lost })],
    });
    const seen: string[] = [];
    const work = lambda('Work', { on: lane.messages() }, async ({ body, messageGroupId }) => {
      seen.push(`${messageGroupId}: ${body}`);
    });
    const cloud = await start();
    await cloud.provision(service('Paper', { functions: [work] }));
    await cloud.use(steps).publish('1', { messageGroupId: 'a' });
    await cloud.use(steps).publishAll([
      { body: '2', messageGroupId: 'a' },
      { body: '2', messageGroupId: 'a' },
      { body: 'again', messageGroupId: 'a', messageDeduplicationId: 'x' },
      { body: 'again and again', messageGroupId: 'a', messageDeduplicationId: 'x' },
    ]);
    await cloud.settle();
    expect(seen).toEqual(['a: 1', 'a: 2', 'a: again']);
  });
});

it('tells people and endpoints outside, who must confirm', async () => {
  const told: unknown[] = [];
  const server = createServer((request, response) => {
    told.push(request.headers['x-amz-sns-message-type']);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const alerts = topic('Alerts', {
    notify: [
      { email: 'ops@example.com', filter: { attributes: { severity: ['high'] } } },
      { email: 'log@example.com', format: 'json' },
      { url, rawMessageDelivery: true, deadLetter: queue('Lost') },
      { sms: '+12065550100' },
    ],
  });
  const cloud = await start();
  await cloud.provision(service('Paper', { resources: [alerts] }));
  const { Subscriptions = [] } = await new SNSClient(cloud.settings).send(
    new ListSubscriptionsByTopicCommand({ TopicArn: cloud.use(alerts).topicArn }),
  );
  expect(
    Subscriptions.map(
      ({ Protocol, Endpoint, SubscriptionArn }) =>
        `${Protocol} ${Endpoint} ${SubscriptionArn === 'PendingConfirmation' ? 'asked' : 'told'}`,
    ).toSorted(),
  ).toEqual([
    'email ops@example.com asked',
    'email-json log@example.com asked',
    `http ${url} asked`,
    'sms +12065550100 told',
  ]);
  expect(told).toEqual(['SubscriptionConfirmation']);
  server.close();
});

it('tells an alarm what did not arrive', async () => {
  const news = topic('News');
  const work = lambda('Work', { on: news.messages() }, async () => 'done');
  const lossy = alarm(news.failed, { threshold: 1 });
  const cloud = await start();
  await cloud.provision(service('Paper', { functions: [work], alarms: [lossy] }));
  await cloud.advance('2 minutes');
  expect(await stateOf(cloud)).toBe('OK');
  await deleteFunction(cloud);
  await cloud.use(news).publish('nobody hears');
  await cloud.advance('2 minutes');
  expect(await stateOf(cloud)).toBe('ALARM');
});

it('is read by an archive in a process of its own', async () => {
  const cloud = await start({ handlers: 'processes' });
  await cloud.provision(paper);
  await cloud.use(topic('News')).publish({ kind: 'a' }, { attributes: { tags: ['x', 2] } });
  await cloud.settle();
  const [message] = await cloud.use(queue('Seen')).receive();
  expect(JSON.parse(message?.body ?? '')).toEqual([{ kind: 'a' }, { tags: ['x', 2] }]);
});
