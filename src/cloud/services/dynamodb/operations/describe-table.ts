import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type { Context, DynamodbState } from '../state.ts';
import type { IndexRecord, TableRecord } from '../storage/index.ts';

/** What a table and its new indexes are told to be right after a change of them; the next look finds them ready. */
export interface Transitional {
  readonly table?: 'CREATING' | 'UPDATING' | 'DELETING';
  readonly indexes?: ReadonlyMap<string, 'CREATING' | 'DELETING' | 'UPDATING'>;
}

const NOTHING = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const describeIndex = (
  table: TableRecord,
  index: IndexRecord,
  state: DynamodbState,
  passing: Transitional,
) => {
  const view = state.dataOf(table).view(index.name);
  const { NonKeyAttributes, ProjectionType } = index.projection;
  return {
    IndexName: index.name,
    KeySchema: [...index.keySchema],
    Projection: {
      ProjectionType,
      ...(NonKeyAttributes === undefined ? {} : { NonKeyAttributes: [...NonKeyAttributes] }),
    },
    IndexSizeBytes: view?.bytes ?? 0,
    ItemCount: view?.size ?? 0,
    IndexArn: `${table.arn}/index/${index.name}`,
    ...(index.kind === 'local'
      ? {}
      : {
          IndexStatus:
            passing.indexes?.get(index.name) ??
            (passing.table === 'CREATING' ? ('CREATING' as const) : ('ACTIVE' as const)),
          ...(passing.indexes?.get(index.name) === 'CREATING' ? { Backfilling: false } : {}),
          ProvisionedThroughput: {
            NumberOfDecreasesToday: 0,
            ...(index.throughput ?? NOTHING),
          },
          ...(index.onDemand === undefined ? {} : { OnDemandThroughput: onDemand(index.onDemand) }),
        }),
  };
};

const onDemand = ({
  MaxReadRequestUnits,
  MaxWriteRequestUnits,
}: NonNullable<TableRecord['onDemand']>): Dynamodb.OnDemandThroughput => ({
  MaxReadRequestUnits: MaxReadRequestUnits ?? -1,
  MaxWriteRequestUnits: MaxWriteRequestUnits ?? -1,
});

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html */
export const describeTable = (
  { state }: Pick<Context, 'state'>,
  table: TableRecord,
  passing: Transitional = {},
): Dynamodb.TableDescription => {
  const data = state.dataOf(table);
  const of = (kind: IndexRecord['kind']) =>
    table.indexes
      .filter((index) => index.kind === kind)
      .map((index) => describeIndex(table, index, state, passing));
  const [locals, globals] = [of('local'), of('global')];
  const stream = table.streamArn === undefined ? undefined : state.streams.get(table.streamArn);
  return {
    AttributeDefinitions: [...table.attributes],
    TableName: table.name,
    KeySchema: [...table.keySchema],
    TableStatus: passing.table ?? 'ACTIVE',
    CreationDateTime: new Date(table.createdAt),
    ProvisionedThroughput: {
      ...(table.increasedAt === undefined
        ? {}
        : { LastIncreaseDateTime: new Date(table.increasedAt) }),
      ...(table.decreasedAt === undefined
        ? {}
        : { LastDecreaseDateTime: new Date(table.decreasedAt) }),
      NumberOfDecreasesToday: 0,
      ...(table.throughput ?? NOTHING),
    },
    TableSizeBytes: data.bytes,
    ItemCount: data.size,
    TableArn: table.arn,
    TableId: table.id,
    ...(table.onDemandSince === undefined
      ? {}
      : {
          BillingModeSummary: {
            BillingMode: table.billing,
            LastUpdateToPayPerRequestDateTime: new Date(table.onDemandSince),
          },
        }),
    ...(locals.length === 0 ? {} : { LocalSecondaryIndexes: locals }),
    ...(globals.length === 0 ? {} : { GlobalSecondaryIndexes: globals }),
    ...(stream === undefined
      ? {}
      : { StreamSpecification: { StreamEnabled: true, StreamViewType: stream.viewType } }),
    ...(table.latestStreamArn === undefined
      ? {}
      : {
          LatestStreamLabel: table.latestStreamArn.split('/').at(-1) ?? '',
          LatestStreamArn: table.latestStreamArn,
        }),
    ...(table.kmsKey === undefined
      ? {}
      : {
          SSEDescription: {
            Status: 'ENABLED' as const,
            SSEType: 'KMS' as const,
            KMSMasterKeyArn: table.kmsKey,
          },
        }),
    ...(table.tableClass === undefined
      ? {}
      : {
          TableClassSummary: {
            TableClass: table.tableClass as Dynamodb.TableClass,
            ...(table.classChangedAt === undefined
              ? {}
              : { LastUpdateDateTime: new Date(table.classChangedAt) }),
          },
        }),
    DeletionProtectionEnabled: table.deletionProtection,
    ...(table.onDemand === undefined ? {} : { OnDemandThroughput: onDemand(table.onDemand) }),
  };
};
