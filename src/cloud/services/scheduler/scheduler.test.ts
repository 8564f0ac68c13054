import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutPermissionCommand } from '@aws-sdk/client-eventbridge';
import type { CreateScheduleCommandInput, Target } from '@aws-sdk/client-scheduler';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ailingQueues } from '../eventbridge/fixtures/ailing-queues.ts';
import type { BusBench } from '../eventbridge/fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from '../eventbridge/fixtures/bus-bench.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const arnOf = (resource: string) => `arn:aws:scheduler:us-east-1:${ACCOUNT}:${resource}`;
const { services, laid, fall, recover } = ailingQueues();
const inQueue = (name: string) => laid.filter(({ queue }) => queue === name);
const bodies = (name: string) => inQueue(name).map(({ body }) => body);

let bench: BusBench;
let client: SchedulerClient;
let RoleArn: string;
beforeAll(async () => {
  bench = await startBusBench({ services });
  client = bench.client(SchedulerClient);
  RoleArn = await bench.role('scheduled', 'scheduler.amazonaws.com', {
    Effect: 'Allow',
    Action: ['sqs:SendMessage', 'events:PutEvents', 'logs:CreateLogGroup'],
    Resource: '*',
  });
});
afterAll(() => bench.stop());

type More = Omit<Partial<CreateScheduleCommandInput>, 'Target'> & {
  readonly target?: Partial<Target>;
};
const input = (Name: string, ScheduleExpression: string, { target, ...more }: More = {}) => ({
  Name,
  ScheduleExpression,
  FlexibleTimeWindow: { Mode: 'OFF' as const },
  Target: {
    Arn: queueArn(Name),
    RoleArn,
    Input: '<aws.scheduler.scheduled-time>',
    ...target,
  },
  ...more,
});
const create = (...given: Parameters<typeof input>) =>
  client.send(new CreateScheduleCommand(input(...given)));
const get = (Name: string, GroupName?: string) =>
  client.send(new GetScheduleCommand({ Name, ...(GroupName === undefined ? {} : { GroupName }) }));

describe('schedules', () => {
  // As recorded from AWS by LocalStack's snapshot tests (test_scheduler.snapshot.json).
  it('are made, told, changed and deleted', async () => {
    const made = await create('first', 'rate(2 minute)', {
      Description: 'Test description',
      State: 'DISABLED',
    });
    expect(made.ScheduleArn).toBe(arnOf('schedule/default/first'));
    const at = new Date(bench.clock.now());
    const { $metadata: _, ...told } = await get('first');
    expect(told).toEqual({
      ActionAfterCompletion: 'NONE',
      Arn: arnOf('schedule/default/first'),
      CreationDate: at,
      Description: 'Test description',
      FlexibleTimeWindow: { Mode: 'OFF' },
      GroupName: 'default',
      LastModificationDate: at,
      Name: 'first',
      ScheduleExpression: 'rate(2 minute)',
      ScheduleExpressionTimezone: 'UTC',
      State: 'DISABLED',
      Target: {
        Arn: queueArn('first'),
        Input: '<aws.scheduler.scheduled-time>',
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        RoleArn,
      },
    });
    await client.send(
      new UpdateScheduleCommand(
        input('first', 'rate(1 hour)', {
          State: 'DISABLED',
          FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
        }),
      ),
    );
    const changed = await get('first');
    expect(changed.Description).toBeUndefined();
    expect(changed.FlexibleTimeWindow).toEqual({ Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 });
    await expect(create('first', 'rate(1 hour)')).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'Schedule first already exists.',
    });
    await client.send(new DeleteScheduleCommand({ Name: 'first' }));
    await expect(get('first')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Schedule first does not exist.',
    });
  });

  it('are made once for one token', async () => {
    const more = { State: 'DISABLED', ClientToken: 't' } as const;
    const { ScheduleArn } = await create('once', 'rate(1 day)', more);
    expect((await create('once', 'rate(1 day)', more)).ScheduleArn).toBe(ScheduleArn);
    await expect(create('once', 'rate(2 days)', more)).rejects.toMatchObject({
      name: 'ConflictException',
    });
  });

  it.each([
    ['rate(10 seconds)', {}, 'Invalid Schedule Expression rate(10 seconds).'],
    ['cron(0 1 * * * *)', {}, 'Invalid Schedule Expression cron(0 1 * * * *).'],
    ['at(2021-12-31)', {}, 'Invalid Schedule Expression at(2021-12-31).'],
    ['rate(1 day)', { ScheduleExpressionTimezone: 'Mars/Olympus' }, 'Mars/Olympus'],
    [
      'rate(1 day)',
      { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } },
      'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
    ],
    [
      'rate(1 day)',
      { StartDate: new Date(2), EndDate: new Date(1) },
      'The StartDate you specify must come before the EndDate.',
    ],
    ['rate(1 day)', { Name: 'a b' }, "Value 'a b' at 'name' failed to satisfy constraint"],
    ['rate(1 day)', { target: { Arn: 'x' } }, 'Provided Arn is not in correct format.'],
    [
      'rate(1 day)',
      { target: { Arn: `arn:aws:scheduler:us-east-1:${ACCOUNT}:aws-sdk:sqs:sendMessage` } },
      'scheduler is not a supported service for a target',
    ],
    [
      'rate(1 day)',
      { target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:getQueueUrl' } },
      'getQueueUrl API is not supported',
    ],
    [
      'rate(1 day)',
      { target: { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', Input: undefined } },
      'You must provide an input to set this target for your schedule',
    ],
    [
      'rate(1 day)',
      { target: { Arn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`, Input: 'x' } },
      'JSON syntax error in input for the target',
    ],
    [
      'rate(1 day)',
      { target: { Arn: `arn:aws:sns:eu-west-1:${ACCOUNT}:t` } },
      'The target ARN provided does not match the current region us-east-1.',
    ],
    ['rate(1 day)', { target: { Arn: queueArn('q.fifo') } }, 'MessageGroupId is required'],
    [
      'rate(1 day)',
      { target: { KinesisParameters: { PartitionKey: 'k' } } },
      'KinesisParameters is not supported',
    ],
    [
      'rate(1 day)',
      { target: { DeadLetterConfig: { Arn: queueArn('d.fifo') } } },
      "at 'target.deadLetterConfig.arn'",
    ],
    [
      'rate(1 day)',
      { target: { RoleArn: `arn:aws:iam::${ACCOUNT}:role/nobody` } },
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ],
  ])('%s with %j is refused', async (expression, more, message) => {
    const refused = create('bad', expression, more as More);
    await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:x`,
    'arn:aws:scheduler:::aws-sdk:ec2:startInstances',
    'arn:aws:scheduler:::aws-sdk:sqs:sendPigeon',
  ])('the target %s is refused by name', async (Arn) => {
    await expect(
      create('bad', 'rate(1 day)', { target: { Arn, Input: '{}' } }),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(Arn) as string,
    });
  });

  it('are in groups, which go with what is in them', async () => {
    const { ScheduleGroupArn: ResourceArn } = await client.send(
      new CreateScheduleGroupCommand({ Name: 'night', Tags: [{ Key: 'a', Value: '1' }] }),
    );
    expect(ResourceArn).toBe(arnOf('schedule-group/night'));
    await create('dream', 'rate(1 day)', { GroupName: 'night', State: 'DISABLED' });
    await expect(create('dream', 'rate(1 day)', { GroupName: 'nowhere' })).rejects.toMatchObject({
      message: 'Schedule group nowhere does not exist.',
    });
    expect((await get('dream', 'night')).Arn).toBe(arnOf('schedule/night/dream'));
    const { Schedules } = await client.send(new ListSchedulesCommand({ GroupName: 'night' }));
    expect(Schedules?.map(({ Name, Target: target }) => [Name, target?.Arn])).toEqual([
      ['dream', queueArn('dream')],
    ]);
    const { ScheduleGroups = [] } = await client.send(new ListScheduleGroupsCommand({}));
    expect(ScheduleGroups.map(({ Name, State }) => [Name, State])).toEqual([
      ['default', 'ACTIVE'],
      ['night', 'ACTIVE'],
    ]);
    await client.send(
      new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'TagKey', Value: 'TagValue' }] }),
    );
    await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceArn }));
    expect(Tags).toEqual([{ Key: 'TagKey', Value: 'TagValue' }]);
    await client.send(new DeleteScheduleGroupCommand({ Name: 'night' }));
    await expect(get('dream', 'night')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(client.send(new GetScheduleGroupCommand({ Name: 'night' }))).rejects.toMatchObject(
      { name: 'ResourceNotFoundException' },
    );
    await expect(client.send(new DeleteScheduleGroupCommand({ Name: 'default' }))).rejects.toThrow(
      'This operation cannot be performed on schedule group default.',
    );
  });
});

describe('time', () => {
  it('a rate begins at once, or with its start date, and ends with its end date', async () => {
    await create('at-once', 'rate(5 minutes)');
    const start = bench.clock.now() + HOUR_MS;
    await create('later', 'rate(10 minutes)', {
      StartDate: new Date(start),
      EndDate: new Date(start + 25 * MINUTE_MS),
      ActionAfterCompletion: 'DELETE',
    });
    await bench.advance(11 * MINUTE_MS);
    expect(bodies('at-once')).toEqual([
      '2026-06-01T12:00:00Z',
      '2026-06-01T12:05:00Z',
      '2026-06-01T12:10:00Z',
    ]);
    await client.send(new DeleteScheduleCommand({ Name: 'at-once' }));
    await bench.advance(2 * HOUR_MS);
    expect(bodies('at-once')).toHaveLength(3);
    expect(bodies('later')).toEqual([
      '2026-06-01T13:00:00Z',
      '2026-06-01T13:10:00Z',
      '2026-06-01T13:20:00Z',
    ]);
    await expect(get('later')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('at comes once, in the time zone that is named, and stays unless it is to go', async () => {
    const more = { ScheduleExpressionTimezone: 'Europe/Berlin' };
    await create('stays', 'at(2026-06-01T20:00:00)', more);
    await create('goes', 'at(2026-06-01T20:00:00)', { ...more, ActionAfterCompletion: 'DELETE' });
    await create('past', 'at(2020-01-01T00:00:00)');
    await bench.advance(DAY_MS);
    expect(bodies('stays')).toEqual(['2026-06-01T18:00:00Z']);
    expect(bodies('goes')).toEqual(['2026-06-01T18:00:00Z']);
    expect(bodies('past')).toEqual([]);
    expect((await get('stays')).State).toBe('ENABLED');
    await expect(get('goes')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('cron follows the clocks of its place when they change', async () => {
    await create('clocks', 'cron(30 2 ? * SUN *)', {
      ScheduleExpressionTimezone: 'Europe/Berlin',
      StartDate: new Date('2026-10-15T00:00:00Z'),
      EndDate: new Date('2026-11-02T00:00:00Z'),
    });
    await bench.advance(Date.UTC(2026, 10, 3) - bench.clock.now());
    // On the twenty-fifth, 02:30 comes twice, and the schedule once.
    expect(bodies('clocks')).toEqual([
      '2026-10-18T00:30:00Z',
      '2026-10-25T00:30:00Z',
      '2026-11-01T01:30:00Z',
    ]);
  });

  it('a flexible window lets chance decide, within it', async () => {
    const at = bench.clock.now() + HOUR_MS;
    await create('loose', `at(${new Date(at).toISOString().slice(0, 19)})`, {
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
    });
    await bench.advance(HOUR_MS);
    expect(bodies('loose')).toEqual([]);
    await bench.advance(30 * MINUTE_MS);
    expect(bodies('loose')).toHaveLength(1);
  });

  it('goes on after a restart', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'scheduler-'));
    try {
      const before = await startBusBench({ stateDir, services });
      const role = await before.role('scheduled', 'scheduler.amazonaws.com', {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: '*',
      });
      await before
        .client(SchedulerClient)
        .send(
          new CreateScheduleCommand(
            input('kept', 'at(2026-06-01T13:00:00)', { target: { RoleArn: role } }),
          ),
        );
      await before.stop();
      const after = await startBusBench({ stateDir, services });
      await after.advance(2 * HOUR_MS);
      await after.stop();
      expect(bodies('kept')).toEqual(['2026-06-01T13:00:00Z']);
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});

describe('targets', () => {
  const soon = () => `at(${new Date(bench.clock.now() + MINUTE_MS).toISOString().slice(0, 19)})`;

  it('are called as the role, with what is known of the invocation', async () => {
    await create('told', soon(), {
      target: {
        Input:
          '{"arn":"<aws.scheduler.schedule-arn>","id":"<aws.scheduler.execution-id>","try":<aws.scheduler.attempt-number>}',
      },
    });
    await create('plain', soon(), { target: { Input: undefined } });
    await bench.advance(2 * MINUTE_MS);
    expect(inQueue('told')).toMatchObject([{ principal: RoleArn }]);
    expect(JSON.parse(bodies('told')[0] ?? '')).toEqual({
      arn: arnOf('schedule/default/told'),
      id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      try: 1,
    });
    expect(JSON.parse(bodies('plain')[0] ?? '')).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      resources: [arnOf('schedule/default/plain')],
      detail: '{}',
    });
    const assumed = bench.running.cloud.journal
      .entries()
      .findLast(({ operation }) => operation === 'AssumeRole');
    expect(assumed).toMatchObject({ principal: 'scheduler.amazonaws.com', outcome: 'ok' });
  });

  it('may be a bus, whose rules hear of it', async () => {
    await bench.rule('heard', { source: ['timer'] });
    await create('to-bus', soon(), {
      target: {
        Arn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
        EventBridgeParameters: { Source: 'timer', DetailType: 'Tick' },
        Input: '{"n":1}',
      },
    });
    await bench.advance(2 * MINUTE_MS);
    expect(await bench.got('heard')).toMatchObject([
      { source: 'timer', 'detail-type': 'Tick', detail: { n: 1 } },
    ]);
  });

  it('may be any operation that writes', async () => {
    await create('universal', soon(), {
      target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup',
        Input: '{"logGroupName":"made-by-schedule"}',
      },
    });
    await bench.advance(2 * MINUTE_MS);
    expect(await bench.lines('made-by-schedule')).toEqual([]);
  });

  it('that are ill are called again, and given up with a dead letter', async () => {
    fall('weak', 'InternalError', 500);
    fall('lost', 'AWS.SimpleQueueService.NonExistentQueue', 400);
    fall('tired', 'InternalError', 500);
    const DeadLetterConfig = { Arn: queueArn('dead') };
    await create('weak', soon(), {
      target: { DeadLetterConfig, Input: 'try <aws.scheduler.attempt-number>' },
      ActionAfterCompletion: 'DELETE',
    });
    await create('lost', soon(), { target: { DeadLetterConfig, Input: 'hello' } });
    await create('tired', soon(), {
      target: { DeadLetterConfig, RetryPolicy: { MaximumRetryAttempts: 2 } },
    });
    const at = `${new Date(bench.clock.now() + MINUTE_MS).toISOString().slice(0, 19)}Z`;
    await bench.advance(2 * MINUTE_MS);
    // It is not at its end before it has arrived.
    expect((await get('weak')).Name).toBe('weak');
    recover('weak');
    await bench.advance(HOUR_MS);
    expect(bodies('weak')).toEqual([expect.stringMatching(/^try ([5-9]|1\d)$/)]);
    await expect(get('weak')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    // As AWS shows one: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    const [lost, tired] = inQueue('dead');
    expect(JSON.parse(lost?.body ?? '')).toEqual({
      MessageBody: 'hello',
      QueueUrl: `${bench.running.url}/${ACCOUNT}/lost`,
    });
    expect(lost).toMatchObject({
      principal: RoleArn,
      attributes: {
        ERROR_CODE: 'AWS.SimpleQueueService.NonExistentQueue',
        ERROR_MESSAGE: 'The queue lost is ill.',
        EXECUTION_ID: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        IS_PAYLOAD_TRUNCATED: 'false',
        RETRY_ATTEMPTS: '0',
        SCHEDULED_TIME: at,
        SCHEDULE_ARN: arnOf('schedule/default/lost'),
        TARGET_ARN: queueArn('lost'),
      },
    });
    expect(tired?.attributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '2',
    });
  });

  it('that the role may not call are not called again', async () => {
    await bench.events.send(
      new PutPermissionCommand({
        EventBusName: 'default',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Deny',
            Principal: '*',
            Action: 'events:PutEvents',
            Resource: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
          },
        }),
      }),
    );
    await create('denied', soon(), {
      target: {
        Arn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`,
        EventBridgeParameters: { Source: 'timer', DetailType: 'Tick' },
        Input: '{}',
        DeadLetterConfig: { Arn: queueArn('denied-dead') },
      },
    });
    await bench.advance(2 * MINUTE_MS);
    expect(inQueue('denied-dead')).toMatchObject([
      { attributes: { ERROR_CODE: 'AccessDeniedException', RETRY_ATTEMPTS: '0' } },
    ]);
  });
});
