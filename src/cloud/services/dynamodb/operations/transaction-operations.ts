import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import type { Spending, Throttle } from '../capacity.ts';
import { assertReturnConsumedCapacity, createSpending, readUnits, spend } from '../capacity.ts';
import { assertTableName, constraints } from '../constraints.ts';
import { invalid, invalidParameter, KeyRefusal } from '../errors.ts';
import { project } from '../expressions/index.ts';
import { TRANSACTION_ACTIONS } from '../limits.ts';
import type { ItemRequest } from '../needs.ts';
import { itemNeed } from '../needs.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import { keyOf, primaryText } from '../storage/index.ts';
import type { Item } from '../values/index.ts';
import { toldCapacity } from './batch-operations.ts';
import type { KeyedInput, PutInput, UpdateInput, WritePlan } from './plan-write.ts';
import { collectionMetrics, planCheck, planDelete, planPut, planUpdate } from './plan-write.ts';
import type { ProjectedInput } from './prepare.ts';
import { readProjection } from './prepare.ts';
import { rememberDone, wasDone } from './request-token.ts';
import { assertDistinct, transact } from './transact.ts';

interface TransactItem {
  readonly ConditionCheck?: KeyedInput | undefined;
  readonly Put?: PutInput | undefined;
  readonly Delete?: KeyedInput | undefined;
  readonly Update?: UpdateInput | undefined;
}

interface TransactWriteInput {
  readonly TransactItems?: readonly TransactItem[] | undefined;
  readonly ClientRequestToken?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly ReturnItemCollectionMetrics?: string | undefined;
}

interface GetAction extends ProjectedInput {
  readonly TableName?: string | undefined;
  readonly Key?: Item | undefined;
}

interface TransactGetInput {
  readonly TransactItems?: readonly { readonly Get?: GetAction | undefined }[] | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

const ACTIONS = {
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Put: 'dynamodb:PutItem',
  Delete: 'dynamodb:DeleteItem',
  Update: 'dynamodb:UpdateItem',
} as const;

/** An action's name in the paths of messages: `transactItems.1.member.put`. */
const memberOf = (name: string, index: number) =>
  `transactItems.${index + 1}.member.${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const planItem = (state: DynamodbState, item: TransactItem, index: number): WritePlan => {
  const [first, ...others] = Object.keys(ACTIONS).filter(
    (name) => item[name as keyof typeof ACTIONS] !== undefined,
  );
  if (first === undefined)
    throw invalid(
      'Invalid Request: TransactWriteRequest should contain Delete or Put or Update request',
    );
  if (others.length > 0)
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  const { ConditionCheck, Put, Delete, Update } = item;
  const { TableName = '' } = ConditionCheck ?? Put ?? Delete ?? Update ?? {};
  assertTableName(TableName, `${memberOf(first, index)}.tableName`);
  if (Put !== undefined) return planPut(state, Put);
  if (Delete !== undefined) return planDelete(state, Delete);
  if (Update !== undefined) return planUpdate(state, Update);
  return planCheck(state, ConditionCheck ?? {});
};

/** What cancels a transaction is not thrown: the other actions have their reasons, too. */
const planOrRefuse = (
  state: DynamodbState,
  item: TransactItem,
  index: number,
): WritePlan | KeyRefusal => {
  try {
    return planItem(state, item, index);
  } catch (error) {
    if (error instanceof KeyRefusal) return error;
    throw error;
  }
};

const transactWrite = (input: TransactWriteInput, context: Context, throttle: Throttle) => {
  const { state } = context;
  const items = input.TransactItems ?? [];
  constraints()
    .length('transactItems', items, 1, TRANSACTION_ACTIONS)
    .length('clientRequestToken', input.ClientRequestToken, 1, 36)
    .assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const planned = items.map((item, index) => planOrRefuse(state, item, index));
  const plans = planned.filter((plan): plan is WritePlan => !(plan instanceof KeyRefusal));
  assertDistinct(plans);
  // It was done already: the answer tells the reads that it takes to know that.
  if (wasDone(context, input.ClientRequestToken, items))
    return toldCapacity(input.ReturnConsumedCapacity, spentReading(plans), true);
  const { spendings } = transact(context, throttle, planned);
  rememberDone(context, input.ClientRequestToken, items);
  const metrics: Record<string, Dynamodb.ItemCollectionMetrics[]> = {};
  for (const plan of plans) {
    const told = collectionMetrics(input.ReturnItemCollectionMetrics, plan);
    if (told !== undefined) metrics[plan.table.name] = [...(metrics[plan.table.name] ?? []), told];
  }
  return {
    ...(Object.keys(metrics).length === 0 ? {} : { ItemCollectionMetrics: metrics }),
    ...toldCapacity(input.ReturnConsumedCapacity, spendings, true),
  };
};

const spentReading = (plans: readonly WritePlan[]): readonly Spending[] => {
  const spendings: Spending[] = [];
  for (const { table, data, texts } of plans) {
    let spending = spendings.find((one) => one.table === table);
    if (spending === undefined) spendings.push((spending = createSpending(table, 'read')));
    spend(spending, 2 * readUnits(data.get(texts)?.bytes ?? 0, true));
  }
  return spendings;
};

const transactGet = (input: TransactGetInput, context: Context, throttle: Throttle) => {
  const { state } = context;
  const items = input.TransactItems ?? [];
  constraints().length('transactItems', items, 1, TRANSACTION_ACTIONS).assert();
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const plans = items.map(({ Get = {} }, index) => {
    assertTableName(Get.TableName ?? '', `${memberOf('get', index)}.tableName`);
    const projection = readProjection(Get);
    const table = requireData(state, Get.TableName ?? '');
    const data = state.dataOf(table);
    return { projection, table, data, texts: keyOf(data.schema, Get.Key ?? {}).texts };
  });
  const places = plans.map(({ table, texts }) => `${table.id} ${primaryText(texts)}`);
  if (new Set(places).size < places.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const spendings: Spending[] = [];
  const Responses = plans.map(({ projection, table, data, texts }) => {
    throttle.admit(context, table, 'read');
    const found = data.get(texts);
    let spending = spendings.find((one) => one.table === table);
    if (spending === undefined) spendings.push((spending = createSpending(table, 'read')));
    spend(spending, 2 * readUnits(found?.bytes ?? 0, true));
    if (found === undefined) return {};
    return { Item: projection === undefined ? found.item : project(found.item, projection) };
  });
  for (const spending of spendings) throttle.charge(context, spending);
  return { Responses, ...toldCapacity(input.ReturnConsumedCapacity, spendings, true) };
};

/** A transaction has no permission of its own: each action needs that of the single operation. */
const writeNeeds = (
  { TransactItems = [] }: TransactWriteInput,
  context: Context,
): readonly Need[] =>
  TransactItems.flatMap((item) =>
    Object.entries(ACTIONS).flatMap(([name, action]) => {
      const request = item[name as keyof typeof ACTIONS];
      return request === undefined
        ? []
        : [
            itemNeed(request as ItemRequest, context, {
              action,
              enclosing: 'TransactWriteItems',
            }),
          ];
    }),
  );

export const transactionOperations = (throttle: Throttle): OperationTable<DynamodbState> => ({
  TransactWriteItems: operation<DynamodbState, TransactWriteInput, object>({
    needs: writeNeeds,
    handle: (input, context) => {
      if (
        input.TransactItems?.some(
          ({ ConditionCheck }) =>
            ConditionCheck !== undefined && ConditionCheck.ConditionExpression === undefined,
        ) === true
      )
        throw invalidParameter('ConditionCheck needs a ConditionExpression');
      return transactWrite(input, context, throttle);
    },
  }),
  TransactGetItems: operation<DynamodbState, TransactGetInput, object>({
    needs: ({ TransactItems = [] }, context) =>
      TransactItems.flatMap(({ Get }) =>
        Get === undefined
          ? []
          : [
              itemNeed(Get as ItemRequest, context, {
                action: 'dynamodb:GetItem',
                enclosing: 'TransactGetItems',
              }),
            ],
      ),
    handle: (input, context) => transactGet(input, context, throttle),
  }),
});
