import { AwsError } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

type Json = Readonly<Record<string, unknown>>;

const call = (context: ProviderContext, operation: string, input: Json) =>
  context.call('s3', operation, input) as Promise<Json>;

const asFlag = (value: unknown) => (value === undefined ? undefined : String(value) === 'true');

const described = (name: string, { region, partition }: ProviderContext): ProvisionedResource => ({
  physicalId: name,
  attributes: {
    Arn: `arn:${partition}:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
  },
});

/** CloudFormation's words for notifications, in the API's. */
const notificationsOf = (given: Json | undefined): Json => {
  const destinations = (list: unknown, member: string, property: string) =>
    ((list ?? []) as readonly Json[]).map((one) => ({
      [member]: one[property],
      Events: [one['Event']],
      ...(one['Filter'] === undefined
        ? {}
        : {
            Filter: {
              Key: {
                FilterRules: (
                  ((one['Filter'] as Json)['S3Key'] as Json | undefined)?.['Rules'] as
                    | readonly Json[]
                    | undefined
                )?.map(({ Name, Value }) => ({ Name, Value })),
              },
            },
          }),
    }));
  if (given === undefined) return {};
  return {
    ...(given['LambdaConfigurations'] === undefined
      ? {}
      : {
          LambdaFunctionConfigurations: destinations(
            given['LambdaConfigurations'],
            'LambdaFunctionArn',
            'Function',
          ),
        }),
    ...(given['TopicConfigurations'] === undefined
      ? {}
      : { TopicConfigurations: destinations(given['TopicConfigurations'], 'TopicArn', 'Topic') }),
    ...(given['QueueConfigurations'] === undefined
      ? {}
      : { QueueConfigurations: destinations(given['QueueConfigurations'], 'QueueArn', 'Queue') }),
    ...(wantsEventBridge(given['EventBridgeConfiguration'])
      ? { EventBridgeConfiguration: {} }
      : {}),
  };
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html */
const wantsEventBridge = (given: unknown) =>
  given !== undefined && String((given as Json)['EventBridgeEnabled'] ?? true) === 'true';

const corsOf = (given: Json) => ({
  CORSRules: ((given['CorsRules'] ?? []) as readonly Json[]).map((rule) => ({
    ID: rule['Id'],
    AllowedHeaders: rule['AllowedHeaders'],
    AllowedMethods: rule['AllowedMethods'],
    AllowedOrigins: rule['AllowedOrigins'],
    ExposeHeaders: rule['ExposedHeaders'],
    MaxAgeSeconds: rule['MaxAge'] === undefined ? undefined : Number(rule['MaxAge']),
  })),
});

/** A property of the type, and how it is put and taken away. */
interface Setting {
  readonly property: string;
  put(bucket: string, value: Json, context: ProviderContext): Promise<unknown>;
  remove(bucket: string, context: ProviderContext): Promise<unknown>;
}

const SETTINGS: readonly Setting[] = [
  {
    property: 'VersioningConfiguration',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketVersioning', {
        Bucket,
        VersioningConfiguration: { Status: value['Status'] },
      }),
    remove: (Bucket, context) =>
      call(context, 'PutBucketVersioning', {
        Bucket,
        VersioningConfiguration: { Status: 'Suspended' },
      }),
  },
  {
    property: 'PublicAccessBlockConfiguration',
    put: (Bucket, value, context) =>
      call(context, 'PutPublicAccessBlock', {
        Bucket,
        PublicAccessBlockConfiguration: Object.fromEntries(
          ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].map(
            (name) => [name, asFlag(value[name]) ?? false],
          ),
        ),
      }),
    remove: (Bucket, context) => call(context, 'DeletePublicAccessBlock', { Bucket }),
  },
  {
    property: 'BucketEncryption',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketEncryption', {
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: ((value['ServerSideEncryptionConfiguration'] ?? []) as readonly Json[]).map(
            (rule) => ({
              ApplyServerSideEncryptionByDefault: rule['ServerSideEncryptionByDefault'],
              BucketKeyEnabled: asFlag(rule['BucketKeyEnabled']),
            }),
          ),
        },
      }),
    remove: (Bucket, context) => call(context, 'DeleteBucketEncryption', { Bucket }),
  },
  {
    property: 'OwnershipControls',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketOwnershipControls', { Bucket, OwnershipControls: value }),
    remove: (Bucket, context) => call(context, 'DeleteBucketOwnershipControls', { Bucket }),
  },
  {
    property: 'CorsConfiguration',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketCors', { Bucket, CORSConfiguration: corsOf(value) }),
    remove: (Bucket, context) => call(context, 'DeleteBucketCors', { Bucket }),
  },
  {
    property: 'LifecycleConfiguration',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketLifecycleConfiguration', { Bucket, LifecycleConfiguration: value }),
    remove: (Bucket, context) => call(context, 'DeleteBucketLifecycle', { Bucket }),
  },
  {
    property: 'NotificationConfiguration',
    put: (Bucket, value, context) =>
      call(context, 'PutBucketNotificationConfiguration', {
        Bucket,
        NotificationConfiguration: notificationsOf(value),
      }),
    remove: (Bucket, context) =>
      call(context, 'PutBucketNotificationConfiguration', {
        Bucket,
        NotificationConfiguration: {},
      }),
  },
];

const tag = (Bucket: string, properties: ResourceProperties, context: ProviderContext) => {
  const TagSet = [
    ...context.tags,
    ...((properties['Tags'] ?? []) as readonly { readonly Key: string; readonly Value: string }[]),
  ];
  return call(context, 'PutBucketTagging', { Bucket, Tagging: { TagSet } });
};

const isGone = (error: unknown) => error instanceof AwsError && error.code === 'NoSuchBucket';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
export const bucket: ResourceProvider = {
  type: 'AWS::S3::Bucket',
  inert: [
    'AbacStatus',
    'AccelerateConfiguration',
    'AccessControl',
    'AnalyticsConfigurations',
    'BucketNamePrefix',
    'BucketNamespace',
    'IntelligentTieringConfigurations',
    'InventoryConfigurations',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'MetadataConfiguration',
    'MetadataTableConfiguration',
    'MetricsConfigurations',
    'ObjectLockConfiguration',
    'ObjectLockEnabled',
    'ReplicationConfiguration',
    'WebsiteConfiguration',
  ],
  create: async (properties, context) => {
    const name =
      (properties['BucketName'] as string | undefined) ??
      context.generateName({ max: 63, lowerCase: true });
    await refuseTaken(name, context);
    await call(context, 'CreateBucket', {
      Bucket: name,
      ...(context.region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: context.region } }),
    });
    context.created(name);
    for (const { property, put } of SETTINGS)
      if (properties[property] !== undefined)
        await put(name, properties[property] as Json, context);
    await tag(name, properties, context);
    return described(name, context);
  },
  update: async (name, properties, previous, context) => {
    for (const { property, put, remove } of SETTINGS) {
      const [now, before] = [properties[property], previous[property]];
      if (JSON.stringify(now) === JSON.stringify(before)) continue;
      if (now === undefined) await remove(name, context);
      else await put(name, now as Json, context);
    }
    await tag(name, properties, context);
    return described(name, context);
  },
  delete: async (name, _properties, context) => {
    try {
      await call(context, 'DeleteBucket', { Bucket: name });
    } catch (error) {
      if (isGone(error)) return;
      if (error instanceof AwsError && error.code === 'BucketNotEmpty')
        throw new AwsError(
          'BucketNotEmpty',
          'The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
          { status: 409 },
        );
      throw error;
    }
  },
  read: async (name, context) => {
    try {
      const versioning = await call(context, 'GetBucketVersioning', { Bucket: name });
      return {
        BucketName: name,
        VersioningConfiguration:
          versioning['Status'] === undefined ? undefined : { Status: versioning['Status'] },
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};

/** A stack does not take over a bucket that is there, though S3 itself would answer a second creation with success. */
const refuseTaken = async (name: string, context: ProviderContext) => {
  try {
    await call(context, 'HeadBucket', { Bucket: name });
  } catch {
    return;
  }
  throw new AwsError('AlreadyExists', `${name} already exists`, { status: 409 });
};

const policyText = (properties: ResourceProperties) =>
  typeof properties['PolicyDocument'] === 'string'
    ? properties['PolicyDocument']
    : JSON.stringify(properties['PolicyDocument']);

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html */
export const bucketPolicy: ResourceProvider = {
  type: 'AWS::S3::BucketPolicy',
  create: async (properties, context) => {
    const Bucket = properties['Bucket'] as string;
    await call(context, 'PutBucketPolicy', { Bucket, Policy: policyText(properties) });
    return { physicalId: Bucket };
  },
  update: async (Bucket, properties, _previous, context) => {
    await call(context, 'PutBucketPolicy', { Bucket, Policy: policyText(properties) });
    return { physicalId: Bucket };
  },
  read: async (Bucket, context) => {
    try {
      const { Policy = '{}' } = (await call(context, 'GetBucketPolicy', { Bucket })) as {
        readonly Policy?: string;
      };
      return { Bucket, PolicyDocument: JSON.parse(Policy) as unknown };
    } catch (error) {
      if (isGone(error) || (error instanceof AwsError && error.code === 'NoSuchBucketPolicy'))
        return undefined;
      throw error;
    }
  },
  delete: async (Bucket, _properties, context) => {
    try {
      await call(context, 'DeleteBucketPolicy', { Bucket });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
};
