import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { AwsError } from '../../core/aws-error.ts';
import { check, named } from './constraints.ts';
import { openDataKeys } from './data-keys.ts';
import { dryRun, resourceInUse } from './errors.ts';
import { GET, SUBSCRIPTION } from './limits.ts';
import { consumerNeed, requireConsumer, requireStream } from './names.ts';
import { childrenOf, dataKeysOf, describeRecord, readShard } from './read-shard.ts';
import { sequenceNumber } from './sequence.ts';
import type { ShardLog } from './shard-log.ts';
import { readableShard, startingPlace } from './starting-place.ts';
import type { KinesisState } from './state.ts';

type Context = OperationContext<KinesisState>;
type PushedEvent = Readonly<Record<string, unknown>>;

interface Subscription {
  readonly consumerArn: string;
  readonly streamName: string;
  readonly streamArn: string;
  readonly shard: number;
  /** Place of the next record to push. */
  readonly from: number;
}

/** Where a reader that has read up to a place goes on with `AFTER_SEQUENCE_NUMBER`. */
const sequenceBefore = (log: ShardLog, place: number): string =>
  log.at(place - 1)?.sequence ??
  sequenceNumber({
    shardCreatedS: log.shard.createdS,
    shard: log.shard.index,
    place: Math.max(0, place - 1),
    writtenS: log.shard.createdS,
  });

/** Errors go into the stream as its members, once it has begun. */
const asEvent = (error: unknown): PushedEvent => {
  if (!(error instanceof AwsError)) throw error;
  return { [error.code]: { message: error.message } };
};

/**
 * What is pushed: an event at once, one with each arrival, one without records now and then. It ends after five minutes, at
 * the end of a closed shard, when another takes the place, or when the client goes.
 */
async function* push(
  { consumerArn, streamName, streamArn, shard, from }: Subscription,
  bell: Bell,
  context: Context,
): AsyncGenerator<PushedEvent> {
  const { state, clock } = context;
  const until = clock.now() + SUBSCRIPTION.lifeMs;
  let place = from;
  let told = false;
  while (!bell.over) {
    const now = clock.now();
    const stream = state.stream(streamName);
    const log = stream === undefined ? undefined : state.shard(stream, shard, now);
    if (stream === undefined || log === undefined || !state.consumers.has(consumerArn)) {
      yield asEvent(
        new AwsError(
          'ResourceNotFoundException',
          `Consumer ${consumerArn} or its stream ${streamArn} not found.`,
        ),
      );
      return;
    }
    const read = readShard(log, place, GET.records, now);
    if (read.records.length > 0 || read.ended || !told || bell.takeBeat()) {
      try {
        await openDataKeys(dataKeysOf(read.records), stream, context);
      } catch (error) {
        yield asEvent(error);
        return;
      }
      told = true;
      yield {
        SubscribeToShardEvent: {
          Records: read.records.map(describeRecord),
          ContinuationSequenceNumber: read.ended ? undefined : sequenceBefore(log, read.next),
          MillisBehindLatest: read.millisBehindLatest,
          ...(read.ended ? { ChildShards: childrenOf(state, stream, log, now) } : {}),
        },
      };
      place = read.next;
    }
    if (read.ended || clock.now() >= until) return;
    if (log.at(place) === undefined) await bell.rung(until - clock.now());
  }
  if (bell.lost)
    yield asEvent(
      resourceInUse(`Another subscription of ${consumerArn} has taken this shard over.`),
    );
}

/** Wakes a subscription. */
interface Bell {
  /** Whether it is to end before its time. */
  readonly over: boolean;
  /** Whether another has taken its place. */
  readonly lost: boolean;
  /** Resolves with the next arrival, heartbeat or end, at the latest in `withinMs`. */
  rung(withinMs: number): Promise<void>;
  /** Whether a heartbeat is due; takes it. */
  takeBeat(): boolean;
  /** Another takes the place. */
  lose(): void;
  stop(): void;
}

const createBell = ({ clock, arrivals, signal }: Context, streamArn: string): Bell => {
  let [lost, gone, beat, rang] = [false, signal?.aborted === true, false, false];
  let wake: (() => void) | undefined;
  const ring = () => {
    rang = true;
    wake?.();
  };
  const onAbort = () => {
    gone = true;
    ring();
  };
  const stopListening = arrivals.listen(streamArn, ring);
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    get over() {
      return lost || gone;
    },
    get lost() {
      return lost;
    },
    rung: async (withinMs) => {
      if (!rang) {
        const timer = clock.after(Math.min(withinMs, SUBSCRIPTION.heartbeatMs), () => {
          beat = true;
          ring();
        });
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
        timer.cancel();
      }
      rang = false;
    },
    takeBeat: () => {
      const due = beat;
      beat = false;
      return due;
    },
    lose: () => {
      lost = true;
      ring();
    },
    stop: () => {
      stopListening();
      signal?.removeEventListener('abort', onAbort);
    },
  };
};

/** Records pushed over one connection. */
export const subscribeOperations: OperationTable<KinesisState> = {
  SubscribeToShard: operation<KinesisState, Kinesis.SubscribeToShardInput, PushedEvent>({
    needs: consumerNeed('SubscribeToShard'),
    handle: (input, context) => {
      check(named('shardId', input.ShardId));
      const { state, clock, accountId, region } = context;
      const now = clock.now();
      const consumer = requireConsumer(input, context);
      const stream = requireStream({ StreamARN: consumer.streamArn }, context);
      const log = readableShard(stream, input.ShardId ?? '', { state, accountId, region, now });
      const { place } = startingPlace(
        stream,
        log,
        {
          type: input.StartingPosition?.Type,
          sequence: input.StartingPosition?.SequenceNumber,
          timestamp: input.StartingPosition?.Timestamp,
        },
        { accountId, operation: 'SubscribeToShard' },
      );
      if (input.DryRun === true) throw dryRun();
      const bell = createBell(context, stream.arn);
      const taken = state.subscriptions.take(`${consumer.arn}\n${log.id}`, now, bell.lose);
      if (taken === undefined) {
        bell.stop();
        throw resourceInUse(
          `Another active subscription exists for this consumer: ${consumer.arn} at ${log.id}. Call again 5 seconds after the last successful call.`,
        );
      }
      const release = () => {
        bell.stop();
        taken.release();
      };
      // A client that goes before the first event was asked for.
      context.signal?.addEventListener('abort', release, { once: true });
      const events = push(
        {
          consumerArn: consumer.arn,
          streamName: stream.name,
          streamArn: stream.arn,
          shard: log.shard.index,
          from: place,
        },
        bell,
        context,
      );
      return { EventStream: released(events, release) };
    },
  }),
};

/** Calls `release` when the events have ended, however they did. */
async function* released(
  events: AsyncGenerator<PushedEvent>,
  release: () => void,
): AsyncGenerator<PushedEvent> {
  try {
    yield* events;
  } finally {
    release();
  }
}
