import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, named, oneOf, within } from './constraints.ts';
import { describeShard } from './describe.ts';
import { invalidArgument, streamNotFound } from './errors.ts';
import { requireStream, streamArn, streamNeed } from './names.ts';
import { readToken, writeToken } from './page-token.ts';
import type { ShardLog } from './shard-log.ts';
import { shardIndex } from './starting-place.ts';
import type { KinesisState, Stream } from './state.ts';
import { horizonOf } from './state.ts';

type Context = OperationContext<KinesisState>;

const TYPES = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
];
const PAGE = 1_000;

/** The texts have not been seen from AWS. */
const checkFilter = (filter: Kinesis.ShardFilter) => {
  const { ShardId, Timestamp } = filter;
  const type: string = filter.Type ?? '';
  const byShard = type === 'AFTER_SHARD_ID';
  if (byShard !== (ShardId !== undefined))
    throw invalidArgument(
      `ShardFilter of type ${type} ${byShard ? 'needs a ShardId' : 'takes no ShardId: it is for AFTER_SHARD_ID'}.`,
    );
  const byTime = type.endsWith('_TIMESTAMP');
  if (byTime !== (Timestamp !== undefined))
    throw invalidArgument(
      `ShardFilter of type ${type} ${byTime ? 'needs a Timestamp' : 'takes no Timestamp: it is for AT_TIMESTAMP and FROM_TIMESTAMP'}.`,
    );
};

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
const filterOf = (
  filter: Kinesis.ShardFilter | undefined,
  stream: Stream,
  now: number,
): ((log: ShardLog) => boolean) => {
  if (filter === undefined) return () => true;
  const horizon = Math.max(horizonOf(stream, now), stream.createdAt);
  const time = Math.max(filter.Timestamp?.getTime() ?? 0, horizon);
  const openAt = (at: number) => (log: ShardLog) =>
    log.shard.createdAt <= at && (log.shard.closedAt ?? Number.POSITIVE_INFINITY) >= at;
  switch (filter.Type) {
    case 'AFTER_SHARD_ID': {
      const after = shardIndex(filter.ShardId ?? '') ?? Number.POSITIVE_INFINITY;
      return ({ shard }) => shard.index > after;
    }
    case 'AT_TRIM_HORIZON':
      return openAt(horizon);
    case 'AT_LATEST':
      return ({ shard }) => shard.closedAt === undefined;
    case 'AT_TIMESTAMP':
      return openAt(time);
    case 'FROM_TIMESTAMP':
      return ({ shard }) => shard.closedAt === undefined || shard.closedAt >= time;
    default:
      return () => true;
  }
};

interface Token {
  readonly stream: string;
  readonly createdAt: number;
  readonly after: number;
  readonly filter?: Kinesis.ShardFilter;
}

/** What a first call and a call with a token have in common. */
const begin = (input: Kinesis.ListShardsInput, context: Context): Token => {
  const { NextToken, ShardFilter, ExclusiveStartShardId } = input;
  if (NextToken === undefined) {
    const stream = requireStream(input, context);
    const created = input.StreamCreationTimestamp;
    // "To distinguish data streams that have the same name": the one of that time has been deleted.
    if (created !== undefined && seconds(created.getTime()) !== seconds(stream.createdAt))
      throw streamNotFound(stream.name, context.accountId);
    if (ShardFilter !== undefined) checkFilter(ShardFilter);
    const after =
      ExclusiveStartShardId === undefined
        ? -1
        : (shardIndex(ExclusiveStartShardId) ?? Number.POSITIVE_INFINITY);
    return {
      stream: stream.name,
      createdAt: stream.createdAt,
      after,
      ...(ShardFilter === undefined ? {} : { filter: ShardFilter }),
    };
  }
  if (input.StreamName !== undefined || input.StreamCreationTimestamp !== undefined)
    throw invalidArgument('NextToken and StreamName cannot be provided together.');
  if (ExclusiveStartShardId !== undefined || ShardFilter !== undefined)
    throw invalidArgument(
      'NextToken and ExclusiveStartShardId or ShardFilter cannot be provided together.',
    );
  const token = readToken<Token>(NextToken, context.clock.now());
  const { StreamARN = streamArn(context, token.stream) } = input;
  if (StreamARN !== streamArn(context, token.stream))
    throw invalidArgument(
      `The NextToken is for the stream ${token.stream}, the StreamARN is ${StreamARN}.`,
    );
  const time = token.filter?.Timestamp;
  return time === undefined
    ? token
    : { ...token, filter: { Type: token.filter?.Type, Timestamp: new Date(time) } };
};

const seconds = (ms: number) => Math.floor(ms / 1000);

/** The list of a stream's shards. */
export const listShardsOperations: OperationTable<KinesisState> = {
  ListShards: operation<KinesisState, Kinesis.ListShardsInput, Kinesis.ListShardsOutput>({
    needs: (input, context) => {
      if (input.NextToken === undefined || input.StreamARN !== undefined)
        return streamNeed('ListShards')(input, context);
      const { stream } = readToken<Token>(input.NextToken, context.clock.now());
      return { action: 'kinesis:ListShards', resource: streamArn(context, stream) };
    },
    handle: (input, context) => {
      check(
        within('maxResults', input.MaxResults, [1, 10_000]),
        named('exclusiveStartShardId', input.ExclusiveStartShardId),
        oneOf('shardFilter.type', input.ShardFilter?.Type, TYPES),
      );
      const { state, clock, accountId } = context;
      const now = clock.now();
      const from = begin(input, context);
      const stream = state.stream(from.stream);
      if (stream === undefined || stream.createdAt !== from.createdAt)
        throw streamNotFound(from.stream, accountId);
      const rest = state
        .shards(stream, now)
        .filter(({ shard }) => shard.index > from.after)
        .filter(filterOf(from.filter, stream, now));
      const page = rest.slice(0, input.MaxResults ?? PAGE);
      const last = page.at(-1);
      return {
        Shards: page.map(describeShard),
        ...(last === undefined || page.length === rest.length
          ? {}
          : { NextToken: writeToken({ ...from, after: last.shard.index }, now) }),
      };
    },
  }),
};
