import { TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { TransactionOptions, TransactionPart } from '../../../spec/table-client.ts';
import { ConditionFailedError } from '../../condition-failed-error.ts';
import type { BoundTable, PlainItem } from './bound-table.ts';
import { plainItem } from './bound-table.ts';
import type { AnyChanges } from './changes.ts';
import type { AnyWriteOptions } from './writes.ts';
import { onKeyOf, putOf, updateOf } from './writes.ts';

/** A step without the compiler's knowledge: one of these keys tells what it is. */
export interface AnyStep extends AnyWriteOptions, AnyChanges {
  readonly put?: unknown;
  readonly update?: PlainItem;
  readonly delete?: PlainItem;
  readonly check?: PlainItem;
}

const stepOf = async (table: BoundTable, step: AnyStep): Promise<TransactWriteItem> => {
  if (step.put !== undefined) return { Put: (await putOf(table, step.put, step)).input };
  if (step.update !== undefined)
    return { Update: updateOf(table, step.update, step) } as TransactWriteItem;
  if (step.delete !== undefined) return { Delete: onKeyOf(table, step.delete, step) };
  return { ConditionCheck: onKeyOf(table, step.check ?? {}, step) } as TransactWriteItem;
};

/** Transactions that tell more than a condition are told as they are: conflicts, throttles. */
const failed = (resource: string, error: TransactionCanceledException): unknown => {
  const failures = (error.CancellationReasons ?? []).flatMap(({ Code, Item }, index) =>
    Code === 'ConditionalCheckFailed'
      ? [{ index, item: Item === undefined ? undefined : plainItem(Item) }]
      : [],
  );
  return failures.length === 0 ? error : new ConditionFailedError(resource, failures, error);
};

/** What writes several items, all or none. */
export const transactionsOf = (table: BoundTable) => {
  const steps = async (given: readonly AnyStep[]): Promise<TransactionPart> => ({
    steps: await Promise.all(given.map((step) => stepOf(table, step))),
  });
  return {
    steps,
    transact: async (
      given: readonly AnyStep[],
      { with: others = [], token }: TransactionOptions = {},
    ): Promise<void> => {
      const parts = await Promise.all([steps(given), ...others]);
      try {
        await table.client().send(
          new TransactWriteItemsCommand({
            TransactItems: parts.flatMap((part) => part.steps as readonly TransactWriteItem[]),
            ClientRequestToken: token,
          }),
        );
      } catch (error) {
        throw error instanceof TransactionCanceledException ? failed(table.resource, error) : error;
      }
    },
  };
};
