import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { AlarmChange, AlarmEvent } from '../../index.ts';
import {
  alarm,
  allOf,
  anyOf,
  atLeast,
  compositeAlarm,
  inState,
  lambda,
  noneOf,
  queue,
  service,
  topic,
} from '../../index.ts';
import type { TestCloud } from '../../testing/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';
import { watch } from './fixtures/watch.ts';

const { start } = createTestClouds();

/** States of all alarms by the logical ids that stand in their names. */
const statesOf = async (cloud: TestCloud) => {
  const { MetricAlarms = [], CompositeAlarms = [] } = await new CloudWatchClient(
    cloud.settings,
  ).send(new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] }));
  return Object.fromEntries(
    [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName = '', StateValue }) => [
      AlarmName.split('-')[1],
      StateValue,
    ]),
  );
};
const set = async (cloud: TestCloud, logicalId: string, StateValue: 'ALARM' | 'OK') => {
  const client = new CloudWatchClient(cloud.settings);
  const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
  const AlarmName = MetricAlarms.map((one) => one.AlarmName).find(
    (name) => name?.split('-')[1] === logicalId,
  );
  await client.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'by hand' }));
  await cloud.settle();
};

describe('an alarm that changes', () => {
  it('starts a function, typed, by the function’s own name among its dimensions (DEC-01), and the circle closes', async () => {
    const seen: AlarmChange[] = [];
    const failing = alarm(
      { ...lambda('Work', {}, async () => 'done').errors },
      { threshold: 1, name: 'Failing', description: 'Look at it' },
    );
    // The function that fails is the one that its alarm starts.
    const work = lambda('Work', { on: failing.changes() }, async (change) => {
      expectTypeOf(change).toEqualTypeOf<AlarmChange>();
      if ('alarmName' in change) seen.push(change);
      else throw new Error('failed by hand');
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work] }));
    await cloud.advance('2 minutes');
    await expect(cloud.invoke(work, {} as never)).rejects.toThrow('failed by hand');
    await cloud.advance('1 minute');
    const [change] = seen;
    expect(change).toMatchObject({
      alarmName: expect.stringMatching(/^Shop-Failing-/),
      alarmArn: expect.stringContaining(':alarm:Shop-Failing-'),
      state: {
        value: 'ALARM',
        reason: expect.stringContaining('Threshold Crossed'),
        reasonData: { threshold: 1 },
        suppressedBy: undefined,
      },
      previousState: { value: 'OK' },
      configuration: {
        description: 'Look at it',
        metrics: [
          {
            metricStat: {
              metric: {
                namespace: 'AWS/Lambda',
                name: 'Errors',
                dimensions: { FunctionName: expect.stringMatching(/^Shop-Work-/) },
              },
            },
          },
        ],
      },
      record: { source: 'aws.cloudwatch' },
    });
    expect(change?.at).toEqual(change?.state.at);
    expect(change?.at.getTime()).toBeGreaterThan(change?.previousState.at.getTime() ?? 0);
    await cloud.advance('10 minutes');
    expect(seen.map(({ state }) => state.value)).toEqual(['ALARM', 'OK']);
  });

  it('starts it in the states that are asked for, several functions each', async () => {
    const work = lambda('Work', {}, async () => 'done');
    const failing = alarm(work.errors, { threshold: 1 });
    const seen: string[] = [];
    const bad = lambda('Bad', { on: failing.changes({ to: ['ALARM'] }) }, async ({ state }) => {
      seen.push(`bad ${state.value}`);
    });
    const raw = lambda('Raw', { on: failing.events({ to: ['OK', 'ALARM'] }) }, async (event) => {
      expectTypeOf(event).toEqualTypeOf<AlarmEvent>();
      seen.push(`raw ${event.alarmData.state.value}`);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work, bad, raw] }));
    await cloud.advance('2 minutes');
    await set(cloud, 'WorkErrorsAlarm', 'ALARM');
    await cloud.advance('5 minutes');
    expect(seen.toSorted()).toEqual(['bad ALARM', 'raw ALARM', 'raw OK']);
  });

  it('tells several topics', async () => {
    const [one, two] = [topic('One'), topic('Two')];
    const mail = queue('Mail', { from: [one.subscription(), two.subscription()] });
    const work = lambda('Work', {}, async () => 'done');
    const failing = alarm(work.errors, { threshold: 1, notify: [one, two] });
    const cloud = await start();
    await cloud.provision(
      service('Shop', { functions: [work], resources: [mail], alarms: [failing] }),
    );
    await cloud.advance('2 minutes');
    await set(cloud, 'WorkErrorsAlarm', 'ALARM');
    // Each told both that it was OK, and that it was not.
    expect((await cloud.use(mail).depth()).visible).toBe(4);
  });
});

describe('a composite alarm', () => {
  const work = lambda('Work', {}, async () => 'done');
  // They stay where they are put.
  const still = { threshold: 100, treatMissingData: 'ignore' } as const;
  const failing = alarm(work.errors, { ...still, name: 'Failing' });
  const slow = alarm(work.duration, { ...still, name: 'Slow' });
  const busy = alarm(work.invocations, { ...still, name: 'Busy' });

  it.each([
    ['one alarm', failing, ['ALARM', 'ALARM']],
    ['all', allOf(failing, slow), ['OK', 'ALARM']],
    ['any', anyOf(failing, slow), ['ALARM', 'ALARM']],
    ['none', noneOf(slow, busy), ['ALARM', 'OK']],
    ['so many', atLeast(2, failing, slow, busy), ['OK', 'ALARM']],
    ['a share', atLeast('30%', failing, slow, busy), ['ALARM', 'ALARM']],
    ['a state', inState(slow, 'INSUFFICIENT_DATA'), ['ALARM', 'OK']],
    ['rules of rules', allOf(anyOf(failing, busy), noneOf(slow)), ['ALARM', 'OK']],
  ] as const)('goes off by %s', async (_name, rule, [once, twice]) => {
    const down = compositeAlarm('Down', rule);
    const cloud = await start();
    await cloud.provision(
      service('Shop', { functions: [work], alarms: [down, failing, slow, busy] }),
    );
    await cloud.advance('2 minutes');
    await set(cloud, 'Failing', 'ALARM');
    expect((await statesOf(cloud))['Down']).toBe(once);
    await set(cloud, 'Slow', 'ALARM');
    expect((await statesOf(cloud))['Down']).toBe(twice);
  });

  it('starts a function, and is held back by a suppressor', async () => {
    const seen: string[] = [];
    const down = compositeAlarm('Down', anyOf(failing, slow), {
      suppressor: { alarm: busy, waitPeriod: 120, extensionPeriod: 180 },
    });
    const page = lambda('Page', { on: down.changes({ to: ['ALARM'] }) }, async (change) => {
      seen.push(`${change.previousState.suppressedBy}: ${change.configuration.alarmRule}`);
    });
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work, page] }));
    await cloud.advance('5 minutes');
    await set(cloud, 'Busy', 'ALARM');
    await set(cloud, 'Failing', 'ALARM');
    await cloud.advance('5 seconds');
    await set(cloud, 'Busy', 'OK');
    await cloud.advance('2 minutes');
    expect(seen).toEqual([]);
    await cloud.advance('1 minute');
    expect(seen).toEqual([
      expect.stringMatching(
        /^ExtensionPeriod: \(ALARM\("Shop-Failing-\w+"\) OR ALARM\("Shop-Slow-\w+"\)\)$/,
      ),
    ]);
  });
});

it('is read by an archive in a process of its own', async () => {
  const cloud = await start({ handlers: 'processes' });
  await cloud.provision(watch);
  await cloud.use(lambda('Work', {}, async () => 'done').invoke()).send(undefined);
  await cloud.settle();
  const [message] = await cloud.use(queue('Seen')).receive();
  expect(JSON.parse(message?.body ?? '')).toEqual(['ALARM', cloud.now().toISOString()]);
});
