import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import type { ExhaustedCondition, Failure, Sender, TargetRequest } from '../../targets/index.ts';
import {
  assumeRole,
  nextTry,
  readFailure,
  readTargetArn,
  sendDeadLetter,
  targetRequests,
  readRetryPolicy,
} from '../../targets/index.ts';
import { comeLate, isDoubled } from './disorder.ts';
import { count } from './metrics.ts';
import { groupArn } from './names.ts';
import type { Invocation, Schedule, SchedulerState } from './state.ts';
import { nextDue } from './timing.ts';
import { readUniversalTarget, universalRequest } from './universal-target.ts';

type Context = ServiceContext<SchedulerState>;

const SERVICE = 'scheduler.amazonaws.com';

const timeText = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** Sets what wakes a schedule, in place of what was set. */
export const armSchedule = (context: Context, { group, name, next }: Schedule): void => {
  const { reminders } = context.state;
  const key = `schedule/${group}/${name}`;
  if (next === undefined) reminders.clear(key);
  else reminders.set(key, next.fireAt, () => fire(context, group, name));
};

/** Takes up what an earlier run left: schedules to come, and invocations that had not arrived. */
export const resumeSchedules = (context: Context): void => {
  for (const schedule of context.state.schedules()) armSchedule(context, schedule);
  for (const [id, { dueAt }] of context.state.invocations.entries()) remind(context, id, dueAt);
};

const remind = (context: Context, id: string, dueAt: number) =>
  context.state.reminders.set(`invocation/${id}`, dueAt, () => invoke(context, id));

const fire = (context: Context, group: string, name: string): void => {
  const { state, clock, random } = context;
  const schedule = state.schedule(group, name);
  if (schedule?.next === undefined) return;
  const { next: due, ...rest } = schedule;
  // What fell due while the cloud stood still is made up for once.
  const late = clock.now() - due.fireAt > 1_000;
  const next = nextDue(schedule, late ? clock.now() : due.scheduledAt, random);
  const after: Schedule = { ...rest, ...(next === undefined ? {} : { next }) };
  state.putSchedule(after);
  armSchedule(context, after);
  const invocation: Invocation = {
    group,
    name,
    scheduleArn: schedule.arn,
    target: schedule.target,
    scheduledAt: due.scheduledAt,
    since: clock.now(),
    executionId: random.hex(16),
    retries: 0,
    dueAt: clock.now(),
    cause: context.journal.note('scheduler', `schedule ${group}/${name} is due`, {
      source: schedule.arn,
    }),
  };
  const times = isDoubled(context, invocation) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    const id = random.uuid();
    state.invocations.set(id, invocation);
    invoke(context, id);
  }
};

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const fillContext = (
  text: string,
  { scheduleArn, scheduledAt, executionId, retries }: Invocation,
) =>
  text
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', timeText(scheduledAt))
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(retries + 1));

/** What a target gets that says nothing of its input. */
const defaultInput = (
  { random, accountId, region }: Context,
  { scheduleArn, scheduledAt }: Invocation,
) =>
  JSON.stringify({
    version: '0',
    id: random.uuid(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: accountId,
    time: timeText(scheduledAt),
    region,
    resources: [scheduleArn],
    detail: '{}',
  });

const requestOf = (context: Context, invocation: Invocation): TargetRequest => {
  const { target } = invocation;
  const { Arn = '' } = target;
  const body = fillContext(target.Input ?? defaultInput(context, invocation), invocation);
  const universal = readUniversalTarget(Arn);
  if (universal?.kind === 'operation') return universalRequest(universal, body);
  const read = readTargetArn(Arn);
  if (read === undefined || read.kind === 'events')
    return {
      service: 'eventbridge',
      operation: 'PutEvents',
      input: {
        Entries: [
          {
            EventBusName: Arn,
            Source: target.EventBridgeParameters?.Source,
            DetailType: target.EventBridgeParameters?.DetailType,
            Detail: body,
          },
        ],
      },
    };
  const { kind } = read;
  const [request] = targetRequests(context, {
    target: { ...read, kind },
    body,
    ...(target.SqsParameters?.MessageGroupId === undefined
      ? {}
      : { messageGroupId: target.SqsParameters.MessageGroupId }),
    ...(target.KinesisParameters?.PartitionKey === undefined
      ? {}
      : { partitionKey: target.KinesisParameters.PartitionKey }),
  });
  return request;
};

/** The role is assumed for the group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html */
const roleOf = (context: Context, invocation: Invocation) => {
  const { group, target, executionId } = invocation;
  return assumeRole(context, {
    roleArn: target.RoleArn ?? '',
    service: SERVICE,
    sourceArn: groupArn(context, group),
    sessionName: executionId,
    cause: invocation.cause,
  });
};

const senderOf = (principal: Principal, invocation: Invocation): Sender => ({
  principal,
  source: invocation.scheduleArn,
  cause: invocation.cause,
});

/** Makes an invocation. */
const invoke = (context: Context, id: string): void =>
  context.background('invocation of a schedule', async () => {
    if (context.disorder !== undefined) await comeLate(context, context.state.invocations.get(id));
    const invocation = context.state.invocations.get(id);
    if (invocation === undefined) return;
    const request = requestOf(context, invocation);
    count(context, invocation.group, 'InvocationAttemptCount');
    let principal: Principal | undefined;
    try {
      principal = await roleOf(context, invocation);
      const answer = await context.call({ ...request, ...senderOf(principal, invocation) });
      refuseEntries(answer);
    } catch (error) {
      await fail(context, id, { invocation, request, failure: readFailure(error), principal });
      return;
    }
    finish(context, id, invocation);
  });

/** An event that a bus did not take is a failure, though the call is none. */
const refuseEntries = (answer: unknown): void => {
  const { FailedEntryCount = 0, Entries = [] } = Object(answer) as {
    readonly FailedEntryCount?: number;
    readonly Entries?: readonly { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
  };
  const [refused] = Entries.filter(({ ErrorCode }) => ErrorCode !== undefined);
  if (FailedEntryCount > 0 && refused !== undefined)
    throw new AwsError(refused.ErrorCode ?? '', refused.ErrorMessage ?? '');
};

const finish = ({ state }: Context, id: string, { group, name }: Invocation): void => {
  state.invocations.delete(id);
  const schedule = state.schedule(group, name);
  if (schedule?.afterCompletion !== 'DELETE' || schedule.next !== undefined) return;
  // A schedule that is changed meanwhile, or switched off, has not come to its end.
  if (schedule.state === 'ENABLED') state.dropSchedule(schedule);
};

interface Failed {
  readonly invocation: Invocation;
  readonly request: TargetRequest;
  readonly failure: Failure;
  /** Undefined when the role could not be assumed. */
  readonly principal: Principal | undefined;
}

/** Tries again later, or gives up and lays the request in the dead-letter queue. */
const fail = async (context: Context, id: string, failed: Failed): Promise<void> => {
  const { invocation, failure } = failed;
  const { state, clock, random } = context;
  count(context, invocation.group, 'TargetErrorCount');
  const next = failure.retried
    ? nextTry(readRetryPolicy(invocation.target.RetryPolicy), {
        retries: invocation.retries,
        since: invocation.since,
        now: clock.now(),
        random,
      })
    : undefined;
  if (next?.kind === 'again') {
    state.invocations.set(id, { ...invocation, retries: invocation.retries + 1, dueAt: next.at });
    remind(context, id, next.at);
    return;
  }
  finish(context, id, invocation);
  count(context, invocation.group, 'InvocationDroppedCount');
  context.journal.note(
    'scheduler',
    `schedule ${invocation.group}/${invocation.name} could not invoke ${invocation.target.Arn}: ${failure.message}`,
    {
      outcome: failure.outcome,
      source: invocation.scheduleArn,
      target: invocation.target.Arn ?? '',
      cause: invocation.cause,
    },
  );
  await lay(context, failed, next?.condition);
};

const asText = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('data' in value))
    return value;
  const { type, data } = value;
  return type === 'Buffer' && Array.isArray(data)
    ? Buffer.from(data as number[]).toString()
    : value;
};

/** What the target was to be asked: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html */
const lay = async (
  context: Context,
  { invocation, request, failure, principal }: Failed,
  condition: ExhaustedCondition | undefined,
): Promise<void> => {
  const { target, executionId, retries, scheduledAt, scheduleArn } = invocation;
  const queueArn = target.DeadLetterConfig?.Arn;
  // The queue is written to as the role; without one there is nobody to do it.
  if (queueArn === undefined || principal === undefined) return;
  const laid = sendDeadLetter(
    context,
    {
      queueArn,
      body: JSON.stringify(request.input, asText),
      attributes: {
        ERROR_CODE: failure.cause,
        ERROR_MESSAGE: failure.message,
        EXECUTION_ID: executionId,
        EXHAUSTED_RETRY_CONDITION: condition,
        IS_PAYLOAD_TRUNCATED: 'false',
        RETRY_ATTEMPTS: String(retries),
        SCHEDULED_TIME: timeText(scheduledAt),
        SCHEDULE_ARN: scheduleArn,
        TARGET_ARN: target.Arn,
      },
    },
    senderOf(principal, invocation),
  );
  await laid.catch((error: unknown) => {
    count(context, invocation.group, 'InvocationsFailedToBeSentToDeadLetterCount');
    throw error;
  });
  count(context, invocation.group, 'InvocationsSentToDeadLetterCount');
};
