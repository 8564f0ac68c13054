import type { StateTools } from '../../core/define-service.ts';
import type { MinuteTeller } from '../../core/minute-teller.ts';
import { createMinuteTeller } from '../../core/minute-teller.ts';
import type { Table } from '../../core/store.ts';
import type { DataKey, DataKeyStore } from './data-key-store.ts';
import { createDataKeyStore } from './data-key-store.ts';
import { HOUR_MS } from './limits.ts';
import type { Tallies } from './metrics.ts';
import type { StoredRecord } from './shard-log.ts';
import { createShardLog } from './shard-log.ts';
import type { ShardLog } from './shard-log.ts';
import type { Subscriptions } from './subscriptions.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Throughput } from './throughput.ts';
import { createThroughput } from './throughput.ts';

export type StreamMode = 'PROVISIONED' | 'ON_DEMAND';

/** Times are milliseconds since the epoch. */
export interface Stream {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly mode: StreamMode;
  readonly retentionHours: number;
  /** KMS key as it was given; undefined when the stream is not encrypted. */
  readonly keyId?: string;
  /** Shard-level metrics that were asked for. */
  readonly metrics: readonly string[];
  /** Data with its partition key, in KiB. */
  readonly maxRecordKib: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Resource policy (JSON). */
  readonly policy?: string;
}

/** A range of hash keys, and where it stands among a stream's sequence numbers. */
export interface Shard {
  readonly stream: string;
  /** Number in the stream. */
  readonly index: number;
  /** 32 hexadecimal digits, as all hash keys here. */
  readonly startHash: string;
  readonly endHash: string;
  readonly createdAt: number;
  /** When it was made as its sequence numbers tell it, in seconds: children come after their parents. */
  readonly createdS: number;
  readonly parent?: number;
  readonly adjacentParent?: number;
  readonly closedAt?: number;
  /** Of a closed shard. */
  readonly endingSequence?: string;
  /** Place of the oldest record that may be left: those before it are gone. */
  readonly trimmedTo: number;
}

export interface Consumer {
  readonly name: string;
  readonly arn: string;
  readonly streamArn: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly policy?: string;
}

export interface KinesisState {
  stream(name: string): Stream | undefined;
  /** Names of all streams in order. */
  streamNames(): readonly string[];
  putStream(stream: Stream): void;
  /** With its shards, records and consumers. */
  dropStream(name: string): void;
  /** Shards of a stream in order of their numbers, without those whose last record has gone. */
  shards(stream: Stream, now: number): readonly ShardLog[];
  /** The shard of this number, unless there is none or it has gone. */
  shard(stream: Stream, index: number, now: number): ShardLog | undefined;
  /** The open shard that takes a hash key. */
  shardFor(stream: string, hash: string): ShardLog | undefined;
  openShards(stream: string): readonly ShardLog[];
  /** Writes a shard, whether it is new or has changed. */
  putShard(shard: Shard): ShardLog;
  /** How many shards of a stream have ever been: the number of the next one. */
  shardCount(stream: string): number;
  openShardsOfAccount(): number;
  readonly consumers: Table<Consumer>;
  consumersOf(streamArn: string): readonly Consumer[];
  putConsumer(consumer: Consumer): void;
  dropConsumer(arn: string): void;
  readonly subscriptions: Subscriptions;
  readonly throughput: Throughput;
  /** Shards whose last reading brought nothing though there was something. */
  readonly cameEmpty: Set<string>;
  readonly dataKeys: DataKeyStore;
  /** What CloudWatch is to be told. */
  readonly tallies: Tallies;
  /** Tells CloudWatch. */
  readonly teller: MinuteTeller;
}

export const horizonOf = (stream: Stream, now: number): number =>
  now - stream.retentionHours * HOUR_MS;

const shardKey = (stream: string, index: number): string => `${stream}\n${hexIndex(index)}`;
const hexIndex = (index: number): string => index.toString(16).padStart(8, '0');

/** What is derived of a stream: its shards, and the open ones in order of their hash keys. */
interface Shards {
  readonly all: Map<number, ShardLog>;
  /** Made when it is asked for. */
  open: readonly ShardLog[] | undefined;
  count: number;
}

const isOpen = ({ shard }: ShardLog) => shard.closedAt === undefined;
const byStart = (a: ShardLog, b: ShardLog) => (a.shard.startHash < b.shard.startHash ? -1 : 1);

/** @param limited - Whether shards refuse more than they take on AWS. */
export const createKinesisState = (tools: StateTools, limited = false): KinesisState => {
  const streams = tools.table<Stream>('streams');
  const shardTable = tools.table<Shard>('shards');
  const records = tools.table<StoredRecord>('records');
  const consumers = tools.table<Consumer>('consumers');
  const dataKeys = createDataKeyStore(tools.table<DataKey>('data-keys'));
  const byStream = new Map<string, Shards>();
  const consumersByStream = new Map<string, Map<string, Consumer>>();
  let names: readonly string[] | undefined;

  const shardsOf = (stream: string): Shards => {
    let found = byStream.get(stream);
    if (found === undefined)
      byStream.set(stream, (found = { all: new Map(), open: undefined, count: 0 }));
    return found;
  };
  const index = (log: ShardLog) => {
    const of = shardsOf(log.shard.stream);
    of.all.set(log.shard.index, log);
    of.open = undefined;
    of.count = Math.max(of.count, log.shard.index + 1);
  };
  const openOf = (stream: string): readonly ShardLog[] => {
    const of = shardsOf(stream);
    return (of.open ??= [...of.all.values()].filter(isOpen).sort(byStart));
  };
  const putShard = (shard: Shard): ShardLog => {
    const key = shardKey(shard.stream, shard.index);
    shardTable.set(key, shard);
    const known = shardsOf(shard.stream).all.get(shard.index);
    if (known !== undefined) known.shard = shard;
    const log = known ?? createShardLog(shard, key, records, (now) => shardTable.set(key, now));
    index(log);
    return log;
  };
  const dropShard = (log: ShardLog) => {
    const { stream, index: number } = log.shard;
    log.clear();
    shardTable.delete(shardKey(stream, number));
    byStream.get(stream)?.all.delete(number);
  };
  const indexConsumer = (consumer: Consumer) => {
    const known = consumersByStream.get(consumer.streamArn) ?? new Map<string, Consumer>();
    consumersByStream.set(consumer.streamArn, known.set(consumer.name, consumer));
  };
  const dropConsumer = (arn: string) => {
    const consumer = consumers.get(arn);
    if (consumer === undefined) return;
    consumers.delete(arn);
    consumersByStream.get(consumer.streamArn)?.delete(consumer.name);
  };

  restore();

  return {
    stream: (name) => streams.get(name),
    streamNames: () => (names ??= [...streams.keys()].sort()),
    putStream: (stream) => {
      if (!streams.has(stream.name)) names = undefined;
      streams.set(stream.name, stream);
    },
    dropStream: (name) => {
      const stream = streams.get(name);
      if (stream === undefined) return;
      for (const log of shardsOf(name).all.values()) dropShard(log);
      byStream.delete(name);
      for (const { arn } of consumersByStream.get(stream.arn)?.values() ?? []) dropConsumer(arn);
      if (stream.keyId !== undefined) dataKeys.forgetStream(stream.arn);
      streams.delete(name);
      names = undefined;
    },
    shards: (stream, now) => {
      const horizon = horizonOf(stream, now);
      const all = shardsOf(stream.name);
      for (const log of all.all.values())
        if (log.shard.closedAt !== undefined && log.shard.closedAt < horizon) dropShard(log);
      return [...all.all.values()];
    },
    shard: (stream, number, now) => {
      const log = shardsOf(stream.name).all.get(number);
      if (log === undefined) return undefined;
      const horizon = horizonOf(stream, now);
      log.trim(horizon);
      return log.shard.closedAt !== undefined && log.shard.closedAt < horizon ? undefined : log;
    },
    shardFor: (stream, hash) => {
      const open = openOf(stream);
      let [low, high] = [0, open.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((open[middle]?.shard.startHash ?? '') <= hash) low = middle;
        else high = middle - 1;
      }
      return open[low];
    },
    openShards: openOf,
    putShard,
    shardCount: (stream) => shardsOf(stream).count,
    openShardsOfAccount: () => {
      let count = 0;
      for (const stream of byStream.keys()) count += openOf(stream).length;
      return count;
    },
    consumers,
    consumersOf: (streamArn) => [...(consumersByStream.get(streamArn)?.values() ?? [])],
    putConsumer: (consumer) => {
      consumers.set(consumer.arn, consumer);
      indexConsumer(consumer);
    },
    dropConsumer,
    subscriptions: createSubscriptions(),
    throughput: createThroughput(limited),
    cameEmpty: new Set(),
    dataKeys,
    tallies: new Map(),
    teller: createMinuteTeller('AWS/Kinesis', 'kinesis.amazonaws.com'),
  };

  /** Builds what is derived from the tables, after a restart or in a fork. */
  function restore(): void {
    const logs = new Map<string, ShardLog>();
    for (const [key, shard] of [...shardTable.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const log = createShardLog(shard, key, records, (now) => shardTable.set(key, now));
      logs.set(key, log);
      index(log);
    }
    const rows = [...records.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, record] of rows)
      logs.get(key.slice(0, key.lastIndexOf('\n')))?.restore(record);
    for (const consumer of consumers.values()) indexConsumer(consumer);
  }
};
