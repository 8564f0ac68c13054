import { isDeepStrictEqual } from 'node:util';
import { AwsError, notSupported } from '../../core/aws-error.ts';
import type { Tags } from '../../core/provider-input.ts';
import { tagsOf as allTags, unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

/** A table as DescribeTable tells it, as far as a stack asks. */
interface Described {
  readonly TableArn?: string;
  readonly LatestStreamArn?: string;
  readonly StreamSpecification?: { readonly StreamViewType?: string };
  readonly BillingModeSummary?: { readonly BillingMode?: string };
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits?: number;
    readonly WriteCapacityUnits?: number;
  };
  readonly AttributeDefinitions?: readonly object[];
  readonly KeySchema?: readonly object[];
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClassSummary?: { readonly TableClass?: string };
  readonly GlobalSecondaryIndexes?: readonly {
    readonly IndexName?: string;
    readonly KeySchema?: readonly object[];
    readonly Projection?: object;
    readonly ProvisionedThroughput?: {
      readonly ReadCapacityUnits?: number;
      readonly WriteCapacityUnits?: number;
    };
  }[];
}

interface GlobalIndex {
  readonly IndexName: string;
  readonly ProvisionedThroughput?: object;
  readonly OnDemandThroughput?: object;
}

const REFUSED = [
  'ImportSourceSpecification',
  'KinesisStreamSpecification',
  'VectorIndexes',
  'WarmThroughput',
] as const;

const isTrue = (value: unknown) => String(value) === 'true';

/** Templates write numbers as texts, too. */
const units = (given: unknown): Record<string, number> | undefined =>
  given === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(given as object).map(([name, value]) => [name, Number(value)]),
      );

const defined = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

const globalIndex = (given: GlobalIndex) => {
  const {
    ContributorInsightsSpecification: _insights,
    WarmThroughput,
    ...index
  } = given as GlobalIndex & Record<string, unknown>;
  if (WarmThroughput !== undefined) throw notSupported('WarmThroughput of an index');
  return defined({
    ...index,
    ProvisionedThroughput: units(index.ProvisionedThroughput),
    OnDemandThroughput: units(index.OnDemandThroughput),
  });
};

const indexesOf = (properties: ResourceProperties) =>
  (properties['GlobalSecondaryIndexes'] as readonly GlobalIndex[] | undefined) ?? [];

const streamOf = (properties: ResourceProperties) => {
  const given = properties['StreamSpecification'] as
    | { readonly StreamViewType?: string }
    | undefined;
  return given?.StreamViewType === undefined
    ? undefined
    : { StreamEnabled: true, StreamViewType: given.StreamViewType };
};

const encryptionOf = (properties: ResourceProperties) => {
  const given = properties['SSESpecification'] as Readonly<Record<string, unknown>> | undefined;
  if (given === undefined) return undefined;
  return defined({
    Enabled: isTrue(given['SSEEnabled']),
    SSEType: given['SSEType'],
    KMSMasterKeyId: given['KMSMasterKeyId'],
  });
};

const tagsOf = (properties: ResourceProperties, context: ProviderContext): Tags =>
  Object.entries(
    Object.fromEntries(allTags(properties, context).map(({ Key, Value }) => [Key, Value])),
  ).map(([Key, Value]) => ({ Key, Value }));

const policyOf = (given: unknown): string | undefined => {
  const document = (given as { readonly PolicyDocument?: unknown } | undefined)?.PolicyDocument;
  return document === undefined
    ? undefined
    : typeof document === 'string'
      ? document
      : JSON.stringify(document);
};

const describe = async (name: string, context: ProviderContext): Promise<Described> => {
  const answer = (await context.call('dynamodb', 'DescribeTable', { TableName: name })) as {
    readonly Table?: Described;
  };
  return answer.Table ?? {};
};

const result = async (name: string, context: ProviderContext) => {
  const { TableArn, LatestStreamArn, StreamSpecification } = await describe(name, context);
  return {
    physicalId: name,
    attributes: defined({
      Arn: TableArn,
      StreamArn: StreamSpecification === undefined ? undefined : LatestStreamArn,
    }),
  };
};

/** What no call of CreateTable or UpdateTable sets. */
const setTimeToLive = async (
  name: string,
  now: unknown,
  before: unknown,
  context: ProviderContext,
) => {
  type TimeToLive = { readonly AttributeName?: string; readonly Enabled?: unknown } | undefined;
  const [next, last] = [now as TimeToLive, before as TimeToLive];
  const on = (ttl: TimeToLive) => (isTrue(ttl?.Enabled) ? ttl?.AttributeName : undefined);
  if (on(next) === on(last)) return;
  const set = (AttributeName: string, Enabled: boolean) =>
    context.call('dynamodb', 'UpdateTimeToLive', {
      TableName: name,
      TimeToLiveSpecification: { AttributeName, Enabled },
    });
  const [was, is] = [on(last), on(next)];
  if (was !== undefined) await set(was, false);
  if (is !== undefined) await set(is, true);
};

const setRecovery = async (
  name: string,
  now: unknown,
  before: unknown,
  context: ProviderContext,
) => {
  if (isDeepStrictEqual(now, before)) return;
  const given = (now ?? {}) as Readonly<Record<string, unknown>>;
  const days = given['RecoveryPeriodInDays'];
  await context.call('dynamodb', 'UpdateContinuousBackups', {
    TableName: name,
    PointInTimeRecoverySpecification: defined({
      PointInTimeRecoveryEnabled: isTrue(given['PointInTimeRecoveryEnabled']),
      RecoveryPeriodInDays: days === undefined ? undefined : Number(days),
    }),
  });
};

const setPolicy = async (
  arn: unknown,
  now: string | undefined,
  before: string | undefined,
  context: ProviderContext,
) => {
  if (now === before || arn === undefined) return;
  if (now === undefined)
    await context.call('dynamodb', 'DeleteResourcePolicy', { ResourceArn: String(arn) });
  else
    await context.call('dynamodb', 'PutResourcePolicy', { ResourceArn: String(arn), Policy: now });
};

const streamPolicyOf = (properties: ResourceProperties) =>
  policyOf(
    (properties['StreamSpecification'] as { readonly ResourcePolicy?: unknown } | undefined)
      ?.ResourcePolicy,
  );

const checkProperties = (properties: ResourceProperties) => {
  const refused = REFUSED.find((name) => properties[name] !== undefined);
  if (refused !== undefined) throw notSupported(`${refused} of AWS::DynamoDB::Table`);
};

/** A property as it can be compared: templates may leave out what is the default, and write numbers as texts. */
const normal = (property: string, value: unknown): unknown => {
  switch (property) {
    case 'BillingMode':
      return value ?? 'PROVISIONED';
    case 'TableClass':
      return value ?? 'STANDARD';
    case 'DeletionProtectionEnabled':
      return isTrue(value);
    case 'ProvisionedThroughput':
    case 'OnDemandThroughput':
      return units(value);
    default:
      return value;
  }
};

/** Changes that UpdateTable takes, in the order in which AWS takes them: one call for each kind. */
const updateSettings = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const call = (members: Readonly<Record<string, unknown>>) =>
    context.call('dynamodb', 'UpdateTable', { TableName: name, ...members });
  const differs = (property: string) =>
    !isDeepStrictEqual(
      normal(property, properties[property]),
      normal(property, previous[property]),
    );
  const mode = String(properties['BillingMode'] ?? 'PROVISIONED');
  const kept = indexesOf(properties).filter(({ IndexName }) =>
    indexesOf(previous).some((one) => one.IndexName === IndexName),
  );
  const changed = kept.filter((index) => {
    const before = indexesOf(previous).find(({ IndexName }) => IndexName === index.IndexName);
    return !isDeepStrictEqual(
      [units(before?.ProvisionedThroughput), units(before?.OnDemandThroughput)],
      [units(index.ProvisionedThroughput), units(index.OnDemandThroughput)],
    );
  });
  const indexUpdates = changed.map(({ IndexName, ProvisionedThroughput, OnDemandThroughput }) => ({
    Update: defined({
      IndexName,
      ProvisionedThroughput: mode === 'PROVISIONED' ? units(ProvisionedThroughput) : undefined,
      OnDemandThroughput: units(OnDemandThroughput),
    }),
  }));
  if (differs('BillingMode') || differs('ProvisionedThroughput') || indexUpdates.length > 0) {
    const same = !differs('BillingMode') && !differs('ProvisionedThroughput');
    const toOnDemand = mode === 'PAY_PER_REQUEST';
    await call(
      defined({
        BillingMode: differs('BillingMode') ? mode : undefined,
        ProvisionedThroughput:
          toOnDemand || same ? undefined : units(properties['ProvisionedThroughput']),
        GlobalSecondaryIndexUpdates:
          indexUpdates.length > 0 && !(toOnDemand && differs('BillingMode'))
            ? indexUpdates
            : undefined,
      }),
    );
  }
  if (differs('TableClass')) await call({ TableClass: properties['TableClass'] ?? 'STANDARD' });
  if (differs('DeletionProtectionEnabled'))
    await call({ DeletionProtectionEnabled: isTrue(properties['DeletionProtectionEnabled']) });
  if (differs('SSESpecification'))
    await call({ SSESpecification: encryptionOf(properties) ?? { Enabled: false } });
  if (differs('OnDemandThroughput') && properties['OnDemandThroughput'] !== undefined)
    await call({ OnDemandThroughput: units(properties['OnDemandThroughput']) });
  const [stream, before] = [streamOf(properties), streamOf(previous)];
  if (!isDeepStrictEqual(stream, before)) {
    if (before !== undefined) await call({ StreamSpecification: { StreamEnabled: false } });
    if (stream !== undefined) await call({ StreamSpecification: stream });
  }
};

const namesOf = (of: ResourceProperties) => indexesOf(of).map(({ IndexName }) => IndexName);

/**
 * One index comes or goes with an update, as CloudFormation has it, and the others stay what they are.
 * @throws {InvalidRequest} before anything has changed
 */
const checkIndexChanges = (properties: ResourceProperties, previous: ResourceProperties) => {
  const shape = (index: GlobalIndex) => {
    const { KeySchema, Projection } = index as unknown as Readonly<Record<string, unknown>>;
    return { KeySchema, Projection };
  };
  for (const index of indexesOf(properties)) {
    const last = indexesOf(previous).find(({ IndexName }) => IndexName === index.IndexName);
    if (last !== undefined && !isDeepStrictEqual(shape(index), shape(last)))
      throw new AwsError(
        'InvalidRequest',
        `Cannot update GSI's properties other than Provisioned Throughput and Contributor Insights Specification. You can create a new GSI with a different name. (index ${index.IndexName})`,
      );
  }
  const [now, before] = [namesOf(properties), namesOf(previous)];
  const gone = before.filter((index) => !now.includes(index));
  const fresh = now.filter((index) => !before.includes(index));
  if (gone.length + fresh.length > 1)
    throw new AwsError(
      'InvalidRequest',
      'Cannot perform more than one GSI creation or deletion in a single update',
    );
};

const updateIndexes = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const [now, before] = [namesOf(properties), namesOf(previous)];
  for (const IndexName of before.filter((index) => !now.includes(index)))
    await context.call('dynamodb', 'UpdateTable', {
      TableName: name,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }],
    });
  for (const index of indexesOf(properties).filter(({ IndexName }) => !before.includes(IndexName)))
    await context.call('dynamodb', 'UpdateTable', {
      TableName: name,
      AttributeDefinitions: properties['AttributeDefinitions'],
      GlobalSecondaryIndexUpdates: [{ Create: globalIndex(index) }],
    });
};

const updateTags = async (
  arn: unknown,
  properties: ResourceProperties,
  context: ProviderContext,
) => {
  const wanted = tagsOf(properties, context);
  const { Tags: current = [] } = (await context.call('dynamodb', 'ListTagsOfResource', {
    ResourceArn: String(arn),
  })) as { readonly Tags?: Tags };
  const gone = current.filter(({ Key }) => !wanted.some((tag) => tag.Key === Key));
  const changed = wanted.filter(
    ({ Key, Value }) => !current.some((tag) => tag.Key === Key && tag.Value === Value),
  );
  if (gone.length > 0)
    await context.call('dynamodb', 'UntagResource', {
      ResourceArn: String(arn),
      TagKeys: gone.map(({ Key }) => Key),
    });
  if (changed.length > 0)
    await context.call('dynamodb', 'TagResource', { ResourceArn: String(arn), Tags: changed });
};

/** The properties as they are. */
const readTable = async (
  name: string,
  context: ProviderContext,
): Promise<ResourceProperties | undefined> => {
  const found = await unlessGone<Described>(describe(name, context));
  if (found === undefined) return undefined;
  const { TimeToLiveDescription: ttl } = (await context.call('dynamodb', 'DescribeTimeToLive', {
    TableName: name,
  })) as {
    readonly TimeToLiveDescription?: {
      readonly AttributeName?: string;
      readonly TimeToLiveStatus?: string;
    };
  };
  const onDemand = found.BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST';
  const { ReadCapacityUnits, WriteCapacityUnits } = found.ProvisionedThroughput ?? {};
  const stream = found.StreamSpecification?.StreamViewType;
  return {
    TableName: name,
    AttributeDefinitions: found.AttributeDefinitions,
    KeySchema: found.KeySchema,
    BillingMode: onDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ProvisionedThroughput: onDemand ? undefined : { ReadCapacityUnits, WriteCapacityUnits },
    DeletionProtectionEnabled: found.DeletionProtectionEnabled,
    TableClass: found.TableClassSummary?.TableClass,
    StreamSpecification: stream === undefined ? undefined : { StreamViewType: stream },
    TimeToLiveSpecification:
      ttl?.TimeToLiveStatus === 'ENABLED'
        ? { AttributeName: ttl.AttributeName, Enabled: true }
        : undefined,
    GlobalSecondaryIndexes: found.GlobalSecondaryIndexes?.map(
      ({ IndexName, KeySchema, Projection, ProvisionedThroughput }) =>
        defined({
          IndexName,
          KeySchema,
          Projection,
          ProvisionedThroughput: onDemand
            ? undefined
            : {
                ReadCapacityUnits: ProvisionedThroughput?.ReadCapacityUnits,
                WriteCapacityUnits: ProvisionedThroughput?.WriteCapacityUnits,
              },
        }),
    ),
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html */
export const table: ResourceProvider = {
  type: 'AWS::DynamoDB::Table',
  inert: ['ContributorInsightsSpecification'],
  create: async (properties, context) => {
    checkProperties(properties);
    const name =
      (properties['TableName'] as string | undefined) ?? context.generateName({ max: 255 });
    const indexes = indexesOf(properties);
    const tags = tagsOf(properties, context);
    await context.call(
      'dynamodb',
      'CreateTable',
      defined({
        TableName: name,
        AttributeDefinitions: properties['AttributeDefinitions'],
        KeySchema: properties['KeySchema'],
        BillingMode: properties['BillingMode'],
        ProvisionedThroughput: units(properties['ProvisionedThroughput']),
        OnDemandThroughput: units(properties['OnDemandThroughput']),
        LocalSecondaryIndexes: properties['LocalSecondaryIndexes'],
        GlobalSecondaryIndexes: indexes.length === 0 ? undefined : indexes.map(globalIndex),
        StreamSpecification: streamOf(properties),
        SSESpecification: encryptionOf(properties),
        TableClass: properties['TableClass'],
        DeletionProtectionEnabled:
          properties['DeletionProtectionEnabled'] === undefined
            ? undefined
            : isTrue(properties['DeletionProtectionEnabled']),
        ResourcePolicy: policyOf(properties['ResourcePolicy']),
        Tags: tags.length === 0 ? undefined : tags,
      }),
    );
    context.created(name);
    await setTimeToLive(name, properties['TimeToLiveSpecification'], undefined, context);
    await setRecovery(name, properties['PointInTimeRecoverySpecification'], undefined, context);
    const made = await result(name, context);
    const streamPolicy = streamPolicyOf(properties);
    if (streamPolicy !== undefined)
      await setPolicy(made.attributes['StreamArn'], streamPolicy, undefined, context);
    return made;
  },
  update: async (name, properties, previous, context) => {
    checkProperties(properties);
    // Against what is there: an update that failed half-way is rolled back by another one.
    const now = await readTable(name, context);
    const before = now === undefined ? previous : { ...previous, ...now };
    checkIndexChanges(properties, before);
    if (!isDeepStrictEqual(properties['LocalSecondaryIndexes'], previous['LocalSecondaryIndexes']))
      throw new AwsError(
        'InvalidRequest',
        'LocalSecondaryIndexes of a table cannot be changed. Give the table another TableName to replace it.',
      );
    await updateSettings(name, properties, before, context);
    await updateIndexes(name, properties, before, context);
    await setTimeToLive(
      name,
      properties['TimeToLiveSpecification'],
      before['TimeToLiveSpecification'],
      context,
    );
    await setRecovery(
      name,
      properties['PointInTimeRecoverySpecification'],
      previous['PointInTimeRecoverySpecification'],
      context,
    );
    const done = await result(name, context);
    await updateTags(done.attributes['Arn'], properties, context);
    await setPolicy(
      done.attributes['Arn'],
      policyOf(properties['ResourcePolicy']),
      policyOf(previous['ResourcePolicy']),
      context,
    );
    await setPolicy(
      done.attributes['StreamArn'],
      streamPolicyOf(properties),
      streamPolicyOf(previous),
      context,
    );
    return done;
  },
  delete: (name, _properties, context) =>
    unlessGone(context.call('dynamodb', 'DeleteTable', { TableName: name })),
  read: readTable,
};
