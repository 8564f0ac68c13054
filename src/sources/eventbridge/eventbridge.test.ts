import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { BusEvent } from '../../index.ts';
import { bucket, bus, defaultBus, lambda, queue, service, typed } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';

const Order = z.object({ id: z.string(), total: z.coerce.number().default(0) });

const { start } = createTestClouds();

const resourcesOf = (...given: Parameters<typeof service>) =>
  synthesise(service(...given)).template.Resources;
const problemsOf = (...given: Parameters<typeof service>): string => {
  try {
    synthesise(service(...given));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
};

describe('typed events', () => {
  it('are put by who was granted them, and received checked, as the schema makes them', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop.orders', schema: Order });
    const seen: unknown[] = [];
    const order = lambda(
      'Order',
      { grants: { placed: placed.put() } },
      async (_event, { placed: to }) => {
        const id = await to.put({ id: 'a1', total: '12' }, { resources: ['arn:aws:x'] });
        return { id, all: await to.putAll([{ detail: { id: 'a2' } }, { detail: { id: 'a3' } }]) };
      },
    );
    const thank = lambda('Thank', { on: placed.received() }, async (event, { raw }) => {
      expectTypeOf(event).toEqualTypeOf<BusEvent<{ id: string; total: number }>>();
      expect(event.event).toBe(raw.event);
      seen.push(event);
    });
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [order, thank] }));
    const { id, all } = await cloud.invoke(order, undefined);
    await cloud.settle();
    expect(seen).toMatchObject([
      {
        id,
        detail: { id: 'a1', total: 12 },
        source: 'shop.orders',
        detailType: 'OrderPlaced',
        time: cloud.now(),
        account: '000000000000',
        region: 'us-east-1',
        resources: ['arn:aws:x'],
        replayName: undefined,
      },
      { id: all[0], detail: { id: 'a2', total: 0 } },
      { id: all[1], detail: { id: 'a3', total: 0 } },
    ]);
  });

  it('are not put by who was granted others, on the same bus either', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop.orders' });
    const asker = lambda(
      'Asker',
      { grants: { placed: placed.put() } },
      async (_event, { placed: to }) => {
        const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
        const client = new EventBridgeClient(sdk());
        const tried = async (entry: object) =>
          client
            .send(
              new PutEventsCommand({
                Entries: [{ EventBusName: to.eventBusName, Detail: '{}', ...entry }],
              }),
            )
            .then(
              () => 'put',
              (error: Error) => error.name,
            );
        return [
          await tried({ Source: 'shop.orders', DetailType: 'OrderPlaced' }),
          await tried({ Source: 'shop.orders', DetailType: 'OrderCancelled' }),
          await tried({ Source: 'shop.bills', DetailType: 'OrderPlaced' }),
          await tried({
            Source: 'shop.orders',
            DetailType: 'OrderPlaced',
            EventBusName: 'default',
          }),
        ];
      },
    );
    const cloud = await start();
    const sdk = () => ({
      ...cloud.settings,
      credentials: {
        accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
        sessionToken: process.env['AWS_SESSION_TOKEN'] ?? '',
      },
    });
    await cloud.provision(service('Store', { functions: [asker] }));
    expect(await cloud.invoke(asker, undefined)).toEqual([
      'put',
      'AccessDeniedException',
      'AccessDeniedException',
      'AccessDeniedException',
    ]);
  });

  it('that the schema refuses are not put; from elsewhere they are dropped, or fail as Lambda has it', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop.orders', schema: Order });
    const loose = shop.event('OrderPlaced', { source: 'shop.orders' });
    const failed = queue('Failed');
    const seen: unknown[] = [];
    const on = async (event: BusEvent<{ readonly id: string }>) => {
      seen.push(event.detail.id);
    };
    const mild = lambda(
      'Mild',
      { on: placed.received({ invalid: 'drop' }), deadLetterArn: failed.arn },
      on,
    );
    const strict = lambda('Strict', { on: placed.received(), deadLetterArn: failed.arn }, on);
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [mild, strict] }));
    await expect(cloud.use(placed).put({ id: 7 } as never)).rejects.toThrow(
      /^an event OrderPlaced to Shop is not what its schema says: id: /,
    );
    const id = await cloud.use(loose).put({ id: 7 });
    await cloud.settle();
    await cloud.advance('10 minutes');
    expect(seen).toEqual([]);
    const messages = await cloud.use(failed).receive();
    expect(messages.map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual([id]);
  });

  it('compile as their schema says, or not at all', () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop', schema: Order });
    lambda('Types', { grants: { placed: placed.put() } }, async (_event, { placed: to }) => {
      // @ts-expect-error an order has an id
      await to.put({ total: 1 });
      // @ts-expect-error nothing but events of this kind was granted
      await to.put({ source: 'shop', detailType: 'Other', detail: {} });
    });
    placed.received({ detail: { id: ['a', { prefix: 'b' }] } });
    // @ts-expect-error orders have no number
    placed.received({ detail: { number: [1] } });
    // @ts-expect-error ids are no numbers
    placed.received({ detail: { id: [{ numeric: ['>', 1] }] } });
    // @ts-expect-error events have no such field
    shop.events({ pattern: { sauce: ['shop'] } });
    // @ts-expect-error a bus takes no queue's feed
    bus('Other', { from: [{ kind: 'queue-feed', source: 'sns', target: shop, detail: {} }] });
  });

  it('go by tens and by size, and what was not taken is told one by one', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop.orders', schema: Order });
    const cloud = await start();
    await cloud.provision(service('Store', { resources: [shop] }));
    const many = Array.from({ length: 23 }, (_, index) => ({ detail: { id: String(index) } }));
    expect(new Set(await cloud.use(placed).putAll(many)).size).toBe(23);
    const large = { detail: { id: 'x'.repeat(600_000) } };
    expect(await cloud.use(placed).putAll([large, large])).toHaveLength(2);
    const puts = cloud.journal().filter(({ operation }) => operation === 'PutEvents');
    expect(puts).toHaveLength(5);
    await expect(
      cloud.use(shop).putAll([
        { source: 'shop', detailType: 'Fine', detail: {} },
        { source: 'shop', detailType: 'Wrong', detail: 'no object' },
      ]),
    ).rejects.toMatchObject({
      name: 'SendError',
      failures: [{ index: 1, code: 'MalformedDetail', message: 'Detail is malformed.' }],
    });
  });
});

describe('a function of several rules', () => {
  it('has its events sorted by source, detail-type and pattern, each with the schema of its own', async () => {
    const shop = bus('Shop');
    const Large = z.object({ total: z.number().min(100) });
    const Small = z.object({ total: z.number().max(99).transform(String) });
    const placed = shop.event('OrderPlaced', { source: 'shop.orders', schema: Large });
    const small = shop.event('OrderPlaced', { source: 'shop.orders', schema: Small });
    const bills = shop.event('OrderPlaced', {
      source: 'shop.bills',
      schema: typed<{ bill: number }>(),
    });
    const gone = shop.event('Order Cancelled', { source: 'shop.orders' });
    const seen: unknown[] = [];
    const all = lambda(
      'All',
      {
        on: [
          placed.received({ detail: { total: [{ numeric: ['>=', 100] }] } }),
          small.received({ detail: { total: [{ numeric: ['<', 100] }] } }),
          bills.received(),
          gone.received(),
        ],
      },
      async ({ detail, source }) => {
        seen.push([source, detail]);
      },
    );
    const program = () => service('Store', { functions: [all] });
    const cloud = await start();
    await cloud.provision(program());
    await cloud.use(placed).put({ total: 100 });
    await cloud.use(small).put({ total: 5 });
    await cloud.use(bills).put({ bill: 1 });
    await cloud.use(gone).put({ why: 'late' });
    await cloud.settle();
    expect(seen).toEqual([
      ['shop.orders', { total: 100 }],
      ['shop.orders', { total: '5' }],
      ['shop.bills', { bill: 1 }],
      ['shop.orders', { why: 'late' }],
    ]);
    // A second rule of a function took the place of the first (ES-05), and names were too long for EventBridge (ES-04).
    const rules = Object.entries(synthesise(program()).template.Resources).filter(
      ([, { Type }]) => Type === 'AWS::Events::Rule',
    );
    expect(rules).toHaveLength(4);
    expect(
      rules.map(([id]) => id).filter((id) => !/^AllShopOrderPlaced\w{7}Rule$/.test(id)),
    ).toEqual(['AllShopOrderCancelledRule']);
    for (const [, { Properties }] of rules) expect(Properties).not.toHaveProperty('Name');
  });

  it('keeps their logical ids whatever the order', () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop' });
    const one = placed.received({ detail: { a: [1] } });
    const two = placed.received({ detail: { a: [2] } });
    const idsOf = (on: readonly (typeof one)[]) =>
      Object.keys(
        resourcesOf('Store', { functions: [lambda('All', { on }, async () => undefined)] }),
      );
    expect(idsOf([one, two])).toEqual(idsOf([two, one]));
    expect(idsOf([one])).toContain('AllShopOrderPlacedRule');
  });

  it('gives an event that fits two of them to the first, once for each rule', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop' });
    const seen: string[] = [];
    const all = lambda(
      'All',
      {
        on: [
          placed.received({ detail: { total: [{ exists: true }] }, transform: { input: 'first' } }),
          placed.received({ detail: { total: [100] } }),
        ],
      },
      async (given) => {
        seen.push(typeof given === 'string' ? given : 'second');
      },
    );
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [all] }));
    await cloud.use(placed).put({ total: 100 });
    await cloud.settle();
    expect(seen.toSorted((a, b) => a.localeCompare(b))).toEqual(['first', 'second']);
  });
});

describe('transformed events', () => {
  it('are what the template makes of them, typed and checked by a schema of their own', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop', schema: Order });
    const seen: unknown[] = [];
    const text = lambda(
      'Text',
      {
        on: placed.received({
          transform: { paths: { id: '$.detail.id' }, template: 'order <id>' },
        }),
      },
      async (given) => {
        expectTypeOf(given).toBeUnknown();
        seen.push(given);
      },
    );
    const object = lambda(
      'Part',
      {
        on: placed.received({
          transform: {
            paths: { id: '$.detail.id', total: '$.detail.total' },
            template: {
              order: '<id>',
              total: '<total>',
              note: 'of <id>',
              rule: '<aws.events.rule-name>',
            },
            schema: z.object({
              order: z.string(),
              total: z.number(),
              note: z.string(),
              rule: z.string(),
            }),
          },
        }),
      },
      async (given) => {
        expectTypeOf(given).toEqualTypeOf<{
          order: string;
          total: number;
          note: string;
          rule: string;
        }>();
        seen.push(given);
      },
    );
    const part = lambda(
      'Whole',
      { on: placed.received({ transform: { inputPath: '$.detail', schema: Order } }) },
      async (given, { raw }) => {
        expectTypeOf(given).toEqualTypeOf<{ id: string; total: number }>();
        seen.push([given, (raw.event as { readonly input: unknown }).input]);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [text, object, part] }));
    await cloud.use(placed).put({ id: 'a "quoted" one'.slice(0, 1), total: 7 });
    await cloud.settle();
    expect(seen).toHaveLength(3);
    expect(seen).toContainEqual('order a');
    expect(seen).toContainEqual({
      order: 'a',
      total: 7,
      note: 'of a',
      rule: expect.stringMatching(/^Store-PartShopOrderPlacedRule-/),
    });
    expect(seen).toContainEqual([
      { id: 'a', total: 7 },
      { id: 'a', total: 7 },
    ]);
  });

  it('name no placeholder that nothing fills', () => {
    const placed = bus('Shop').event('OrderPlaced', { source: 'shop' });
    const told = problemsOf('Store', {
      functions: [
        lambda(
          'One',
          {
            on: placed.received({
              transform: { paths: { 'aws.id': '$.id' }, template: { a: '<id>' } },
            }),
          },
          async () => undefined,
        ),
      ],
    });
    expect(told).toMatch(
      /eventbridge\.test\.ts:\d+: The template of OrderPlaced of Shop to One has the placeholder <id>, for which there is no path/,
    );
    expect(told).toContain('a path for <aws.id>');
  });
});

describe('a queue', () => {
  it('is fed by events, as they are or by their details, and nobody else may feed it', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop', schema: Order });
    const lost = queue('Lost');
    const mail = queue('Mail', {
      schema: Order,
      from: [
        placed.feed({
          detail: { id: [{ prefix: 'a' }] },
          transform: { inputPath: '$.detail' },
          deadLetter: lost,
        }),
      ],
    });
    const whole = queue('Whole', { from: [placed.feed()] });
    // @ts-expect-error whole events have no total of their own
    queue('Wrong', { schema: z.object({ total: z.number() }), from: [placed.feed()] });
    const seen: unknown[] = [];
    const send = lambda('Send', { on: mail.messages() }, async ({ body }) => {
      expectTypeOf(body).toEqualTypeOf<{ id: string; total: number }>();
      seen.push(body);
    });
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [send], resources: [whole] }));
    await cloud.use(placed).putAll([{ detail: { id: 'a', total: 1 } }, { detail: { id: 'b' } }]);
    await cloud.settle();
    expect(seen).toEqual([{ id: 'a', total: 1 }]);
    const bodies = await cloud.use(whole).receive();
    expect(bodies.map(({ body }) => (JSON.parse(body) as { detail: unknown }).detail)).toEqual([
      { id: 'a', total: 1 },
      { id: 'b' },
    ]);
    const policy = resourcesOf('Store', { functions: [send], resources: [whole] })['MailPolicy'];
    expect(policy).toEqual({
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: { 'Fn::GetAtt': ['Mail', 'Arn'] },
              Condition: {
                ArnEquals: {
                  'aws:SourceArn': [{ 'Fn::GetAtt': ['MailShopOrderPlacedRule', 'Arn'] }],
                },
              },
            },
          ],
        },
        Queues: [{ Ref: 'Mail' }],
      },
    });
  });

  it('that is FIFO takes them in one group', async () => {
    const placed = bus('Shop').event('OrderPlaced', { source: 'shop' });
    const steps = queue('Steps', {
      fifo: true,
      contentBasedDeduplication: true,
      from: [placed.feed({ messageGroupId: 'orders' })],
    });
    const groups: unknown[] = [];
    const step = lambda('Step', { on: steps.messages() }, async ({ messageGroupId }) => {
      groups.push(messageGroupId);
    });
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [step] }));
    await cloud.use(placed).put({ id: 1 });
    await cloud.settle();
    expect(groups).toEqual(['orders']);
    const told = problemsOf('Store', {
      resources: [queue('Steps', { fifo: true, from: [placed.feed()] })],
    });
    expect(told).toContain("Say feed({ messageGroupId: 'events' })");
    expect(told).toContain('Declare it with contentBasedDeduplication: true');
  });

  it('has one policy for all that feeds it, and none under a key that lets no service in', () => {
    const shop = bus('Shop');
    const [a, b] = ['A', 'B'].map((type) => shop.event(type, { source: 'shop' }));
    const from = [a, b].flatMap((one) => (one === undefined ? [] : [one.feed()]));
    const dead = queue('Dead');
    const again = queue('Again', { from: from.slice(0, 1) });
    const fn = lambda(
      'Fn',
      { on: shop.events({ pattern: { source: ['x'] }, deadLetter: dead }) },
      async () => undefined,
    );
    const arnsOf = (resources: ReturnType<typeof resourcesOf>, id: string) => {
      const policy = resources[id]?.Properties as
        | {
            readonly PolicyDocument: {
              readonly Statement: readonly {
                readonly Condition: { readonly ArnEquals: Readonly<Record<string, unknown>> };
              }[];
            };
          }
        | undefined;
      return policy?.PolicyDocument.Statement.map(
        ({ Condition }) => Condition.ArnEquals['aws:SourceArn'],
      );
    };
    const both = (order: readonly (typeof from)[number][]) =>
      resourcesOf('Store', { functions: [fn], resources: [queue('Q', { from: order }), again] });
    const resources = both(from);
    expect(arnsOf(resources, 'QPolicy')).toEqual([
      [{ 'Fn::GetAtt': ['QShopARule', 'Arn'] }, { 'Fn::GetAtt': ['QShopBRule', 'Arn'] }],
    ]);
    expect(both(from.toReversed())).toEqual(resources);
    expect(arnsOf(resources, 'DeadPolicy')).toEqual([
      [{ 'Fn::GetAtt': ['FnShopEventsRule', 'Arn'] }],
    ]);
    expect(
      problemsOf('Store', { resources: [queue('Q', { from, kmsMasterKeyId: 'alias/aws/sqs' })] }),
    ).toContain('events.amazonaws.com is to send to Q, which is encrypted by alias/aws/sqs');
  });
});

it('tells when a queue has more senders than its policy has room for', () => {
  const lost = queue('Lost');
  const shop = bus('Shop');
  const functions = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      lambda(
        `Fn${index}`,
        { on: shop.events({ pattern: { source: [`s${index}`] }, deadLetter: lost }) },
        async () => undefined,
      ),
    );
  expect(resourcesOf('Store', { functions: functions(60) })).toHaveProperty('LostPolicy');
  expect(problemsOf('Store', { functions: functions(70) })).toMatch(
    /^eventbridge\.test\.ts:\d+: More than 60 rules, topics and buses send to Lost/,
  );
});

it('hands events on to another bus', async () => {
  const shop = bus('Shop');
  const placed = shop.event('OrderPlaced', { source: 'shop', schema: Order });
  const audit = bus('Audit', { from: [placed.feed({ detail: { id: ['a'] } })] });
  const seen: unknown[] = [];
  const look = lambda(
    'Look',
    { on: audit.events({ pattern: { source: ['shop'] }, schema: Order }) },
    async ({ detail }) => {
      expectTypeOf(detail).toEqualTypeOf<{ id: string; total: number }>();
      seen.push(detail);
    },
  );
  const cloud = await start();
  await cloud.provision(service('Store', { functions: [look] }));
  await cloud.use(placed).putAll([{ detail: { id: 'a' } }, { detail: { id: 'b' } }]);
  await cloud.settle();
  expect(seen).toEqual([{ id: 'a', total: 0 }]);
  expect(
    problemsOf('Store', {
      resources: [bus('Audit', { from: [placed.feed({ transform: { inputPath: '$.detail' } })] })],
    }),
  ).toContain('a bus takes events as they are, without transform');
});

it("hears of AWS's own events on the default bus, about resources of the stack", async () => {
  const photos = bucket('Photos', {
    properties: {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    },
  });
  const others = bucket('Others', {
    properties: {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    },
  });
  const seen: unknown[] = [];
  const look = lambda(
    'Look',
    {
      on: defaultBus.events({
        pattern: { source: ['aws.s3'], detail: { bucket: { name: [photos.bucketName] } } },
        schema: typed<{ bucket: { name: string }; object: { key: string } }>(),
      }),
    },
    async ({ detail, detailType }) => {
      seen.push([detailType, detail.object.key]);
    },
  );
  const cloud = await start();
  await cloud.provision(service('Album', { functions: [look], resources: [others] }));
  await cloud.use(others).put('b', 'x');
  await cloud.use(photos).put('a', 'x');
  await cloud.settle();
  expect(seen).toEqual([['Object Created', 'a']]);
  const { LookDefaultBusEventsRule, ...rest } = resourcesOf('Album', { functions: [look] });
  expect(LookDefaultBusEventsRule?.Properties).not.toHaveProperty('EventBusName');
  expect(Object.values(rest).map(({ Type }) => Type)).not.toContain('AWS::Events::EventBus');
  expect(() => defaultBus.event('Object Created', { source: 'aws.s3' }).put()).toThrow(
    'only AWS puts events whose source begins with aws.',
  );
});

it('lays what a target cannot take in the dead-letter queue, after the tries that were allowed', async () => {
  const shop = bus('Shop');
  const placed = shop.event('OrderPlaced', { source: 'shop' });
  const lost = queue('Lost');
  const full = queue('Full', {
    maximumMessageSize: 1024,
    from: [
      placed.feed({ deadLetter: lost, retry: { maximumRetryAttempts: 2, maximumEventAge: 60 } }),
    ],
  });
  const cloud = await start();
  await cloud.provision(service('Store', { resources: [full] }));
  await cloud.use(placed).put({ text: 'x'.repeat(2000) });
  await cloud.settle();
  await cloud.advance('5 minutes');
  expect(await cloud.use(lost).depth()).toMatchObject({ visible: 1 });
  const rule = resourcesOf('Store', { resources: [full] })['FullShopOrderPlacedRule'];
  expect(rule?.Properties?.['Targets']).toMatchObject([
    { RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 60 } },
  ]);
  expect(
    problemsOf('Store', {
      resources: [
        queue('Q', { from: [placed.feed({ deadLetter: queue('Dead', { fifo: true }) })] }),
      ],
    }),
  ).toContain('EventBridge takes standard queues alone');
});

it('a rule that is not enabled hears nothing, and its description is the one that was given', async () => {
  const placed = bus('Shop').event('OrderPlaced', { source: 'shop' });
  const seen: unknown[] = [];
  const fn = lambda(
    'Off',
    { on: placed.received({ enabled: false, description: 'For later' }) },
    async (event) => {
      seen.push(event);
    },
  );
  const cloud = await start();
  await cloud.provision(service('Store', { functions: [fn] }));
  await cloud.use(placed).put({});
  await cloud.settle();
  expect(seen).toEqual([]);
  expect(
    resourcesOf('Store', { functions: [fn] })['OffShopOrderPlacedRule']?.Properties,
  ).toMatchObject({
    State: 'DISABLED',
    Description: 'For later',
  });
});

describe('an archive', () => {
  it('replays what it kept to who was granted it; the events say so', async () => {
    const shop = bus('Shop');
    const placed = shop.event('OrderPlaced', { source: 'shop', schema: Order });
    const noise = shop.event('Noise', { source: 'shop' });
    const history = shop.archive('History', { pattern: placed.pattern, retentionDays: 30 });
    const seen: unknown[] = [];
    const look = lambda('Look', { on: [placed.received(), noise.received()] }, async (event) => {
      seen.push([event.detailType, event.replayName]);
    });
    const later: unknown[] = [];
    const again = lambda(
      'Again',
      { on: placed.received({ replayed: true }) },
      async ({ detail }) => {
        later.push(detail);
      },
    );
    const mend = lambda(
      'Mend',
      { grants: { history: history.replay() } },
      async (_event, grants) => {
        const name = await grants.history.replay({
          from: new Date(Date.UTC(2026, 0, 1)),
          to: new Date(Date.UTC(2026, 0, 2)),
          name: 'once',
        });
        return { name, prefix: grants.history.archiveName };
      },
    );
    const cloud = await start();
    await cloud.provision(service('Store', { functions: [look, again, mend] }));
    await cloud.use(placed).put({ id: 'a' });
    await cloud.use(noise).put({});
    await cloud.settle();
    await cloud.advance('1 minute');
    const { name, prefix } = await cloud.invoke(mend, undefined);
    expect(name).toBe(`${prefix}-once`);
    await cloud.settle();
    await cloud.advance('1 minute');
    expect(seen).toEqual([
      ['OrderPlaced', undefined],
      ['Noise', undefined],
      ['OrderPlaced', name],
    ]);
    expect(later).toEqual([{ id: 'a', total: 0 }]);
    const client = cloud.use(history);
    const { EventBridgeClient, ListRulesCommand } = await import('@aws-sdk/client-eventbridge');
    const { Rules = [] } = await new EventBridgeClient(cloud.settings).send(
      new ListRulesCommand({ EventBusName: 'Store-Shop', NamePrefix: 'Store-Again' }),
    );
    await client.replay({
      from: new Date(Date.UTC(2026, 0, 1)),
      to: cloud.now(),
      description: 'Once more, for one rule',
      rules: Rules.map(({ Arn = '' }) => Arn),
    });
    await cloud.advance('1 minute');
    expect([seen.length, later.length]).toEqual([3, 2]);
    expect(await client.status(name)).toMatchObject({
      name,
      state: 'COMPLETED',
      reason: undefined,
    });
    const other = await client.replay({ from: new Date(0), to: new Date(1000) });
    await client.cancel(other);
    await cloud.advance('1 minute');
    expect((await client.status(other)).state).toBe('CANCELLED');
  });

  it('is kept when its stack goes, unless that may be', () => {
    const shop = bus('Shop');
    const kept = resourcesOf('Store', { resources: [shop.archive('History')] });
    expect(kept['History']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { SourceArn: { 'Fn::GetAtt': ['Shop', 'Arn'] } },
    });
    expect(kept['Shop']?.Properties?.['Name']).toEqual({ 'Fn::Sub': '${AWS::StackName}-Shop' });
    const gone = resourcesOf('Store', {
      resources: [defaultBus.archive('History', { replaceable: true })],
    });
    expect(gone['History']?.DeletionPolicy).toBe('Delete');
    expect(Object.keys(gone)).toEqual(['History']);
  });
});

it('puts onto a bus that is there, and hears of it', async () => {
  const cloud = await start();
  const { EventBridgeClient, CreateEventBusCommand } = await import('@aws-sdk/client-eventbridge');
  await new EventBridgeClient(cloud.settings).send(new CreateEventBusCommand({ Name: 'old' }));
  const old = bus('Old', { existing: 'old' });
  const placed = old.event('OrderPlaced', { source: 'shop', schema: Order });
  const seen: unknown[] = [];
  const order = lambda('Order', { grants: { placed: placed.put() } }, async (_event, grants) => {
    await grants.placed.put({ id: 'a' });
    return grants.placed.eventBusName;
  });
  const look = lambda('Look', { on: placed.received() }, async ({ detail }) => {
    seen.push(detail);
  });
  await cloud.provision(service('Store', { functions: [order, look] }));
  expect(await cloud.invoke(order, undefined)).toBe('old');
  await cloud.settle();
  expect(seen).toEqual([{ id: 'a', total: 0 }]);
});

it('is written as it is stated', () => {
  const shop = bus('Shop', { eventBusName: 'shop', properties: { LogConfig: { Level: 'OFF' } } });
  const history = shop.archive('History', {
    archiveName: 'history',
    deletionPolicy: 'Delete',
    logicalId: 'Past',
    properties: { Description: 'past' },
  });
  const resources = resourcesOf('Store', { resources: [history] });
  expect(resources['Shop']?.Properties).toEqual({ Name: 'shop', LogConfig: { Level: 'OFF' } });
  expect(resources['Past']).toEqual({
    Type: 'AWS::Events::Archive',
    DeletionPolicy: 'Delete',
    UpdateReplacePolicy: 'Delete',
    Properties: {
      ArchiveName: 'history',
      Description: 'past',
      SourceArn: { 'Fn::GetAtt': ['Shop', 'Arn'] },
    },
  });
});

it('lets other accounts put events, and says nothing of a bus that is there', async () => {
  const shop = bus('Shop', {
    allowedAccounts: ['111111111111'],
    allowedOrganization: 'o-a1b2c3d4e5',
    description: 'Everything that happens in the shop',
  });
  const cloud = await start();
  await cloud.provision(service('Store', { resources: [shop] }));
  const { EventBridgeClient, DescribeEventBusCommand } = await import(
    '@aws-sdk/client-eventbridge'
  );
  const found = await new EventBridgeClient(cloud.settings).send(
    new DescribeEventBusCommand({ Name: 'Store-Shop' }),
  );
  expect(found.Description).toBe('Everything that happens in the shop');
  const { Statement } = JSON.parse(found.Policy ?? '') as { readonly Statement: readonly object[] };
  const Resource = 'arn:aws:events:us-east-1:000000000000:event-bus/Store-Shop';
  expect(Statement).toEqual([
    {
      Sid: 'Accounts',
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::111111111111:root'] },
      Action: 'events:PutEvents',
      Resource,
    },
    {
      Sid: 'Organization',
      Effect: 'Allow',
      Principal: '*',
      Action: 'events:PutEvents',
      Resource,
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
    },
  ]);
  expect(
    problemsOf('Store', { resources: [bus('Old', { existing: 'old', description: 'x' })] }),
  ).toContain('one that is there (old), so description cannot be said of it');
  const old = bus('Old', { existing: 'arn:aws:events:us-east-1:111111111111:event-bus/old' });
  const fn = lambda('Fn', { grants: { old: old.put('shop') } }, async () => undefined);
  const { FnRole, Fn } = resourcesOf('Store', { functions: [fn] });
  expect(JSON.stringify(FnRole)).toContain(
    '"Resource":"arn:aws:events:us-east-1:111111111111:event-bus/old","Condition":{"ForAllValues:StringEquals":{"events:source":["shop"]},"Null":{"events:source":"false"}}',
  );
  expect(JSON.stringify(Fn)).toContain(
    '"SPARTA_Old":"arn:aws:events:us-east-1:111111111111:event-bus/old"',
  );
});

describe('patterns that EventBridge refuses are told at once', () => {
  const told = (pattern: object): string =>
    problemsOf('Store', {
      functions: [
        lambda(
          'Fn',
          { on: bus('Shop').events({ pattern: pattern as never }) },
          async () => undefined,
        ),
      ],
    });
  it.each([
    [{}, 'pattern is empty'],
    [{ source: [] }, 'source is an empty list'],
    [{ source: 'shop' }, 'source is "shop"; EventBridge wants a list of what it may be: ["shop"]'],
    [{ detail: { a: [['x']] } }, 'detail.a holds a list in its list'],
    [
      { detail: { a: [{ begins: 'x' }] } },
      'detail.a compares by begins; EventBridge knows anything-but',
    ],
    [{ detail: { a: [{ prefix: 'x', suffix: 'y' }] } }, 'detail.a compares by 2 operators at once'],
    [{ $or: [{ source: ['a'] }] }, '$or in pattern needs a list of at least two patterns'],
    [{ $or: [{ source: ['a'] }, { source: 'b' }] }, 'pattern.$or.source is "b"'],
    [{ detail: { a: ['x'.repeat(2100)] } }, 'characters; EventBridge takes 2,048'],
  ])('%j', (pattern, sentence) => {
    expect(told(pattern)).toContain(sentence);
  });
});

it('states nothing that AWS does not take', async () => {
  const { everything } = await import('./fixtures/everything.ts');
  const { validateTemplate } = await import('../../validate/index.ts');
  const { template, origins, templateBody } = synthesise(everything());
  expect(validateTemplate(template, { origins, body: templateBody })).toEqual([]);
});

it('works in an archive', async () => {
  const { archived } = await import('./fixtures/archived.ts');
  const { startCloud: startPacked } = await import('sparta/testing');
  await using cloud = await startPacked({ handlers: 'processes' });
  await cloud.provision(archived.service);
  await cloud.invoke(archived.order, undefined);
  await cloud.settle();
  const messages = await cloud.use(archived.seen).receive();
  expect(messages.map(({ body }) => body).sort((a, b) => (a.from < b.from ? -1 : 1))).toEqual([
    { from: 'event', id: 'a' },
    { from: 'part', id: 'a' },
  ]);
});
