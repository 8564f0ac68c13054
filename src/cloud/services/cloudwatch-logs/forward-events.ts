import { failureOutcome } from '../../core/aws-error.ts';
import type { OperationContext, ServiceContext } from '../../core/define-service.ts';
import { readFailure } from '../../targets/index.ts';
import { compressed, sendTo } from './destination.ts';
import { FORWARDING } from './limits.ts';
import { groupArn } from './names.ts';
import type { Forwarding, LogsState, LogStream, SubscriptionFilter } from './state.ts';
import { eventIdOf, sequenceOf } from './state.ts';

type Context = ServiceContext<LogsState>;

interface Event {
  readonly timestamp: number;
  readonly message: string;
}

/** Sends a batch to whom the log group's filters name. @param batch - Where it begins, from {@link LogsState.append} */
export const forwardEvents = (
  context: OperationContext<LogsState>,
  stream: LogStream,
  batch: string,
  events: readonly Event[],
): void => {
  const { state, random, clock, callId } = context;
  for (const filter of state.subscriptionFilters.of(stream.group)) {
    const logEvents = matching(context, filter, batch, events);
    if (logEvents.length === 0) continue;
    const forwarding: Forwarding = {
      id: random.hex(32),
      filter,
      stream: stream.name,
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
      data: compressed({
        messageType: 'DATA_MESSAGE',
        owner: context.accountId,
        logGroup: stream.group,
        logStream: stream.name,
        subscriptionFilters: [filter.name],
        logEvents,
      }),
      attempt: 0,
      startedAt: clock.now(),
      dueAt: clock.now(),
      cause: callId,
    };
    state.forwardings.set(forwarding.id, forwarding);
    attempt(context, forwarding.id);
  }
};

const matching = (
  { state }: Context,
  { pattern }: SubscriptionFilter,
  batch: string,
  events: readonly Event[],
) => {
  const compiled = state.pattern(pattern);
  return events.flatMap(({ timestamp, message }, place) => {
    if (!compiled.matches(message)) return [];
    const event = { id: eventIdOf(timestamp, sequenceOf(batch, place)), timestamp, message };
    // Columns are told by their names: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    if (!pattern.trim().startsWith('[')) return [event];
    const columns = Object.entries(compiled.extract(message));
    return columns.length === 0
      ? [event]
      : [
          {
            ...event,
            extractedFields: Object.fromEntries(
              columns.map(([name, value]) => [name.slice(1), value]),
            ),
          },
        ];
  });
};

/** Takes up what an earlier run did not deliver. */
export const resumeForwardings = (context: Context): void => {
  for (const forwarding of context.state.forwardings.values()) wait(context, forwarding);
};

const wait = (context: Context, { id, dueAt }: Forwarding) => {
  const { state } = context;
  if (state.stopped !== true) state.reminders.set(id, dueAt, () => attempt(context, id));
};

/**
 * "If a retryable error occurs, CloudWatch Logs retries delivering for up to 24 hours"; what is refused is dropped.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions.html
 */
const attempt = (context: Context, id: string): void =>
  context.background('forwarding of log events', async () => {
    const { state, clock } = context;
    const forwarding = state.forwardings.get(id);
    if (forwarding === undefined || state.stopped === true) return;
    const { filter } = forwarding;
    try {
      await sendTo(context, filter, forwarding);
      state.forwardings.delete(id);
    } catch (error) {
      const pause = Math.min(
        FORWARDING.mostPauseMs,
        FORWARDING.firstPauseMs * 2 ** forwarding.attempt,
      );
      const dueAt = clock.now() + pause;
      if (readFailure(error).retried && dueAt - forwarding.startedAt <= FORWARDING.retriedMs) {
        const later = { ...forwarding, attempt: forwarding.attempt + 1, dueAt };
        state.forwardings.set(id, later);
        return wait(context, later);
      }
      state.forwardings.delete(id);
      context.journal.note(
        'cloudwatch-logs',
        `Events of ${filter.group} did not reach ${filter.destinationArn} by the subscription filter ${filter.name}: ${error instanceof Error ? error.message : String(error)}`,
        {
          outcome: failureOutcome(error),
          cause: forwarding.cause,
          source: groupArn(context.region, context.accountId, filter.group),
          target: filter.destinationArn,
        },
      );
    }
  });
