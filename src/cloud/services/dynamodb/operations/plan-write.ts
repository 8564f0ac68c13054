import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { conditionFailed, invalid, invalidParameter, KeyRefusal } from '../errors.ts';
import type { Condition, LegacyUpdate, Path } from '../expressions/index.ts';
import {
  applyUpdate,
  bindCondition,
  bindUpdate,
  createBindings,
  holds,
  parseCondition,
  parseUpdate,
  readLegacyFilter,
  readLegacyUpdates,
} from '../expressions/index.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireData } from '../state.ts';
import type { KeySchema, KeyTexts, TableData, TableRecord } from '../storage/index.ts';
import { keyAttributes, keyOf, keyOfItem } from '../storage/index.ts';
import type { Item } from '../values/index.ts';
import { admitItem } from '../values/index.ts';
import type { Written } from '../write.ts';
import { assertSize, write } from '../write.ts';
import type { ConditionalInput } from './prepare.ts';
import { assertOneStyle, readCondition } from './prepare.ts';

/** One write, checked as far as it can be without the item. */
export interface WritePlan {
  readonly table: TableRecord;
  readonly data: TableData;
  readonly texts: KeyTexts;
  readonly key: Item;
  readonly condition: Condition | undefined;
  /** Whether the item is told when the condition fails. */
  readonly tellsOld: boolean;
  /** What is to be there; undefined for nothing. A check leaves out this function. */
  readonly next?: (current: Item | undefined) => Item | undefined;
  /** Places that an update changes, for `UPDATED_NEW` and `UPDATED_OLD`. */
  readonly paths?: readonly Path[];
}

interface WriteInput extends ConditionalInput {
  readonly TableName?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

const tellsOld = ({ ReturnValuesOnConditionCheckFailure: told }: WriteInput) => {
  if (told !== undefined && told !== 'ALL_OLD' && told !== 'NONE')
    throw invalid(
      `1 validation error detected: Value '${told}' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]`,
    );
  return told === 'ALL_OLD';
};

export interface PutInput extends WriteInput {
  readonly Item?: Item | undefined;
}

export const planPut = (state: DynamodbState, input: PutInput): WritePlan => {
  const condition = readCondition(input);
  const item = admitItem(input.Item ?? {});
  if (Object.hasOwn(item, '')) throw invalidParameter('Empty attribute name');
  assertSize(item, false);
  const table = requireData(state, input.TableName ?? '');
  const data = state.dataOf(table);
  return {
    table,
    data,
    texts: keyOfItem(data.schema, item),
    key: item,
    condition,
    tellsOld: tellsOld(input),
    next: () => item,
  };
};

export interface KeyedInput extends WriteInput {
  readonly Key?: Item | undefined;
}

const keyed = (state: DynamodbState, input: KeyedInput) => {
  const table = requireData(state, input.TableName ?? '');
  const data = state.dataOf(table);
  return { table, data, ...keyOf(data.schema, input.Key ?? {}), tellsOld: tellsOld(input) };
};

export const planDelete = (state: DynamodbState, input: KeyedInput): WritePlan => {
  const condition = readCondition(input);
  return { ...keyed(state, input), condition, next: () => undefined };
};

export const planCheck = (state: DynamodbState, input: KeyedInput): WritePlan => {
  const condition = readCondition(input);
  return { ...keyed(state, input), condition };
};

export interface UpdateInput extends KeyedInput {
  readonly UpdateExpression?: string | undefined;
  readonly AttributeUpdates?: Readonly<Record<string, LegacyUpdate>> | undefined;
}

const assertNoKeys = (schema: KeySchema, names: readonly string[]) => {
  const key = keyAttributes(schema).find(({ name }) => names.includes(name));
  if (key !== undefined)
    throw new KeyRefusal(
      `One or more parameter values were invalid: Cannot update attribute ${key.name}. This attribute is part of the key`,
    );
};

export const planUpdate = (state: DynamodbState, input: UpdateInput): WritePlan => {
  const { UpdateExpression, AttributeUpdates, ConditionExpression, Expected, ConditionalOperator } =
    input;
  assertOneStyle(
    { AttributeUpdates, Expected, ConditionalOperator },
    { UpdateExpression, ConditionExpression },
  );
  const bindings = createBindings(input, { UpdateExpression, ConditionExpression });
  const update =
    UpdateExpression === undefined
      ? undefined
      : bindUpdate(parseUpdate(UpdateExpression), bindings);
  const condition =
    ConditionExpression === undefined
      ? readLegacyFilter({ conditions: Expected, operator: ConditionalOperator, isExpected: true })
      : bindCondition(
          'ConditionExpression',
          parseCondition.ConditionExpression(ConditionExpression),
          bindings,
        );
  bindings.assertAllUsed();
  const legacy = AttributeUpdates === undefined ? undefined : readLegacyUpdates(AttributeUpdates);
  const paths = update?.paths ?? Object.keys(AttributeUpdates ?? {}).map((name): Path => [name]);
  const place = keyed(state, input);
  assertNoKeys(
    place.data.schema,
    paths.map(([name]) => String(name)),
  );
  return {
    ...place,
    condition,
    paths,
    next: (current) => {
      const item = current ?? place.key;
      const changed = update === undefined ? (legacy?.(item) ?? item) : applyUpdate(update, item);
      const admitted = admitItem(changed);
      assertSize(admitted, true);
      return admitted;
    },
  };
};

/** @throws {ConditionalCheckFailedException} */
export const assertCondition = (plan: WritePlan): Item | undefined => {
  const current = plan.data.get(plan.texts)?.item;
  if (plan.condition !== undefined && !holds(plan.condition, current ?? {}))
    throw conditionFailed(plan.tellsOld ? current : undefined);
  return current;
};

/** Does one write by itself. */
export const execute = (context: Context, plan: WritePlan): Written => {
  const current = assertCondition(plan);
  const item = plan.next?.(current);
  // An update that deletes nothing leaves what is not there alone.
  if (item === undefined && current === undefined) return { before: undefined, after: undefined };
  return write(context, { table: plan.table, texts: plan.texts, item });
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ItemCollectionMetrics.html */
export const collectionMetrics = (
  wanted: string | undefined,
  plan: WritePlan,
): Dynamodb.ItemCollectionMetrics | undefined => {
  if (wanted !== undefined && wanted !== 'SIZE' && wanted !== 'NONE')
    throw invalid(
      `1 validation error detected: Value '${wanted}' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must satisfy enum value set: [SIZE, NONE]`,
    );
  if (wanted !== 'SIZE' || !plan.table.indexes.some(({ kind }) => kind === 'local'))
    return undefined;
  const { hash } = plan.data.schema;
  const gigabytes = Math.floor(plan.data.collectionBytes(plan.texts.hash) / 2 ** 30);
  return {
    ItemCollectionKey: { [hash.name]: plan.key[hash.name] } as Record<
      string,
      Dynamodb.AttributeValue
    >,
    SizeEstimateRangeGB: [gigabytes, gigabytes + 1],
  };
};
