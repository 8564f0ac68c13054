import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type { Need, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import { AwsError } from '../../../core/aws-error.ts';
import { assertTableName, constraints } from '../constraints.ts';
import { deletionProtected, invalid, invalidParameter } from '../errors.ts';
import { ACCOUNT_UNITS, LIST_TABLES, TABLE_UNITS } from '../limits.ts';
import { tableNeed } from '../needs.ts';
import type { Context, DynamodbState } from '../state.ts';
import { requireTable, tableArn } from '../state.ts';
import { compareTexts } from '../values/index.ts';
import { expireLater } from '../write.ts';
import { createTable } from './create-table.ts';
import { describeTable } from './describe-table.ts';
import { closeStream } from './stream-switch.ts';
import { updateTable } from './update-table.ts';

const DAYS = 35;

/** Tags and a policy at creation want permissions of their own. */
const creationNeeds = (input: Dynamodb.CreateTableInput, context: Context): readonly Need[] => {
  const resource = tableArn(context, input.TableName ?? '');
  const tags = Object.fromEntries(
    (input.Tags ?? []).map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]),
  );
  const conditions = {
    ...tags,
    ...(input.Tags === undefined ? {} : { 'aws:TagKeys': input.Tags.map(({ Key = '' }) => Key) }),
  };
  return [
    { action: 'dynamodb:CreateTable', resource, conditions },
    ...(input.Tags === undefined ? [] : [{ action: 'dynamodb:TagResource', resource, conditions }]),
    ...(input.ResourcePolicy === undefined
      ? []
      : [{ action: 'dynamodb:PutResourcePolicy', resource }]),
  ];
};

const deleteTable = (
  input: Dynamodb.DeleteTableInput,
  context: Context,
): Dynamodb.DeleteTableOutput => {
  const { state } = context;
  const table = requireTable(state, input.TableName ?? '');
  if (table.deletionProtection) throw deletionProtected();
  const TableDescription = describeTable(context, table, { table: 'DELETING' });
  state.tables.delete(table.name);
  state.dataOf(table).clear();
  state.forget(table);
  expireLater(context, table.name);
  closeStream(context, table.streamArn);
  return { TableDescription };
};

const listTables = (
  { ExclusiveStartTableName, Limit = LIST_TABLES }: Dynamodb.ListTablesInput,
  { state }: Context,
): Dynamodb.ListTablesOutput => {
  if (ExclusiveStartTableName !== undefined)
    assertTableName(ExclusiveStartTableName, 'exclusiveStartTableName', 3);
  constraints().between('limit', Limit, 1, LIST_TABLES).assert();
  const names = [...state.tables.keys()]
    .sort(compareTexts)
    .filter(
      (name) =>
        ExclusiveStartTableName === undefined || compareTexts(name, ExclusiveStartTableName) > 0,
    );
  const page = names.slice(0, Limit);
  const last = page.at(-1);
  return {
    TableNames: page,
    ...(names.length > page.length && last !== undefined ? { LastEvaluatedTableName: last } : {}),
  };
};

const updateTimeToLive = (
  input: Dynamodb.UpdateTimeToLiveInput,
  context: Context,
): Dynamodb.UpdateTimeToLiveOutput => {
  const { state } = context;
  const { AttributeName, Enabled } = input.TimeToLiveSpecification ?? {};
  constraints().length('timeToLiveSpecification.attributeName', AttributeName, 1, 255).assert();
  const table = requireTable(state, input.TableName ?? '');
  if (AttributeName === undefined) throw invalid('TimeToLiveSpecification needs an AttributeName');
  if (Enabled === true && table.ttlAttribute !== undefined)
    throw invalid(
      table.ttlAttribute === AttributeName
        ? 'TimeToLive is already enabled'
        : `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute}`,
    );
  if (Enabled !== true && table.ttlAttribute === undefined)
    throw invalid('TimeToLive is already disabled');
  if (Enabled !== true && table.ttlAttribute !== AttributeName)
    throw invalid(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute ?? ''}`,
    );
  state.forgetExpiries(table);
  state.tables.set(table.name, {
    ...table,
    ttlAttribute: Enabled === true ? AttributeName : undefined,
  });
  expireLater(context, table.name);
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ContinuousBackupsDescription.html */
const describeBackups = (context: Context, nameOrArn: string) => {
  const table = context.state.tables.get(requireBackedUp(context.state, nameOrArn).name);
  const recovery = table?.pointInTimeRecovery;
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED' as const,
      PointInTimeRecoveryDescription:
        recovery === undefined
          ? { PointInTimeRecoveryStatus: 'DISABLED' as const }
          : {
              PointInTimeRecoveryStatus: 'ENABLED' as const,
              RecoveryPeriodInDays: recovery.days,
              EarliestRestorableDateTime: new Date(recovery.since),
              LatestRestorableDateTime: new Date(context.clock.now()),
            },
    },
  };
};

const requireBackedUp = (state: DynamodbState, nameOrArn: string) => {
  try {
    return requireTable(state, nameOrArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('TableNotFoundException', `Table not found: ${nameOrArn}`);
  }
};

export const tableOperations: OperationTable<DynamodbState> = {
  CreateTable: operation<DynamodbState, Dynamodb.CreateTableInput, Dynamodb.CreateTableOutput>({
    needs: creationNeeds,
    handle: createTable,
  }),
  DescribeTable: operation<
    DynamodbState,
    Dynamodb.DescribeTableInput,
    Dynamodb.DescribeTableOutput
  >({
    needs: tableNeed('dynamodb:DescribeTable'),
    handle: ({ TableName = '' }, context) => {
      assertTableName(TableName, 'tableName', 3);
      return { Table: describeTable(context, requireTable(context.state, TableName)) };
    },
  }),
  UpdateTable: operation<DynamodbState, Dynamodb.UpdateTableInput, Dynamodb.UpdateTableOutput>({
    needs: tableNeed('dynamodb:UpdateTable'),
    handle: (input, context) => {
      assertTableName(input.TableName ?? '', 'tableName', 3);
      return updateTable(input, context);
    },
  }),
  DeleteTable: operation<DynamodbState, Dynamodb.DeleteTableInput, Dynamodb.DeleteTableOutput>({
    needs: tableNeed('dynamodb:DeleteTable'),
    handle: (input, context) => {
      assertTableName(input.TableName ?? '', 'tableName', 3);
      return deleteTable(input, context);
    },
  }),
  ListTables: operation<DynamodbState, Dynamodb.ListTablesInput, Dynamodb.ListTablesOutput>({
    needs: () => ({ action: 'dynamodb:ListTables', resource: '*' }),
    handle: listTables,
  }),
  UpdateTimeToLive: operation<
    DynamodbState,
    Dynamodb.UpdateTimeToLiveInput,
    Dynamodb.UpdateTimeToLiveOutput
  >({
    needs: tableNeed('dynamodb:UpdateTimeToLive'),
    handle: updateTimeToLive,
  }),
  DescribeTimeToLive: operation<
    DynamodbState,
    Dynamodb.DescribeTimeToLiveInput,
    Dynamodb.DescribeTimeToLiveOutput
  >({
    needs: tableNeed('dynamodb:DescribeTimeToLive'),
    handle: ({ TableName = '' }, { state }) => {
      const { ttlAttribute } = requireTable(state, TableName);
      return {
        TimeToLiveDescription:
          ttlAttribute === undefined
            ? { TimeToLiveStatus: 'DISABLED' }
            : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute },
      };
    },
  }),
  DescribeContinuousBackups: operation<
    DynamodbState,
    Dynamodb.DescribeContinuousBackupsInput,
    Dynamodb.DescribeContinuousBackupsOutput
  >({
    needs: tableNeed('dynamodb:DescribeContinuousBackups'),
    handle: ({ TableName = '' }, context) => describeBackups(context, TableName),
  }),
  UpdateContinuousBackups: operation<
    DynamodbState,
    Dynamodb.UpdateContinuousBackupsInput,
    Dynamodb.UpdateContinuousBackupsOutput
  >({
    needs: tableNeed('dynamodb:UpdateContinuousBackups'),
    handle: ({ TableName = '', PointInTimeRecoverySpecification }, context) => {
      const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays = DAYS } =
        PointInTimeRecoverySpecification ?? {};
      constraints()
        .between(
          'pointInTimeRecoverySpecification.recoveryPeriodInDays',
          RecoveryPeriodInDays,
          1,
          DAYS,
        )
        .assert();
      const table = requireBackedUp(context.state, TableName);
      if (PointInTimeRecoveryEnabled !== true && RecoveryPeriodInDays !== DAYS)
        throw invalidParameter(
          'RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true',
        );
      context.state.tables.set(table.name, {
        ...table,
        pointInTimeRecovery:
          PointInTimeRecoveryEnabled === true
            ? {
                since: table.pointInTimeRecovery?.since ?? context.clock.now(),
                days: RecoveryPeriodInDays,
              }
            : undefined,
      });
      return describeBackups(context, TableName);
    },
  }),
  DescribeLimits: operation<DynamodbState, object, Dynamodb.DescribeLimitsOutput>({
    needs: () => ({ action: 'dynamodb:DescribeLimits', resource: '*' }),
    handle: () => ({
      AccountMaxReadCapacityUnits: ACCOUNT_UNITS,
      AccountMaxWriteCapacityUnits: ACCOUNT_UNITS,
      TableMaxReadCapacityUnits: TABLE_UNITS,
      TableMaxWriteCapacityUnits: TABLE_UNITS,
    }),
  }),
  DescribeEndpoints: operation<DynamodbState, object, Dynamodb.DescribeEndpointsResponse>({
    needs: () => ({ action: 'dynamodb:DescribeEndpoints', resource: '*' }),
    handle: (_input, { endpoint }) => ({
      Endpoints: [{ Address: endpoint.replace(/^https?:\/\//, ''), CachePeriodInMinutes: 1440 }],
    }),
  }),
};
