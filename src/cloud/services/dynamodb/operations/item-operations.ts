import { invalid } from '../errors.ts';
import { operation } from '../../../core/define-service.ts';
import type { OperationTable } from '../../../core/define-service.ts';
import type { Throttle } from '../capacity.ts';
import {
  assertReturnConsumedCapacity,
  consumed,
  createSpending,
  readUnits,
  spend,
  spendOnTable,
  spendWrite,
} from '../capacity.ts';
import { assertTableName, constraints } from '../constraints.ts';
import { itemAsItWas } from '../disorder.ts';
import type { Path, Projection } from '../expressions/index.ts';
import { createProjection, project } from '../expressions/index.ts';
import type { ItemRequest } from '../needs.ts';
import { itemNeed } from '../needs.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import { keyOf } from '../storage/index.ts';
import type { Item } from '../values/index.ts';
import type { KeyedInput, PutInput, UpdateInput, WritePlan } from './plan-write.ts';
import { collectionMetrics, execute, planDelete, planPut, planUpdate } from './plan-write.ts';
import type { ProjectedInput } from './prepare.ts';
import { readProjection } from './prepare.ts';

interface Returns {
  readonly TableName?: string | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly ReturnItemCollectionMetrics?: string | undefined;
}

interface GetInput extends ProjectedInput {
  readonly TableName?: string | undefined;
  readonly Key?: Item | undefined;
  readonly ConsistentRead?: boolean | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

const RETURN_VALUES = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'];

const checkReturns = (input: Returns, isUpdate: boolean) => {
  assertTableName(input.TableName ?? '');
  constraints().oneOf('returnValues', input.ReturnValues, RETURN_VALUES).assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  if (!isUpdate && input.ReturnValues !== undefined)
    if (input.ReturnValues !== 'ALL_OLD' && input.ReturnValues !== 'NONE')
      throw invalid('ReturnValues can only be ALL_OLD or NONE');
};

/**
 * What an update has touched. An index of a list is looked for where it was written: beyond the list's end there is nothing to tell.
 * Recorded 2026: https://github.com/paritysuite/dynamodb-conformance/blob/main/CHANGELOG.md (RETURNING over list indices)
 */
export const updatedParts = (paths: readonly Path[]): Projection => {
  const distinct = new Map(paths.map((path) => [JSON.stringify(path), path]));
  return createProjection([...distinct.values()]);
};

/** What `ReturnValues` asks for. */
const returned = (
  wanted: string | undefined,
  plan: WritePlan,
  before: Item | undefined,
  after: Item | undefined,
): Item | undefined => {
  const updated = (item: Item | undefined) =>
    item === undefined ? undefined : project(item, updatedParts(plan.paths ?? []));
  const given = (item: Item | undefined) =>
    item === undefined || Object.keys(item).length === 0 ? undefined : item;
  switch (wanted) {
    case 'ALL_OLD':
      return before;
    case 'ALL_NEW':
      return after;
    case 'UPDATED_OLD':
      return given(updated(before));
    case 'UPDATED_NEW':
      return given(updated(after));
    default:
      return undefined;
  }
};

/** Does a planned write, and answers as the request wants it. */
const writeAndTell = (context: Context, throttle: Throttle, plan: WritePlan, input: Returns) => {
  throttle.admit(context, plan.table, 'write');
  const written = execute(context, plan);
  const spending = createSpending(plan.table, 'write');
  // Counting the units of every index costs more than the write: only for who asks.
  if (input.ReturnConsumedCapacity !== undefined || throttle.isOn)
    spendWrite(context.state, spending, written);
  else spendOnTable(spending, written);
  throttle.charge(context, spending);
  const Attributes = returned(input.ReturnValues, plan, written.before?.item, written.after?.item);
  const ConsumedCapacity = consumed(input.ReturnConsumedCapacity, spending);
  const ItemCollectionMetrics = collectionMetrics(input.ReturnItemCollectionMetrics, plan);
  return {
    ...(Attributes === undefined ? {} : { Attributes }),
    ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity }),
    ...(ItemCollectionMetrics === undefined ? {} : { ItemCollectionMetrics }),
  };
};

export const itemOperations = (throttle: Throttle): OperationTable<DynamodbState> => ({
  GetItem: operation<DynamodbState, GetInput, object>({
    needs: (input, context) =>
      itemNeed(input as ItemRequest, context, { action: 'dynamodb:GetItem' }),
    handle: (input, context) => {
      assertTableName(input.TableName ?? '');
      assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
      const projection = readProjection(input);
      const table = requireData(context.state, input.TableName ?? '');
      const data = context.state.dataOf(table);
      const { texts } = keyOf(data.schema, input.Key ?? {});
      throttle.admit(context, table, 'read');
      const isConsistent = input.ConsistentRead === true;
      const found = itemAsItWas(context, table, isConsistent, texts, () => data.get(texts));
      const spending = createSpending(table, 'read');
      spend(spending, readUnits(found?.bytes ?? 0, isConsistent));
      throttle.charge(context, spending);
      return {
        Item:
          found === undefined || projection === undefined
            ? found?.item
            : project(found.item, projection),
        ConsumedCapacity: consumed(input.ReturnConsumedCapacity, spending),
      };
    },
  }),
  PutItem: operation<DynamodbState, PutInput & Returns, object>({
    needs: (input, context) =>
      itemNeed(input as ItemRequest, context, { action: 'dynamodb:PutItem' }),
    handle: (input, context) => {
      checkReturns(input, false);
      return writeAndTell(context, throttle, planPut(context.state, input), input);
    },
  }),
  UpdateItem: operation<DynamodbState, UpdateInput & Returns, object>({
    needs: (input, context) =>
      itemNeed(input as ItemRequest, context, { action: 'dynamodb:UpdateItem' }),
    handle: (input, context) => {
      checkReturns(input, true);
      return writeAndTell(context, throttle, planUpdate(context.state, input), input);
    },
  }),
  DeleteItem: operation<DynamodbState, KeyedInput & Returns, object>({
    needs: (input, context) =>
      itemNeed(input as ItemRequest, context, { action: 'dynamodb:DeleteItem' }),
    handle: (input, context) => {
      checkReturns(input, false);
      return writeAndTell(context, throttle, planDelete(context.state, input), input);
    },
  }),
});
