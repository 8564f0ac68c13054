import type * as Kinesis from '@aws-sdk/client-kinesis';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, named, sized, within } from './constraints.ts';
import { openDataKeys } from './data-keys.ts';
import { comesEmpty } from './disorder.ts';
import { dryRun, invalidArgument, rateExceeded, shardDoesNotExist } from './errors.ts';
import { peekIterator, readIterator, writeIterator } from './iterator.ts';
import { GET } from './limits.ts';
import { note } from './metrics.ts';
import { requireStream, streamArn, streamNeed } from './names.ts';
import { childrenOf, dataKeysOf, describeRecord, readShard } from './read-shard.ts';
import { shardId } from './shard-log.ts';
import { readableShard, startingPlace } from './starting-place.ts';
import type { KinesisState } from './state.ts';

const SALT_DIGITS = 36;

/** Operations that read by shard iterators. */
export const readOperations: OperationTable<KinesisState> = {
  GetShardIterator: operation<
    KinesisState,
    Kinesis.GetShardIteratorInput,
    Kinesis.GetShardIteratorOutput
  >({
    needs: streamNeed('GetShardIterator'),
    handle: (input, context) => {
      check(named('shardId', input.ShardId));
      const { state, clock, accountId, region, random } = context;
      const now = clock.now();
      const stream = requireStream(input, context);
      const within = { state, accountId, region, now };
      const log = readableShard(stream, input.ShardId ?? '', within);
      const place = startingPlace(
        stream,
        log,
        {
          type: input.ShardIteratorType,
          sequence: input.StartingSequenceNumber,
          timestamp: input.Timestamp,
        },
        { accountId, operation: 'GetShardIterator' },
      );
      if (input.DryRun === true) throw dryRun();
      return { ShardIterator: writeIterator(place, now, random.hex(SALT_DIGITS)) };
    },
  }),
  GetRecords: operation<KinesisState, Kinesis.GetRecordsInput, Kinesis.GetRecordsOutput>({
    needs: (input, context) => {
      if (input.StreamARN !== undefined) return streamNeed('GetRecords')(input, context);
      const { stream } = peekIterator(input.ShardIterator ?? '');
      return { action: 'kinesis:GetRecords', resource: streamArn(context, stream) };
    },
    handle: async (input, context) => {
      check(
        within('limit', input.Limit, [1, GET.records]),
        sized('shardIterator', input.ShardIterator, [1, 512]),
      );
      if (input.StreamId !== undefined) throw notSupported('The parameter StreamId');
      const { state, clock, accountId, random } = context;
      const now = clock.now();
      const from = readIterator(input.ShardIterator ?? '', now);
      if (input.StreamARN !== undefined && input.StreamARN !== streamArn(context, from.stream))
        throw invalidArgument(
          `The ShardIterator is for the stream ${from.stream}, the StreamARN is ${input.StreamARN}.`,
        );
      const stream = state.stream(from.stream);
      const log = stream === undefined ? undefined : state.shard(stream, from.shard, now);
      if (stream === undefined || log === undefined)
        throw shardDoesNotExist(shardId(from.shard), from.stream, accountId);
      if (input.DryRun === true) throw dryRun();
      if (!state.throughput.gives(log, now)) {
        note(context, stream, { ReadProvisionedThroughputExceeded: 1 });
        throw rateExceeded(log.id, stream.name, accountId);
      }
      const place = Math.min(from.place, log.next);
      const whole = readShard(log, place, input.Limit ?? GET.records, now);
      const read =
        whole.records.length > 0 && comesEmpty(context, stream, log.id)
          ? // Whoever sees that nothing came sees that something is left.
            { ...readShard(log, place, 0, now), millisBehindLatest: 1 }
          : whole;
      state.throughput.given(log, read.bytes, now);
      await openDataKeys(dataKeysOf(read.records), stream, context);
      const last = read.records.at(-1)?.arrivedAt;
      note(context, stream, {
        'GetRecords.IteratorAgeMilliseconds': last === undefined ? 0 : now - last,
        ReadProvisionedThroughputExceeded: 0,
      });
      const next = { ...from, place: read.next };
      if (read.records.length > 0)
        context.annotate({
          items: read.records.length,
          causes: read.records.flatMap(({ cause }) => cause ?? []),
        });
      return {
        Records: read.records.map(describeRecord),
        MillisBehindLatest: read.millisBehindLatest,
        ...(read.ended
          ? { ChildShards: childrenOf(state, stream, log, now) }
          : { NextShardIterator: writeIterator(next, now, random.hex(SALT_DIGITS)) }),
      };
    },
  }),
};
