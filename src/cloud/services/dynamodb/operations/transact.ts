import { AwsError } from '../../../core/aws-error.ts';
import type { Spending, Throttle } from '../capacity.ts';
import { createSpending, spendWrite } from '../capacity.ts';
import type { CancellationReason } from '../errors.ts';
import { invalid, KeyRefusal, transactionCanceled } from '../errors.ts';
import { TRANSACTION_BYTES } from '../limits.ts';
import type { Context } from '../state.ts';
import { primaryText } from '../storage/index.ts';
import type { Item } from '../values/index.ts';
import { itemBytes } from '../values/index.ts';
import type { Written } from '../write.ts';
import { write } from '../write.ts';
import type { WritePlan } from './plan-write.ts';
import { assertCondition } from './plan-write.ts';

const NONE: CancellationReason = { Code: 'None' };

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const reasonOf = (error: unknown): CancellationReason => {
  if (!(error instanceof AwsError)) throw error;
  switch (error.code) {
    case 'ConditionalCheckFailedException': {
      const item = error.fields['Item'] as Item | undefined;
      return {
        Code: 'ConditionalCheckFailed',
        Message: error.message,
        ...(item === undefined ? {} : { Item: item }),
      };
    }
    case 'ValidationException':
      return { Code: 'ValidationError', Message: error.message };
    case 'ProvisionedThroughputExceededException':
      return { Code: 'ProvisionedThroughputExceeded', Message: error.message };
    case 'DuplicateItemException':
      return { Code: 'DuplicateItem', Message: error.message };
    default:
      throw error;
  }
};

/** @throws {ValidationException} when two actions are on one item */
export const assertDistinct = (plans: readonly WritePlan[]): void => {
  const places = plans.map(({ table, texts }) => `${table.id} ${primaryText(texts)}`);
  if (new Set(places).size < places.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
};

/** What a transaction has written, by plan. */
export interface Transacted {
  readonly written: readonly Written[];
  readonly spendings: readonly Spending[];
}

/**
 * Does all of the writes or none.
 * @param planned - A key that does not fit stands in its action's place
 * @param refuses - What else may speak against an action, given the item as it is
 * @throws {TransactionCanceledException} with a reason for each action
 */
export const transact = (
  context: Context,
  throttle: Throttle,
  planned: readonly (WritePlan | KeyRefusal)[],
  refuses: (plan: WritePlan, current: Item | undefined) => void = () => {},
): Transacted => {
  const results = planned.map((plan) => {
    if (plan instanceof KeyRefusal) return { reason: reasonOf(plan) };
    try {
      throttle.admit(context, plan.table, 'write');
      const current = assertCondition(plan);
      refuses(plan, current);
      const item = plan.next === undefined ? current : plan.next(current);
      if (item !== undefined) plan.data.assertIndexable(item);
      return { item };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  });
  if (results.some(({ reason }) => reason !== undefined))
    throw transactionCanceled(results.map(({ reason }) => reason ?? NONE));
  const plans = planned.filter((plan): plan is WritePlan => !(plan instanceof KeyRefusal));
  const bytes = results.reduce(
    (sum, { item }) => sum + (item === undefined ? 0 : itemBytes(item)),
    0,
  );
  if (bytes > TRANSACTION_BYTES)
    throw invalid(`Transaction payload size cannot exceed 4MB. Payload Size: ${bytes}`);
  const spendings: Spending[] = [];
  const written = plans.map((plan, index): Written => {
    const item = results[index]?.item;
    const current = plan.data.get(plan.texts);
    const done: Written =
      plan.next === undefined || (item === undefined && current === undefined)
        ? { before: current, after: current }
        : write(context, { table: plan.table, texts: plan.texts, item });
    let spending = spendings.find(({ table }) => table === plan.table);
    if (spending === undefined) spendings.push((spending = createSpending(plan.table, 'write')));
    // Prepared and committed: each unit twice.
    spendWrite(context.state, spending, done, 2);
    return done;
  });
  for (const spending of spendings) throttle.charge(context, spending);
  return { written, spendings };
};
