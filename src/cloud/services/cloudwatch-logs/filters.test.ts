import { gunzipSync } from 'node:zlib';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import type { PutMetricFilterCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DeleteSubscriptionFilterCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  DescribeSubscriptionFiltersCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutSubscriptionFilterCommand,
  TestMetricFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError } from '../../core/aws-error.ts';
import { createRealClock, createVirtualClock } from '../../core/clock.ts';
import { defineService, operation } from '../../core/define-service.ts';
import { createServices } from '../../index.ts';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';

const ACCOUNT = '000000000000';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const STREAM_ARN = `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/events`;

/** What a stream was given, and what it answers before it takes anything. */
interface Put {
  readonly StreamName: string;
  readonly PartitionKey: string;
  readonly Data: Uint8Array;
}
const records: Put[] = [];
let refusals: AwsError[] = [];
// A stream at the edge: what is sent to it is seen, and it can be out of order.
const kinesis = defineService<object>({
  id: 'kinesis',
  signingName: 'kinesis',
  principal: 'kinesis.amazonaws.com',
  scope: 'region',
  createState: () => ({}),
  operations: {
    PutRecord: operation<object, Put, object>({
      needs: () => ({ action: 'kinesis:PutRecord', resource: STREAM_ARN }),
      handle: (input) => {
        const refusal = refusals.shift();
        if (refusal !== undefined) throw refusal;
        records.push(input);
        return { ShardId: 'shardId-000000000000', SequenceNumber: '1' };
      },
    }),
  },
});

const clock = createVirtualClock();
let bench: LambdaBench;

beforeAll(async () => {
  bench = await startLambdaBench({
    clock,
    signatureClock: createRealClock(),
    services: [...createServices().filter(({ id }) => id !== 'kinesis'), kinesis],
  });
  await bench.create('listener', {
    'index.mjs': 'export const handler = async (event) => console.log(JSON.stringify(event));',
  });
});
afterAll(() => bench.stop());

const createGroup = async (logGroupName: string) => {
  await bench.logs.send(new CreateLogGroupCommand({ logGroupName }));
  await bench.logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'stream' }));
};
const put = async (logGroupName: string, ...messages: readonly string[]) => {
  await bench.logs.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName: 'stream',
      logEvents: messages.map((message) => ({ message, timestamp: clock.now() })),
    }),
  );
  await bench.cloud.settle();
};
const subscribe = (
  logGroupName: string,
  more: Partial<ConstructorParameters<typeof PutSubscriptionFilterCommand>[0]> = {},
) =>
  bench.logs.send(
    new PutSubscriptionFilterCommand({
      logGroupName,
      filterName: 'filter',
      filterPattern: '',
      destinationArn: functionArn('listener'),
      ...more,
    }),
  );
const permit = (group: string, Principal: string, StatementId = group) =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName: 'listener',
      StatementId,
      Action: 'lambda:InvokeFunction',
      Principal,
      SourceArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${group}:*`,
      SourceAccount: ACCOUNT,
    }),
  );
const unzip = (data: Uint8Array) => JSON.parse(gunzipSync(data).toString()) as Message;
interface Message {
  readonly messageType: string;
  readonly logGroup: string;
  readonly logEvents: readonly { readonly id: string; readonly message: string }[];
}
/** What the function was given of a group. */
const received = async (group: string) => {
  await bench.cloud.settle();
  const { events = [] } = await bench.logs.send(
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/listener' }),
  );
  return events
    .flatMap(({ message = '' }) => /"data":"([^"]+)"/.exec(message)?.[1] ?? [])
    .map((data) => unzip(Buffer.from(data, 'base64')))
    .filter(({ logGroup }) => logGroup === group);
};

describe('a subscription filter', () => {
  it('sends what matches to a function that lets it', async () => {
    await createGroup('app');
    // As AWS does: a dry run before the filter is made.
    await expect(subscribe('app')).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message:
        'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
    });
    await permit('app', 'logs.us-east-1.amazonaws.com');
    await subscribe('app', { filterPattern: 'ERROR' });
    await put('app', 'ERROR one', 'fine', 'ERROR two');
    await put('app', 'all is well');
    const { events = [] } = await bench.logs.send(
      new FilterLogEventsCommand({ logGroupName: 'app', filterPattern: 'ERROR' }),
    );
    expect(await received('app')).toEqual([
      {
        messageType: 'DATA_MESSAGE',
        owner: ACCOUNT,
        logGroup: 'app',
        logStream: 'stream',
        subscriptionFilters: ['filter'],
        logEvents: events.map(({ eventId, timestamp, message }) => ({
          id: eventId,
          timestamp,
          message,
        })),
      },
    ]);
    expect(events).toHaveLength(2);
    const { subscriptionFilters } = await bench.logs.send(
      new DescribeSubscriptionFiltersCommand({ logGroupName: 'app' }),
    );
    // As recorded from AWS by LocalStack's snapshot tests.
    expect(subscriptionFilters).toEqual([
      {
        applyOnTransformedLogs: false,
        creationTime: clock.now(),
        destinationArn: functionArn('listener'),
        distribution: 'ByLogStream',
        filterName: 'filter',
        filterPattern: 'ERROR',
        logGroupName: 'app',
      },
    ]);
    // A permission for another group is none; the journal tells.
    await bench.lambda.send(
      new RemovePermissionCommand({ FunctionName: 'listener', StatementId: 'app' }),
    );
    await put('app', 'ERROR three');
    expect(await received('app')).toHaveLength(1);
    expect(bench.cloud.journal.entries().findLast(({ kind }) => kind === 'note')?.message).toMatch(
      /Events of app did not reach .*listener by the subscription filter filter: .*not authorized/,
    );
  });

  it('may name the service without the region, and tells columns by their names', async () => {
    await createGroup('columns');
    await permit('columns', 'logs.amazonaws.com');
    await subscribe('columns', { filterPattern: '[ip, ..., status = 4*, bytes > 100]' });
    await put('columns', '127.0.0.1 - frank [10/Oct] "GET /a b" 404 1534', '127.0.0.1 - - 200 1');
    expect((await received('columns'))[0]?.logEvents).toEqual([
      {
        id: expect.any(String),
        timestamp: clock.now(),
        message: '127.0.0.1 - frank [10/Oct] "GET /a b" 404 1534',
        extractedFields: { ip: '127.0.0.1', status: '404', bytes: '1534' },
      },
    ]);
    await bench.logs.send(
      new DeleteSubscriptionFilterCommand({ logGroupName: 'columns', filterName: 'filter' }),
    );
    await put('columns', '127.0.0.1 - - 404 200');
    expect(await received('columns')).toHaveLength(1);
  });

  // As recorded from AWS by LocalStack's snapshot tests, where AWS has the words.
  it('refuses what it can not send to', async () => {
    await createGroup('picky');
    await permit('picky', 'logs.amazonaws.com');
    const other = functionArn('listener').replace(ACCOUNT, '111111111111');
    for (const [more, name, message] of [
      [
        { destinationArn: other },
        'AccessDeniedException',
        'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
      ],
      [
        { destinationArn: STREAM_ARN },
        'InvalidParameterException',
        'destinationArn for vendor kinesis cannot be used without roleArn',
      ],
      [
        { destinationArn: `arn:aws:firehose:us-east-1:${ACCOUNT}:deliverystream/x` },
        'NotImplemented',
        'Firehose delivery stream is not supported',
      ],
      [
        { destinationArn: `arn:aws:logs:us-east-1:${ACCOUNT}:destination:x` },
        'NotImplemented',
        'logs destination is not supported',
      ],
      [
        { logGroupName: 'none' },
        'ResourceNotFoundException',
        'The specified log group does not exist.',
      ],
      [
        { applyOnTransformedLogs: true },
        'NotImplemented',
        'applyOnTransformedLogs is not supported',
      ],
      [{ filterPattern: '[a, bytes > x]' }, 'InvalidParameterException', "'x' is no number"],
    ] as const)
      await expect(subscribe('picky', more), message).rejects.toMatchObject({
        name,
        message: expect.stringContaining(message),
      });
    await subscribe('picky');
    await subscribe('picky', { filterName: 'second' });
    await subscribe('picky', { filterName: 'second', filterPattern: '[]' });
    await expect(subscribe('picky', { filterName: 'third' })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'Resource limit exceeded.',
    });
    const remove = (logGroupName: string) =>
      bench.logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName: 'none' }));
    await expect(remove('picky')).rejects.toThrow(
      'The specified subscription filter does not exist.',
    );
    await expect(remove('none')).rejects.toThrow('The specified log group does not exist.');
  });

  it('sends to a stream under its role, and again when the stream is out of order', async () => {
    await createGroup('streamed');
    const { Role } = await bench.iam.send(
      new CreateRoleCommand({
        RoleName: 'to-stream',
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'logs.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: {
                StringLike: {
                  'aws:SourceArn': `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:streamed:*`,
                },
              },
            },
          ],
        }),
      }),
    );
    const subscribed = () =>
      subscribe('streamed', { destinationArn: STREAM_ARN, roleArn: Role?.Arn });
    await expect(subscribed()).rejects.toThrow(
      'Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.',
    );
    await bench.iam.send(
      new PutRolePolicyCommand({
        RoleName: 'to-stream',
        PolicyName: 'put',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'kinesis:PutRecord', Resource: STREAM_ARN }],
        }),
      }),
    );
    await subscribed();
    expect(records.map(({ Data }) => unzip(Data))).toMatchObject([
      {
        messageType: 'CONTROL_MESSAGE',
        owner: 'CloudwatchLogs',
        logEvents: [
          { message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.' },
        ],
      },
    ]);
    const busy = () =>
      new AwsError('ProvisionedThroughputExceededException', 'Rate exceeded for shard.');
    refusals = [busy(), busy()];
    await put('streamed', 'patience');
    expect(records).toHaveLength(1);
    await clock.advance(1_000);
    await bench.cloud.settle();
    expect(records).toHaveLength(1);
    await clock.advance(2_000);
    await bench.cloud.settle();
    expect(records[1]).toMatchObject({ StreamName: 'events' });
    expect(unzip(records[1]?.Data ?? new Uint8Array()).logEvents).toMatchObject([
      { message: 'patience' },
    ]);
    // One stream, one shard.
    await put('streamed', 'again');
    expect(records[2]?.PartitionKey).toBe(records[1]?.PartitionKey);
    // A day later nobody tries any more.
    refusals = Array.from({ length: 1_000 }, busy);
    await put('streamed', 'lost');
    for (let hour = 0; hour < 25; hour += 1) {
      for (let step = 0; step < 12; step += 1) {
        await clock.advance(300_000);
        await bench.cloud.settle();
      }
    }
    refusals = [];
    await clock.advance(3_600_000);
    await bench.cloud.settle();
    expect(records).toHaveLength(3);
    expect(
      bench.cloud.journal
        .entries()
        .some(({ message = '' }) => message.includes('Events of streamed did not reach')),
    ).toBe(true);
  });
});

describe('a metric filter', () => {
  const filter = (
    logGroupName: string,
    filterPattern: string,
    metric: Partial<NonNullable<PutMetricFilterCommandInput['metricTransformations']>[number]>,
    filterName = 'filter',
  ) =>
    bench.logs.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName,
        filterPattern,
        metricTransformations: [
          { metricName: logGroupName, metricNamespace: 'App', metricValue: '1', ...metric },
        ],
      }),
    );
  const statistics = async (
    MetricName: string,
    dimensions: Readonly<Record<string, string>> = {},
  ) => {
    const { Datapoints = [] } = await bench.cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'App',
        MetricName,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(clock.now() - 600_000),
        EndTime: new Date(clock.now() + 60_000),
        Period: 86_400,
        Statistics: ['Sum', 'SampleCount', 'Maximum'],
      }),
    );
    return Datapoints.map(({ Sum, SampleCount, Maximum }) => [Sum, SampleCount, Maximum]);
  };

  it('counts, and says nothing happened once a minute', async () => {
    await createGroup('counted');
    await filter('counted', 'ERROR', { defaultValue: 0 });
    await put('counted', 'ERROR a', 'fine', 'ERROR b');
    expect(await statistics('counted')).toEqual([[2, 2, 1]]);
    await clock.advance(60_000);
    await put('counted', 'fine');
    await put('counted', 'fine');
    expect(await statistics('counted')).toEqual([[2, 3, 1]]);
  });

  it('takes values and dimensions from the line', async () => {
    await createGroup('measured');
    await filter('measured', '{ $.latency = * && $.route = * }', {
      metricValue: '$.latency',
      dimensions: { Route: '$.route' },
      unit: 'Milliseconds',
    });
    await put(
      'measured',
      JSON.stringify({ route: '/a', latency: 50 }),
      JSON.stringify({ route: '/a', latency: 70.5 }),
      JSON.stringify({ route: '/b', latency: 1 }),
      JSON.stringify({ route: '/a', latency: 'slow' }),
      JSON.stringify({ latency: 9 }),
    );
    expect(await statistics('measured', { Route: '/a' })).toEqual([[120.5, 2, 70.5]]);
    expect(await statistics('measured', { Route: '/b' })).toEqual([[1, 1, 1]]);
    expect(await statistics('measured')).toEqual([]);
    await createGroup('columns-measured');
    await filter('columns-measured', '[ip, size]', { metricValue: '$size' });
    await put('columns-measured', '::1 10', '::1 20', 'one');
    expect(await statistics('columns-measured')).toEqual([[30, 2, 20]]);
  });

  it('is told, found, tested, limited and taken away', async () => {
    await createGroup('told');
    await filter('told', 'a', { metricName: 'A', defaultValue: 0 }, 'one');
    await filter('told', 'b', { metricName: 'B' }, 'two');
    const found = async (more: object) =>
      ((await bench.logs.send(new DescribeMetricFiltersCommand(more))).metricFilters ?? []).map(
        ({ filterName }) => filterName,
      );
    expect(
      (await bench.logs.send(new DescribeMetricFiltersCommand({ logGroupName: 'told' })))
        .metricFilters?.[0],
    ).toEqual({
      applyOnTransformedLogs: false,
      creationTime: clock.now(),
      filterName: 'one',
      filterPattern: 'a',
      logGroupName: 'told',
      metricTransformations: [
        { defaultValue: 0, metricName: 'A', metricNamespace: 'App', metricValue: '1' },
      ],
    });
    expect(await found({ logGroupName: 'told', filterNamePrefix: 't' })).toEqual(['two']);
    expect(await found({ metricName: 'A', metricNamespace: 'App' })).toEqual(['one']);
    await expect(found({ metricName: 'A' })).rejects.toThrow('must be given together');
    const { logGroups } = await bench.logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: 'told' }),
    );
    expect(logGroups?.[0]?.metricFilterCount).toBe(2);
    const tested = (filterPattern: string, ...logEventMessages: string[]) =>
      bench.logs
        .send(new TestMetricFilterCommand({ filterPattern, logEventMessages }))
        .then(({ matches }) => matches);
    expect(await tested('[ip, , size > 10]', '::1 x 20', '::1 x 5', 'short')).toEqual([
      {
        eventNumber: 1,
        eventMessage: '::1 x 20',
        extractedValues: { $ip: '::1', $2: 'x', $size: '20' },
      },
    ]);
    expect(await tested('{ $.a.b = 1 }', '{"a":{"b":1},"c":2}', '{}')).toMatchObject([
      { eventNumber: 1, extractedValues: { '$.a.b': '1' } },
    ]);
    for (const [pattern, metric, message] of [
      [
        'ERROR',
        { dimensions: { A: '$.a' } },
        'The specified filter pattern does not support dimensions',
      ],
      [
        '{ $.a = * }',
        { dimensions: { A: '$.a' }, defaultValue: 0 },
        'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
      ],
      ['ERROR', { metricValue: 'many' }, "the metric value 'many' is neither a number nor a field"],
      [
        '{ $.a = * }',
        { dimensions: { A: '$.a', B: '$.b', C: '$.c', D: '$.d' } },
        '3 dimensions at most',
      ],
      ['ERROR', { metricNamespace: 'AWS/Mine' }, "must not begin with 'AWS/'"],
    ] as const)
      await expect(filter('told', pattern, metric), message).rejects.toThrow(message);
    await bench.logs.send(
      new DeleteMetricFilterCommand({ logGroupName: 'told', filterName: 'one' }),
    );
    await expect(
      bench.logs.send(new DeleteMetricFilterCommand({ logGroupName: 'told', filterName: 'one' })),
    ).rejects.toThrow('The specified metric filter does not exist.');
    await bench.logs.send(new DeleteLogGroupCommand({ logGroupName: 'told' }));
    await createGroup('told');
    expect(await found({ logGroupName: 'told' })).toEqual([]);
  });
});

describe('patterns of columns', () => {
  const matched = async (filterPattern: string, ...logEventMessages: string[]) =>
    (
      (await bench.logs.send(new TestMetricFilterCommand({ filterPattern, logEventMessages })))
        .matches ?? []
    ).map(({ eventNumber }) => eventNumber);
  const line =
    '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html
  it.for<readonly [pattern: string, matches: boolean]>([
    ['[ip, server, username, timestamp, request, status_code, bytes > 1000]', true],
    ['[ip, server, username, timestamp, request, status_code = 4*, bytes > 1000]', true],
    ['[..., status_code = 4*, bytes]', true],
    ['[ip, ..., status_code = 5*, bytes]', false],
    ['[ip, server, username]', false],
    ['[ip=%127\\.0\\.0\\.[1-9]%, server, username, ..., bytes]', true],
    ['[ip != 127.*, ...]', false],
    ['[ip, server, ..., (status_code = 500 || status_code = 404), bytes]', true],
    ['[ip, ..., bytes > 1000 && bytes < 1500]', false],
    ['[ip, server, user, time, request = "GET /index.html*", ...]', true],
    ['[]', true],
  ])('%s', async ([pattern, matches]) => {
    expect(await matched(pattern, line)).toEqual(matches ? [1] : []);
  });
});
