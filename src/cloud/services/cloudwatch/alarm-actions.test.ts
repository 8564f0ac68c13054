import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand } from '@aws-sdk/client-lambda';
import {
  CreateTopicCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VirtualClock } from '../../core/clock.ts';
import { createVirtualClock } from '../../core/clock.ts';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';

const ACCOUNT = '000000000000';
const MINUTE = 60_000;
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const alarmArn = (name: string) => `arn:aws:cloudwatch:us-east-1:${ACCOUNT}:alarm:${name}`;

let clock: VirtualClock;
let bench: LambdaBench;
let sns: SNSClient;

beforeAll(async () => {
  // Signatures are checked against the cloud's clock, so it starts where the clients are.
  clock = createVirtualClock(Date.now());
  bench = await startLambdaBench({ clock });
  sns = new SNSClient({
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  // Says what it was given, a line per event.
  await bench.create('listener', {
    'index.mjs': 'export const handler = async (event) => console.log(JSON.stringify(event));',
  });
});
afterAll(async () => {
  sns.destroy();
  await bench.stop();
});

const permit = (FunctionName: string, Principal: string, SourceArn: string) =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: SourceArn.replace(/\W/g, '-'),
      Action: 'lambda:InvokeFunction',
      Principal,
      SourceArn,
    }),
  );
/** A topic of which the listener hears. */
const createTopic = async (Name: string) => {
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name }));
  await permit('listener', 'sns.amazonaws.com', TopicArn);
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: functionArn('listener') }),
  );
  return TopicArn;
};
const alarm = (
  AlarmName: string,
  AlarmActions: readonly string[],
  more: Partial<ConstructorParameters<typeof PutMetricAlarmCommand>[0]> = {},
) =>
  bench.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      AlarmActions: [...AlarmActions],
      Namespace: 'Shop',
      MetricName: AlarmName,
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      ...more,
    }),
  );
const put = (MetricName: string, Value: number) =>
  bench.cloudwatch.send(
    new PutMetricDataCommand({ Namespace: 'Shop', MetricData: [{ MetricName, Value }] }),
  );
/** Events that the listener has been given and that say `needle`. */
const heard = async (needle: string): Promise<readonly string[]> => {
  await bench.cloud.settle();
  try {
    const { events = [] } = await bench.logs.send(
      new FilterLogEventsCommand({ logGroupName: '/aws/lambda/listener' }),
    );
    return events
      .flatMap(({ message = '' }) => /\{".*/.exec(message)?.[0] ?? [])
      .filter((line) => line.includes(needle));
  } catch {
    return [];
  }
};
const actionsOf = async (AlarmName: string) =>
  (
    await bench.cloudwatch.send(
      new DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'Action' }),
    )
  ).AlarmHistoryItems?.map(({ HistorySummary, HistoryData = '' }) => [
    HistorySummary,
    (JSON.parse(HistoryData) as { readonly actionState: string }).actionState,
  ]);
const state = async (name: string) =>
  (await bench.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0]
    ?.StateValue;
/** What went wrong, and was told. */
const notes = (needle: string) =>
  bench.cloud.journal
    .entries()
    .filter(
      ({ kind, message, outcome }) =>
        kind === 'note' && outcome !== 'ok' && message?.includes(needle) === true,
    );

describe('an alarm that changes its state', () => {
  it('notifies its topic, and the function behind it, in AWS’s words', async () => {
    const topic = await createTopic('alarms');
    await alarm('errors', [topic], { OKActions: [topic], AlarmDescription: 'too many' });
    await bench.cloud.settle();
    await put('errors', 3);
    const [line = '{}', ...others] = await heard('"errors\\"');
    const [ok, notification] = [line, ...others].map((text) => {
      const { Sns } =
        (
          JSON.parse(text) as {
            readonly Records: readonly { readonly Sns: { Subject: string; Message: string } }[];
          }
        ).Records[0] ?? expect.fail('no record');
      return { subject: Sns.Subject, message: JSON.parse(Sns.Message) as object };
    });
    // Missing data is within the threshold, so the alarm was OK first.
    expect(ok?.subject).toBe('OK: "errors" in US East (N. Virginia)');
    expect(notification?.subject).toBe('ALARM: "errors" in US East (N. Virginia)');
    expect(notification?.message).toMatchObject({
      AlarmName: 'errors',
      AlarmDescription: 'too many',
      AWSAccountId: ACCOUNT,
      NewStateValue: 'ALARM',
      OldStateValue: 'OK',
      NewStateReason: expect.stringMatching(
        /^Threshold Crossed: 1 datapoint \[3\.0 .*\] was greater than or equal to the threshold \(1\.0\)\.$/,
      ),
      Region: 'US East (N. Virginia)',
      AlarmArn: alarmArn('errors'),
      AlarmActions: [topic],
      Trigger: {
        MetricName: 'errors',
        Namespace: 'Shop',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        TreatMissingData: 'notBreaching',
      },
    });
    const done = [`Successfully executed action ${topic}`, 'Succeeded'];
    expect(await actionsOf('errors')).toEqual([done, done]);
    // It stays in ALARM without telling again.
    await put('errors', 3);
    expect(await heard('"errors\\"')).toHaveLength(2);
  });

  it('notifies by hand, too, and not when its actions are off', async () => {
    const topic = await createTopic('drills');
    const drill = (AlarmName: string) =>
      bench.cloudwatch.send(
        new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'a drill' }),
      );
    await alarm('drill', [topic]);
    await alarm('muted', [topic], { ActionsEnabled: false });
    await drill('drill');
    await drill('muted');
    expect(await heard('ALARM: \\"drill\\"')).toHaveLength(1);
    expect(await heard('\\"muted\\"')).toEqual([]);
    expect(await state('muted')).toBe('ALARM');
  });

  it('does not reach a topic that does not let it in, and the journal says so', async () => {
    const topic = await createTopic('closed');
    await sns.send(
      new SetTopicAttributesCommand({
        TopicArn: topic,
        AttributeName: 'Policy',
        AttributeValue: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 's3.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: topic,
            },
          ],
        }),
      }),
    );
    const nowhere = 'arn:aws:automate:us-east-1:ec2:stop';
    await alarm('unheard', [topic, nowhere]);
    await put('unheard', 1);
    expect(await heard('\\"unheard\\"')).toEqual([]);
    expect(await state('unheard')).toBe('ALARM');
    expect(await actionsOf('unheard')).toEqual(
      expect.arrayContaining([
        [expect.stringMatching(`Failed to execute action ${topic}.*not authorized`), 'Failed'],
        [expect.stringMatching(`Failed to execute action ${nowhere}.*not supported`), 'Failed'],
      ]),
    );
    expect(notes('alarm unheard').map(({ outcome }) => outcome)).toEqual(['error', 'denied']);
  });

  it('invokes a function that lets it', async () => {
    await alarm('direct', [functionArn('listener')]);
    await bench.cloud.settle();
    await put('direct', 1);
    expect(await heard('"alarmName":"direct"')).toEqual([]);
    expect(notes('alarm direct')[0]?.message).toMatch(/not authorized.*lambda:InvokeFunction/);
    await permit('listener', 'lambda.alarms.cloudwatch.amazonaws.com', alarmArn('direct'));
    // Three minutes without data, and it is OK again.
    await clock.advance(4 * MINUTE);
    await bench.cloud.settle();
    expect(await state('direct')).toBe('OK');
    await put('direct', 1);
    const [line = '{}'] = await heard('"alarmName":"direct"');
    expect(JSON.parse(line)).toMatchObject({
      source: 'aws.cloudwatch',
      alarmArn: alarmArn('direct'),
      accountId: ACCOUNT,
      region: 'us-east-1',
      alarmData: {
        alarmName: 'direct',
        state: {
          value: 'ALARM',
          reason: expect.stringMatching(/^Threshold Crossed: 1 datapoint /),
          reasonData: expect.stringContaining('"threshold":1'),
          timestamp: expect.stringMatching(/\+0000$/),
        },
        previousState: {
          value: 'OK',
          reason: expect.stringMatching(/^Threshold Crossed: /),
          timestamp: expect.stringMatching(/\+0000$/),
        },
        configuration: {
          metrics: [{ metricStat: { metric: { namespace: 'Shop', name: 'direct' }, stat: 'Sum' } }],
        },
      },
    });
  });
});

describe('metrics of functions', () => {
  const sum = async (Namespace: string, MetricName: string, Name: string, Value: string) =>
    (
      await bench.cloudwatch.send(
        new GetMetricStatisticsCommand({
          Namespace,
          MetricName,
          Dimensions: [{ Name, Value }],
          StartTime: new Date(clock.now() - 5 * MINUTE),
          EndTime: new Date(clock.now() + 5 * MINUTE),
          Period: 600,
          Statistics: ['Sum'],
        }),
      )
    ).Datapoints?.reduce((total, { Sum = 0 }) => total + Sum, 0);

  it('come from Lambda, and set off an alarm on errors', async () => {
    const topic = await createTopic('function-errors');
    await alarm('function-failed', [topic], {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'failing' }],
    });
    await bench.create('failing', {
      'index.mjs': `export const handler = async () => { throw new Error('no'); };`,
    });
    await bench.invoke('failing');
    expect(await heard('ALARM: \\"function-failed\\"')).toHaveLength(1);
    expect(await sum('AWS/Lambda', 'Invocations', 'FunctionName', 'failing')).toBe(1);
    expect(await sum('AWS/Lambda', 'Errors', 'FunctionName', 'failing')).toBe(1);
  });

  it('come from lines in the embedded metric format', async () => {
    const line = (now: number) => ({
      _aws: {
        Timestamp: now,
        CloudWatchMetrics: [
          {
            Namespace: 'Prints',
            Dimensions: [['Paper']],
            Metrics: [{ Name: 'Sheets', Unit: 'Count' }],
          },
        ],
      },
      Paper: 'matt',
      Sheets: [2, 3],
    });
    await bench.create('printing', {
      'index.mjs':
        'export const handler = async (line) => void process.stdout.write(JSON.stringify(line) + "\\n");',
    });
    await bench.invoke('printing', line(clock.now()));
    await bench.invoke('printing', { ...line(clock.now()), Sheets: 'many' });
    await bench.cloud.settle();
    expect(await sum('Prints', 'Sheets', 'Paper', 'matt')).toBe(5);
    const { Metrics } = await bench.cloudwatch.send(
      new ListMetricsCommand({ Namespace: 'Prints' }),
    );
    expect(Metrics).toHaveLength(1);
  });
});
