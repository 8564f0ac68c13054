import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type { OperationContext } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { readEmbeddedMetrics } from './embedded-metrics.ts';
import { groupNotFound, invalidParameter, streamNotFound } from './errors.ts';
import { PUT_LOG_EVENTS } from './limits.ts';
import { countEvents } from './count-events.ts';
import { forwardEvents } from './forward-events.ts';
import { groupName, streamNeed } from './names.ts';
import type { LogsState } from './state.ts';

const DAY_MS = 86_400_000;

/** Which events of a batch are out of bounds, as AWS tells it; the rest is kept. */
const sortOut = (events: readonly Logs.InputLogEvent[], oldestMs: number, nowMs: number) => {
  const timestamps = events.map(({ timestamp }) => timestamp ?? 0);
  const expired = timestamps.filter((timestamp) => timestamp < oldestMs).length;
  const old = timestamps.filter((timestamp) => timestamp < nowMs - PUT_LOG_EVENTS.pastMs).length;
  const firstNew = timestamps.findIndex((timestamp) => timestamp > nowMs + PUT_LOG_EVENTS.futureMs);
  const start = Math.max(expired, old);
  const end = firstNew < 0 ? events.length : firstNew;
  const rejected: Logs.RejectedLogEventsInfo = {
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
    ...(old > 0 ? { tooOldLogEventEndIndex: old } : {}),
    ...(firstNew < 0 ? {} : { tooNewLogEventStartIndex: firstNew }),
  };
  return {
    kept: events.slice(start, end),
    ...(Object.keys(rejected).length > 0 ? { rejected } : {}),
  };
};

const checkBatch = (events: readonly Logs.InputLogEvent[]) => {
  if (events.length === 0 || events.length > PUT_LOG_EVENTS.events)
    throw invalidParameter(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to ${PUT_LOG_EVENTS.events}, and at least 1; it has ${events.length}`,
    );
  let size = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, { message = '', timestamp = 0 }] of events.entries()) {
    if (message === '')
      throw invalidParameter(
        `1 validation error detected: Value '' at 'logEvents.${index + 1}.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      );
    size += Buffer.byteLength(message) + PUT_LOG_EVENTS.eventOverheadBytes;
    if (timestamp < last)
      throw invalidParameter(
        'Log events in a single PutLogEvents request must be in chronological order.',
      );
    last = timestamp;
  }
  if (size > PUT_LOG_EVENTS.batchBytes)
    throw invalidParameter(
      `Upload too large: ${size} bytes exceeds limit of ${PUT_LOG_EVENTS.batchBytes}`,
    );
  if (last - (events[0]?.timestamp ?? 0) > PUT_LOG_EVENTS.spanMs)
    throw invalidParameter(
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    );
};

/** Metrics in the lines go to CloudWatch, as the service itself. */
const extractMetrics = (
  messages: readonly string[],
  context: OperationContext<LogsState>,
  group: string,
) => {
  const found = messages.flatMap(readEmbeddedMetrics);
  if (found.length === 0) return;
  context.background(`metrics of ${group}`, async () => {
    for (const { namespace, data } of found)
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: { Namespace: namespace, MetricData: data },
        principal: servicePrincipal('logs.amazonaws.com', { sourceAccount: context.accountId }),
      });
  });
};

export const putLogEvents = operation<
  LogsState,
  Logs.PutLogEventsRequest,
  Logs.PutLogEventsResponse
>({
  needs: streamNeed('logs:PutLogEvents'),
  handle: (input, context) => {
    const { state, clock } = context;
    const group = state.groups.get(groupName(input));
    if (group === undefined) throw groupNotFound();
    const stream = state.stream(group.name, input.logStreamName ?? '');
    if (stream === undefined) throw streamNotFound();
    const events = input.logEvents ?? [];
    checkBatch(events);
    const now = clock.now();
    const oldest = group.retentionDays === undefined ? 0 : now - group.retentionDays * DAY_MS;
    const { kept, rejected } = sortOut(events, oldest, now);
    if (kept.length > 0) {
      const stored = kept.map(({ timestamp = now, message = '' }) => ({ timestamp, message }));
      const batch = state.append(stream, { ingestedAt: now, events: stored });
      forwardEvents(context, stream, batch, stored);
      countEvents(context, group.name, stored);
      extractMetrics(
        kept.map(({ message = '' }) => message),
        context,
        group.name,
      );
    }
    // Sequence tokens are accepted and ignored since 2023; AWS still sends one.
    return {
      nextSequenceToken: '49000000000000000000000000000000000000000000000000000000',
      ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
    };
  },
});
