import { AwsError, failureOutcome } from '../../../core/aws-error.ts';
import type { ServiceContext } from '../../../core/define-service.ts';
import { causesOf } from '../../../core/provenance.ts';
import { destinationCall, objectName } from '../../destination-call.ts';
import { fleetOf } from '../../fleet-of.ts';
import { functionArn } from '../../names.ts';
import type { LambdaState } from '../../state.ts';
import { createAttention } from '../attention.ts';
import { createMappingDisorder } from '../disorder.ts';
import { createFilter } from '../filter.ts';
import type { Handover } from '../invoke-batch.ts';
import { functionOf, invokeBatch } from '../invoke-batch.ts';
import type { MappingRecord, Poller, Position, ShardProgress } from '../mapping.ts';
import { createRoleCaller } from '../role-caller.ts';
import { isConsumer, streamOf } from '../source.ts';
import { dynamodbSource } from './dynamodb.ts';
import type { Discarded } from './failure-record.ts';
import { failureRecord } from './failure-record.ts';
import { kinesisConsumerSource } from './kinesis-consumer.ts';
import { kinesisSource } from './kinesis.ts';
import type { LaneHost } from './lane.ts';
import type { ShardReader } from './shard-reader.ts';
import { createShardReader } from './shard-reader.ts';
import type { Shard, StreamCall, StreamRecord } from './stream-source.ts';
import { windowFacts } from './windows.ts';

type Context = ServiceContext<LambdaState>;

const sourceOf = ({ kind, sourceArn }: MappingRecord) => {
  if (kind !== 'kinesis') return dynamodbSource;
  return isConsumer(sourceArn) ? kinesisConsumerSource : kinesisSource;
};

/** Hands records of a shard over. */
type Invoke = (
  records: readonly StreamRecord[],
  shardId: string,
  window: Parameters<LaneHost['invoke']>[1],
) => Promise<Handover>;

/**
 * Feeds a function from a stream: shard by shard, a shard after those that it continues, records of one key in order.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export const startStreamPoller = (context: Context, given: MappingRecord): Poller => {
  const { clock, journal, random, state } = context;
  const { uuid, sourceArn, settings } = given;
  const role = createRoleCaller(context);
  const facts = {
    arn: sourceArn,
    region: context.region,
    role: () => functionOf(state, given).version.role,
  };
  const source = sourceOf(given)(facts);
  const passes = createFilter(given.kind, settings.filters);
  const key = (shardId: string) => `${uuid}/${shardId}`;
  const readers = new Map<string, ShardReader>();
  let shards: readonly Shard[] = [];
  let listed = false;
  let mostAgeMs = 0;

  const call: StreamCall = (operation, input) =>
    role.call(functionOf(state, given).version, {
      service: source.service,
      operation,
      input,
    });

  const progressOf = (shardId: string): ShardProgress =>
    state.shardProgress.get(key(shardId)) ?? {
      mapping: uuid,
      shardId,
      position: { kind: 'TRIM_HORIZON' },
      done: false,
    };

  /** What a deleted mapping still learns is of no use to anyone. */
  const keep = (progress: ShardProgress) => {
    if (!state.eventSourceMappings.has(uuid)) return;
    state.shardProgress.set(key(progress.shardId), progress);
    if (!progress.done) return;
    readers.delete(progress.shardId);
    listed = false;
    attention.wake();
  };

  const invoke: Invoke = async (records, shardId, window) => {
    const ageMs = clock.now() - (records.at(-1)?.arrivedAt ?? 0);
    const handover = await invokeBatch(context, given, {
      event: {
        Records: records.map(({ event }) => event),
        ...(window === undefined
          ? {}
          : windowFacts(window.open, {
              lengthMs: settings.tumblingSeconds * 1000,
              shardId,
              arn: sourceArn,
              final: window.final,
            })),
      },
      records: records.length,
      cause: causesOf(records),
      entry: journal.begin(),
    });
    if (handover.kind === 'answered' && records.length > 0)
      state.fleet?.metrics.iteratorAge(given.functionName, ageMs);
    return handover;
  };

  const discard = async (discarded: Discarded, shardId: string): Promise<void> => {
    const nowMs = clock.now();
    const { onFailure } = settings;
    const what = `${discarded.records.length} record${discarded.records.length === 1 ? '' : 's'} of ${sourceArn}`;
    const fn = functionArn(context, given.functionName, given.qualifier);
    const because = discarded.last?.entry ?? causesOf(discarded.records);
    if (onFailure === undefined) {
      journal.note(
        'lambda',
        `${what} were given up for ${given.functionName} (${discarded.condition}); there is no destination for failures.`,
        { outcome: 'error', cause: because, source: sourceArn, target: fn },
      );
      return;
    }
    const record = failureRecord(discarded, {
      source,
      arn: streamOf(sourceArn),
      shardId,
      functionArn: fn,
      requestId: random.uuid(),
      nowMs,
    });
    const payload = JSON.stringify({ Records: discarded.records.map(({ event }) => event) });
    const request = destinationCall(onFailure, {
      text: JSON.stringify(record),
      object: {
        key: `aws/lambda/${uuid}/${shardId}/${objectName(nowMs, random.uuid())}`,
        text: JSON.stringify({ ...record, payload }),
      },
    });
    try {
      if (request === undefined) throw new AwsError('NotImplemented', 'It is no destination.');
      await role.call(functionOf(state, given).version, { ...request, cause: because, source: fn });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      (await fleetOf(context)).metrics.count(given.functionName, 'DestinationDeliveryFailures');
      journal.note(
        'lambda',
        `${what} were given up for ${given.functionName} (${discarded.condition}), and ${onFailure} was not told: ${error.message}`,
        { outcome: failureOutcome(error), cause: because, source: fn, target: onFailure },
      );
    }
  };

  const openReader = (shardId: string): ShardReader =>
    createShardReader({
      source,
      call,
      passes,
      settings,
      disorder: createMappingDisorder(context, given, shardId),
      clock,
      get mostAgeMs() {
        return mostAgeMs;
      },
      get stopped() {
        return attention.mapping() === undefined;
      },
      work: (task) => attention.work(task),
      result: (text) => attention.result(text),
      more: () => attention.wake(),
      invoke: (records, window) => invoke(records, shardId, window),
      discard: (discarded) => discard(discarded, shardId),
      progress: () => progressOf(shardId),
      keep,
    });

  /** Where the mapping begins in a shard that was there before it. */
  const beginning = async (shardId: string): Promise<Position> => {
    const { startingPosition = 'TRIM_HORIZON', startingTimestamp = 0 } = settings;
    switch (startingPosition) {
      case 'TRIM_HORIZON':
        return { kind: 'TRIM_HORIZON' };
      case 'AT_TIMESTAMP':
        return { kind: 'AT_TIMESTAMP', at: startingTimestamp };
      case 'LATEST':
        // Looked up at once: what is written from now on is to be found, also after a restart.
        return source.end(call, shardId, clock.now());
    }
  };

  /** Shards that were added later are read from their beginning, whatever the mapping began with. */
  const list = async () => {
    const retention = await source.retentionMs(call);
    mostAgeMs =
      settings.maximumAgeSeconds < 0
        ? retention
        : Math.min(retention, settings.maximumAgeSeconds * 1000);
    shards = await source.shards(call);
    const known = Array.from(state.shardProgress.values()).filter(
      ({ mapping }) => mapping === uuid,
    );
    for (const { id } of shards)
      if (!state.shardProgress.has(key(id)))
        keep({
          ...progressOf(id),
          position: known.length === 0 ? await beginning(id) : { kind: 'TRIM_HORIZON' },
        });
    const current = new Set(shards.map(({ id }) => id));
    for (const { shardId, done } of known)
      if (done && !current.has(shardId)) state.shardProgress.delete(key(shardId));
    listed = true;
  };

  const mayBegin = ({ parents }: Shard): boolean =>
    parents.every((id) => !shards.some((shard) => shard.id === id) || progressOf(id).done);

  const look = async () => {
    if (attention.mapping() === undefined) return;
    try {
      if (!listed) await list();
      for (const shard of shards) {
        if (progressOf(shard.id).done || !mayBegin(shard)) continue;
        const reader = readers.get(shard.id) ?? openReader(shard.id);
        readers.set(shard.id, reader);
        await reader.read();
      }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      role.forget();
      listed = false;
      attention.fault(error);
    }
    begun();
  };

  let begun: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const attention = createAttention(context, given, look);
  attention.wake();
  return {
    ready,
    stop: () => {
      for (const reader of readers.values()) reader.stop();
      return attention.stop();
    },
  };
};
