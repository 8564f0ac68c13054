import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { constraints } from '../constraints.ts';
import { invalid, invalidParameter, limitExceeded, resourceNotFound } from '../errors.ts';
import type { Context } from '../state.ts';
import { requireTable } from '../state.ts';
import type { IndexRecord, TableRecord } from '../storage/index.ts';
import { checkIndexes, readDefinitions, readIndex, readThroughput } from './check-table.ts';
import { BILLING_MODES, readEncryption, refuseUnsupported, TABLE_CLASSES } from './create-table.ts';
import type { Transitional } from './describe-table.ts';
import { describeTable } from './describe-table.ts';
import { readStreamSpecification, switchStream } from './stream-switch.ts';

const NOTHING_TO_UPDATE =
  'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required';

interface IndexChanges {
  readonly indexes: readonly IndexRecord[];
  readonly statuses: ReadonlyMap<string, 'CREATING' | 'DELETING' | 'UPDATING'>;
}

const changeIndexes = (
  table: TableRecord,
  updates: readonly Dynamodb.GlobalSecondaryIndexUpdate[],
): IndexChanges => {
  let indexes = table.indexes;
  const statuses = new Map<string, 'CREATING' | 'DELETING' | 'UPDATING'>();
  const online = updates.filter(({ Create, Delete }) => Create ?? Delete);
  if (online.length > 1)
    throw limitExceeded(
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  const find = (name: string | undefined) => {
    const index = indexes.find((one) => one.name === name);
    if (index === undefined) throw resourceNotFound();
    if (index.kind === 'local')
      throw invalid('Cannot delete an index that is not a GlobalSecondaryIndex');
    return index;
  };
  for (const { Create, Update, Delete } of updates) {
    const actions = [Create, Update, Delete].filter((one) => one !== undefined);
    if (actions.length === 0)
      throw invalidParameter(
        'One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null',
      );
    if (actions.length > 1)
      throw invalidParameter(
        'Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object',
      );
    if (Create !== undefined) {
      if (indexes.some(({ name }) => name === Create.IndexName))
        throw invalid('Attempting to create an index which already exists');
      indexes = [...indexes, readIndex(Create, 'global', table)];
      statuses.set(Create.IndexName ?? '', 'CREATING');
    }
    if (Update !== undefined) {
      const index = find(Update.IndexName);
      const throughput =
        Update.ProvisionedThroughput === undefined
          ? index.throughput
          : readThroughput(Update.ProvisionedThroughput, table.billing, index.name);
      const onDemand = Update.OnDemandThroughput ?? index.onDemand;
      indexes = indexes.map((one) => (one === index ? { ...index, throughput, onDemand } : one));
      statuses.set(index.name, 'UPDATING');
    }
    if (Delete !== undefined) {
      const index = find(Delete.IndexName);
      indexes = indexes.filter((one) => one !== index);
      statuses.set(index.name, 'DELETING');
    }
  }
  checkIndexes(table.keySchema, indexes);
  return { indexes, statuses };
};

/** Units per second after a change of the billing mode, of the table and its global indexes. */
const changeBilling = (
  table: TableRecord,
  input: Dynamodb.UpdateTableInput,
  now: number,
): TableRecord => {
  const billing = input.BillingMode ?? table.billing;
  if (billing === 'PAY_PER_REQUEST') {
    readThroughput(input.ProvisionedThroughput, billing);
    return table.billing === billing
      ? table
      : {
          ...table,
          billing,
          onDemandSince: now,
          throughput: undefined,
          indexes: table.indexes.map((index) => ({ ...index, throughput: undefined })),
        };
  }
  if (input.ProvisionedThroughput === undefined && table.billing === billing) return table;
  const throughput = readThroughput(input.ProvisionedThroughput, billing);
  const before = table.throughput;
  if (
    before !== undefined &&
    before.ReadCapacityUnits === throughput?.ReadCapacityUnits &&
    before.WriteCapacityUnits === throughput.WriteCapacityUnits &&
    input.GlobalSecondaryIndexUpdates === undefined
  )
    throw invalid(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${before.ReadCapacityUnits}. Requested ReadCapacityUnits: ${before.ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${before.WriteCapacityUnits}. Requested WriteCapacityUnits: ${before.WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  const grows =
    (throughput?.ReadCapacityUnits ?? 0) > (before?.ReadCapacityUnits ?? 0) ||
    (throughput?.WriteCapacityUnits ?? 0) > (before?.WriteCapacityUnits ?? 0);
  const shrinks =
    before !== undefined &&
    ((throughput?.ReadCapacityUnits ?? 0) < before.ReadCapacityUnits ||
      (throughput?.WriteCapacityUnits ?? 0) < before.WriteCapacityUnits);
  return {
    ...table,
    billing,
    throughput,
    ...(grows ? { increasedAt: now } : {}),
    ...(shrinks ? { decreasedAt: now } : {}),
  };
};

/** Definitions of attributes that keys still need. */
const usedDefinitions = (table: TableRecord): TableRecord['attributes'] => {
  const used = new Set(
    [table.keySchema, ...table.indexes.map(({ keySchema }) => keySchema)]
      .flat()
      .map(({ AttributeName }) => AttributeName),
  );
  return table.attributes.filter(({ AttributeName }) => used.has(AttributeName));
};

const mergeDefinitions = (
  table: TableRecord,
  given: readonly Dynamodb.AttributeDefinition[] | undefined,
): TableRecord['attributes'] => {
  const read = readDefinitions(given);
  for (const { AttributeName, AttributeType } of read) {
    const known = table.attributes.find((one) => one.AttributeName === AttributeName);
    if (known !== undefined && known.AttributeType !== AttributeType)
      throw invalidParameter(
        `Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. Existing schema: Schema:[SchemaElement: key{${AttributeName}:${known.AttributeType}}] New schema: Schema:[SchemaElement: key{${AttributeName}:${AttributeType}}]`,
      );
  }
  const names = new Set(table.attributes.map(({ AttributeName }) => AttributeName));
  return [...table.attributes, ...read.filter(({ AttributeName }) => !names.has(AttributeName))];
};

export const updateTable = (
  input: Dynamodb.UpdateTableInput,
  context: Context,
): Dynamodb.UpdateTableOutput => {
  refuseUnsupported('UpdateTable', input);
  constraints()
    .oneOf('billingMode', input.BillingMode, BILLING_MODES)
    .oneOf('tableClass', input.TableClass, TABLE_CLASSES)
    .assert();
  const wantsChange = [
    input.ProvisionedThroughput,
    input.BillingMode,
    input.StreamSpecification,
    // An empty list asks for nothing.
    input.GlobalSecondaryIndexUpdates?.[0],
    input.SSESpecification,
    input.TableClass,
    input.DeletionProtectionEnabled,
    input.OnDemandThroughput,
  ].some((given) => given !== undefined);
  if (!wantsChange) throw invalid(NOTHING_TO_UPDATE);
  const { state, clock } = context;
  const stream = readStreamSpecification(input.StreamSpecification, 'UpdateTable');
  const now = clock.now();
  const before = requireTable(state, input.TableName ?? '');
  let table = changeBilling(
    { ...before, attributes: mergeDefinitions(before, input.AttributeDefinitions) },
    input,
    now,
  );
  let passing: Transitional = { table: 'UPDATING' };
  if (input.GlobalSecondaryIndexUpdates !== undefined) {
    const { indexes, statuses } = changeIndexes(table, input.GlobalSecondaryIndexUpdates);
    table = { ...table, indexes };
    passing = { ...passing, indexes: statuses };
  }
  for (const index of table.indexes)
    if (
      table.billing === 'PROVISIONED' &&
      index.kind === 'global' &&
      index.throughput === undefined
    )
      throw invalidParameter(`ProvisionedThroughput must be specified for index: ${index.name}`);
  table = { ...table, attributes: usedDefinitions(table) };
  if (input.SSESpecification !== undefined)
    table = { ...table, kmsKey: readEncryption(input.SSESpecification, context) };
  if (input.TableClass !== undefined && input.TableClass !== (table.tableClass ?? 'STANDARD'))
    table = { ...table, tableClass: input.TableClass, classChangedAt: now };
  if (input.DeletionProtectionEnabled !== undefined)
    table = { ...table, deletionProtection: input.DeletionProtectionEnabled };
  if (input.OnDemandThroughput !== undefined)
    table = { ...table, onDemand: input.OnDemandThroughput };
  table = { ...table, ...switchStream(context, table, stream) };
  state.tables.set(table.name, table);
  state.dataOf(table).reshape(table);
  return { TableDescription: describeTable(context, table, passing) };
};
