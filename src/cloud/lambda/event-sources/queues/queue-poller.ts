import type * as Sqs from '@aws-sdk/client-sqs';
import { AwsError } from '../../../core/aws-error.ts';
import type { Timer } from '../../../core/clock.ts';
import type { ServiceContext } from '../../../core/define-service.ts';
import type { Cause } from '../../../core/journal.ts';
import { causesOf } from '../../../core/provenance.ts';
import { succeeded } from '../../environment/invocation.ts';
import type { LambdaState } from '../../state.ts';
import { createAttention } from '../attention.ts';
import type { Verdict } from '../batch-response.ts';
import { createMappingDisorder } from '../disorder.ts';
import { readBatchResponse } from '../batch-response.ts';
import { createFilter } from '../filter.ts';
import type { Handover } from '../invoke-batch.ts';
import { functionOf, invokeBatch } from '../invoke-batch.ts';
import { MAPPING_LIMITS, POLLING } from '../limits.ts';
import type { MappingRecord, Poller } from '../mapping.ts';
import { createRoleCaller } from '../role-caller.ts';
import { urlOfQueue } from '../source.ts';
import { createGathering } from './gathering.ts';
import type { QueueRecord } from './message-event.ts';
import { recordOf } from './message-event.ts';

type Context = ServiceContext<LambdaState>;

const verdictOf = (
  handover: Handover,
  records: readonly QueueRecord[],
  reportsFailures: boolean,
): Verdict => {
  if (handover.kind === 'refused' || !succeeded(handover.outcome)) return { kind: 'failure' };
  if (!reportsFailures) return { kind: 'success' };
  return readBatchResponse(
    handover.outcome.payload,
    new Set(records.map(({ messageId }) => messageId)),
  );
};

/**
 * Feeds a function from a queue. What fails comes back when its visibility timeout ends; what succeeds, or passes no filter, is
 * deleted.
 *
 * Differs: AWS begins with five batches at one time and adds more as long as the queue grows; here it stays at five, or at the
 * mapping's own limit.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export const startQueuePoller = (context: Context, given: MappingRecord): Poller => {
  const { clock, journal, state } = context;
  const role = createRoleCaller(context);
  const url = urlOfQueue(given.sourceArn);
  const passes = createFilter('sqs', given.settings.filters);
  const { batchSize, windowSeconds, reportsFailures } = given.settings;
  const most = given.settings.maximumConcurrency ?? POLLING.concurrency;
  const gathering = createGathering();
  const disorder = createMappingDisorder(context, given);
  let active = 0;
  let window: Timer | undefined;

  const call = (operation: string, input: Readonly<Record<string, unknown>>, cause?: Cause) => {
    const { version } = functionOf(state, given);
    return role.call(version, {
      service: 'sqs',
      operation,
      input: { QueueUrl: url, ...input },
      cause,
    });
  };

  const remove = async (records: readonly QueueRecord[], of: Cause) => {
    for (let at = 0; at < records.length; at += POLLING.received) {
      const Entries = records
        .slice(at, at + POLLING.received)
        .map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle }));
      const answer = (await call(
        'DeleteMessageBatch',
        { Entries },
        of,
      )) as Sqs.DeleteMessageBatchResult;
      for (const { Message, Code } of answer.Failed ?? [])
        journal.note(
          'lambda',
          `A message of ${given.sourceArn} was not deleted: ${Message ?? Code}`,
          {
            cause: of,
            outcome: 'error',
            source: given.sourceArn,
          },
        );
    }
  };

  /** Asks once. Says whether there was anything. */
  const receive = async (wanted: number): Promise<boolean> => {
    // Without a cause of its own: what is received says who sent it.
    const { Messages = [] } = (await call('ReceiveMessage', {
      MaxNumberOfMessages: Math.min(wanted, POLLING.received),
      WaitTimeSeconds: 0,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    })) as Sqs.ReceiveMessageResult;
    const records = Messages.map((message) => recordOf(message, given, context.region));
    const passing = records.filter((record) => passes({ view: { ...record }, data: record.body }));
    gathering.add(passing, clock.now());
    const dropped = records.filter((record) => !passing.includes(record));
    if (dropped.length > 0) await remove(dropped, causesOf(dropped));
    return records.length > 0;
  };

  /** Without a window a batch is what one receive brings; with one it is waited for. Says whether it is to go now. */
  const gather = async (): Promise<boolean> => {
    const size =
      windowSeconds > 0 ? batchSize : Math.min(batchSize, MAPPING_LIMITS.batchWithoutWindow);
    for (;;) {
      if (windowSeconds === 0 && gathering.length > 0) return true;
      const wanted = gathering.lacks(size);
      if (wanted === 0) return true;
      if (attention.mapping() === undefined) return false;
      if (!(await receive(wanted))) break;
    }
    if (gathering.length === 0) return false;
    const left = gathering.since + windowSeconds * 1000 - clock.now();
    if (left <= 0) return true;
    window ??= clock.after(left, () => {
      window = undefined;
      attention.wake();
    });
    return false;
  };

  const deliver = async (records: readonly QueueRecord[], of: number): Promise<void> => {
    const handOver = (entry: number) =>
      invokeBatch(context, given, {
        event: { Records: records },
        records: records.length,
        cause: causesOf(records),
        entry,
      });
    if (context.disorder !== undefined) await disorder.late(records.length);
    let handover = await handOver(of);
    let verdict = verdictOf(handover, records, reportsFailures);
    if (verdict.kind === 'success' && disorder.again(records.length)) {
      handover = await handOver(journal.begin());
      verdict = verdictOf(handover, records, reportsFailures);
    }
    try {
      if (verdict.kind === 'success') await remove(records, of);
      if (verdict.kind === 'partial')
        await remove(
          records.filter(({ messageId }) => !verdict.failed.has(messageId)),
          of,
        );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      attention.fault(error);
    }
  };

  const hand = () => {
    window?.cancel();
    window = undefined;
    const of = journal.begin();
    const records = gathering.take(batchSize, clock.now());
    active += 1;
    attention.work(async () => {
      try {
        await deliver(records, of);
      } finally {
        active -= 1;
        attention.wake();
      }
    });
  };

  const look = async () => {
    try {
      while (active < most && attention.mapping() !== undefined && (await gather())) hand();
      attention.result(undefined);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      role.forget();
      attention.fault(error);
    }
  };

  const attention = createAttention(context, given, look);
  attention.wake();
  return {
    ready: Promise.resolve(),
    stop: () => {
      window?.cancel();
      return attention.stop();
    },
  };
};
