import type { ListMetricsCommandInput, MetricDatum } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../core/clock.ts';
import { createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';
import { cloudwatch as service } from './index.ts';

const MINUTE = 60_000;
// The middle of a minute, so that a test knows how far it is to the next.
const START = Date.UTC(2026, 10, 23, 12, 0, 30);

let clock: VirtualClock;
let running: RunningCloud;
let cloudwatch: CloudWatchClient;

const connect = () =>
  new CloudWatchClient({
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    systemClockOffset: clock.now() - Date.now(),
  });
beforeEach(async () => {
  clock = createVirtualClock(START);
  running = await startCloud({ services: [service], clock });
  cloudwatch = connect();
});
afterEach(async () => {
  cloudwatch.destroy();
  await running.stop();
});

/** Lets time pass, and whatever it set going end. */
const pass = async (ms: number) => {
  await clock.advance(ms);
  await running.cloud.settle();
  cloudwatch.config.systemClockOffset = clock.now() - Date.now();
};

const put = (data: MetricDatum | readonly MetricDatum[], Namespace = 'Shop') =>
  cloudwatch.send(
    new PutMetricDataCommand({ Namespace, MetricData: [data].flat() as MetricDatum[] }),
  );
const orders = (Value: number, more: Partial<MetricDatum> = {}) =>
  put({ MetricName: 'Orders', Value, Unit: 'Count', ...more });
const between = () => ({
  StartTime: new Date(clock.now() - 60 * MINUTE),
  EndTime: new Date(clock.now() + MINUTE),
});

describe('metrics', () => {
  it('are gathered by minute and told by any statistic', async () => {
    for (const value of [1, 2, 3, 10]) await orders(value);
    await orders(100, { Timestamp: new Date(START - 5 * MINUTE) });
    await put({
      MetricName: 'Orders',
      Values: [7, 8],
      Counts: [3, 1],
      Dimensions: [{ Name: 'Shop', Value: 'b' }],
    });
    const { Datapoints, Label } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Orders',
        ...between(),
        Period: 60,
        Statistics: ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'],
      }),
    );
    expect(Label).toBe('Orders');
    expect(Datapoints).toEqual([
      {
        Timestamp: new Date(START - 5 * MINUTE - 30_000),
        Unit: 'Count',
        Sum: 100,
        Average: 100,
        Minimum: 100,
        Maximum: 100,
        SampleCount: 1,
      },
      {
        Timestamp: new Date(START - 30_000),
        Unit: 'Count',
        Sum: 16,
        Average: 4,
        Minimum: 1,
        Maximum: 10,
        SampleCount: 4,
      },
    ]);
    const percentiles = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'Orders',
        Dimensions: [{ Name: 'Shop', Value: 'b' }],
        ...between(),
        Period: 300,
        ExtendedStatistics: ['p50', 'p99.9'],
      }),
    );
    expect(percentiles.Datapoints?.[0]?.ExtendedStatistics).toEqual({ p50: 7, 'p99.9': 8 });
  });

  it('answer several queries at once, newest first unless asked otherwise', async () => {
    await orders(1, { Timestamp: new Date(START - 2 * MINUTE) });
    await orders(2);
    await put({
      MetricName: 'Visits',
      StatisticValues: { Sum: 30, SampleCount: 3, Minimum: 5, Maximum: 15 },
    });
    const query = (Id: string, MetricName: string, Stat: string, Period = 60) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period, Stat },
    });
    const queries = [
      query('o', 'Orders', 'Sum'),
      query('h', 'Orders', 'Sum', 3600),
      query('v', 'Visits', 'Average'),
      { ...query('n', 'Nothing', 'Sum'), Label: 'none' },
    ];
    const ask = async (ScanBy?: 'TimestampAscending') =>
      (
        await cloudwatch.send(
          new GetMetricDataCommand({
            MetricDataQueries: queries,
            ...between(),
            ...(ScanBy === undefined ? {} : { ScanBy }),
          }),
        )
      ).MetricDataResults?.map(({ Id, Values, Label, StatusCode }) => ({
        Id,
        Values,
        Label,
        StatusCode,
      }));
    const StatusCode = 'Complete';
    expect(await ask()).toEqual([
      { Id: 'o', Values: [2, 1], Label: 'Orders', StatusCode },
      { Id: 'h', Values: [2, 1], Label: 'Orders', StatusCode },
      { Id: 'v', Values: [10], Label: 'Visits', StatusCode },
      { Id: 'n', Values: [], Label: 'none', StatusCode },
    ]);
    expect((await ask('TimestampAscending'))?.[0]?.Values).toEqual([1, 2]);
  });

  it('are listed by name, namespace and dimension', async () => {
    const shop = (Value: string) => [{ Name: 'Shop', Value }];
    await put([
      { MetricName: 'Orders', Value: 1, Dimensions: shop('a') },
      { MetricName: 'Orders', Value: 1, Dimensions: shop('b') },
      { MetricName: 'Visits', Value: 1 },
    ]);
    await put({ MetricName: 'Orders', Value: 1 }, 'Bakery');
    const list = async (input: ListMetricsCommandInput) =>
      (await cloudwatch.send(new ListMetricsCommand(input))).Metrics;
    expect(await list({})).toHaveLength(4);
    expect(await list({ Namespace: 'Shop', MetricName: 'Orders' })).toHaveLength(2);
    expect(await list({ Dimensions: [{ Name: 'Shop', Value: 'b' }] })).toEqual([
      { Namespace: 'Shop', MetricName: 'Orders', Dimensions: shop('b') },
    ]);
    expect(await list({ Dimensions: [{ Name: 'Shop' }] })).toHaveLength(2);
    await pass(4 * 60 * MINUTE);
    expect(await list({ RecentlyActive: 'PT3H' })).toEqual([]);
  });

  it('are refused where AWS refuses them', async () => {
    await expect(put({ MetricName: 'X', Value: 1 }, 'AWS/Lambda')).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining('reserved'),
    });
    const two = 15 * 24 * 60 * MINUTE;
    await expect(orders(1, { Timestamp: new Date(START - two) })).rejects.toThrow(
      /two weeks in the past/,
    );
    await expect(put({ MetricName: 'X' })).rejects.toMatchObject({
      name: 'MissingRequiredParameterException',
    });
    await expect(put({ MetricName: 'X', Value: 1, Values: [1] })).rejects.toMatchObject({
      name: 'InvalidParameterCombinationException',
    });
    await expect(put({ MetricName: 'X', Values: [] })).rejects.toThrow(/at least 1/);
    await expect(put({ MetricName: 'X', Values: [1], Counts: [1, 2] })).rejects.toThrow(
      'one length',
    );
    // One bad datum, and none is kept.
    await expect(put([{ MetricName: 'Good', Value: 1 }, { MetricName: 'Bad' }])).rejects.toThrow();
    expect((await cloudwatch.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
    const math = { Id: 'e', Expression: 'a / b' };
    await expect(
      cloudwatch.send(new GetMetricDataCommand({ MetricDataQueries: [math], ...between() })),
    ).rejects.toThrow(/Metric math \('a \/ b'\) is not supported/);
    await expect(
      cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'Shop',
          MetricName: 'Orders',
          ...between(),
          Period: 60,
          ExtendedStatistics: ['tm99'],
        }),
      ),
    ).rejects.toThrow(/'tm99' is not supported/);
  });
});
