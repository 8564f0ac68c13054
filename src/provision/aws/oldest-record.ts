import type { KinesisClient } from '@aws-sdk/client-kinesis';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';

/** Shards that are looked into; a record in any of them is enough. */
const SHARDS = 10;
/** Reads of one shard: an answer may be empty though there is more behind. */
const READS = 5;

/**
 * When the oldest record of a stream came, of the first shards: a stream does not count what it holds.
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html for `MillisBehindLatest`
 */
export const oldestRecord = async (
  client: KinesisClient,
  stream: string,
  signal: AbortSignal,
): Promise<Date | 'unclear' | undefined> => {
  const { Shards = [], NextToken } = await client.send(
    new ListShardsCommand({ StreamName: stream, MaxResults: SHARDS }),
    { abortSignal: signal },
  );
  const found = await Promise.all(
    Shards.map(({ ShardId }) => oldestOfShard(client, { stream, shard: ShardId ?? '' }, signal)),
  );
  const [oldest] = found
    .filter((one) => one instanceof Date)
    .sort((one, other) => one.getTime() - other.getTime());
  if (oldest !== undefined) return oldest;
  return NextToken !== undefined || found.includes('unclear') ? 'unclear' : undefined;
};

const oldestOfShard = async (
  client: KinesisClient,
  { stream, shard }: { readonly stream: string; readonly shard: string },
  signal: AbortSignal,
): Promise<Date | 'unclear' | undefined> => {
  let { ShardIterator: place } = await client.send(
    new GetShardIteratorCommand({
      StreamName: stream,
      ShardId: shard,
      ShardIteratorType: 'TRIM_HORIZON',
    }),
    { abortSignal: signal },
  );
  for (let read = 0; read < READS && place !== undefined; read += 1) {
    const {
      Records = [],
      MillisBehindLatest,
      NextShardIterator,
    } = await client.send(new GetRecordsCommand({ ShardIterator: place, Limit: 1 }), {
      abortSignal: signal,
    });
    const [record] = Records;
    if (record !== undefined) return record.ApproximateArrivalTimestamp ?? 'unclear';
    if (MillisBehindLatest === 0) return undefined;
    place = NextShardIterator;
  }
  // A closed shard that was read to its end has no next place.
  return place === undefined ? undefined : 'unclear';
};
