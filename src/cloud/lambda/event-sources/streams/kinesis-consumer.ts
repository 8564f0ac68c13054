import type * as Kinesis from '@aws-sdk/client-kinesis';
import { AwsError } from '../../../core/aws-error.ts';
import { streamOf } from '../source.ts';
import { endByReading, HOUR_MS, kinesisSource, recordOf } from './kinesis.ts';
import type { StreamFacts, StreamSource } from './stream-source.ts';

type Pushed = Partial<Record<string, unknown>>;

const startingAt = (
  position: Parameters<StreamSource['iterator']>[2],
): Kinesis.StartingPosition => ({
  Type: position.kind,
  ...(position.kind === 'AT_TIMESTAMP' ? { Timestamp: new Date(position.at) } : {}),
  ...(position.kind === 'AFTER_SEQUENCE_NUMBER' ? { SequenceNumber: position.sequenceNumber } : {}),
});

/** A starting position as text, so that a reader can keep it like an iterator. */
const write = (position: Kinesis.StartingPosition): string => JSON.stringify(position);

const read = (text: string): Kinesis.StartingPosition => {
  const position = JSON.parse(text) as Omit<Kinesis.StartingPosition, 'Timestamp'> & {
    readonly Timestamp?: string;
  };
  const { Timestamp, ...rest } = position;
  return { ...rest, ...(Timestamp === undefined ? {} : { Timestamp: new Date(Timestamp) }) };
};

/** The first event of a subscription, which comes at once whether there are records or not. */
const firstOf = async (events: AsyncGenerator<Pushed>): Promise<Kinesis.SubscribeToShardEvent> => {
  const { value } = await events.next();
  await events.return(undefined);
  const [code, event] = Object.entries((value ?? {}) as Pushed)[0] ?? [];
  if (code === 'SubscribeToShardEvent') return event as Kinesis.SubscribeToShardEvent;
  throw new AwsError(
    code ?? 'InternalFailureException',
    (event as { readonly message?: string } | undefined)?.message ?? 'The subscription has ended.',
  );
};

/**
 * A stream of Kinesis, read by a consumer that shares its throughput with no one.
 * Differs: a subscription is opened for each look and gives one event, where AWS keeps it open for five minutes.
 * @see https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html
 */
export const kinesisConsumerSource = (facts: StreamFacts): StreamSource => {
  const streamArn = streamOf(facts.arn);
  const source: Pick<StreamSource, 'iterator' | 'read'> = {
    iterator: (_call, _shardId, position) => Promise.resolve(write(startingAt(position))),
    read: async (call, shardId, iterator) => {
      const { EventStream } = (await call('SubscribeToShard', {
        ConsumerARN: facts.arn,
        ShardId: shardId,
        StartingPosition: read(iterator),
      })) as { readonly EventStream: AsyncGenerator<Pushed> };
      const { Records = [], ContinuationSequenceNumber } = await firstOf(EventStream);
      return {
        records: Records.map((record) => recordOf(record, shardId, facts)),
        next:
          ContinuationSequenceNumber === undefined
            ? undefined
            : write({ Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: ContinuationSequenceNumber }),
      };
    },
  };
  return {
    ...kinesisSource({ ...facts, arn: streamArn }),
    ...source,
    retentionMs: async (call) => {
      const { StreamDescriptionSummary } = (await call('DescribeStreamSummary', {
        StreamARN: streamArn,
      })) as Kinesis.DescribeStreamSummaryOutput;
      return (StreamDescriptionSummary?.RetentionPeriodHours ?? 24) * HOUR_MS;
    },
    end: endByReading(source),
  };
};
