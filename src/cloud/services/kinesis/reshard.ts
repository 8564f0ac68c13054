import { after, before, evenStarts, HIGHEST } from './hash-key.ts';
import type { ShardLog } from './shard-log.ts';
import type { KinesisState, Shard } from './state.ts';

type Range = Pick<Shard, 'startHash' | 'endHash'>;

const seconds = (ms: number): number => Math.floor(ms / 1000);

const open = (
  state: KinesisState,
  stream: string,
  range: Range,
  now: number,
  parents: readonly ShardLog[] = [],
): ShardLog => {
  const [parent, adjacent] = parents;
  const made = Math.max(seconds(now), ...parents.map(({ shard }) => shard.createdS + 1));
  return state.putShard({
    stream,
    index: state.shardCount(stream),
    ...range,
    createdAt: now,
    createdS: made,
    trimmedTo: 1,
    ...(parent === undefined ? {} : { parent: parent.shard.index }),
    ...(adjacent === undefined ? {} : { adjacentParent: adjacent.shard.index }),
  });
};

const close = (state: KinesisState, log: ShardLog, now: number) =>
  state.putShard({ ...log.shard, closedAt: now, endingSequence: log.endingSequence(now) });

/** The shards of a new stream: `count` equal ranges. */
export const openEvenly = (state: KinesisState, stream: string, count: number, now: number) => {
  const starts = evenStarts(count);
  for (const [at, startHash] of starts.entries()) {
    const next = starts[at + 1];
    open(state, stream, { startHash, endHash: next === undefined ? HIGHEST : before(next) }, now);
  }
};

/** Closes a shard and opens two: one that ends before `at`, one that begins there. */
export const splitShard = (state: KinesisState, log: ShardLog, at: string, now: number) => {
  const { stream, startHash, endHash } = log.shard;
  close(state, log, now);
  open(state, stream, { startHash, endHash: before(at) }, now, [log]);
  open(state, stream, { startHash: at, endHash }, now, [log]);
};

/** Whether `right` begins where `left` ends. */
export const areAdjacent = (left: ShardLog, right: ShardLog): boolean =>
  left.shard.endHash !== HIGHEST && after(left.shard.endHash) === right.shard.startHash;

/** Closes two shards that lie side by side and opens one. */
export const mergeShards = (
  state: KinesisState,
  left: ShardLog,
  right: ShardLog,
  now: number,
): ShardLog => {
  const { stream, startHash } = left.shard;
  close(state, left, now);
  close(state, right, now);
  return open(state, stream, { startHash, endHash: right.shard.endHash }, now, [left, right]);
};

/**
 * Splits and merges until the open shards are `count` equal ranges. "This can cause short-lived shards to be created, in
 * addition to the final shards."
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 */
export const scaleEvenly = (state: KinesisState, stream: string, count: number, now: number) => {
  const starts = evenStarts(count);
  for (const start of starts) {
    const log = state.shardFor(stream, start);
    if (log !== undefined && log.shard.startHash !== start) splitShard(state, log, start, now);
  }
  const isStart = new Set(starts);
  let left: ShardLog | undefined;
  for (const log of state.openShards(stream))
    left =
      left === undefined || isStart.has(log.shard.startHash)
        ? log
        : mergeShards(state, left, log, now);
};
