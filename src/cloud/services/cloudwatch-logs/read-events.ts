import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { operation } from '../../core/define-service.ts';
import { groupNotFound, invalidParameter, streamNotFound } from './errors.ts';
import { compileFilter } from './filter-pattern.ts';
import { PAGE_EVENTS } from './limits.ts';
import { groupName, groupNeed, streamNeed } from './names.ts';
import type { LogGroup, LogsState, StoredEvent } from './state.ts';
import { eventIdOf } from './state.ts';

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

/** Sorts events of a group: time, then arrival. Digits only. */
const placeOf = ({ timestamp, sequence }: StoredEvent): string =>
  `${String(timestamp).padStart(15, '0')}${sequence}`;

// A token stands beside an event, so that events that come later do not move it.
const BEFORE = '1';
const AT = '5';
const AFTER = '9';

const comesAfter = (event: StoredEvent, position: string) => `${placeOf(event)}${AT}` > position;

/** Forward tokens read what comes after their position, backward ones what comes before it; at the end they repeat, as on AWS. */
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
    const { page, position } = window(events, input, checkLimit(input.limit));
    const [first, last] = [page[0], page.at(-1)];
    return {
      events: page.map(({ timestamp, message, ingestedAt }) => ({
        timestamp,
        message,
        ingestionTime: ingestedAt,
      })),
      nextForwardToken: `f/${last === undefined ? position : placeOf(last) + AFTER}`,
      nextBackwardToken: `b/${first === undefined ? position : placeOf(first) + BEFORE}`,
    };
  },
});

const window = (events: readonly StoredEvent[], input: Logs.GetLogEventsRequest, limit: number) => {
  const token = readToken(input.nextToken);
  const forward = token?.forward ?? input.startFromHead === true;
  const position = token?.position ?? '0';
  const rest =
    token === undefined
      ? events
      : events.filter((event) => comesAfter(event, position) === forward);
  if (forward) return { page: rest.slice(0, fit(rest, limit)), position };
  return { page: rest.slice(rest.length - fit(rest.toReversed(), limit)), position };
};

const readToken = (token: string | undefined) => {
  if (token === undefined) return undefined;
  const match = /^([fb])\/(\d+)$/.exec(token);
  if (match === null) throw invalidParameter('The specified nextToken is invalid.');
  return { forward: match[1] === 'f', position: match[2] ?? '' };
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
    const token = readToken(input.nextToken);
    const forward = token?.forward ?? input.startFromHead !== false;
    const found = streams
      .flatMap(({ name }) =>
        between(state.events(group, name, now), input.startTime, input.endTime),
      )
      .filter((event) => matches(event.message))
      .filter((event) => token === undefined || comesAfter(event, token.position) === forward)
      .map((event) => ({ event, place: placeOf(event) }))
      .sort((a, b) => (a.place < b.place ? -1 : 1));
    if (!forward) found.reverse();
    const end = fit(
      found.map(({ event }) => event),
      limit,
    );
    const last = found[end - 1];
    return {
      events: found.slice(0, end).map(({ event }) => ({
        logStreamName: event.stream,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestedAt,
        eventId: eventIdOf(event.timestamp, event.sequence),
      })),
      searchedLogStreams: [],
      ...(end < found.length && last !== undefined
        ? { nextToken: forward ? `f/${last.place}${AFTER}` : `b/${last.place}${BEFORE}` }
        : {}),
    };
  },
});
