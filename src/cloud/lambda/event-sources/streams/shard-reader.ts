import { AwsError } from '../../../core/aws-error.ts';
import { hash32 } from '../../../core/random.ts';
import type { Filterable } from '../filter.ts';
import type { ShardProgress } from '../mapping.ts';
import type { Lane, LaneHost } from './lane.ts';
import { createLane } from './lane.ts';
import type { StreamCall, StreamPage, StreamRecord, StreamSource } from './stream-source.ts';

/** What a reader needs of its poller. */
export interface ReaderHost extends Omit<LaneHost, 'done' | 'window' | 'keepWindow'> {
  readonly source: StreamSource;
  readonly call: StreamCall;
  passes(record: Filterable): boolean;
  /** How far the shard has come, as it is kept. */
  progress(): ShardProgress;
  keep(progress: ShardProgress): void;
}

/** Reads one shard, in order. */
export interface ShardReader {
  /** Reads on until there is nothing more, or no room. @throws {AwsError} what the stream answers */
  read(): Promise<void>;
  stop(): void;
}

/** Errors that a kept iterator may meet: it is too old, of another cloud, or its records are gone. */
const STALE = new Set([
  'ExpiredIteratorException',
  'InvalidArgumentException',
  'TrimmedDataAccessException',
  'ValidationException',
]);

export const createShardReader = (host: ReaderHost): ShardReader => {
  const { settings, source } = host;
  const { shardId } = host.progress();
  /** Everything that was read and is not dealt with, or stands behind such a record. */
  const order: { readonly record: StreamRecord; done: boolean }[] = [];
  const places = new Map<string, { done: boolean }>();
  let iterator: string | undefined;
  let closed = false;
  /** Whether reading ended for want of room. */
  let crowded = false;
  let lastRead: string | undefined;

  /** Keeps how far the shard has come: up to the first record that is not dealt with. */
  const checkpoint = () => {
    let last: string | undefined;
    while (order[0]?.done === true) {
      last = order.shift()?.record.sequenceNumber;
      if (last !== undefined) places.delete(last);
    }
    const before = host.progress();
    const done = closed && order.length === 0 && before.window === undefined;
    if (last === undefined && done === before.done) return;
    host.keep({
      ...before,
      done,
      ...(last === undefined
        ? {}
        : { position: { kind: 'AFTER_SEQUENCE_NUMBER', sequenceNumber: last } }),
    });
  };

  const lanes: readonly Lane[] = Array.from({ length: settings.parallelization }, () =>
    createLane({
      settings,
      disorder: host.disorder,
      clock: host.clock,
      get mostAgeMs() {
        return host.mostAgeMs;
      },
      get stopped() {
        return host.stopped;
      },
      get window() {
        return host.progress().window;
      },
      work: host.work,
      invoke: host.invoke,
      discard: host.discard,
      result: host.result,
      more: () => {
        if (crowded) host.more();
      },
      done: (records) => {
        for (const { sequenceNumber } of records) {
          const place = places.get(sequenceNumber);
          if (place !== undefined) place.done = true;
        }
        checkpoint();
      },
      keepWindow: (window) => {
        const { window: _before, ...rest } = host.progress();
        host.keep({ ...rest, ...(window === undefined ? {} : { window }) });
        checkpoint();
      },
    }),
  );

  const start = async (): Promise<string> => {
    if (lastRead !== undefined)
      return source.iterator(host.call, shardId, {
        kind: 'AFTER_SEQUENCE_NUMBER',
        sequenceNumber: lastRead,
      });
    const { position } = host.progress();
    return position.kind === 'ITERATOR'
      ? position.iterator
      : source.iterator(host.call, shardId, position);
  };

  /** A kept end of the shard that cannot be found again is looked for by time, which is told in seconds. */
  const startByTime = async (since: number): Promise<StreamPage> => {
    const from = Math.floor(since / 1000) * 1000;
    let next: string | undefined = await source.iterator(host.call, shardId, {
      kind: 'TRIM_HORIZON',
    });
    for (;;) {
      const found: StreamPage = await source.read(host.call, shardId, next);
      const records = found.records.filter(({ arrivedAt }) => arrivedAt >= from);
      next = found.next;
      if (records.length > 0 || found.records.length === 0 || next === undefined)
        return { records, next };
    }
  };

  const page = async (): Promise<StreamPage> => {
    try {
      iterator ??= await start();
      return await source.read(host.call, shardId, iterator);
    } catch (error) {
      if (!(error instanceof AwsError) || !STALE.has(error.code)) throw error;
      iterator = undefined;
      const { position } = host.progress();
      if (lastRead === undefined && position.kind === 'ITERATOR')
        return startByTime(position.since);
      const from =
        error.code === 'TrimmedDataAccessException'
          ? await source.iterator(host.call, shardId, { kind: 'TRIM_HORIZON' })
          : await start();
      return source.read(host.call, shardId, from);
    }
  };

  const take = (record: StreamRecord) => {
    const place = { record, done: !host.passes(record) };
    lastRead = record.sequenceNumber;
    order.push(place);
    places.set(record.sequenceNumber, place);
    if (!place.done) lanes[hash32(record.partitionKey) % lanes.length]?.add(record);
  };

  return {
    read: async () => {
      const room = settings.batchSize * lanes.length;
      crowded = false;
      while (!closed && !host.stopped) {
        crowded = order.length >= room;
        if (crowded) break;
        const { records, next } = await page();
        iterator = next;
        closed = next === undefined;
        for (const record of records) take(record);
        checkpoint();
        if (records.length === 0) break;
      }
      for (const lane of lanes)
        if (closed) lane.end();
        else lane.kick();
    },
    stop: () => {
      for (const lane of lanes) lane.stop();
    },
  };
};
