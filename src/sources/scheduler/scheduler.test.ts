import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createSeededRandom } from '../../cloud/core/random.ts';
import { openTimeZone, parseCron, parseScheduleExpression } from '../../cloud/cron/index.ts';
import type { ScheduledEvent, ScheduleTime } from '../../index.ts';
import { alarm, lambda, queue, schedule, scheduleGroup, service } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';
import { wrongInCron } from './check-cron.ts';
import { wrongInTime } from './check-time.ts';

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

describe('a schedule', () => {
  it('comes when the clocks of its place say so, with its input', async () => {
    const nightly = schedule('Nightly', {
      cron: '0 3 * * ? *',
      timeZone: 'Europe/Berlin',
      input: { keep: 30 },
    });
    const seen: ScheduledEvent<{ readonly keep: 30 }>[] = [];
    const tidy = lambda('Tidy', { on: nightly.due() }, async (event, { raw }) => {
      expectTypeOf(event).toEqualTypeOf<ScheduledEvent<{ readonly keep: 30 }>>();
      expect(event.event).toEqual(raw.event);
      seen.push(event);
    });
    const cloud = await start({ startAt: new Date('2026-03-27T12:00:00Z') });
    await cloud.provision(service('House', { functions: [tidy] }));
    await cloud.advance('3 days');
    // On the twenty-ninth of March three o'clock comes an hour sooner.
    expect(seen.map(({ scheduledAt }) => scheduledAt.toISOString())).toEqual([
      '2026-03-28T02:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T01:00:00.000Z',
    ]);
    expect(seen[0]).toMatchObject({
      input: { keep: 30 },
      attempt: 1,
      scheduleArn: expect.stringMatching(
        /^arn:aws:scheduler:us-east-1:\d{12}:schedule\/default\/House-TidyNightlySchedule-/,
      ),
      scheduleName: expect.stringMatching(/^House-TidyNightlySchedule-/),
      executionId: expect.stringMatching(/./),
    });
  });

  it('comes at a rate between two times, and once at a moment', async () => {
    const often = schedule('Often', {
      rate: '10 minutes',
      start: '2026-01-01T00:05:00Z',
      end: new Date('2026-01-01T00:30:00Z'),
    });
    const party = schedule('Party', { at: '2026-01-01T01:00:00', timeZone: 'Europe/Berlin' });
    const moment = schedule('Moment', { at: new Date('2026-01-01T00:00:30Z'), input: 'now' });
    const seen: string[] = [];
    const all = lambda(
      'All',
      { on: [often.due(), party.due(), moment.due()] },
      async ({ scheduledAt, input }) => {
        expectTypeOf(input).toEqualTypeOf<'now' | undefined>();
        seen.push(`${scheduledAt.toISOString().slice(11, 19)} ${String(input)}`);
      },
    );
    const cloud = await start({ startAt: new Date('2025-12-31T23:00:00Z') });
    await cloud.provision(service('House', { functions: [all] }));
    await cloud.advance('1 day');
    expect(seen).toEqual([
      '00:00:00 undefined',
      '00:00:30 now',
      '00:05:00 undefined',
      '00:15:00 undefined',
      '00:25:00 undefined',
    ]);
  });

  it('that begins at once finds its role ready', async () => {
    const now = schedule('Now', { rate: '1 day' });
    const seen: unknown[] = [];
    const work = lambda('Work', { on: now.due() }, async ({ input, attempt }) => {
      expectTypeOf(input).toBeUndefined();
      seen.push([input, attempt]);
    });
    const cloud = await start();
    await cloud.provision(service('House', { functions: [work] }));
    await cloud.advance('1 minute');
    expect(seen).toEqual([[undefined, 1]]);
  });

  it('starts several functions, each by a schedule and a role of its own, which may do just that', async () => {
    const lost = queue('Lost');
    const group = scheduleGroup('House');
    const nightly = schedule('Nightly', { rate: '1 day', deadLetter: lost, group });
    const weekly = schedule('Weekly', { rate: '7 days', enabled: false, group: 'old' });
    const one = lambda('One', { on: [nightly.due(), weekly.due()] }, async () => undefined);
    const two = lambda('Two', { on: nightly.due() }, async () => undefined);
    const resources = resourcesOf('Home', { functions: [one, two] });
    expect(resources['OneScheduleRole']).toMatchObject({
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Principal: { Service: 'scheduler.amazonaws.com' },
              Condition: {
                ArnEquals: {
                  'aws:SourceArn': [
                    { 'Fn::GetAtt': ['House', 'Arn'] },
                    {
                      'Fn::Sub': `arn:\${AWS::Partition}:scheduler:\${AWS::Region}:\${AWS::AccountId}:schedule-group/old`,
                    },
                  ],
                },
                StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              },
            },
          ],
        },
      },
    });
    expect(resources['OneScheduleRolePolicy']?.Properties).toMatchObject({
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'lambda:InvokeFunction',
            Resource: [{ 'Fn::GetAtt': ['One', 'Arn'] }],
          },
          {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Resource: [{ 'Fn::GetAtt': ['Lost', 'Arn'] }],
          },
        ],
      },
      Roles: [{ Ref: 'OneScheduleRole' }],
    });
    expect(resources['OneWeeklySchedule']?.Properties).toMatchObject({
      State: 'DISABLED',
      GroupName: 'old',
    });
    expect(resources['TwoNightlySchedule']?.Properties).toMatchObject({
      GroupName: { Ref: 'House' },
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['Two', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['TwoScheduleRole', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Lost', 'Arn'] } },
      },
    });
    expect(
      Object.values(resources).flatMap(({ Properties }) => Object.keys(Properties ?? {})),
    ).not.toContain('Name');
  });

  it('comes within its window, and what its function cannot take lies in the dead-letter queue', async () => {
    const lost = queue('Lost');
    const group = scheduleGroup('House');
    const hourly = schedule('Hourly', {
      rate: '1 hour',
      start: '2026-01-01T01:00:00Z',
      flexibleWindow: 30,
      deadLetter: lost,
      retry: { maximumRetryAttempts: 0, maximumEventAge: 60 },
      description: 'Every hour, more or less',
      group,
    });
    const seen: number[] = [];
    const work = lambda('Work', { on: hourly.due() }, async ({ scheduledAt }) => {
      seen.push(cloud.now().getTime() - scheduledAt.getTime());
    });
    const missed = alarm(group.dropped, { threshold: 1 });
    const errors = alarm(group.targetErrors, { threshold: 1 });
    const cloud = await start();
    await cloud.provision(service('Home', { functions: [work], alarms: [missed, errors] }));
    await cloud.advance('4 hours');
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...seen)).toBeLessThan(30 * 60_000);
    expect(new Set(seen).size).toBe(seen.length);
    const { CloudWatchClient, DescribeAlarmsCommand } = await import('@aws-sdk/client-cloudwatch');
    const state = async () => {
      const { MetricAlarms = [] } = await new CloudWatchClient(cloud.settings).send(
        new DescribeAlarmsCommand({}),
      );
      return MetricAlarms.map(({ StateValue }) => StateValue).join(' ');
    };
    expect(await state()).toBe('OK OK');
    const { LambdaClient, DeleteFunctionCommand, ListFunctionsCommand } = await import(
      '@aws-sdk/client-lambda'
    );
    const lambdas = new LambdaClient(cloud.settings);
    const { Functions = [] } = await lambdas.send(new ListFunctionsCommand({}));
    await lambdas.send(new DeleteFunctionCommand({ FunctionName: Functions[0]?.FunctionName }));
    const wentOff = async () => {
      for (let minute = 0; minute < 90; minute += 1) {
        await cloud.advance('1 minute');
        if ((await state()) === 'ALARM ALARM') return true;
      }
      return false;
    };
    expect(await wentOff()).toBe(true);
    const [message] = await cloud.use(lost).receive();
    expect(message?.body).toContain('"sparta\\":\\"Hourly');
  });
});

it('is written as it is stated', () => {
  const group = scheduleGroup('Reminders', {
    groupName: 'reminders',
    flexibleWindow: 10,
    properties: { Tags: [{ Key: 'a', Value: 'b' }] },
  });
  const nightly = schedule('Nightly', {
    cron: '0 3 * * ? *',
    kmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/a',
    retry: { maximumEventAge: 60, maximumRetryAttempts: 0 },
    logicalId: 'Night',
  });
  const work = lambda('Work', { on: [nightly.due(), group.due()] }, async () => undefined);
  const resources = resourcesOf('House', { functions: [work] });
  expect(resources['Reminders']?.Properties).toEqual({
    Name: 'reminders',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  expect(resources['WorkNightSchedule']?.Properties).toMatchObject({
    KmsKeyArn: 'arn:aws:kms:us-east-1:111111111111:key/a',
    Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } },
  });
  expect(resources['RemindersTarget']?.Properties).toMatchObject({
    State: 'DISABLED',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
  });
});

describe('a group', () => {
  const Reminder = z.object({ order: z.string(), times: z.coerce.number().default(1) });

  it('takes schedules at run time, which start its function once and are gone', async () => {
    const lost = queue('Lost');
    const reminders = scheduleGroup('Reminders', { schema: Reminder, deadLetter: lost });
    const seen: unknown[] = [];
    const remind = lambda(
      'Remind',
      { on: reminders.due(), grants: { reminders: reminders.create() } },
      async ({ input, scheduledAt, scheduleName }, { reminders: again }) => {
        expectTypeOf(input).toEqualTypeOf<{ order: string; times: number }>();
        seen.push([scheduleName, scheduledAt.toISOString(), input]);
        // A reminder may make the next one: nothing of this waits for itself.
        if (input.times < 2)
          await again.create(`${scheduleName}-again`, {
            at: new Date(scheduledAt.getTime() + 3_600_000),
            input: { ...input, times: input.times + 1 },
          });
      },
    );
    const order = lambda(
      'Order',
      { grants: { reminders: reminders.access('create', 'delete') } },
      async (_event, { reminders: to }) => {
        await to.create('a1', {
          at: '2026-01-01T10:00:00',
          timeZone: 'Europe/Berlin',
          input: { order: 'a1' },
        });
        await to.create('a2', { at: new Date('2026-01-01T09:00:00Z'), input: { order: 'a2' } });
        await to.create('a3', { rate: '1 hour', input: { order: 'a3', times: 5 } });
        await to.delete('a2');
        await to.delete('a2');
        return to.groupName;
      },
    );
    const cloud = await start({ startAt: new Date('2026-01-01T08:30:00Z') });
    await cloud.provision(service('Shop', { functions: [remind, order] }));
    const GroupName = await cloud.invoke(order, undefined);
    await cloud.advance('1 second');
    await cloud.use(reminders).delete('a3');
    await cloud.advance('1 day');
    expect(seen).toEqual([
      ['a3', '2026-01-01T08:30:00.000Z', { order: 'a3', times: 5 }],
      ['a1', '2026-01-01T09:00:00.000Z', { order: 'a1', times: 1 }],
      ['a1-again', '2026-01-01T10:00:00.000Z', { order: 'a1', times: 2 }],
    ]);
    const { SchedulerClient, ListSchedulesCommand } = await import('@aws-sdk/client-scheduler');
    const { Schedules = [] } = await new SchedulerClient(cloud.settings).send(
      new ListSchedulesCommand({ GroupName }),
    );
    expect(Schedules.map(({ Name }) => Name)).toEqual(['sparta-target']);
    await expect(
      cloud.use(reminders).create('x', { rate: '1 hour', input: { order: 7 } as never }),
    ).rejects.toThrow(/^the input of x in Reminders is not what its schema says: order: /);
  });

  it('lets who may make schedules make none elsewhere, delete none, and give nobody another role', async () => {
    const reminders = scheduleGroup('Reminders');
    const remind = lambda('Remind', { on: reminders.due() }, async () => undefined);
    const order = lambda(
      'Order',
      { grants: { reminders: reminders.create() } },
      async (_event, { reminders: to }) => {
        expectTypeOf(to).not.toHaveProperty('delete');
        const tried = async (work: Promise<unknown>) =>
          work.then(
            () => 'done',
            (error: Error) =>
              `${error.name}: ${error.message.replace(/^.* is not authorized/, 'not authorized')}`,
          );
        const { SchedulerClient, CreateScheduleCommand, GetScheduleCommand } = await import(
          '@aws-sdk/client-scheduler'
        );
        const own = new SchedulerClient({
          ...cloud.settings,
          credentials: {
            accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? '',
            secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? '',
            sessionToken: process.env['AWS_SESSION_TOKEN'] ?? '',
          },
        });
        const { Target } = await own.send(
          new GetScheduleCommand({ GroupName: to.groupName, Name: 'sparta-target' }),
        );
        const make = (GroupName: string, RoleArn = Target?.RoleArn) =>
          tried(
            own.send(
              new CreateScheduleCommand({
                Name: 'mine',
                GroupName,
                ScheduleExpression: 'rate(1 hour)',
                FlexibleTimeWindow: { Mode: 'OFF' },
                Target: { Arn: Target?.Arn, RoleArn },
              }),
            ),
          );
        await to.create('fine', { at: new Date('2026-02-01T00:00:00Z') });
        return [
          await make('default'),
          await make(to.groupName, (Target?.RoleArn ?? '').replace(/role\/.*/, 'role/other')),
          await tried((to as unknown as { delete(name: string): Promise<void> }).delete('fine')),
        ];
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [remind, order] }));
    const [elsewhere, role, gone] = await cloud.invoke(order, undefined);
    expect(elsewhere).toMatch(
      /^AccessDeniedException: not authorized to perform: scheduler:CreateSchedule/,
    );
    expect(role).toMatch(/^AccessDeniedException: not authorized to perform: iam:PassRole/);
    expect(gone).toMatch(
      /^AccessDeniedException: not authorized to perform: scheduler:DeleteSchedule/,
    );
  });

  it('starts one function', () => {
    const reminders = scheduleGroup('Reminders');
    const maker = lambda('Maker', { grants: { to: reminders.create() } }, async () => undefined);
    expect(problemsOf('Shop', { functions: [maker] })).toContain(
      'Schedules of Reminders start nothing. Give the group to a function: on: reminders.due().',
    );
    const [one, two] = ['One', 'Two'].map((name) =>
      lambda(name, { on: reminders.due() }, async () => undefined),
    );
    expect(
      problemsOf('Shop', { functions: [one, two].flatMap((fn) => (fn === undefined ? [] : [fn])) }),
    ).toContain('Schedules of Reminders are to start One and Two');
  });
});

describe('what Scheduler would refuse is told at once, with the line', () => {
  const told = (time: ScheduleTime): string =>
    problemsOf('Shop', {
      functions: [lambda('Fn', { on: schedule('Wrong', time).due() }, async () => undefined)],
    });
  it.each<[ScheduleTime, string]>([
    [
      { cron: '0 3 * * *' },
      "it has five fields; AWS has six: minutes, hours, day of the month, month, day of the week, year. Say '0 3 * * ? *'.",
    ],
    [{ cron: '30 9 * * 1-5' }, "Say '30 9 ? * MON-FRI *'."],
    [{ cron: '' }, 'it has no fields'],
    [{ cron: '71 8 1 * ? *' }, "its minutes is '71'; AWS takes 0 to 59"],
    [{ cron: '0 8 ? * 8 *' }, "its day of the week is '8'; AWS takes 1 (Sunday) to 7"],
    [{ cron: '0 8 1 * MON *' }, "day of the month ('1') and day of the week ('MON') are both said"],
    [{ cron: '0 8 ? * ? *' }, 'day of the month and day of the week are both ?'],
    [
      { cron: '0 3 * * ? *', timeZone: 'Berlin' },
      "its timeZone is 'Berlin', which the IANA database does not have. Say 'Europe/Berlin'.",
    ],
    [{ rate: '0 minutes' }, "its rate is '0 minutes'"],
    [{ rate: '5 seconds' as never }, "its rate is '5 seconds'"],
    [{ at: '2026-02-30T00:00:00' }, "its at is '2026-02-30T00:00:00'"],
    [{ at: '2026-02-03T00:00:00Z' }, 'a time without a zone'],
    [{ at: new Date(0), timeZone: 'Europe/Berlin' }, "the timeZone 'Europe/Berlin' says nothing"],
    [{ at: new Date('x') }, 'its at is no date'],
    [{ rate: '1 day', start: '2026-01-01T00:00:00' }, "its start is '2026-01-01T00:00:00'"],
    [
      { rate: '1 day', start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' },
      'is not before its end',
    ],
    [{} as never, 'it says no time; a schedule has one of cron, rate and at'],
    [{ rate: '1 day', at: '2026-01-01T00:00:00' } as never, 'it says rate and at at once'],
  ])('%j', (time, sentence) => {
    const message = told(time);
    expect(message).toContain(sentence);
    expect(message).toMatch(/^scheduler\.test\.ts:\d+: The schedule Wrong is wrong: /);
  });

  it('a schedule that starts nothing, a FIFO dead-letter queue', () => {
    const dead = queue('Dead', { fifo: true });
    const message = problemsOf('Shop', {
      resources: [schedule('Nightly', { rate: '1 day', deadLetter: dead })],
    });
    expect(message).toContain(
      'The schedule Nightly starts nothing. Give it to a function: on: nightly.due().',
    );
    expect(message).toContain('The dead-letter queue of Nightly is Dead, a FIFO queue');
  });

  it('is what the cloud refuses, and nothing else', () => {
    const random = createSeededRandom(7);
    const pick = <T>(from: readonly T[]): T =>
      from[Math.floor(random.fraction() * from.length)] as T;
    const RIGHT = [
      ['*', '0', '59', '0/15', '*/7', '5,35', '1-5/2'],
      ['*', '0', '23', '8/4', '1-5'],
      ['?', '?', '?', '*', 'L', '15W', '31', '1,3'],
      ['*', '12', 'JAN', '3,6', 'jan-MAR'],
      ['?', '?', '?', '*', 'L', '6L', 'SAT#3', 'mon,Tue', 'MON-FRI', '1-5'],
      ['*', '1970', '2026-2030', '2199'],
    ] as const;
    const WRONG = [
      '?',
      'L',
      '0',
      '8',
      '13',
      '24',
      '32',
      '60',
      '5-1',
      '0/0',
      '6#6',
      '32W',
      '0W',
      'L-3',
      '2200',
      '1969',
      '',
      'x',
      '1/2/3',
      '1-2-3',
      '1,',
      '-1',
      '/2',
      'MONL',
      'NOT',
    ];
    let right = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const text = RIGHT.map((parts) => pick<string>(random.fraction() < 0.1 ? WRONG : parts)).join(
        ' ',
      );
      const isRight = parseCron(text) !== undefined;
      if (isRight) right += 1;
      expect([text, wrongInCron(text) === undefined]).toEqual([text, isRight]);
    }
    expect(right).toBeGreaterThan(1000);
    expect(right).toBeLessThan(15_000);
    for (const rate of [
      '1 minute',
      '2 hours',
      '0 days',
      '-1 days',
      '5 years',
      '1.5 hours',
      ' 5 days',
    ])
      expect([rate, wrongInTime({ rate: rate as never }).length === 0]).toEqual([
        rate,
        parseScheduleExpression(`rate(${rate})`) !== undefined,
      ]);
    for (const timeZone of ['UTC', 'Europe/Berlin', 'Mars/Olympus', '+01:00', ''])
      expect([timeZone, wrongInTime({ cron: '0 3 * * ? *', timeZone }).length === 0]).toEqual([
        timeZone,
        openTimeZone(timeZone) !== undefined,
      ]);
  });
});

it('works in an archive', async () => {
  const { archived } = await import('./fixtures/archived.ts');
  const { startCloud: startPacked } = await import('sparta/testing');
  await using cloud = await startPacked({ handlers: 'processes' });
  await cloud.provision(archived.service);
  await cloud.invoke(archived.order, undefined);
  await cloud.advance('2 hours');
  const messages = await cloud.use(archived.seen).receive();
  expect(messages.map(({ body }) => body.what).sort()).toEqual(['made', 'stated']);
});
