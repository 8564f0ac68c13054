import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { operation } from '../../core/define-service.ts';
import { groupNotFound, invalidParameter, streamNotFound } from './errors.ts';
import { compileFilter } from './filter-pattern.ts';
import { PAGE_EVENTS } from './limits.ts';
import { groupName, groupNeed, streamNeed } from './names.ts';
import type { LogGroup, LogsState, StoredEvent } from './state.ts';

/** An answer holds at most this much text. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html */
const PAGE_BYTES = 1_048_576;

const findGroup = (state: LogsState, name: string): LogGroup => {
  const group = state.groups.get(name);
  if (group === undefined) throw groupNotFound();
  return group;
};

const between = (
  events: readonly StoredEvent[],
  start: number | undefined,
  end: number | undefined,
) =>
  events.filter(
    ({ timestamp }) =>
      (start === undefined || timestamp >= start) && (end === undefined || timestamp < end),
  );

/** A page's end: by count, and by bytes, yet never empty while there is something. */
const fit = (events: readonly StoredEvent[], limit: number): number => {
  let size = 0;
  for (const [index, { message }] of events.entries()) {
    size += Buffer.byteLength(message) + 26;
    if (index >= limit || (size > PAGE_BYTES && index > 0)) return index;
  }
  return events.length;
};

const checkLimit = (limit: number | undefined): number => {
  if (limit !== undefined && !(limit >= 1 && limit <= PAGE_EVENTS))
    throw invalidParameter(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${PAGE_EVENTS}`,
    );
  return limit ?? PAGE_EVENTS;
};

/** Tokens name the place before (`f/`) or after (`b/`) which to read; at the end they repeat, as on AWS. */
export const getLogEvents = operation<
  LogsState,
  Logs.GetLogEventsRequest,
  Logs.GetLogEventsResponse
>({
  needs: streamNeed('logs:GetLogEvents'),
  handle: (input, { state, clock }) => {
    const group = findGroup(state, groupName(input));
    const name = input.logStreamName ?? '';
    if (state.stream(group.name, name) === undefined) throw streamNotFound();
    const events = between(state.events(group, name, clock.now()), input.startTime, input.endTime);
    const limit = checkLimit(input.limit);
    const { start, end } = window(events, input, limit);
    return {
      events: events.slice(start, end).map(({ timestamp, message, ingestedAt }) => ({
        timestamp,
        message,
        ingestionTime: ingestedAt,
      })),
      nextForwardToken: `f/${end}`,
      nextBackwardToken: `b/${start}`,
    };
  },
});

const window = (events: readonly StoredEvent[], input: Logs.GetLogEventsRequest, limit: number) => {
  const { nextToken } = input;
  if (nextToken !== undefined) {
    const match = /^([fb])\/(\d+)$/.exec(nextToken);
    if (match === null) throw invalidParameter('The specified nextToken is invalid.');
    const at = Math.min(Number(match[2]), events.length);
    if (match[1] === 'f') return { start: at, end: at + fit(events.slice(at), limit) };
    return { start: Math.max(0, at - fit(events.slice(0, at).reverse(), limit)), end: at };
  }
  if (input.startFromHead === true) return { start: 0, end: fit(events, limit) };
  return { start: events.length - fit([...events].reverse(), limit), end: events.length };
};

export const filterLogEvents = operation<
  LogsState,
  Logs.FilterLogEventsRequest,
  Logs.FilterLogEventsResponse
>({
  needs: groupNeed('logs:FilterLogEvents'),
  handle: (input, { state, clock }) => {
    const group = findGroup(state, groupName(input));
    const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
    if (names !== undefined && prefix !== undefined)
      throw invalidParameter(
        'Either logStreamNames or logStreamNamePrefix can be specified, not both.',
      );
    const matches = compileFilter(input.filterPattern ?? '');
    const limit = checkLimit(input.limit);
    const streams = state
      .streamsOf(group.name)
      .filter(({ name }) => names === undefined || names.includes(name))
      .filter(({ name }) => name.startsWith(prefix ?? ''));
    if (names !== undefined && streams.length < new Set(names).size) throw streamNotFound();
    const now = clock.now();
    // A token is the place after the last event that was given: time and arrival.
    const after = input.nextToken ?? '';
    const found = streams
      .flatMap(({ name }) =>
        between(state.events(group, name, now), input.startTime, input.endTime),
      )
      .filter(({ message }) => matches(message))
      .map((event) => ({
        event,
        place: `${String(event.timestamp).padStart(15, '0')}${event.sequence}`,
      }))
      .filter(({ place }) => place > after)
      .sort((a, b) => (a.place < b.place ? -1 : 1));
    if (input.startFromHead === false && input.nextToken === undefined) found.reverse();
    const end = fit(
      found.map(({ event }) => event),
      limit,
    );
    const last = found[end - 1];
    return {
      events: found.slice(0, end).map(({ event, place }) => ({
        logStreamName: event.stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestedAt,
        eventId: place.padStart(56, '3'),
      })),
      searchedLogStreams: [],
      ...(end < found.length && last !== undefined ? { nextToken: last.place } : {}),
    };
  },
});
