import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { notSupported } from '../../../core/aws-error.ts';
import { constraints, TABLE_NAME } from '../constraints.ts';
import { invalid, invalidParameter, tableExists } from '../errors.ts';
import type { Context } from '../state.ts';
import { tableArn } from '../state.ts';
import type { TableRecord } from '../storage/index.ts';
import {
  checkAllUsed,
  checkIndexes,
  readDefinitions,
  readIndex,
  readKeySchema,
  readThroughput,
} from './check-table.ts';
import { describeTable } from './describe-table.ts';
import { readPolicy } from './policy-operations.ts';
import { readStreamSpecification, switchStream } from './stream-switch.ts';
import { readTags } from './tag-operations.ts';

/** Parameters of tables that the embedded cloud has no behaviour for. */
const REFUSED = [
  'WarmThroughput',
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'VectorIndexes',
  'ReplicaUpdates',
  'MultiRegionConsistency',
  'GlobalTableWitnessUpdates',
  'DisassociationProtectionEnabled',
  'VectorIndexUpdates',
] as const;

/** @throws {NotImplemented} naming what a request asks for in vain */
export const refuseUnsupported = (operation: string, input: object): void => {
  const named = REFUSED.find((name) => (input as Record<string, unknown>)[name] !== undefined);
  if (named !== undefined) throw notSupported(`${named} of ${operation}`);
};

export const BILLING_MODES = ['PROVISIONED', 'PAY_PER_REQUEST'];
export const TABLE_CLASSES = ['STANDARD', 'STANDARD_INFREQUENT_ACCESS'];

/** ARN of the key a table is encrypted with; undefined for DynamoDB's own. */
export const readEncryption = (
  given: Dynamodb.SSESpecification | undefined,
  { region, accountId }: Pick<Context, 'region' | 'accountId'>,
): string | undefined => {
  if (given?.Enabled !== true) {
    if (given?.KMSMasterKeyId !== undefined)
      throw invalidParameter('KMSMasterKeyId cannot be specified when SSE is disabled');
    return undefined;
  }
  if (given.SSEType !== undefined && given.SSEType !== 'KMS')
    throw invalidParameter(`SSEType ${given.SSEType} is not supported`);
  const key = given.KMSMasterKeyId ?? 'alias/aws/dynamodb';
  if (key.startsWith('arn:')) return key;
  const place = `arn:aws:kms:${region}:${accountId}:`;
  return key.startsWith('alias/') ? `${place}${key}` : `${place}key/${key}`;
};

export const createTable = (
  input: Dynamodb.CreateTableInput,
  context: Context,
): Dynamodb.CreateTableOutput => {
  refuseUnsupported('CreateTable', input);
  const name = input.TableName ?? '';
  if (name.startsWith('arn:')) throw invalid('CreateTable takes the name of a table, not an ARN.');
  constraints()
    .length('tableName', name, 3, 255)
    .matches('tableName', name, TABLE_NAME)
    .oneOf('billingMode', input.BillingMode, BILLING_MODES)
    .oneOf('tableClass', input.TableClass, TABLE_CLASSES)
    .assert();
  const billing = input.BillingMode ?? 'PROVISIONED';
  const throughput = readThroughput(input.ProvisionedThroughput, billing);
  const attributes = readDefinitions(input.AttributeDefinitions);
  const keySchema = readKeySchema(input.KeySchema, attributes);
  for (const [kind, list] of [
    ['LocalSecondaryIndexes', input.LocalSecondaryIndexes],
    ['GlobalSecondaryIndexes', input.GlobalSecondaryIndexes],
  ] as const)
    if (list?.length === 0) throw invalidParameter(`List of ${kind} is empty`);
  const indexes = [
    ...(input.LocalSecondaryIndexes ?? []).map((index) =>
      readIndex(index, 'local', { attributes, billing }),
    ),
    ...(input.GlobalSecondaryIndexes ?? []).map((index) =>
      readIndex(index, 'global', { attributes, billing }),
    ),
  ];
  checkIndexes(keySchema, indexes);
  checkAllUsed(attributes, keySchema, indexes);
  const stream = readStreamSpecification(input.StreamSpecification, 'CreateTable');
  const kmsKey = readEncryption(input.SSESpecification, context);
  const tags = readTags(input.Tags ?? []);
  const arn = tableArn(context, name);
  const policy = input.ResourcePolicy === undefined ? undefined : readPolicy(input.ResourcePolicy);
  const { state, clock, random } = context;
  if (state.tables.has(name)) throw tableExists(name);
  const bare = { name, arn, keySchema, streamArn: undefined };
  const table: TableRecord = {
    ...bare,
    id: random.uuid(),
    createdAt: clock.now(),
    attributes,
    indexes,
    billing,
    onDemandSince: billing === 'PAY_PER_REQUEST' ? clock.now() : undefined,
    throughput,
    onDemand: input.OnDemandThroughput,
    tableClass: input.TableClass,
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    kmsKey,
    tags,
    policy,
    ...(stream === undefined || stream === 'off' ? {} : switchStream(context, bare, stream)),
  };
  state.tables.set(name, table);
  return { TableDescription: describeTable(context, table, { table: 'CREATING' }) };
};
