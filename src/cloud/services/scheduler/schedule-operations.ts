import { isDeepStrictEqual } from 'node:util';
import type * as Scheduler from '@aws-sdk/client-scheduler';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { openTimeZone, parseScheduleExpression } from '../../cron/index.ts';
import { assumeRole, DEFAULT_RETRY_POLICY } from '../../targets/index.ts';
import { checkTarget } from './check-target.ts';
import { conflict, validation } from './errors.ts';
import { armSchedule } from './invoke.ts';
import { LIMITS } from './limits.ts';
import {
  checkName,
  DEFAULT_GROUP,
  groupArn,
  passRole,
  requireGroup,
  requireSchedule,
  scheduleArn,
  scheduleNeed,
} from './names.ts';
import { pageOf } from './page.ts';
import type { Schedule, SchedulerState } from './state.ts';
import { nextDue } from './timing.ts';

type Context = OperationContext<SchedulerState>;
type Given = Scheduler.CreateScheduleInput;

const STATES = ['ENABLED', 'DISABLED'];
const AFTERWARDS = ['NONE', 'DELETE'];

const checkEnum = (member: string, value: string | undefined, values: readonly string[]) => {
  if (value !== undefined && !values.includes(value))
    throw validation(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy enum value set: [${values.join(', ')}]`,
    );
};

/** The window in minutes, 0 for none. The first text is as measured against AWS on 2026-09-07 by the rules of cdk_preflight. */
const readWindow = ({ FlexibleTimeWindow: given }: Given): number => {
  const { Mode, MaximumWindowInMinutes: minutes } = given ?? {};
  checkEnum('flexibleTimeWindow.mode', Mode, ['OFF', 'FLEXIBLE']);
  if (Mode !== 'FLEXIBLE') {
    if (minutes !== undefined)
      throw validation(
        'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
      );
    return 0;
  }
  const { least, most } = LIMITS.windowMinutes;
  if (minutes === undefined)
    throw validation(
      'MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.',
    );
  if (minutes < least || minutes > most)
    throw validation(
      `1 validation error detected: Value '${minutes}' at 'flexibleTimeWindow.maximumWindowInMinutes' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
    );
  return minutes;
};

const check = (input: Given, context: Context): void => {
  checkName('name', input.Name ?? '');
  checkName('groupName', input.GroupName ?? DEFAULT_GROUP);
  checkEnum('state', input.State, STATES);
  checkEnum('actionAfterCompletion', input.ActionAfterCompletion, AFTERWARDS);
  if ((input.Description ?? '').length > 512)
    throw validation(
      "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 512",
    );
  // As recorded from AWS by LocalStack's snapshot tests (test_scheduler.snapshot.json).
  const expression = input.ScheduleExpression ?? '';
  if (parseScheduleExpression(expression) === undefined)
    throw validation(`Invalid Schedule Expression ${expression}.`);
  const zone = input.ScheduleExpressionTimezone;
  if (zone !== undefined && openTimeZone(zone) === undefined)
    throw validation(
      `The ScheduleExpressionTimezone ${zone} is not a time zone of the IANA database.`,
    );
  const [start, end] = [input.StartDate?.getTime(), input.EndDate?.getTime()];
  if (start !== undefined && end !== undefined && start >= end)
    throw validation('The StartDate you specify must come before the EndDate.');
  checkTarget(input.Target ?? { Arn: '', RoleArn: '' }, context);
};

/** Scheduler tries the role, as it will for every invocation. The text is AWS's own. */
const assertAssumable = async (input: Given, context: Context): Promise<void> => {
  try {
    await assumeRole(context, {
      roleArn: input.Target?.RoleArn ?? '',
      service: 'scheduler.amazonaws.com',
      sourceArn: groupArn(context, input.GroupName ?? DEFAULT_GROUP),
      sessionName: context.random.hex(16),
      cause: context.callId,
    });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const refused = validation(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
    refused.hint = `${error.message} Its trust policy must let scheduler.amazonaws.com assume it.`;
    throw refused;
  }
};

const scheduleOf = (input: Given, context: Context, createdAt: number): Schedule => {
  const { clock, random } = context;
  const { Name: name = '', GroupName: group = DEFAULT_GROUP, Target } = input;
  const target = Target ?? { Arn: '', RoleArn: '' };
  const schedule: Schedule = {
    name,
    group,
    arn: scheduleArn(context, group, name),
    expression: input.ScheduleExpression ?? '',
    timeZone: input.ScheduleExpressionTimezone ?? 'UTC',
    state: input.State ?? 'ENABLED',
    windowMinutes: readWindow(input),
    target: {
      ...target,
      // AWS fills in what is left out, and tells it.
      RetryPolicy: {
        MaximumEventAgeInSeconds:
          target.RetryPolicy?.MaximumEventAgeInSeconds ??
          DEFAULT_RETRY_POLICY.maximumEventAgeSeconds,
        MaximumRetryAttempts:
          target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_RETRY_POLICY.maximumRetryAttempts,
      },
    },
    afterCompletion: input.ActionAfterCompletion ?? 'NONE',
    createdAt,
    modifiedAt: clock.now(),
    ...(input.StartDate === undefined ? {} : { startAt: input.StartDate.getTime() }),
    ...(input.EndDate === undefined ? {} : { endAt: input.EndDate.getTime() }),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.KmsKeyArn === undefined ? {} : { kmsKeyArn: input.KmsKeyArn }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  };
  // A rate's first time is now.
  const next =
    schedule.state === 'DISABLED' ? undefined : nextDue(schedule, clock.now() - 1, random);
  return { ...schedule, ...(next === undefined ? {} : { next }) };
};

const told = (schedule: Schedule) => ({
  ...(schedule.startAt === undefined ? {} : { StartDate: new Date(schedule.startAt) }),
  ...(schedule.endAt === undefined ? {} : { EndDate: new Date(schedule.endAt) }),
  ...(schedule.description === undefined ? {} : { Description: schedule.description }),
  ...(schedule.kmsKeyArn === undefined ? {} : { KmsKeyArn: schedule.kmsKeyArn }),
});

const windowOf = ({ windowMinutes }: Schedule): Scheduler.FlexibleTimeWindow =>
  windowMinutes === 0
    ? { Mode: 'OFF' }
    : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: windowMinutes };

/** Whether a call asks for what an earlier one of the same token has made. */
const isSame = (one: Schedule, other: Schedule) =>
  isDeepStrictEqual(
    [one.expression, one.timeZone, one.state, one.windowMinutes, one.target, told(one)],
    [other.expression, other.timeZone, other.state, other.windowMinutes, other.target, told(other)],
  );

const writeNeeds =
  (action: 'CreateSchedule' | 'UpdateSchedule') => (input: Given, context: Context) => [
    scheduleNeed(action)(input, context),
    passRole(input.Target?.RoleArn ?? ''),
  ];

export const scheduleOperations: OperationTable<SchedulerState> = {
  CreateSchedule: operation<
    SchedulerState,
    Scheduler.CreateScheduleInput,
    Scheduler.CreateScheduleOutput
  >({
    needs: writeNeeds('CreateSchedule'),
    handle: async (input, context) => {
      check(input, context);
      const made = scheduleOf(input, context, context.clock.now());
      requireGroup(context, made.group);
      const known = context.state.schedule(made.group, made.name);
      if (known !== undefined) {
        const isAgain = known.clientToken !== undefined && known.clientToken === made.clientToken;
        if (isAgain && isSame(known, made)) return { ScheduleArn: known.arn };
        throw conflict(`Schedule ${made.name}`);
      }
      await assertAssumable(input, context);
      context.state.putSchedule(made);
      armSchedule(context, made);
      return { ScheduleArn: made.arn };
    },
  }),
  UpdateSchedule: operation<
    SchedulerState,
    Scheduler.UpdateScheduleInput,
    Scheduler.UpdateScheduleOutput
  >({
    needs: writeNeeds('UpdateSchedule'),
    handle: async (input, context) => {
      check(input, context);
      // "EventBridge Scheduler uses all values, including empty ones": what is left out goes.
      const before = requireSchedule(context.state, input);
      await assertAssumable(input, context);
      const made = scheduleOf(input, context, before.createdAt);
      context.state.putSchedule(made);
      armSchedule(context, made);
      return { ScheduleArn: made.arn };
    },
  }),
  GetSchedule: operation<SchedulerState, Scheduler.GetScheduleInput, Scheduler.GetScheduleOutput>({
    needs: scheduleNeed('GetSchedule'),
    handle: (input, { state }) => {
      const schedule = requireSchedule(state, input);
      return {
        Arn: schedule.arn,
        GroupName: schedule.group,
        Name: schedule.name,
        ScheduleExpression: schedule.expression,
        ScheduleExpressionTimezone: schedule.timeZone,
        State: schedule.state,
        CreationDate: new Date(schedule.createdAt),
        LastModificationDate: new Date(schedule.modifiedAt),
        Target: schedule.target,
        FlexibleTimeWindow: windowOf(schedule),
        ActionAfterCompletion: schedule.afterCompletion,
        ...told(schedule),
      };
    },
  }),
  DeleteSchedule: operation<SchedulerState, Scheduler.DeleteScheduleInput, object>({
    needs: scheduleNeed('DeleteSchedule'),
    handle: (input, context) => {
      const schedule = requireSchedule(context.state, input);
      context.state.dropSchedule(schedule);
      const { next: _, ...rest } = schedule;
      armSchedule(context, rest);
      return {};
    },
  }),
  ListSchedules: operation<
    SchedulerState,
    Scheduler.ListSchedulesInput,
    Scheduler.ListSchedulesOutput
  >({
    needs: () => ({ action: 'scheduler:ListSchedules', resource: '*' }),
    handle: (input, context) => {
      checkEnum('state', input.State, STATES);
      if (input.GroupName !== undefined) requireGroup(context, input.GroupName);
      const schedules = context.state
        .schedules(input.GroupName)
        .filter(
          ({ name, state }) =>
            name.startsWith(input.NamePrefix ?? '') &&
            (input.State === undefined || input.State === state),
        );
      const { page, next } = pageOf(schedules, input);
      return {
        Schedules: page.map((schedule) => ({
          Arn: schedule.arn,
          Name: schedule.name,
          GroupName: schedule.group,
          State: schedule.state,
          CreationDate: new Date(schedule.createdAt),
          LastModificationDate: new Date(schedule.modifiedAt),
          Target: { Arn: schedule.target.Arn },
        })),
        ...next,
      };
    },
  }),
};
