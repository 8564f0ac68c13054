import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GetSubscriptionAttributesCommand,
  SetSubscriptionAttributesCommand,
} from '@aws-sdk/client-sns';
import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import type { TopicBench } from './fixtures/topics.ts';
import { queueArn, startTopics } from './fixtures/topics.ts';

let bench: TopicBench;
let topic: string;
beforeAll(async () => {
  bench = await startTopics();
  topic = await bench.topic('filters');
});
afterAll(() => bench.stop());

const at = (policy: string, column: number) =>
  `\n at [Source: (String)"${policy}"; line: 1, column: ${column}]`;

// As recorded from AWS by LocalStack's snapshot tests (test_sns_filter_policy.snapshot.json).
describe('a filter policy that is none is refused in the words of AWS', () => {
  it.for<readonly [policy: string, reason: string, column: number]>([
    ['{"key":[["value"]]}', 'Match value must be String, number, true, false, or null', 10],
    ['{"key":[{"wrong-operator":true}]}', 'Unrecognized match type wrong-operator', 31],
    [
      '{"key":[{"suffix":"value","prefix":"value2"}]}',
      'Only one key allowed in match expression',
      37,
    ],
    ['{"key":[{"suffix":100}]}', 'suffix match pattern must be a string', 22],
    ['{"key":[{"suffix":null}]}', 'suffix match pattern must be a string', 23],
    ['{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19],
    ['{"key":[{"suffix":[]}]}', 'suffix match pattern must be a string', 20],
    ['{"key":[{"suffix":["test","test2"]}]}', 'suffix match pattern must be a string', 20],
    ['{"key":{"not-an-operator":"value"}}', '"not-an-operator" must be an object or an array', 28],
    ['{"key":[{"numeric":[]}]}', 'Invalid member in numeric match: ]', 22],
    ['{"key":[{"numeric":["operator"]}]}', 'Unrecognized numeric range operator: operator', 32],
    ['{"key":[{"numeric":[1,"<="]}]}', 'Invalid member in numeric match: 1', 22],
    ['{"key":[{"numeric":["=","000"]}]}', 'Value of equals must be numeric', 26],
    ['{"key":[{"numeric":[">="]}]}', 'Value of >= must be numeric', 26],
    ['{"key":[{"numeric":["<",100,">",10]}]}', 'Too many elements in numeric expression', 30],
    ['{"key":[{"numeric":[">=",1,">",2]}]}', 'Bad numeric range operator: >', 31],
    ['{"key":[{"numeric":[">",3,"<",1]}]}', 'Bottom must be less than top', 33],
    ['{"key":[{"numeric":[">",20,"<="]}]}', 'Value of <= must be numeric', 33],
    ['{"key":[{"numeric":[">",20,30]}]}', 'Bad value in numeric range: 30', 30],
    ['{"key":[{"numeric":[">",20,"test"]}]}', 'Bad numeric range operator: test', 34],
    ['{"key":[{"numeric":[">","20","<","30"]}]}', 'Value of > must be numeric', 26],
    ['{"key":[{"numeric":[">",20,"<","30"]}]}', 'Value of < must be numeric', 33],
    [
      '{"key":[{"numeric":[">",20,"<",30,"<",50]}]}',
      'Too many terms in numeric range expression',
      36,
    ],
    ['{"key":[{"exists":null}]}', 'exists match pattern must be either true or false.', 23],
    ['{"key":[{"exists":"no"}]}', 'exists match pattern must be either true or false.', 20],
    [
      '{"key":[{"anything-but":{"wrong-operator":null}}]}',
      'Unsupported anything-but pattern: wrong-operator',
      47,
    ],
    [
      '{"key":[{"anything-but":{"suffix":"test"}}]}',
      'Unsupported anything-but pattern: suffix',
      36,
    ],
    ['{"key":[{"anything-but":{"exists":false}}]}', 'Unsupported anything-but pattern: exists', 40],
    ['{"key":[{"anything-but":{"prefix":false}}]}', 'prefix match pattern must be a string', 40],
  ])('%s', async ([policy, reason, column]) => {
    await expect(
      bench.subscribe(topic, 'sms', '+123123123', { Attributes: { FilterPolicy: policy } }),
    ).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: `Invalid parameter: Attributes Reason: FilterPolicy: ${reason}${at(policy, column)}`,
    });
  });

  const values = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `value${from + index}`);

  it.for<readonly [policy: object, scope: string, reason: string]>([
    [{ key: values(151) }, 'MessageAttributes', 'Filter policy is too complex'],
    [{ key1: values(100), key2: values(51) }, 'MessageAttributes', 'Filter policy is too complex'],
    [
      Object.fromEntries(values(6).map((key) => [key, ['x']])),
      'MessageAttributes',
      'Filter policy can not have more than 5 keys',
    ],
    [
      {
        source: values(4),
        $or: [
          { metricName: values(6) },
          { metricType: values(4), $or: [{ metricId: [1, 2, 3, 4] }, { spaceId: [1, 2, 3, 4] }] },
        ],
      },
      'MessageAttributes',
      'Filter policy is too complex',
    ],
    [
      {
        $or: [{ metricName: values(3) }, { namespace: values(2) }],
        detail: { scope: values(2), $or: [{ source: ['a'] }, { type: values(3) }] },
      },
      'MessageBody',
      'Filter policy is too complex',
    ],
  ])('limits: %j', async ([policy, FilterPolicyScope, reason]) => {
    await expect(
      bench.subscribe(topic, 'sms', '+123123123', {
        Attributes: { FilterPolicy: JSON.stringify(policy), FilterPolicyScope },
      }),
    ).rejects.toThrow(`Invalid parameter: Attributes Reason: FilterPolicy: ${reason}`);
  });

  it('where it is set later, and where it is no JSON', async () => {
    const SubscriptionArn = await bench.subscribe(topic, 'sqs', queueArn('later'));
    const set = (AttributeName: string, AttributeValue: string) =>
      bench.sns.send(
        new SetSubscriptionAttributesCommand({ SubscriptionArn, AttributeName, AttributeValue }),
      );
    const attributes = async () =>
      (await bench.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
    const redacted =
      '[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column:';
    await expect(set('FilterPolicy', '{invalidjson}')).rejects.toThrow(
      `Invalid parameter: FilterPolicy: failed to parse JSON. Unexpected character ('i' (code 105)): was expecting double-quote to start field name\n at ${redacted} 2]`,
    );
    await expect(set('FilterPolicy', 'invalid')).rejects.toThrow(
      `Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at ${redacted} 8]`,
    );
    await expect(set('FilterPolicyScope', 'RandomValue')).rejects.toThrow(
      'Invalid parameter: FilterPolicyScope: Invalid value [RandomValue]. Please use either MessageBody or MessageAttributes',
    );
    await expect(set('FilterPolicy', '{"a":{"b":["c"]}}')).rejects.toThrow(
      'Invalid parameter: Filter policy scope MessageAttributes does not support nested filter policy',
    );
    // The scope is told only with a policy.
    await set('FilterPolicyScope', 'MessageBody');
    expect(await attributes()).not.toHaveProperty('FilterPolicyScope');
    await set('FilterPolicy', '{"a":{"b":["c"]}}');
    expect(await attributes()).toMatchObject({
      FilterPolicy: '{"a":{"b":["c"]}}',
      FilterPolicyScope: 'MessageBody',
    });
    await expect(set('FilterPolicyScope', 'MessageAttributes')).rejects.toThrow('nested');
    await set('FilterPolicy', '{}');
    expect(await attributes()).not.toHaveProperty('FilterPolicy');
    await expect(set('FilterPolicy', '{"a":[{"wildcard":"b*"}]}')).rejects.toThrow(
      'Unrecognized match type wildcard',
    );
  });
});

describe('a filter policy lets through', () => {
  const text = (StringValue: string): MessageAttributeValue => ({
    DataType: 'String',
    StringValue,
  });
  const number = (StringValue: string): MessageAttributeValue => ({
    DataType: 'Number',
    StringValue,
  });
  const list = (...items: readonly unknown[]): MessageAttributeValue => ({
    DataType: 'String.Array',
    StringValue: JSON.stringify(items),
  });
  let made = 0;
  /** Subscribes a queue with the policy, publishes, and tells which messages came. */
  const through = async (
    policy: object,
    messages: Readonly<Record<string, Readonly<Record<string, MessageAttributeValue>>>>,
  ) => {
    made += 1;
    const arn = await bench.topic(`attributes-${made}`);
    const url = await bench.queue(`attributes-${made}`, arn);
    await bench.subscribe(arn, 'sqs', queueArn(`attributes-${made}`), {
      Attributes: { FilterPolicy: JSON.stringify(policy), RawMessageDelivery: 'true' },
    });
    for (const [message, MessageAttributes] of Object.entries(messages))
      await bench.publish(arn, message, { MessageAttributes: { ...MessageAttributes } });
    return (await bench.received(url)).map(({ Body = '' }) => Body).toSorted();
  };

  it('attributes by text, number, list and absence', async () => {
    expect(
      await through(
        { store: ['shop', { prefix: 'on' }, { suffix: 'line' }, { 'equals-ignore-case': 'Mall' }] },
        {
          exact: { store: text('shop') },
          prefix: { store: text('one') },
          suffix: { store: text('offline') },
          folded: { store: text('mALL') },
          array: { store: list('x', 'shop') },
          other: { store: text('Shop') },
          otherArray: { store: list('x', 1, null) },
          absent: { price: number('1') },
        },
      ),
    ).toEqual(['array', 'exact', 'folded', 'prefix', 'suffix']);
    expect(
      await through(
        { price: [{ numeric: ['>', 0, '<=', 100] }, 250], ip: [{ cidr: '10.0.0.0/24' }] },
        {
          inside: { price: number('99.12'), ip: text('10.0.0.7') },
          edge: { price: number('100'), ip: text('10.0.0.7') },
          equal: { price: number('250.0'), ip: text('10.0.0.7') },
          outside: { price: number('101'), ip: text('10.0.0.7') },
          elsewhere: { price: number('1'), ip: text('10.0.1.7') },
          // Text that looks like a number is none.
          text: { price: text('99'), ip: text('10.0.0.7') },
          one: { price: number('99') },
        },
      ),
    ).toEqual(['edge', 'equal', 'inside']);
    expect(
      await through(
        {
          store: [
            { exists: false },
            { 'anything-but': ['a', 'b'] },
            { 'anything-but': { prefix: 'z' } },
          ],
        },
        {
          absent: { other: text('x') },
          another: { store: text('c') },
          mixed: { store: list('a', 'c') },
          empty: {},
        },
      ),
    ).toEqual(['absent', 'another', 'mixed']);
    expect(
      await through(
        { $or: [{ store: ['a'] }, { price: [1] }], kind: [{ exists: true }] },
        {
          first: { store: text('a'), kind: text('k') },
          second: { price: number('1'), kind: text('k') },
          neither: { price: number('2'), kind: text('k') },
          part: { store: text('a') },
        },
      ),
    ).toEqual(['first', 'second']);
  });

  it('bodies by what is in them, nested or in lists', async () => {
    const arn = await bench.topic('bodies');
    const url = await bench.queue('bodies', arn);
    await bench.subscribe(arn, 'sqs', queueArn('bodies'), {
      Attributes: {
        FilterPolicyScope: 'MessageBody',
        FilterPolicy: JSON.stringify({
          Records: {
            s3: { object: { key: [{ prefix: 'auto-' }] } },
            eventName: [{ prefix: 'ObjectCreated:' }],
          },
        }),
        RawMessageDelivery: 'true',
      },
    });
    const record = (eventName: string, key: string) => ({ eventName, s3: { object: { key } } });
    const yes = [
      { Records: [record('ObjectCreated:Put', 'auto-1')] },
      {
        Records: [record('ObjectCreated:Put', 'auto-2'), record('ObjectRemoved:Delete', 'home-1')],
      },
    ].map((body) => JSON.stringify(body));
    const no = [
      JSON.stringify({ Records: [record('ObjectRemoved:Delete', 'auto-1')] }),
      // One record has the key, another the name.
      JSON.stringify({
        Records: [record('ObjectCreated:Put', 'home-1'), record('ObjectRemoved:Delete', 'auto-1')],
      }),
      'no JSON',
      '["list"]',
    ];
    for (const body of [...yes, ...no]) await bench.publish(arn, body);
    expect((await bench.received(url)).map(({ Body = '' }) => Body).toSorted()).toEqual(
      yes.toSorted(),
    );
    expect(await bench.metric(arn, 'NumberOfNotificationsFilteredOut')).toBe(4);
    expect(await bench.metric(arn, 'NumberOfNotificationsFilteredOut-MessageBody')).toBe(2);
    expect(await bench.metric(arn, 'NumberOfNotificationsFilteredOut-InvalidMessageBody')).toBe(2);
    expect(await bench.metric(arn, 'NumberOfMessagesPublished')).toBe(6);
    expect(await bench.metric(arn, 'NumberOfNotificationsDelivered')).toBe(2);
  });
});
