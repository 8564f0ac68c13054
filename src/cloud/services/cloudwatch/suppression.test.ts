import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TopicBench } from '../sns/fixtures/topics.ts';
import { startTopics } from '../sns/fixtures/topics.ts';

// The examples of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html: a unit of time
// is a minute, WaitPeriod two of them, ExtensionPeriod three.
const MINUTE = 60_000;

let bench: TopicBench;
let cloudwatch: CloudWatchClient;
let stateDir = '';
let actions: { readonly AlarmActions: string[]; readonly OKActions: string[] };
const start = async () => {
  bench = await startTopics({ stateDir });
  cloudwatch = new CloudWatchClient({
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
};
const stop = async () => {
  cloudwatch.destroy();
  await bench.stop();
};
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'alarms-'));
  await start();
  for (const AlarmName of ['child', 'suppressor'])
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        Namespace: 'App',
        MetricName: AlarmName,
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
      }),
    );
  actions = {
    AlarmActions: [await bench.topic('alarms')],
    OKActions: [await bench.topic('oks')],
  };
  await putParent();
  // It was created, and its rule evaluated to OK.
  await pass(2);
  expect(await acted()).toEqual(['oks']);
});
afterEach(async () => {
  await stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const putParent = async (more: object = {}) => {
  await cloudwatch.send(
    new PutCompositeAlarmCommand({
      AlarmName: 'parent',
      AlarmRule: 'ALARM(child)',
      ActionsSuppressor: 'suppressor',
      ActionsSuppressorWaitPeriod: 120,
      ActionsSuppressorExtensionPeriod: 180,
      ...actions,
      ...more,
    }),
  );
  await bench.cloud.settle();
};
const pass = async (minutes: number) => {
  await bench.clock.advance(minutes * MINUTE);
  await bench.cloud.settle();
};
const set = async (AlarmName: 'child' | 'suppressor', StateValue: 'ALARM' | 'OK') => {
  await cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'by hand' }),
  );
  await bench.cloud.settle();
};
/** Topics that it told, in order. */
const acted = async () =>
  (
    await cloudwatch.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: 'parent',
        HistoryItemType: 'Action',
        ScanBy: 'TimestampAscending',
      }),
    )
  ).AlarmHistoryItems?.map(({ HistorySummary = '' }) => HistorySummary.split(':').at(-1));
const parent = async () =>
  (
    await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: ['parent'], AlarmTypes: ['CompositeAlarm'] }),
    )
  ).CompositeAlarms?.[0];
const heldBy = async () => (await parent())?.ActionsSuppressedBy;

it('1: acts once the wait period is over', async () => {
  await set('child', 'ALARM');
  expect(await parent()).toMatchObject({
    StateValue: 'ALARM',
    ActionsSuppressor: 'suppressor',
    ActionsSuppressorWaitPeriod: 120,
    ActionsSuppressorExtensionPeriod: 180,
    ActionsSuppressedBy: 'WaitPeriod',
    ActionsSuppressedReason: 'Actions suppressed by WaitPeriod',
  });
  const changed = (await parent())?.StateTransitionedTimestamp;
  await pass(1);
  expect([await acted(), await heldBy()]).toEqual([['oks'], 'WaitPeriod']);
  await pass(1);
  expect([await acted(), await heldBy()]).toEqual([['oks', 'alarms'], undefined]);
  const { StateTransitionedTimestamp, StateUpdatedTimestamp } = (await parent()) ?? {};
  expect(StateTransitionedTimestamp).toEqual(changed);
  expect(StateUpdatedTimestamp?.getTime()).toBe((changed?.getTime() ?? 0) + 2 * MINUTE);
  await pass(10);
  expect(await acted()).toHaveLength(2);
});

it('acts in a cloud that was started anew meanwhile', async () => {
  await set('child', 'ALARM');
  await stop();
  await start();
  expect(await heldBy()).toBe('WaitPeriod');
  // The new cloud's clock stands two minutes behind.
  await pass(3);
  expect(await heldBy()).toBe('WaitPeriod');
  await pass(1);
  expect([await acted(), await heldBy()]).toEqual([['oks', 'alarms'], undefined]);
});

it('2 and 5: is held back by a suppressor that comes within the wait period, and acts after the extension period', async () => {
  await set('child', 'ALARM');
  await pass(1);
  await set('suppressor', 'ALARM');
  expect(await heldBy()).toBe('Alarm');
  await pass(3);
  expect(await acted()).toEqual(['oks']);
  await set('suppressor', 'OK');
  expect(await heldBy()).toBe('ExtensionPeriod');
  await pass(2);
  expect(await acted()).toEqual(['oks']);
  await pass(1);
  expect([await acted(), await heldBy()]).toEqual([['oks', 'alarms'], undefined]);
});

it('3: waits anew when its state changes while it waits, and acts by the state that it has then', async () => {
  await set('child', 'ALARM');
  await pass(1);
  await set('child', 'OK');
  await pass(1);
  expect([await acted(), await heldBy()]).toEqual([['oks'], 'WaitPeriod']);
  await pass(1);
  expect(await acted()).toEqual(['oks', 'oks']);
});

it('4: is held back by a suppressor that is there already', async () => {
  await set('suppressor', 'ALARM');
  await set('child', 'ALARM');
  expect(await heldBy()).toBe('Alarm');
  await pass(10);
  expect(await acted()).toEqual(['oks']);
});

it('6: waits anew when its state changes within the extension period', async () => {
  await set('suppressor', 'ALARM');
  await set('child', 'ALARM');
  await set('suppressor', 'OK');
  await pass(1);
  await set('child', 'OK');
  expect(await heldBy()).toBe('WaitPeriod');
  await pass(2);
  expect([await acted(), await heldBy()]).toEqual([['oks', 'oks'], undefined]);
});

it('forgets what held it back when it gets another suppressor, or none', async () => {
  await set('child', 'ALARM');
  await putParent({ ActionsSuppressor: 'child' });
  expect(await heldBy()).toBeUndefined();
  await pass(5);
  expect(await acted()).toEqual(['oks']);
});
