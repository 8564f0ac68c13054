import type { AnyItem, Capacity, KeyAttribute, RequestLimits } from '../../spec/table-keys.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import { checkTable } from './check-table.ts';
import { attributesOf, keyOf } from './key-attributes.ts';
import type { DeclaredTable } from './spec.ts';

type Key = KeyAttribute<AnyItem>;

const keySchema = (partition: Key, sort: Key | undefined) => [
  { AttributeName: keyOf(partition).name, KeyType: 'HASH' },
  ...(sort === undefined ? [] : [{ AttributeName: keyOf(sort).name, KeyType: 'RANGE' }]),
];

const projectionOf = (projection: string | readonly string[] = 'ALL') =>
  typeof projection === 'string'
    ? { ProjectionType: projection }
    : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...projection].sort() };

const isCapacity = (billing: Capacity | RequestLimits | undefined): billing is Capacity =>
  billing !== undefined && 'readCapacityUnits' in billing;

const throughputOf = (billing: Capacity | RequestLimits | undefined) =>
  isCapacity(billing)
    ? {
        ProvisionedThroughput: {
          ReadCapacityUnits: billing.readCapacityUnits,
          WriteCapacityUnits: billing.writeCapacityUnits,
        },
      }
    : {
        OnDemandThroughput:
          billing === undefined
            ? undefined
            : said({
                MaxReadRequestUnits: billing.maxReadRequestUnits,
                MaxWriteRequestUnits: billing.maxWriteRequestUnits,
              }),
      };

const inNameOrder = <T>(named: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));

const listOf = <T>(list: readonly T[]): readonly T[] | undefined =>
  list.length === 0 ? undefined : list;

const globalIndexes = ({ indexes = {}, billing }: DeclaredTable) =>
  listOf(
    inNameOrder(indexes).map(([IndexName, index]) =>
      said({
        IndexName,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: projectionOf(index.projection),
        ...throughputOf(index.billing ?? billing),
      }),
    ),
  );

const localIndexes = ({ partitionKey, localIndexes: indexes = {} }: DeclaredTable) =>
  listOf(
    inNameOrder(indexes).map(([IndexName, index]) => ({
      IndexName,
      KeySchema: keySchema(partitionKey, index.sortKey),
      Projection: projectionOf(index.projection),
    })),
  );

const recoveryOf = ({ pointInTimeRecovery: recovery }: DeclaredTable) => {
  if (recovery === undefined) return undefined;
  return typeof recovery === 'boolean'
    ? { PointInTimeRecoveryEnabled: recovery }
    : {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: recovery.recoveryPeriodInDays,
      };
};

const encryptionOf = ({ kmsKeyArn }: DeclaredTable) =>
  kmsKeyArn === undefined
    ? undefined
    : said({
        SSEEnabled: true,
        SSEType: 'KMS',
        // Left out, it is AWS's key in this account, which may not be named: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-dynamodb-table-ssespecification.html
        KMSMasterKeyId: kmsKeyArn === 'alias/aws/dynamodb' ? undefined : kmsKeyArn,
      });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html */
export const synthesiseTable = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as DeclaredTable;
  checkTable(declaration, builder);
  builder.add(
    declaration.name,
    {
      Type: 'AWS::DynamoDB::Table',
      ...retentionOf('AWS::DynamoDB::Table', options),
      Properties: builder.resolve(
        said({
          AttributeDefinitions: attributesOf(options),
          BillingMode: isCapacity(options.billing) ? 'PROVISIONED' : 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: options.deletionProtection,
          GlobalSecondaryIndexes: globalIndexes(options),
          KeySchema: keySchema(options.partitionKey, options.sortKey),
          LocalSecondaryIndexes: localIndexes(options),
          PointInTimeRecoverySpecification: recoveryOf(options),
          SSESpecification: encryptionOf(options),
          StreamSpecification:
            options.stream === undefined ? undefined : { StreamViewType: options.stream },
          TableClass: options.tableClass,
          TableName: options.tableName,
          Tags: builder.tags(),
          TimeToLiveSpecification:
            options.ttl === undefined ? undefined : { AttributeName: options.ttl, Enabled: true },
          ...throughputOf(options.billing),
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaration.declaredAt,
  );
  builder.output(
    `${declaration.name}TableName`,
    { Ref: declaration.name },
    `Name of the table ${declaration.name}`,
  );
};
