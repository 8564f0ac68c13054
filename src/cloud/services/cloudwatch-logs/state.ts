import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';

/** A log group. Times are milliseconds since the epoch. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly retentionDays?: number;
  readonly kmsKeyId?: string;
  readonly logGroupClass: string;
  readonly deletionProtection?: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStream {
  readonly group: string;
  readonly name: string;
  readonly createdAt: number;
  readonly firstEventAt?: number;
  readonly lastEventAt?: number;
  readonly lastIngestionAt?: number;
}

/** What one `PutLogEvents` brought. */
export interface LogBatch {
  readonly ingestedAt: number;
  readonly events: readonly { readonly timestamp: number; readonly message: string }[];
}

/** An event with what a reader wants to know of it. */
export interface StoredEvent {
  readonly stream: string;
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
  /** Rises with arrival; orders events of one millisecond. */
  readonly sequence: string;
}

export interface LogsState {
  readonly groups: Table<LogGroup>;
  readonly streams: Table<LogStream>;
  stream(group: string, name: string): LogStream | undefined;
  streamsOf(group: string): readonly LogStream[];
  putStream(stream: LogStream): void;
  dropStream(group: string, name: string): void;
  append(stream: LogStream, batch: LogBatch): void;
  /** Events of a stream in order of time; those past the group's retention are gone. */
  events(group: LogGroup, stream: string, nowMs: number): readonly StoredEvent[];
  /** Tells `listener` of every batch, for live tails. */
  listen(listener: (group: string, stream: string, batch: LogBatch) => void): () => void;
}

const DAY_MS = 86_400_000;
const streamKey = (group: string, name: string) => `${group}\n${name}`;

export const createLogsState = (tools: StateTools): LogsState => {
  const groups = tools.table<LogGroup>('groups');
  const streams = tools.table<LogStream>('streams');
  const batches = tools.table<LogBatch>('batches');
  const listeners = new Set<(group: string, stream: string, batch: LogBatch) => void>();
  // Derived: keys of batches by stream, in order of arrival.
  const index = new Map<string, string[]>();
  let next = 0;
  for (const key of [...batches.keys()].sort()) {
    const [number = '0', group = '', name = ''] = key.split('\n');
    next = Math.max(next, Number(number) + 1);
    const id = streamKey(group, name);
    index.set(id, [...(index.get(id) ?? []), key]);
  }
  const dropStream = (group: string, name: string) => {
    const id = streamKey(group, name);
    for (const key of index.get(id) ?? []) batches.delete(key);
    index.delete(id);
    streams.delete(id);
  };
  const expire = (group: LogGroup, id: string, nowMs: number) => {
    if (group.retentionDays === undefined) return;
    const oldest = nowMs - group.retentionDays * DAY_MS;
    const keys = index.get(id) ?? [];
    const kept = keys.filter((key) => {
      const alive = batches.get(key)?.events.some(({ timestamp }) => timestamp >= oldest) === true;
      if (!alive) batches.delete(key);
      return alive;
    });
    if (kept.length < keys.length) index.set(id, kept);
  };
  return {
    groups,
    streams,
    stream: (group, name) => streams.get(streamKey(group, name)),
    streamsOf: (group) => [...streams.values()].filter((stream) => stream.group === group),
    putStream: (stream) => streams.set(streamKey(stream.group, stream.name), stream),
    dropStream,
    append: (stream, batch) => {
      const id = streamKey(stream.group, stream.name);
      const key = `${String(next++).padStart(12, '0')}\n${id}`;
      batches.set(key, batch);
      const keys = index.get(id);
      if (keys === undefined) index.set(id, [key]);
      else keys.push(key);
      const times = batch.events.map(({ timestamp }) => timestamp);
      streams.set(id, {
        ...stream,
        firstEventAt: Math.min(stream.firstEventAt ?? Number.POSITIVE_INFINITY, ...times),
        lastEventAt: Math.max(stream.lastEventAt ?? 0, ...times),
        lastIngestionAt: batch.ingestedAt,
      });
      for (const listener of listeners) listener(stream.group, stream.name, batch);
    },
    events: (group, name, nowMs) => {
      const id = streamKey(group.name, name);
      expire(group, id, nowMs);
      const oldest = group.retentionDays === undefined ? 0 : nowMs - group.retentionDays * DAY_MS;
      return (index.get(id) ?? [])
        .flatMap((key) => {
          const batch = batches.get(key);
          return (batch?.events ?? []).map((event, place) => ({
            ...event,
            stream: name,
            ingestedAt: batch?.ingestedAt ?? 0,
            sequence: `${key.slice(0, 12)}${String(place).padStart(5, '0')}`,
          }));
        })
        .filter(({ timestamp }) => timestamp >= oldest)
        .sort((a, b) => a.timestamp - b.timestamp || (a.sequence < b.sequence ? -1 : 1));
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
