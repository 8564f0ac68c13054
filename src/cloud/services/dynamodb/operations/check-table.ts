import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import { notSupported } from '../../../core/aws-error.ts';
import { constraints } from '../constraints.ts';
import { invalid, invalidParameter } from '../errors.ts';
import { GLOBAL_INDEXES, LOCAL_INDEXES, PROJECTED_ATTRIBUTES } from '../limits.ts';
import type {
  IndexProjection,
  IndexRecord,
  KeySchemaElement,
  TableRecord,
  Throughput,
} from '../storage/index.ts';

/** The checks of a table's shape, with the texts that dynalite's authors saw from AWS. */

type Definitions = TableRecord['attributes'];

export const readDefinitions = (
  given: readonly Dynamodb.AttributeDefinition[] | undefined,
): Definitions => {
  const checks = constraints();
  given?.forEach(({ AttributeName, AttributeType }, index) =>
    checks
      .length(`attributeDefinitions.${index + 1}.member.attributeName`, AttributeName, 1, 255)
      .oneOf(`attributeDefinitions.${index + 1}.member.attributeType`, AttributeType, [
        'B',
        'N',
        'S',
      ]),
  );
  checks.assert();
  const names = (given ?? []).map(({ AttributeName }) => AttributeName ?? '');
  if (new Set(names).size < names.length)
    throw invalidParameter(
      `Duplicate AttributeName in AttributeDefinitions: ${names.find((name, at) => names.indexOf(name) !== at) ?? ''}`,
    );
  return (given ?? []).map(({ AttributeName = '', AttributeType = 'S' }) => ({
    AttributeName,
    AttributeType,
  }));
};

/** As AWS prints one in its messages. */
const showElement = ({ AttributeName, KeyType }: Dynamodb.KeySchemaElement) =>
  `KeySchemaElement(attributeName=${AttributeName}, keyType=${KeyType})`;

/**
 * @param path - Where it stands in the request, for messages
 * @throws {ValidationException}
 */
export const readKeySchema = (
  given: readonly Dynamodb.KeySchemaElement[] | undefined,
  definitions: Definitions,
  path = 'keySchema',
): readonly KeySchemaElement[] => {
  const elements = given ?? [];
  if (elements.length > 2 && path !== 'keySchema')
    throw notSupported('An index key of more than one partition or sort attribute');
  const checks = constraints().length(path, elements.map(showElement), 1, 2);
  elements.forEach(({ KeyType }, index) =>
    checks.oneOf(`${path}.${index + 1}.member.keyType`, KeyType, ['HASH', 'RANGE']),
  );
  checks.assert();
  const names = elements.map(({ AttributeName = '' }) => AttributeName);
  const defined = definitions.map(({ AttributeName }) => AttributeName);
  if (path === 'keySchema' && names.length > defined.length)
    throw invalid('Invalid KeySchema: Some index key attribute have no definition');
  if (names.some((name) => !defined.includes(name)))
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  if (names.length === 2 && names[0] === names[1])
    throw invalid(
      'Both the Hash Key and the Range Key element in the KeySchema have the same name',
    );
  if (elements[0]?.KeyType !== 'HASH')
    throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (elements[1] !== undefined && elements[1].KeyType !== 'RANGE') {
    if (path !== 'keySchema')
      throw notSupported('An index key of more than one partition or sort attribute');
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  return elements.map(({ AttributeName = '', KeyType = 'HASH' }) => ({ AttributeName, KeyType }));
};

export const readProjectionOf = (given: Dynamodb.Projection | undefined): IndexProjection => {
  const type = given?.ProjectionType;
  constraints()
    .oneOf('projection.projectionType', type, ['ALL', 'INCLUDE', 'KEYS_ONLY'])
    .length('projection.nonKeyAttributes', given?.NonKeyAttributes, 1, 20)
    .assert();
  if (type === undefined) throw invalidParameter('Unknown ProjectionType: null');
  const names = given?.NonKeyAttributes;
  if (names !== undefined && type !== 'INCLUDE')
    throw invalidParameter(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  if (names === undefined && type === 'INCLUDE')
    throw invalidParameter('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
  return { ProjectionType: type, ...(names === undefined ? {} : { NonKeyAttributes: names }) };
};

/** @throws {ValidationException} for units that do not go with the billing mode */
export const readThroughput = (
  given: Dynamodb.ProvisionedThroughput | undefined,
  billing: TableRecord['billing'],
  indexName?: string,
): Throughput | undefined => {
  if (billing === 'PAY_PER_REQUEST') {
    if (given === undefined) return undefined;
    throw invalidParameter(
      indexName === undefined
        ? 'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST'
        : `ProvisionedThroughput should not be specified for index: ${indexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  const { ReadCapacityUnits, WriteCapacityUnits } = given ?? {};
  if (ReadCapacityUnits === undefined || WriteCapacityUnits === undefined)
    throw invalidParameter(
      indexName === undefined
        ? 'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'
        : `ProvisionedThroughput must be specified for index: ${indexName}`,
    );
  constraints()
    .between('provisionedThroughput.writeCapacityUnits', Number(WriteCapacityUnits), 1, 1e12)
    .between('provisionedThroughput.readCapacityUnits', Number(ReadCapacityUnits), 1, 1e12)
    .assert();
  return {
    ReadCapacityUnits: Number(ReadCapacityUnits),
    WriteCapacityUnits: Number(WriteCapacityUnits),
  };
};

export const readIndex = (
  given: Dynamodb.GlobalSecondaryIndex,
  kind: IndexRecord['kind'],
  table: Pick<TableRecord, 'attributes' | 'billing'>,
): IndexRecord => {
  const name = given.IndexName ?? '';
  const path = kind === 'local' ? 'localSecondaryIndexes' : 'globalSecondaryIndexes';
  constraints()
    .length(`${path}.1.member.indexName`, name, 3, 255)
    .matches(`${path}.1.member.indexName`, name, '[a-zA-Z0-9_.-]+')
    .assert();
  if (given.WarmThroughput !== undefined) throw notSupported('WarmThroughput of an index');
  const keySchema = readKeySchema(given.KeySchema, table.attributes, `${path}.1.member.keySchema`);
  const projection = readProjectionOf(given.Projection);
  return {
    name,
    kind,
    keySchema,
    projection,
    throughput:
      kind === 'local'
        ? undefined
        : readThroughput(given.ProvisionedThroughput, table.billing, name),
    onDemand: given.OnDemandThroughput,
  };
};

/** What all indexes of a table together must keep to. */
export const checkIndexes = (
  keySchema: readonly KeySchemaElement[],
  indexes: readonly IndexRecord[],
): void => {
  const locals = indexes.filter(({ kind }) => kind === 'local');
  if (locals.length > 0 && keySchema.length !== 2)
    throw invalidParameter(
      'Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex',
    );
  const hash = keySchema[0]?.AttributeName ?? '';
  for (const { name, keySchema: own } of locals) {
    if (own.length !== 2)
      throw invalidParameter(`Index KeySchema does not have a range key for index: ${name}`);
    if (own[0]?.AttributeName !== hash)
      throw invalidParameter(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${name}. index hash key: ${own[0]?.AttributeName ?? ''}, table hash key: ${hash}`,
      );
  }
  const names = indexes.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw invalidParameter(`Duplicate index name: ${twice}`);
  if (locals.length > LOCAL_INDEXES)
    throw invalidParameter(
      `Number of LocalSecondaryIndexes exceeds per-table limit of ${LOCAL_INDEXES}`,
    );
  if (indexes.length - locals.length > GLOBAL_INDEXES)
    throw invalidParameter(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${GLOBAL_INDEXES}`,
    );
  const projected = indexes.reduce(
    (sum, { projection }) => sum + (projection.NonKeyAttributes?.length ?? 0),
    0,
  );
  if (projected > PROJECTED_ATTRIBUTES)
    throw invalidParameter(
      `Number of NonKeyAttributes in all indexes exceeds the limit of ${PROJECTED_ATTRIBUTES}`,
    );
};

/** Every attribute that is defined is a key of something. */
export const checkAllUsed = (
  definitions: Definitions,
  keySchema: readonly KeySchemaElement[],
  indexes: readonly IndexRecord[],
): void => {
  const used = new Set(
    [keySchema, ...indexes.map((index) => index.keySchema)].flat().map((key) => key.AttributeName),
  );
  if (definitions.length === used.size) return;
  if (indexes.length === 0)
    throw invalidParameter(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  throw invalidParameter(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${definitions.map(({ AttributeName }) => AttributeName).join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
};
