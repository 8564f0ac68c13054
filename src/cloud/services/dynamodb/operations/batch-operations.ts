import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import type { Spending, Throttle } from '../capacity.ts';
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
import { doneOf, itemAsItWas } from '../disorder.ts';
import { invalid, keyMismatch } from '../errors.ts';
import { project } from '../expressions/index.ts';
import { BATCH_GET_BYTES, BATCH_GET_KEYS, BATCH_WRITE_REQUESTS } from '../limits.ts';
import type { ItemRequest } from '../needs.ts';
import { itemNeed } from '../needs.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import { keyAttributes, keyOf, primaryText } from '../storage/index.ts';
import type { AttributeType, AttributeValue, Item } from '../values/index.ts';
import { attributeOf, typeOf } from '../values/index.ts';
import type { WritePlan } from './plan-write.ts';
import { collectionMetrics, execute, planDelete, planPut } from './plan-write.ts';
import type { ProjectedInput } from './prepare.ts';
import { readProjection } from './prepare.ts';

interface KeysRequest extends ProjectedInput {
  readonly Keys?: readonly Item[] | undefined;
  readonly ConsistentRead?: boolean | undefined;
}

interface BatchGetInput {
  readonly RequestItems?: Readonly<Record<string, KeysRequest>> | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item?: Item | undefined } | undefined;
  readonly DeleteRequest?: { readonly Key?: Item | undefined } | undefined;
}

interface BatchWriteInput {
  readonly RequestItems?: Readonly<Record<string, readonly WriteRequest[]>> | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly ReturnItemCollectionMetrics?: string | undefined;
}

/** https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/batchGetItem.test.ts */
const assertRequests = (
  operation: string,
  requests: Readonly<Record<string, unknown>>,
  most: number,
) => {
  const names = Object.keys(requests);
  if (names.length === 0) throw invalid(`The requestItems parameter is required for ${operation}`);
  constraints().length('requestItems', requests, 1, most).assert();
  for (const name of names) assertTableName(name);
};

const duplicates = () => invalid('Provided list of item keys contains duplicates');

const batchGet = (input: BatchGetInput, context: Context, throttle: Throttle) => {
  const { state } = context;
  const requests = input.RequestItems ?? {};
  assertRequests('BatchGetItem', requests, BATCH_GET_KEYS);
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  const total = Object.values(requests).reduce((sum, { Keys }) => sum + (Keys?.length ?? 0), 0);
  if (total > BATCH_GET_KEYS) throw invalid('Too many items requested for the BatchGetItem call');
  const plans = Object.entries(requests).map(([name, request]) => {
    if ((request.Keys?.length ?? 0) === 0)
      throw invalid(
        `1 validation error detected: Value '[]' at 'requestItems.${name}.member.keys' failed to satisfy constraint: Member must have length greater than or equal to 1`,
      );
    const projection = readProjection(request);
    const table = requireData(state, name);
    const data = state.dataOf(table);
    const keys = (request.Keys ?? []).map((key) => keyOf(data.schema, key));
    if (new Set(keys.map(({ texts }) => primaryText(texts))).size < keys.length) throw duplicates();
    return { name, request, projection, table, data, keys };
  });
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, KeysRequest> = {};
  const spendings: Spending[] = [];
  let bytes = 0;
  let room = doneOf(context, Object.keys(requests), total);
  for (const { name, request, projection, table, data, keys } of plans) {
    throttle.admit(context, table, 'read');
    const spending = createSpending(table, 'read');
    const items: Item[] = [];
    let left = keys.length;
    for (const { texts } of keys) {
      const isConsistent = request.ConsistentRead === true;
      const found = itemAsItWas(context, table, isConsistent, texts, () => data.get(texts));
      if (room === 0 || bytes + (found?.bytes ?? 0) > BATCH_GET_BYTES) break;
      bytes += found?.bytes ?? 0;
      left -= 1;
      room -= 1;
      spend(spending, readUnits(found?.bytes ?? 0, isConsistent));
      if (found !== undefined)
        items.push(projection === undefined ? found.item : project(found.item, projection));
    }
    Responses[name] = items;
    if (left > 0) UnprocessedKeys[name] = { ...request, Keys: (request.Keys ?? []).slice(-left) };
    spendings.push(spending);
    throttle.charge(context, spending);
  }
  return {
    Responses,
    UnprocessedKeys,
    ...toldCapacity(input.ReturnConsumedCapacity, spendings),
  };
};

/** `ConsumedCapacity` of several tables. */
export const toldCapacity = (
  wanted: string | undefined,
  spendings: readonly Spending[],
  both = false,
): { readonly ConsumedCapacity?: readonly Dynamodb.ConsumedCapacity[] } => {
  const told = spendings.flatMap((spending) => consumed(wanted, spending, both) ?? []);
  return told.length === 0 ? {} : { ConsumedCapacity: told };
};

const planRequest = (state: DynamodbState, name: string, request: WriteRequest): WritePlan => {
  const { PutRequest, DeleteRequest } = request;
  // The same for none and for both: https://github.com/architect/dynalite/blob/main/test/batchWriteItem.js
  if ((PutRequest === undefined) === (DeleteRequest === undefined))
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  if (PutRequest === undefined)
    return planDelete(state, { TableName: name, Key: DeleteRequest?.Key });
  const item = PutRequest.Item ?? {};
  const { schema } = state.dataOf(requireData(state, name));
  // PutItem would name the attribute; in a batch it is the key that does not fit.
  if (keyAttributes(schema).some((key) => !fits(attributeOf(item, key.name), key.type)))
    throw keyMismatch();
  return planPut(state, { TableName: name, Item: item });
};

/** Whether a value is there and of a type; what is no value at all is told elsewhere. */
const fits = (value: AttributeValue | undefined, type: AttributeType): boolean =>
  value !== undefined && (Object.keys(value).length !== 1 || typeOf(value) === type);

const batchWrite = (input: BatchWriteInput, context: Context, throttle: Throttle) => {
  const { state } = context;
  const requests = input.RequestItems ?? {};
  assertRequests('BatchWriteItem', requests, BATCH_WRITE_REQUESTS);
  assertReturnConsumedCapacity(input.ReturnConsumedCapacity);
  for (const [name, list] of Object.entries(requests))
    if (list.length === 0)
      throw invalid(
        `1 validation error detected: Value '{${name}=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to ${BATCH_WRITE_REQUESTS}, Member must have length greater than or equal to 1]`,
      );
  const total = Object.values(requests).reduce((sum, list) => sum + list.length, 0);
  if (total > BATCH_WRITE_REQUESTS)
    throw invalid('Too many items requested for the BatchWriteItem call');
  const plans = Object.entries(requests).map(([name, list]) => ({
    name,
    list: list.map((request) => planRequest(state, name, request)),
  }));
  for (const { list } of plans) {
    if (new Set(list.map(({ texts }) => primaryText(texts))).size < list.length) throw duplicates();
    // What cannot be indexed refuses the whole batch, before anything is written.
    for (const { data, next } of list) {
      const item = next?.(undefined);
      if (item !== undefined) data.assertIndexable(item);
    }
  }
  const spendings: Spending[] = [];
  const metrics: Record<string, Dynamodb.ItemCollectionMetrics[]> = {};
  const UnprocessedItems: Record<string, readonly WriteRequest[]> = {};
  let room = doneOf(context, Object.keys(requests), total);
  for (const { name, list } of plans) {
    if (list.length > room) UnprocessedItems[name] = (requests[name] ?? []).slice(room);
    for (const plan of list.slice(0, room)) {
      throttle.admit(context, plan.table, 'write');
      const written = execute(context, plan);
      let spending = spendings.find(({ table }) => table === plan.table);
      if (spending === undefined) spendings.push((spending = createSpending(plan.table, 'write')));
      if (input.ReturnConsumedCapacity !== undefined || throttle.isOn)
        spendWrite(state, spending, written);
      else spendOnTable(spending, written);
      const told = collectionMetrics(input.ReturnItemCollectionMetrics, plan);
      if (told !== undefined) metrics[name] = [...(metrics[name] ?? []), told];
    }
    room = Math.max(0, room - list.length);
  }
  for (const spending of spendings) throttle.charge(context, spending);
  return {
    UnprocessedItems,
    ...(Object.keys(metrics).length === 0 ? {} : { ItemCollectionMetrics: metrics }),
    ...toldCapacity(input.ReturnConsumedCapacity, spendings),
  };
};

/** One permission a table, with the keys and attributes of all its items. */
const merged = (needs: readonly Need[]): Need => {
  const [first = { action: '', resource: '' }] = needs;
  const all = (key: string) => [
    ...new Set(needs.flatMap(({ conditions }) => conditions?.[key] ?? [])),
  ];
  const [keys, attributes] = [all('dynamodb:LeadingKeys'), all('dynamodb:Attributes')];
  return {
    ...first,
    conditions: {
      ...first.conditions,
      ...(keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys }),
      ...(attributes.length === 0 ? {} : { 'dynamodb:Attributes': attributes }),
    },
  };
};

export const batchOperations = (throttle: Throttle): OperationTable<DynamodbState> => ({
  BatchGetItem: operation<DynamodbState, BatchGetInput, object>({
    needs: ({ RequestItems = {} }, context) =>
      Object.entries(RequestItems).map(([TableName, request]) =>
        merged(
          (request.Keys ?? [{}]).map((Key) =>
            itemNeed({ ...request, TableName, Key } as ItemRequest, context, {
              action: 'dynamodb:BatchGetItem',
            }),
          ),
        ),
      ),
    handle: (input, context) => batchGet(input, context, throttle),
  }),
  BatchWriteItem: operation<DynamodbState, BatchWriteInput, object>({
    needs: ({ RequestItems = {} }, context) =>
      Object.entries(RequestItems).map(([TableName, list]) =>
        merged(
          (list.length === 0 ? [{}] : list).map(({ PutRequest, DeleteRequest }: WriteRequest) =>
            itemNeed({ TableName, Item: PutRequest?.Item, Key: DeleteRequest?.Key }, context, {
              action: 'dynamodb:BatchWriteItem',
            }),
          ),
        ),
      ),
    handle: (input, context) => batchWrite(input, context, throttle),
  }),
});
