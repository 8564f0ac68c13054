import type {
  DescribeAlarmsCommandInput,
  MetricDatum,
  PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
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

const alarm = (more: Partial<PutMetricAlarmCommandInput> = {}) =>
  cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName: 'busy',
      Namespace: 'Shop',
      MetricName: 'Orders',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 10,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      ...more,
    }),
  );
const told = async (name = 'busy') =>
  (await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];
const state = async (name?: string) => (await told(name))?.StateValue;

describe('an alarm', () => {
  it('goes to ALARM as soon as a breach is certain, and back when the data says so', async () => {
    await alarm();
    await running.cloud.settle();
    expect(await told()).toMatchObject({
      StateValue: 'INSUFFICIENT_DATA',
      StateReason: 'Unchecked: Initial alarm creation',
      TreatMissingData: 'missing',
      ActionsEnabled: true,
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:busy',
    });
    await orders(4);
    // The minute is not over: more may come.
    expect(await state()).toBe('INSUFFICIENT_DATA');
    await orders(6);
    expect(await told()).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 1 datapoint [10.0 (23/11/26 12:00:00)] was greater than or equal to the threshold (10.0).',
      StateUpdatedTimestamp: new Date(START),
    });
    await pass(MINUTE);
    await orders(1);
    expect(await state()).toBe('ALARM');
    await pass(MINUTE);
    expect(await told()).toMatchObject({
      StateValue: 'OK',
      StateReason:
        'Threshold Crossed: 1 datapoint [1.0 (23/11/26 12:01:00)] was not greater than or equal to the threshold (10.0).',
    });
  });

  it('does not judge a minute that has begun by what is yet to come', async () => {
    await alarm({ ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' });
    await alarm({ AlarmName: 'mean', Statistic: 'Average' });
    await running.cloud.settle();
    expect(await state()).toBe('ALARM');
    await orders(20);
    await pass(30_000);
    expect([await state(), await state('mean')]).toEqual(['OK', 'ALARM']);
    for (let minute = 0; minute < 3; minute += 1) {
      await orders(1);
      expect([await state(), await state('mean')]).toEqual(
        minute === 0 ? ['OK', 'ALARM'] : ['OK', 'OK'],
      );
      await orders(15);
      await pass(MINUTE);
    }
    // An average may still fall, so 100 is not an alarm before its minute has ended.
    await orders(100);
    expect(await state('mean')).toBe('OK');
    await pass(MINUTE);
    expect(await state('mean')).toBe('ALARM');
  });

  it.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', 'OK'],
  ])('that treats missing data as %s comes to %s', async (TreatMissingData, expected) => {
    await alarm({ TreatMissingData });
    await orders(1);
    await pass(30_000);
    expect(await state()).toBe('OK');
    // Two periods beyond its own are looked at for real data before silence counts.
    await pass(2 * MINUTE);
    expect(await state()).toBe('OK');
    await pass(MINUTE);
    expect(await state()).toBe(expected);
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, oldest first.
  it.each([
    [3, 3, '0-X-X', 'OK OK OK OK'],
    [3, 3, '0----', 'OK OK OK OK'],
    [3, 3, '-----', 'INSUFFICIENT_DATA INSUFFICIENT_DATA ALARM OK'],
    [3, 3, '0XX-X', 'ALARM ALARM ALARM ALARM'],
    [3, 3, '--X--', 'ALARM INSUFFICIENT_DATA ALARM OK'],
    [2, 3, '0-X-X', 'ALARM ALARM ALARM ALARM'],
    [2, 3, '00X0X', 'ALARM ALARM ALARM ALARM'],
    [2, 3, '0-X--', 'OK OK ALARM OK'],
    [2, 3, '----0', 'OK OK ALARM OK'],
    [2, 3, '---X-', 'ALARM INSUFFICIENT_DATA ALARM OK'],
  ])('of %i out of %i periods sees %s as %s', async (points, periods, history, expected) => {
    for (const [index, point] of history.split('').entries())
      if (point !== '-')
        await orders(point === 'X' ? 20 : 0, { Timestamp: new Date(START - (5 - index) * MINUTE) });
    for (const TreatMissingData of ['missing', 'ignore', 'breaching', 'notBreaching'])
      await alarm({
        AlarmName: TreatMissingData,
        TreatMissingData,
        EvaluationPeriods: periods,
        DatapointsToAlarm: points,
      });
    await running.cloud.settle();
    const states = ['missing', 'ignore', 'breaching', 'notBreaching'].map((name) => state(name));
    expect((await Promise.all(states)).join(' ')).toBe(expected);
  });

  it('looks at its own unit and dimensions, every ten seconds when its periods are short', async () => {
    await alarm({ Unit: 'Bytes', Period: 10, TreatMissingData: 'notBreaching' });
    await orders(20);
    await orders(20, { Dimensions: [{ Name: 'Shop', Value: 'b' }], Unit: 'Bytes' });
    await running.cloud.settle();
    expect(await state()).toBe('OK');
    await orders(20, { Unit: 'Bytes', StorageResolution: 1 });
    expect(await state()).toBe('ALARM');
    await pass(30_000);
    expect(await state()).toBe('ALARM');
    await pass(10_000);
    expect(await state()).toBe('OK');
  });

  it('keeps its state when it is changed, and ends when it is deleted', async () => {
    await alarm({ Tags: [{ Key: 'team', Value: 'a' }] });
    await orders(20);
    await alarm({ AlarmDescription: 'changed', Tags: [{ Key: 'team', Value: 'b' }] });
    expect(await told()).toMatchObject({ StateValue: 'ALARM', AlarmDescription: 'changed' });
    const ResourceARN = (await told())?.AlarmArn ?? '';
    const tags = async () =>
      (await cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    // AWS ignores the tags of a change.
    expect(await tags()).toEqual([{ Key: 'team', Value: 'a' }]);
    await cloudwatch.send(
      new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'cost', Value: '1' }] }),
    );
    await cloudwatch.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));
    expect(await tags()).toEqual([{ Key: 'cost', Value: '1' }]);
    const onMetric = new DescribeAlarmsForMetricCommand({
      Namespace: 'Shop',
      MetricName: 'Orders',
    });
    expect((await cloudwatch.send(onMetric)).MetricAlarms).toHaveLength(1);
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['busy'] }));
    expect(await told()).toBeUndefined();
    await pass(2 * MINUTE);
    // Nothing is left that evaluates.
    expect(clock.nextDue()).toBeUndefined();
  });

  it('is set by hand until it is evaluated again, and its history tells', async () => {
    await alarm({ TreatMissingData: 'notBreaching' });
    await running.cloud.settle();
    const set = (AlarmName: string) =>
      cloudwatch.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a drill' }),
      );
    await set('busy');
    expect(await told()).toMatchObject({ StateValue: 'ALARM', StateReason: 'a drill' });
    await pass(MINUTE);
    expect(await state()).toBe('OK');
    await expect(set('none')).rejects.toMatchObject({ name: 'ResourceNotFound' });
    const history = async (input: object = {}) =>
      (
        await cloudwatch.send(new DescribeAlarmHistoryCommand({ AlarmName: 'busy', ...input }))
      ).AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary);
    expect(await history()).toEqual([
      'Alarm updated from ALARM to OK',
      'Alarm updated from OK to ALARM',
      'Alarm updated from INSUFFICIENT_DATA to OK',
      'Alarm "busy" created',
    ]);
    expect(await history({ HistoryItemType: 'ConfigurationUpdate' })).toEqual([
      'Alarm "busy" created',
    ]);
  });

  it('is found by name, prefix, state and action', async () => {
    const topic = 'arn:aws:sns:us-east-1:000000000000:t';
    await alarm({ AlarmName: 'shop-a', AlarmActions: [topic], ActionsEnabled: false });
    await alarm({ AlarmName: 'shop-b', TreatMissingData: 'notBreaching' });
    await alarm({ AlarmName: 'bakery' });
    await running.cloud.settle();
    const names = async (input: DescribeAlarmsCommandInput) =>
      (await cloudwatch.send(new DescribeAlarmsCommand(input))).MetricAlarms?.map(
        ({ AlarmName }) => AlarmName,
      );
    expect(await names({})).toEqual(['bakery', 'shop-a', 'shop-b']);
    expect(await names({ AlarmNamePrefix: 'shop' })).toEqual(['shop-a', 'shop-b']);
    expect(await names({ StateValue: 'OK' })).toEqual(['shop-b']);
    expect(await names({ ActionPrefix: 'arn:aws:sns' })).toEqual(['shop-a']);
    const first = await cloudwatch.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
    expect(await names({ NextToken: first.NextToken })).toEqual(['shop-b']);
    await cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames: ['shop-a'] }));
    expect((await told('shop-a'))?.ActionsEnabled).toBe(true);
    await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['shop-a'] }));
    expect((await told('shop-a'))?.ActionsEnabled).toBe(false);
  });

  it.each([
    [{ MetricName: undefined }, /MetricName is required/],
    [{ Statistic: undefined }, /Exactly one of the parameters Statistic and ExtendedStatistic/],
    [{ Statistic: undefined, ExtendedStatistic: 'tm99' }, /'tm99' is not supported/],
    [{ Period: 45 }, /Period is 45; it must be/],
    [{ Period: 86_400, EvaluationPeriods: 8 }, /seven days/],
    [{ DatapointsToAlarm: 2 }, /DatapointsToAlarm is 2/],
    [{ TreatMissingData: 'maybe' }, /maybe for parameter TreatMissingData is not recognized/],
    [{ ComparisonOperator: 'LessThanLowerOrGreaterThanUpperThreshold' }, /not supported/],
    [{ Metrics: [{ Id: 'e', Expression: 'a/b' }] }, /PutMetricAlarm with Metrics is not supported/],
    [{ EvaluationWindow: { WallClockWindow: {} } }, /EvaluationWindow is not supported/],
  ] as readonly (readonly [Partial<PutMetricAlarmCommandInput>, RegExp])[])(
    'is refused with %j',
    async (more, message) => {
      await expect(alarm(more)).rejects.toThrow(message);
      expect(await told()).toBeUndefined();
    },
  );
});
