import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, hashKeyed, named, oneOf, within } from './constraints.ts';
import { invalidArgument, limitExceeded, shardNotFound } from './errors.ts';
import { fromDecimal, toDecimal } from './hash-key.ts';
import { ACCOUNT } from './limits.ts';
import { requireStream, streamNeed } from './names.ts';
import { areAdjacent, mergeShards, scaleEvenly, splitShard } from './reshard.ts';
import type { ShardLog } from './shard-log.ts';
import { shardId } from './shard-log.ts';
import { shardIndex } from './starting-place.ts';
import type { KinesisState, Stream } from './state.ts';
import { checkShardLimit } from './stream-operations.ts';

type Context = OperationContext<KinesisState>;

const changeableShard = (
  stream: Stream,
  text: string,
  { state, clock, accountId }: Context,
): ShardLog => {
  const index = shardIndex(text);
  const log = index === undefined ? undefined : state.shard(stream, index, clock.now());
  if (log === undefined)
    throw shardNotFound(index === undefined ? text : shardId(index), stream.name, accountId);
  return log;
};

/** The text has not been seen from AWS. */
const requireOpen = (log: ShardLog, stream: Stream, { accountId }: Context) => {
  if (log.shard.closedAt !== undefined)
    throw invalidArgument(
      `Shard ${log.id} in stream ${stream.name} under account ${accountId} has already been merged or split, and thus is not eligible for merging or splitting.`,
    );
};

/** The texts of the limits are those that AWS's page gives the limits in. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
const checkScaling = (open: number, target: number) => {
  const counts = `Current open shard count: ${open}, Target shard count: ${target}`;
  if (target > ACCOUNT.updatedShards)
    throw limitExceeded(
      `Target shard count or number of open shards cannot be greater than ${ACCOUNT.updatedShards}. ${counts}`,
    );
  if (target > open * 2)
    throw limitExceeded(
      `UpdateShardCount cannot scale up over double your current open shard count. ${counts}`,
    );
  if (target < open / 2)
    throw limitExceeded(
      `UpdateShardCount cannot scale down below half your current open shard count. ${counts}`,
    );
};

/** Operations that change shards. What reads a stream is told, so that it finds the children. */
export const shardOperations: OperationTable<KinesisState> = {
  SplitShard: operation<KinesisState, Kinesis.SplitShardInput, object>({
    needs: streamNeed('SplitShard'),
    handle: (input, context) => {
      check(
        named('shardToSplit', input.ShardToSplit),
        hashKeyed('newStartingHashKey', input.NewStartingHashKey),
      );
      const { state, clock, accountId, arrivals } = context;
      const stream = requireStream(input, context);
      const log = changeableShard(stream, input.ShardToSplit ?? '', context);
      requireOpen(log, stream, context);
      checkShardLimit(1, context);
      const { startHash, endHash } = log.shard;
      const at = fromDecimal(input.NewStartingHashKey ?? '0');
      // As recorded from AWS by kinesalite's tests: "one plus" is in the text and in the check.
      const inside = at !== undefined && BigInt(`0x${at}`) > BigInt(`0x${startHash}`) + 1n;
      if (!inside || at >= endHash)
        throw invalidArgument(
          `NewStartingHashKey ${input.NewStartingHashKey} used in SplitShard() on shard ${log.id} in stream ${stream.name} under account ${accountId} is not both greater than one plus the shard's StartingHashKey ${toDecimal(startHash)} and less than the shard's EndingHashKey ${toDecimal(endHash)}.`,
        );
      splitShard(state, log, at, clock.now());
      arrivals.announce(stream.arn);
      return {};
    },
  }),
  MergeShards: operation<KinesisState, Kinesis.MergeShardsInput, object>({
    needs: streamNeed('MergeShards'),
    handle: (input, context) => {
      check(
        named('shardToMerge', input.ShardToMerge),
        named('adjacentShardToMerge', input.AdjacentShardToMerge),
      );
      const { state, clock, accountId, arrivals } = context;
      const stream = requireStream(input, context);
      const one = changeableShard(stream, input.ShardToMerge ?? '', context);
      const other = changeableShard(stream, input.AdjacentShardToMerge ?? '', context);
      requireOpen(one, stream, context);
      requireOpen(other, stream, context);
      const pair = areAdjacent(one, other)
        ? ([one, other] as const)
        : areAdjacent(other, one)
          ? ([other, one] as const)
          : undefined;
      if (pair === undefined)
        throw invalidArgument(
          `Shards ${one.id} and ${other.id} in stream ${stream.name} under account ${accountId} are not an adjacent pair of shards eligible for merging`,
        );
      mergeShards(state, pair[0], pair[1], clock.now());
      arrivals.announce(stream.arn);
      return {};
    },
  }),
  UpdateShardCount: operation<
    KinesisState,
    Kinesis.UpdateShardCountInput,
    Kinesis.UpdateShardCountOutput
  >({
    needs: () => ({ action: 'kinesis:UpdateShardCount', resource: '*' }),
    handle: (input, context) => {
      const { TargetShardCount: target = 0 } = input;
      check(
        within('targetShardCount', target, [1, 2_147_483_647]),
        oneOf('scalingType', input.ScalingType, ['UNIFORM_SCALING']),
      );
      const { state, clock, arrivals } = context;
      const stream = requireStream(input, context);
      if (stream.mode === 'ON_DEMAND')
        throw invalidArgument(
          `The stream ${stream.name} is in ON_DEMAND mode and scales its shards itself. Change it to PROVISIONED with UpdateStreamMode first.`,
        );
      const open = state.openShards(stream.name).length;
      checkScaling(open, target);
      checkShardLimit(target - open, context);
      scaleEvenly(state, stream.name, target, clock.now());
      arrivals.announce(stream.arn);
      return {
        StreamName: stream.name,
        StreamARN: stream.arn,
        CurrentShardCount: open,
        TargetShardCount: target,
      };
    },
  }),
};
