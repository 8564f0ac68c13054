import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';
import type { TopicBench } from '../sns/fixtures/topics.ts';
import { ACCOUNT, queueArn, startTopics } from '../sns/fixtures/topics.ts';

const arnOf = (name: string) => `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${name}`;

let bench: TopicBench;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  bench = await startTopics();
  cloudwatch = new CloudWatchClient({
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  for (const name of ['a', 'b', 'c'])
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: name,
        Namespace: 'App',
        MetricName: name,
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'ignore',
      }),
    );
});
afterAll(async () => {
  cloudwatch.destroy();
  await bench.stop();
});

const set = async (AlarmName: string, StateValue: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA') => {
  await cloudwatch.send(
    new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'by hand' }),
  );
  await bench.cloud.settle();
};
const put = async (AlarmName: string, AlarmRule: string, more: object = {}) => {
  await cloudwatch.send(new PutCompositeAlarmCommand({ AlarmName, AlarmRule, ...more }));
  await bench.cloud.settle();
};
const composite = async (name: string) =>
  (
    await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['CompositeAlarm'] }),
    )
  ).CompositeAlarms?.[0];
const remove = (...AlarmNames: string[]) =>
  cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames }));

it('follows the alarms of its rule, and tells its topic', async () => {
  const topic = await bench.topic('pages');
  const url = await bench.queue('pages', topic);
  await bench.subscribe(topic, 'sqs', queueArn('pages'), {
    Attributes: { RawMessageDelivery: 'true' },
  });
  const rule = `ALARM("a") AND (ALARM(${arnOf('b')}) OR NOT OK(c))`;
  for (const name of ['a', 'b', 'c']) await set(name, 'OK');
  await put('both', rule, { AlarmActions: [topic] });
  expect(await composite('both')).toMatchObject({
    AlarmArn: arnOf('both'),
    AlarmRule: rule,
    StateValue: 'OK',
    StateReason: `${arnOf('both')} was created and its alarm rule evaluates to OK`,
  });
  await set('a', 'ALARM');
  expect((await composite('both'))?.StateValue).toBe('OK');
  await bench.clock.advance(Date.UTC(2026, 0, 1, 0, 57, 45) - bench.clock.now());
  await set('c', 'INSUFFICIENT_DATA');
  const told = await composite('both');
  expect(told).toMatchObject({
    StateValue: 'ALARM',
    StateReason: `${arnOf('c')} transitioned to INSUFFICIENT_DATA at Thursday 01 January, 2026 00:57:45 UTC`,
  });
  expect(JSON.parse(told?.StateReasonData ?? '')).toEqual({
    triggeringAlarms: [
      {
        arn: arnOf('c'),
        state: { value: 'INSUFFICIENT_DATA', timestamp: '2026-01-01T00:57:45.000+0000' },
      },
    ],
  });
  const [page] = await bench.received(url);
  expect(JSON.parse(page?.Body ?? '{}')).toMatchObject({
    AlarmName: 'both',
    NewStateValue: 'ALARM',
    OldStateValue: 'OK',
    AlarmRule: rule,
    TriggeringChildren: [
      {
        Arn: arnOf('c'),
        State: { Value: 'INSUFFICIENT_DATA', Timestamp: '2026-01-01T00:57:45.000+0000' },
      },
    ],
  });
  // Switched off, it changes and says nothing.
  await cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['both'] }));
  await set('a', 'OK');
  await set('a', 'ALARM');
  expect((await composite('both'))?.StateValue).toBe('ALARM');
  expect(await bench.received(url)).toEqual([]);
  const { AlarmHistoryItems = [] } = await cloudwatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'both' }),
  );
  expect(AlarmHistoryItems[0]).toMatchObject({
    AlarmType: 'CompositeAlarm',
    HistorySummary: 'Alarm updated from OK to ALARM',
  });
});

it('stands on others, and is told by its kin', async () => {
  await put('inner', 'ALARM(a)');
  await put('outer', 'ALARM(inner) OR FALSE');
  await set('a', 'OK');
  expect((await composite('outer'))?.StateValue).toBe('OK');
  await set('a', 'ALARM');
  expect((await composite('outer'))?.StateReason).toContain(
    `${arnOf('inner')} transitioned to ALARM`,
  );
  const kin = async (query: object) => {
    const answer = await cloudwatch.send(new DescribeAlarmsCommand(query));
    return [answer.MetricAlarms, answer.CompositeAlarms].map((alarms) =>
      alarms?.map(({ AlarmName }) => AlarmName),
    );
  };
  expect(await kin({ ChildrenOfAlarmName: 'outer' })).toEqual([[], ['inner']]);
  expect(await kin({ ParentsOfAlarmName: 'a' })).toEqual([[], ['both', 'inner']]);
  // Without types: metric alarms alone, as on AWS.
  expect(await kin({})).toEqual([['a', 'b', 'c'], []]);
  await expect(remove('inner')).rejects.toThrow(
    'Cannot delete inner as there are composite alarm(s) depending on it.',
  );
  await expect(remove('a', 'b')).rejects.toThrow(
    'Cannot delete a,b as there are composite alarm(s) depending on them.',
  );
  await expect(remove('inner', 'outer')).rejects.toThrow('Only one composite alarm');
  // A circle ends.
  await put('inner', 'ALARM(a) AND NOT ALARM(outer)');
  await set('a', 'OK');
  await set('a', 'ALARM');
  await put('inner', 'FALSE');
  await remove('outer');
  await remove('inner');
  expect(await composite('inner')).toBeUndefined();
});

it('counts alarms of a state', async () => {
  const states: Record<string, string | undefined> = {};
  for (const name of ['a', 'b', 'c']) await set(name, 'OK');
  await set('a', 'ALARM');
  for (const rule of [
    'AT_LEAST(2, ALARM, (a, b, c))',
    'AT_LEAST(1, ALARM, (a, "b", c))',
    `AT_LEAST(67%, OK, (${arnOf('a')}, b, c))`,
    'AT_LEAST("66%", OK, (a, b, c))',
    'AT_LEAST(2, NOT ALARM, (a, b, c)) AND NOT ALARM(b)',
  ]) {
    await put('counting', rule);
    states[rule] = (await composite('counting'))?.StateValue;
  }
  expect(Object.values(states)).toEqual(['OK', 'ALARM', 'OK', 'ALARM', 'ALARM']);
  await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['counting'] }));
});

it('refuses a rule that is none', async () => {
  for (const [rule, message] of [
    [
      'ALARM(none) OR ALARM(a) OR OK("nor this")',
      'Could not save the composite alarm as alarms [none, nor this] in the alarm rule do not exist',
    ],
    ['ALARM(a', "')' is expected, there is the end"],
    ['ALARM(a) OK(b)', "the end is expected, there is 'OK'"],
    ['BROKEN(a)', "TRUE or FALSE is expected, there is 'BROKEN'"],
    ['AT_LEAST(some, ALARM, (a, b))', "a number or a percentage is expected, there is 'some'"],
    ['AT_LEAST(1, NOT, (a, b))', "ALARM, OK or INSUFFICIENT_DATA is expected, there is ','"],
    ['AT_LEAST(1, ALARM, a, b)', "'(' is expected, there is 'a'"],
  ] as const)
    await expect(put('bad', rule), rule).rejects.toThrow(message);
  await expect(put('bad', 'TRUE', { ActionsSuppressor: 'a' })).rejects.toThrow(
    'An ActionsSuppressor needs an ActionsSuppressorWaitPeriod and an ActionsSuppressorExtensionPeriod.',
  );
  await expect(put('bad', 'TRUE', { ActionsSuppressorWaitPeriod: 1 })).rejects.toThrow(
    'needs an ActionsSuppressor',
  );
  await expect(
    put('bad', 'TRUE', {
      ActionsSuppressor: 'none',
      ActionsSuppressorWaitPeriod: 1,
      ActionsSuppressorExtensionPeriod: 1,
    }),
  ).rejects.toThrow('The ActionsSuppressor none does not exist.');
  await expect(put('a', 'TRUE')).rejects.toThrow(
    'There is a metric alarm with the name a already.',
  );
});

it('is made, changed, looked at and deleted in stacks', async () => {
  const stacks: StackBench = await startStackBench();
  const resources = (AlarmRule: unknown) => ({
    Child: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        Namespace: 'App',
        MetricName: 'Errors',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
      },
    },
    Parent: {
      Type: 'AWS::CloudWatch::CompositeAlarm',
      Properties: {
        AlarmDescription: 'all of them',
        AlarmRule,
        ActionsEnabled: 'false',
        ActionsSuppressor: { Ref: 'Child' },
        ActionsSuppressorWaitPeriod: '60',
        ActionsSuppressorExtensionPeriod: 120,
      },
    },
  });
  const outputs = { Arn: { 'Fn::GetAtt': ['Parent', 'Arn'] } };
  const made = await stacks.deploy('s', resources({ 'Fn::Sub': 'ALARM("${Child}")' }), outputs);
  expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
  expect(made.outputs['Arn']).toMatch(/:alarm:s-Parent-\w+$/);
  expect(await stacks.drift('s')).toContain('Parent: IN_SYNC');
  const changed = await stacks.deploy('s', resources({ 'Fn::Sub': 'OK("${Child}")' }), outputs);
  expect([changed.status, changed.outputs]).toEqual(['UPDATE_COMPLETE', made.outputs]);
  expect(await stacks.remove('s')).toBe('DELETE_COMPLETE');
  await stacks.stop();
});
