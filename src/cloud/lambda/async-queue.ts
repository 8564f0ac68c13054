import { AwsError } from '../core/aws-error.ts';
import type { OperationContext, ServiceContext } from '../core/define-service.ts';
import { deliverDeadLetter, deliverResult } from './destinations.ts';
import { comeLate, isDoubled } from './disorder.ts';
import type { Outcome } from './environment/invocation.ts';
import { succeeded } from './environment/invocation.ts';
import { fleetOf } from './fleet-of.ts';
import { ASYNC } from './limits.ts';
import type { ResolvedFunction } from './names.ts';
import { chooseVersion, resolveFunction } from './names.ts';
import { invokeByItself } from './own-invocation.ts';
import type { EventInvokeRecord, LambdaState, QueuedEvent } from './state.ts';

type Context = ServiceContext<LambdaState>;

/** Keeps an event until it has been dealt with: the record is written before the caller hears 202. */
export const enqueue = (
  context: OperationContext<LambdaState>,
  resolved: ResolvedFunction,
  payload: Uint8Array,
): void => {
  const now = context.clock.now();
  const event = {
    functionName: resolved.name,
    qualifier: resolved.qualifier ?? '$LATEST',
    invokedArn: resolved.arn,
    requestId: context.requestId,
    // The caller's buffer is its own; what is kept is a copy.
    payload: Uint8Array.from(payload),
    receivedAt: now,
    dueAt: now,
    failures: 0,
    throttles: 0,
    cause: context.callId,
  };
  const { base = context } = context.state;
  const times = isDoubled(context, resolved.name) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    const id = context.random.hex(32);
    context.state.events.set(id, { id, ...event });
    run(base, id);
  }
};

/** Takes up what an earlier run left. */
export const resumeEvents = (context: Context): void => {
  for (const event of context.state.events.values()) schedule(context, event);
};

const schedule = (context: Context, event: QueuedEvent) => {
  const wait = event.dueAt - context.clock.now();
  if (wait <= 0) run(context, event.id);
  else context.clock.after(wait, () => run(context, event.id));
};

const run = (context: Context, id: string) =>
  context.background('asynchronous invocation', () => attempt(context, id));

const attempt = async (context: Context, id: string): Promise<void> => {
  const { state, clock } = context;
  if (context.disorder !== undefined) await comeLate(context, state.events.get(id));
  const event = state.events.get(id);
  if (event === undefined || state.stopped === true) return;
  const settings = state.eventInvokeConfigs.get(`${event.functionName}:${event.qualifier}`);
  const mostAge = (settings?.maximumEventAgeSeconds ?? ASYNC.maximumAgeSeconds) * 1000;
  if (clock.now() - event.receivedAt > mostAge)
    return giveUp(context, { event, settings, condition: 'EventAgeExceeded', cause: event.cause });
  let resolved: ResolvedFunction;
  try {
    resolved = resolveFunction(state, {
      name: event.functionName,
      ...(event.qualifier === '$LATEST' ? {} : { qualifier: event.qualifier }),
    });
  } catch {
    state.events.delete(id);
    context.journal.note(
      'lambda',
      `An event for ${event.invokedArn} was dropped: the function is gone.`,
      { cause: event.cause, outcome: 'error', target: event.invokedArn },
    );
    return;
  }
  const version = chooseVersion(context, resolved);
  const { metrics } = await fleetOf(context);
  if (event.failures + event.throttles === 0)
    metrics.count(event.functionName, 'AsyncEventsReceived');
  let outcome: Outcome;
  const entry = context.journal.begin();
  try {
    metrics.asyncEventAge(event.functionName, clock.now() - event.receivedAt);
    const { requestId, payload, invokedArn } = event;
    outcome = await invokeByItself(context, {
      version,
      invocation: { requestId, payload, invokedArn },
      qualifier: event.qualifier === '$LATEST' ? undefined : event.qualifier,
      message: `attempt ${event.failures + event.throttles + 1} at an event for ${event.functionName}`,
      cause: event.cause,
      entry,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return putOff(context, event, error);
  }
  if (succeeded(outcome)) {
    state.events.delete(id);
    if (settings?.onSuccess !== undefined)
      await deliverResult(context, settings.onSuccess, {
        event,
        version,
        outcome,
        condition: 'Success',
        cause: entry,
      });
    return;
  }
  const failed: QueuedEvent = { ...event, failures: event.failures + 1 };
  const retries = settings?.maximumRetryAttempts ?? ASYNC.retries;
  if (failed.failures > retries)
    return giveUp(context, {
      event: failed,
      settings,
      condition: 'RetriesExhausted',
      outcome,
      cause: entry,
    });
  const pause = ASYNC.retryMs[failed.failures - 1] ?? 0;
  if (clock.now() + pause - event.receivedAt > mostAge)
    return giveUp(context, {
      event: failed,
      settings,
      condition: 'EventAgeExceeded',
      outcome,
      cause: entry,
    });
  keep(context, { ...failed, dueAt: clock.now() + pause });
};

const keep = (context: Context, event: QueuedEvent) => {
  context.state.events.set(event.id, event);
  schedule(context, event);
};

/** No room, or something of Lambda's own is wrong: the event goes back, and waits longer each time. */
const putOff = (context: Context, event: QueuedEvent, error: AwsError) => {
  const { first, most } = ASYNC.throttleMs;
  const pause = Math.min(most, first * 2 ** event.throttles);
  if (error.status !== 429)
    context.journal.note('lambda', `An event for ${event.invokedArn} waits: ${error.message}`, {
      cause: event.cause,
      outcome: 'error',
    });
  keep(context, { ...event, throttles: event.throttles + 1, dueAt: context.clock.now() + pause });
};

interface GivenUp {
  readonly event: QueuedEvent;
  readonly settings: EventInvokeRecord | undefined;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  /** Of the last attempt, where there was one. */
  readonly outcome?: Outcome;
  /** Journal id of the last attempt, or of the call that brought the event. */
  readonly cause: number;
}

const giveUp = async (
  context: Context,
  { event, settings, condition, outcome, cause }: GivenUp,
): Promise<void> => {
  const { state } = context;
  state.events.delete(event.id);
  (await fleetOf(context)).metrics.count(event.functionName, 'AsyncEventsDropped');
  const version = state.versions.get(`${event.functionName}:$LATEST`);
  if (version === undefined) return;
  const { onFailure } = settings ?? {};
  const { deadLetterArn } = version;
  const isLost = onFailure === undefined && deadLetterArn === undefined;
  context.journal.note(
    'lambda',
    `An event for ${event.invokedArn} was dropped after ${event.failures} failed attempts (${condition})${isLost ? '; there is no destination for failures' : ''}.`,
    { cause: event.cause, outcome: 'error', target: event.invokedArn },
  );
  const result = { event, version, outcome, condition, cause };
  if (onFailure !== undefined) await deliverResult(context, onFailure, result);
  if (deadLetterArn !== undefined) await deliverDeadLetter(context, deadLetterArn, result);
};
