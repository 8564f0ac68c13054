import { parsePolicy } from '../../../iam/index.ts';
import type { StateTools } from '../../core/define-service.ts';
import type { Reminders } from '../../core/reminders.ts';
import { createReminders } from '../../core/reminders.ts';
import type { Table } from '../../core/store.ts';
import type { LogPattern } from './filter-pattern.ts';
import { compilePattern } from './filter-pattern.ts';
import type { FilterTable } from './filter-table.ts';
import { createFilterTable } from './filter-table.ts';

/** A log group. Times are milliseconds since the epoch. */
export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly retentionDays?: number;
  readonly kmsKeyId?: string;
  readonly logGroupClass: string;
  readonly deletionProtection: boolean;
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

/** A policy that lets services write: of the account, or of one log group. */
export interface ResourcePolicy {
  readonly name: string;
  /** JSON. */
  readonly document: string;
  readonly updatedAt: number;
  /** Of a log group's policy only. */
  readonly groupArn?: string;
  /** Of a log group's policy only; another with every change. */
  readonly revisionId?: string;
}

/** Sends what matches to a function or a stream. */
export interface SubscriptionFilter {
  readonly group: string;
  readonly name: string;
  readonly pattern: string;
  readonly destinationArn: string;
  readonly roleArn?: string;
  readonly distribution: 'ByLogStream' | 'Random';
  readonly createdAt: number;
  /** The name under which the destination lets the service in: with the region, or without. */
  readonly principal: string;
}

/** Makes a metric of what matches. */
export interface MetricFilter {
  readonly group: string;
  readonly name: string;
  readonly pattern: string;
  readonly createdAt: number;
  readonly metric: {
    readonly name: string;
    readonly namespace: string;
    readonly value: string;
    readonly defaultValue?: number;
    readonly unit?: string;
    readonly dimensions?: Readonly<Record<string, string>>;
  };
}

/** A batch on its way to a destination. A record until it has arrived, so that a killed cloud delivers it. */
export interface Forwarding {
  readonly id: string;
  readonly filter: SubscriptionFilter;
  readonly stream: string;
  /** The message in gzip. */
  readonly data: Uint8Array;
  readonly attempt: number;
  readonly startedAt: number;
  readonly dueAt: number;
  readonly cause?: number;
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
  /** Answers where the batch begins: what its events' sequences begin with. */
  append(stream: LogStream, batch: LogBatch): string;
  /** Events of a stream in order of time; those past the group's retention are gone. */
  events(group: LogGroup, stream: string, nowMs: number): readonly StoredEvent[];
  /** By name, or by the log group's ARN. */
  readonly policies: Pick<Table<ResourcePolicy>, 'get' | 'values'>;
  /** Undefined takes it away. */
  setPolicy(key: string, policy: ResourcePolicy | undefined): void;
  /** All policies that hold for what is in a log group, as one (JSON). */
  policyOf(groupArn: string): string | undefined;
  /** By log group, in the order in which they were made. */
  readonly subscriptionFilters: FilterTable<SubscriptionFilter>;
  readonly metricFilters: FilterTable<MetricFilter>;
  readonly forwardings: Table<Forwarding>;
  /** Patterns of filters, ready to match. */
  pattern(text: string): LogPattern;
  /** Filter (by group and name) → the minute for which its default value was told; not kept. */
  readonly toldDefaults: Map<string, number>;
  /** Forwardings that are due later. */
  readonly reminders: Reminders;
  stopped?: boolean;
  /** Tells `listener` of every batch, for live tails. */
  listen(listener: (group: string, stream: string, batch: LogBatch) => void): () => void;
}

/**
 * They bind services alone: people and roles have their identity policies.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
 */
const joinPolicies = (policies: readonly ResourcePolicy[]): string | undefined => {
  if (policies.length === 0) return undefined;
  const statements = policies.flatMap(({ document }) => parsePolicy(document).Statement);
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => {
      // A Sid is unique in one policy alone.
      const { Sid: _, Condition, ...rest } = statement;
      const isService = { ...Condition?.['Bool'], 'aws:PrincipalIsAWSService': 'true' };
      return { ...rest, Condition: { ...Condition, Bool: isService } };
    }),
  });
};

/** Of the event at this place of a batch. */
export const sequenceOf = (batch: string, place: number): string =>
  `${batch}${String(place).padStart(5, '0')}`;

/** An event's id, for readers and for subscribers. */
export const eventIdOf = (timestamp: number, sequence: string): string =>
  `${String(timestamp).padStart(15, '0')}${sequence}`.padStart(56, '3');

const MOST_EFFECTIVE = 2_000;
const DAY_MS = 86_400_000;
const streamKey = (group: string, name: string) => `${group}\n${name}`;

export const createLogsState = (tools: StateTools): LogsState => {
  const groups = tools.table<LogGroup>('groups');
  const streams = tools.table<LogStream>('streams');
  const batches = tools.table<LogBatch>('batches');
  const policies = tools.table<ResourcePolicy>('policies');
  // Derived: what `policyOf` answers, until a policy changes.
  const effective = new Map<string, string | undefined>();
  const patterns = new Map<string, LogPattern>();
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
      return key.slice(0, 12);
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
            sequence: sequenceOf(key.slice(0, 12), place),
          }));
        })
        .filter(({ timestamp }) => timestamp >= oldest)
        .sort((a, b) => a.timestamp - b.timestamp || (a.sequence < b.sequence ? -1 : 1));
    },
    subscriptionFilters: createFilterTable(tools.table<SubscriptionFilter>('subscription-filters')),
    metricFilters: createFilterTable(tools.table<MetricFilter>('metric-filters')),
    forwardings: tools.table<Forwarding>('forwardings'),
    pattern: (text) => {
      let known = patterns.get(text);
      if (known === undefined) {
        if (patterns.size > MOST_EFFECTIVE) patterns.clear();
        known = compilePattern(text);
        patterns.set(text, known);
      }
      return known;
    },
    toldDefaults: new Map(),
    reminders: createReminders(tools.clock),
    policies,
    setPolicy: (key, policy) => {
      if (policy === undefined) policies.delete(key);
      else policies.set(key, policy);
      effective.clear();
    },
    policyOf: (groupArn) => {
      if (effective.size > MOST_EFFECTIVE) effective.clear();
      if (!effective.has(groupArn))
        effective.set(
          groupArn,
          joinPolicies(
            [...policies.values()].filter(
              (policy) => policy.groupArn === undefined || policy.groupArn === groupArn,
            ),
          ),
        );
      return effective.get(groupArn);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
