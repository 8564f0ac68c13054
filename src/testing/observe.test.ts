import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Referable } from '../index.ts';
import { aws, lambda, resource, service, sub } from '../index.ts';
import {
  alerts,
  api,
  dead,
  failing,
  hub,
  legs,
  photos,
  risky,
  sink,
  work,
} from './fixtures/legs.ts';
import { createForks } from './fixtures/test-clouds.ts';
import type { Delivery, MetricValues, TestCloud } from './index.ts';
import { TestingError } from './index.ts';

const { fresh } = createForks(legs);

const ask = (cloud: TestCloud, what: string) => cloud.fetch(api, `/${what}`, { method: 'POST' });
/** Hands an event over and does not wait. */
const hand = (cloud: TestCloud, fn: Referable) =>
  new LambdaClient(cloud.settings).send(
    new InvokeCommand({
      FunctionName: cloud.physicalName(fn),
      InvocationType: 'Event',
      Payload: Buffer.from('{"order":7}'),
    }),
  );

describe('deliveries', () => {
  it('are told by whom to whom, with how many things they were of', async () => {
    const cloud = await fresh();
    await new SQSClient(cloud.settings).send(
      new SendMessageBatchCommand({
        QueueUrl: cloud.physicalName(work),
        Entries: ['a', 'b', 'c'].map((Id) => ({ Id, MessageBody: Id })),
      }),
    );
    await cloud.settle();
    const at = cloud.now();
    expect(cloud.deliveries({ to: work })).toEqual([
      { from: 'test', to: 'Work', items: 3, attempts: 1, at, outcome: 'delivered' },
    ]);
    expect(cloud.deliveries({ from: work })).toEqual([
      { from: 'Work', to: 'Sink', items: 3, attempts: 1, at, outcome: 'delivered' },
    ]);
    expect(cloud.deliveries({ from: work, to: failing })).toEqual([]);
    expectTypeOf(cloud.deliveries()).toEqualTypeOf<readonly Delivery[]>();
  });

  it('that fail are told with their attempts, and that they were given up', async () => {
    const cloud = await fresh();
    await hand(cloud, failing);
    const told = () =>
      cloud.deliveries({ to: failing }).map(({ from, outcome, attempts, message }) => ({
        from,
        outcome,
        attempts,
        message,
      }));
    const message = 'RangeError: too much';
    await cloud.settle();
    expect(told()).toEqual([{ from: 'test', outcome: 'failed', attempts: 1, message }]);
    await cloud.advance('2 minutes');
    expect(told()).toEqual([{ from: 'test', outcome: 'dropped', attempts: 2, message }]);
    expect(cloud.deliveries({ from: failing, to: work })).toMatchObject([{ outcome: 'delivered' }]);
  });

  it('of a queue are tried again, and what is dead is moved message by message', async () => {
    const cloud = await fresh();
    await new SQSClient(cloud.settings).send(
      new SendMessageBatchCommand({
        QueueUrl: cloud.physicalName(risky),
        Entries: ['a', 'b'].map((Id) => ({ Id, MessageBody: Id })),
      }),
    );
    await cloud.advance('5 minutes');
    expect(cloud.deliveries({ from: risky })).toMatchObject([
      { to: 'Failing', items: 2, attempts: 2, outcome: 'failed', message: 'RangeError: too much' },
      { to: 'Dead', items: 1, attempts: 1, outcome: 'delivered' },
      { to: 'Dead', items: 1, attempts: 1, outcome: 'delivered' },
    ]);
    expect(cloud.deliveries({ from: dead })).toMatchObject([{ to: 'Sink', items: 2 }]);
  });

  it('that wait say so, and what is denied says by what', async () => {
    const gate = Promise.withResolvers<string>();
    const slow = lambda('Slow', {}, () => gate.promise);
    const cloud = await fresh();
    await cloud.provision(service('Slowness', { functions: [slow] }));
    await hand(cloud, slow);
    expect(cloud.deliveries({ to: slow })).toMatchObject([{ from: 'test', outcome: 'waiting' }]);
    gate.resolve('at last');
    await cloud.settle();
    expect(cloud.deliveries({ to: slow })).toMatchObject([{ from: 'test', outcome: 'delivered' }]);
    await new SNSClient(cloud.settings).send(
      new SubscribeCommand({
        TopicArn: cloud.physicalName(alerts),
        Protocol: 'sqs',
        Endpoint: `arn:aws:sqs:us-east-1:000000000000:${cloud.physicalName(dead).split('/').at(-1)}`,
      }),
    );
    await cloud.use(alerts).publish('x');
    await cloud.settle();
    expect(cloud.deliveries({ from: alerts, to: dead })).toMatchObject([
      { outcome: 'denied', attempts: 1, message: expect.stringMatching(/sqs:SendMessage/i) },
    ]);
    expect(cloud.deliveries({ from: alerts, to: sink })).toMatchObject([{ outcome: 'delivered' }]);
  });
});

describe('denials', () => {
  it('say who was denied what on what, why, and what to write', async () => {
    const cloud = await fresh();
    expect(cloud.denials()).toEqual([]);
    await ask(cloud, 'forbidden');
    await cloud.settle();
    expect(cloud.denials()).toEqual([
      {
        who: 'Hub',
        what: 's3:PutObject',
        on: 'Photos/a',
        because: 'no policy of the caller allows it',
        grant: "photos: photos.access('read', 'write'),  // photos = bucket('Photos'…)",
        at: cloud.now(),
        principal: expect.stringMatching(/:assumed-role\/Legs-HubRole-/),
        resource: `arn:aws:s3:::${cloud.physicalName(photos)}/a`,
        causes: ['lambda Invoke', 'apigatewayv2 POST /forbidden'],
        id: expect.any(Number),
      },
    ]);
  });
});

describe('invocations', () => {
  it('tell what went in and what came out, and from whom it was', async () => {
    const cloud = await fresh();
    await ask(cloud, 'call');
    await cloud.invoke(sink, { a: 1 });
    await expect(cloud.invoke(failing, {})).rejects.toThrow('too much');
    expect(cloud.invocations(hub)).toMatchObject([
      {
        from: 'Api',
        event: { routeKey: 'POST /{what}', rawPath: '/call' },
        result: { statusCode: 200, body: '{"answer":"sunk"}' },
      },
    ]);
    const [called, direct] = cloud.invocations(sink).slice(-2);
    expect(called).toMatchObject({ from: 'Hub', event: {}, result: 'sunk', coldStart: true });
    expect(direct).toMatchObject({ from: 'test', event: { a: 1 }, coldStart: false });
    expect(cloud.invocations(failing)).toEqual([
      {
        from: 'test',
        at: cloud.now(),
        event: {},
        error: {
          type: 'RangeError',
          message: 'too much',
          trace: expect.arrayContaining(['RangeError: too much']),
        },
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        durationMs: expect.any(Number),
        coldStart: true,
      },
    ]);
  });
});

describe('logs', () => {
  it('are lines with their fields, whatever their format, without what Lambda says', async () => {
    const text = lambda('Texter', { logging: { format: 'Text' } }, async (_event, { log }) => {
      log.warn('as text');
      return 'done';
    });
    const cloud = await fresh();
    await cloud.provision(service('Texts', { functions: [text] }));
    await cloud.invoke(text, undefined as never);
    await ask(cloud, 'nothing');
    const at = cloud.now();
    const [run] = cloud.invocations(hub);
    expect(await cloud.logs(hub)).toEqual([
      {
        at,
        level: 'INFO',
        message: 'nothing to do',
        fields: { what: 'nothing' },
        requestId: run?.requestId,
      },
    ]);
    expect(await cloud.logs(text)).toMatchObject([{ at, level: 'WARN', message: 'as text' }]);
    expect(await cloud.logs(sink)).toEqual([]);
  });

  it('have the error that ended an invocation, and the grant that a denied call lacked', async () => {
    const cloud = await fresh();
    await ask(cloud, 'forbidden');
    expect(await cloud.logs(hub)).toMatchObject([
      {
        level: 'WARN',
        message: expect.stringMatching(/^Sparta: .* Grant it: allow\('s3:PutObject'\)/),
      },
      { level: 'ERROR', message: expect.stringMatching(/^AccessDenied: /) },
    ]);
  });
});

describe('metrics', () => {
  it('of a declaration, over time', async () => {
    const cloud = await fresh();
    const before = await cloud.metrics(sink.invocations);
    await cloud.invoke(sink, {});
    await cloud.invoke(sink, {});
    await cloud.advance('10 minutes');
    await cloud.invoke(sink, {});
    const after = await cloud.metrics(sink.invocations);
    expect(after.sum - before.sum).toBeGreaterThanOrEqual(3);
    expect(after.datapoints.at(-1)).toEqual({
      at: new Date('2026-01-01T00:10:00Z'),
      value: 1,
      sum: 1,
      count: 1,
    });
    await expect(cloud.invoke(failing, {})).rejects.toThrow();
    expect(await cloud.metrics(failing.errors)).toMatchObject({ sum: 1, count: 1, maximum: 1 });
    const { datapoints } = await cloud.metrics({ ...sink.duration, period: 3600 });
    expect(datapoints).toMatchObject([{ at: new Date('2026-01-01T00:00:00Z') }]);
    expectTypeOf(after).toEqualTypeOf<MetricValues>();
  });

  it('of your own, by name; without data there is none', async () => {
    const cloud = await fresh();
    const query = {
      namespace: 'Shop',
      metricName: 'Basket',
      dimensions: { Of: 'me' },
      statistic: 'Average',
    };
    expect(await cloud.metrics(query)).toEqual({
      sum: 0,
      count: 0,
      minimum: undefined,
      maximum: undefined,
      datapoints: [],
    });
    await new CloudWatchClient(cloud.settings).send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [
          {
            MetricName: 'Basket',
            Dimensions: [{ Name: 'Of', Value: 'me' }],
            Values: [2, 6],
            Timestamp: cloud.now(),
          },
        ],
      }),
    );
    expect(await cloud.metrics(query)).toEqual({
      sum: 8,
      count: 2,
      minimum: 2,
      maximum: 6,
      datapoints: [{ at: cloud.now(), value: 4, sum: 8, count: 2 }],
    });
  });

  it('are of what a name can be told for', async () => {
    const cloud = await fresh();
    const metric = (QueueName: ReturnType<typeof work.getAtt>) => ({
      namespace: 'AWS/SQS',
      metricName: 'NumberOfMessagesSent',
      dimensions: { QueueName },
    });
    expect((await cloud.metrics(metric(work.getAtt('QueueName')))).count).toBe(0);
    const stranger = resource('AWS::SQS::Queue', 'Stranger', {});
    await expect(cloud.metrics(metric(stranger.getAtt('QueueName')))).rejects.toThrow(
      'Stranger is in no stack',
    );
    await expect(cloud.metrics(metric(work.getAtt('Arn')))).rejects.toThrow(
      'Only CloudFormation can tell the attribute Arn of Work. A test takes text, ref() of a declaration',
    );
    const own = { namespace: sub`${aws.stackName}/${aws.region}`, metricName: 'Mine' };
    await new CloudWatchClient(cloud.settings).send(
      new PutMetricDataCommand({
        Namespace: 'Legs/us-east-1',
        MetricData: [{ MetricName: 'Mine', Value: 3, Timestamp: cloud.now() }],
      }),
    );
    expect((await cloud.metrics(own)).sum).toBe(3);
    await expect(cloud.metrics({ ...own, namespace: aws.stackId })).rejects.toThrow(TestingError);
  });
});

it('looking changes nothing that chance decides', async () => {
  const run = async (looks: boolean) => {
    const cloud = await fresh();
    if (looks) {
      await cloud.logs(hub);
      await cloud.metrics(sink.invocations);
      cloud.deliveries();
    }
    await ask(cloud, 'call');
    return cloud.invocations(hub).map(({ requestId }) => requestId);
  };
  expect(await run(true)).toEqual(await run(false));
});
