import type { Logger } from '../spec/handler-context.ts';
import type { StreamBatch } from '../spec/stream-batch.ts';
import type { BatchAnswer } from './handle-records.ts';

/** What the records of a shard have in common, whatever stream they are of. */
export interface StreamPlan<R, Item> {
  readonly records: readonly R[];
  /** What Lambda knows a record by: its sequence number. */
  readonly idOf: (record: R) => string;
  /** What the handler gets; undefined for a record that is dropped. */
  readonly read: (record: R) => Promise<Item | undefined>;
  readonly log: Logger;
}

/**
 * The answer that names where to go on: the first record that failed, "the record with the lowest sequence number". When it is the batch's
 * first the invocation itself fails: all comes again either way, but only so does the function's metric `Errors` tell of it, and only
 * so is the batch halved where the mapping says it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
const failedAt = <R, Item>(
  { records, idOf, log }: StreamPlan<R, Item>,
  index: number,
  error: unknown,
): BatchAnswer => {
  const record = records[index];
  if (index === 0 || record === undefined) throw error;
  const behind = records.length - index - 1;
  const more = behind === 0 ? '' : `; ${behind} behind it wait for it`;
  log.error(`record ${idOf(record)} failed${more}`, { error });
  return { batchItemFailures: [{ itemIdentifier: idOf(record) }] };
};

const ALL_HANDLED: BatchAnswer = { batchItemFailures: [] };

/** Handles a shard's records one after the other; the first that fails is where the stream goes on. */
export const handleInOrder = async <R, Item>(
  plan: StreamPlan<R, Item>,
  handle: (item: Item) => Promise<unknown>,
): Promise<BatchAnswer> => {
  for (const [index, record] of plan.records.entries())
    try {
      const item = await plan.read(record);
      if (item !== undefined) await handle(item);
    } catch (error) {
      return failedAt(plan, index, error);
    }
  return ALL_HANDLED;
};

/** Handles a shard's records together: all that can be read up to the first that cannot, for that one must not be overtaken. */
export const handleTogether = async <R, Item>(
  plan: StreamPlan<R, Item>,
  handle: (batch: StreamBatch<Item>) => Promise<unknown>,
  /** Whether it is called without records too. */
  evenIfEmpty = false,
): Promise<BatchAnswer> => {
  const places = new Map<Item, number>();
  let failure: { readonly index: number; readonly error: unknown } | undefined;
  const fail = (index: number, error: unknown) => {
    if (failure === undefined || index < failure.index) failure = { index, error };
  };
  for (const [index, record] of plan.records.entries()) {
    try {
      const item = await plan.read(record);
      if (item !== undefined) places.set(item, index);
    } catch (error) {
      fail(index, error);
      break;
    }
  }
  if (places.size > 0 || evenIfEmpty)
    await handle({
      records: [...places.keys()],
      // What is not of this batch fails all of it.
      fail: (item, error = new Error('the handler failed a record')) =>
        fail(places.get(item) ?? 0, error),
    });
  return failure === undefined ? ALL_HANDLED : failedAt(plan, failure.index, failure.error);
};
