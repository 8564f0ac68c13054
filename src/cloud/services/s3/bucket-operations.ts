import type * as S3 from '@aws-sdk/client-s3';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { principalName } from '../../core/principals.ts';
import { PolicyError, parsePolicy } from '../../../iam/index.ts';
import { onBucket, requireBucket } from './access.ts';
import {
  bucketAlreadyExists,
  bucketAlreadyOwned,
  bucketNotEmpty,
  invalidArgument,
  invalidBucketName,
  malformedPolicy,
  noSuchConfiguration,
  notFound,
  publicPolicyBlocked,
} from './errors.ts';
import type { Notifications } from './notifications.ts';
import { validateNotifications } from './notifications.ts';
import { isPublic, publicAccessBlockOf } from './public-access.ts';
import type { Bucket, S3State } from './state.ts';

type Context = OperationContext<S3State>;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const isBucketName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
  !name.includes('..') &&
  !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
  !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
  !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);

/** What AWS gives every new bucket since April 2023. https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
const DEFAULTS = {
  PublicAccessBlock: {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  },
  Encryption: {
    Rules: [
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
    ],
  },
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
} as const;

const configure = (
  { state }: Pick<Context, 'state'>,
  bucket: Bucket,
  name: string,
  value: unknown,
): void => {
  const { [name]: _, ...rest } = bucket.configuration;
  state.buckets.set(bucket.name, {
    ...bucket,
    configuration: value === undefined ? rest : { ...rest, [name]: value },
  });
};

interface OnBucket {
  readonly Bucket?: string | undefined;
}

/** Get, put and delete of a configuration that is kept as it is given. */
const configuration = (
  name: string,
  member: string,
  actions: { readonly get: string; readonly put: string },
  missing: { readonly code: string; readonly message: string } | undefined,
  operations: { readonly get: string; readonly put: string; readonly remove?: string },
  spread = false,
): OperationTable<S3State> => ({
  [operations.get]: operation<S3State, OnBucket, object>({
    needs: onBucket(actions.get),
    handle: (input, { state }) => {
      const bucket = requireBucket(state, input.Bucket);
      const value = bucket.configuration[name];
      if (value === undefined && missing !== undefined)
        throw noSuchConfiguration(missing.code, missing.message, bucket.name);
      return spread ? { ...(value as object | undefined) } : { [member]: value };
    },
  }),
  [operations.put]: operation<S3State, OnBucket & Readonly<Record<string, unknown>>, object>({
    needs: onBucket(actions.put),
    handle: (input, context) => {
      configure(context, requireBucket(context.state, input.Bucket), name, input[member]);
      return {};
    },
  }),
  ...(operations.remove === undefined
    ? {}
    : {
        [operations.remove]: operation<S3State, OnBucket, object>({
          needs: onBucket(actions.put),
          handle: (input, context) => {
            configure(context, requireBucket(context.state, input.Bucket), name, undefined);
            return {};
          },
        }),
      }),
});

const checkPolicy = (text: string): void => {
  try {
    parsePolicy(text, 'resource');
  } catch (error) {
    if (error instanceof PolicyError) throw malformedPolicy(error.message);
    throw malformedPolicy("Policies must be valid JSON and the first byte must be '{'");
  }
};

const createBucket = operation<S3State, S3.CreateBucketRequest, S3.CreateBucketOutput>({
  needs: ({ Bucket = '' }) => ({ action: 's3:CreateBucket', resource: `arn:aws:s3:::${Bucket}` }),
  handle: (input, { state, accountId, region, clock }) => {
    const name = input.Bucket ?? '';
    if (!isBucketName(name)) throw invalidBucketName(name);
    const constraint = input.CreateBucketConfiguration?.LocationConstraint;
    if (constraint === undefined && region !== 'us-east-1')
      throw Object.assign(
        invalidArgument(
          'The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.',
        ),
        { code: 'IllegalLocationConstraintException' },
      );
    if (constraint !== undefined && region !== 'us-east-1' && constraint !== region)
      throw Object.assign(
        invalidArgument(
          `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
        ),
        { code: 'IllegalLocationConstraintException' },
      );
    const known = state.buckets.get(name);
    if (known !== undefined && known.accountId !== accountId) throw bucketAlreadyExists(name);
    // In us-east-1 alone AWS answers a repeated creation with success. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    if (known !== undefined) {
      if (region === 'us-east-1' && known.region === 'us-east-1') return { Location: `/${name}` };
      throw bucketAlreadyOwned(name);
    }
    state.buckets.set(name, {
      name,
      accountId,
      region: constraint ?? region,
      createdAt: clock.now(),
      configuration: { ...DEFAULTS },
    });
    return { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
  },
});

const deleteBucket = operation<S3State, S3.DeleteBucketRequest, object>({
  needs: onBucket('DeleteBucket'),
  handle: (input, { state }) => {
    const { name } = requireBucket(state, input.Bucket);
    if (state.keys(name).length > 0) throw bucketNotEmpty(name);
    state.buckets.delete(name);
    return {};
  },
});

const regionHeader = (bucket: Bucket) => ({ BucketRegion: bucket.region });

/** Operations on buckets and their configurations. */
export const bucketOperations: OperationTable<S3State> = {
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  HeadBucket: operation<S3State, S3.HeadBucketRequest, S3.HeadBucketOutput>({
    needs: onBucket('ListBucket'),
    handle: (input, { state }) => {
      const bucket = state.buckets.get(input.Bucket ?? '');
      if (bucket === undefined) throw notFound();
      return regionHeader(bucket);
    },
  }),
  ListBuckets: operation<S3State, S3.ListBucketsRequest, S3.ListBucketsOutput>({
    needs: () => ({ action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*' }),
    handle: (input, { state, accountId }) => {
      const max = input.MaxBuckets ?? 10_000;
      const after =
        input.ContinuationToken === undefined
          ? ''
          : Buffer.from(input.ContinuationToken, 'base64url').toString();
      const all = [...state.buckets.values()]
        .filter((bucket) => bucket.accountId === accountId && bucket.name > after)
        .filter(
          (bucket) =>
            bucket.name.startsWith(input.Prefix ?? '') &&
            (input.BucketRegion === undefined || bucket.region === input.BucketRegion),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = all.slice(0, max);
      return {
        Buckets: page.map(({ name, createdAt, region }) => ({
          Name: name,
          CreationDate: new Date(createdAt),
          BucketRegion: region,
          BucketArn: `arn:aws:s3:::${name}`,
        })),
        Owner: { ID: Buffer.from(accountId).toString('hex').padEnd(64, '0') },
        ...(all.length > page.length
          ? { ContinuationToken: Buffer.from(page.at(-1)?.name ?? '').toString('base64url') }
          : {}),
      };
    },
  }),
  GetBucketLocation: operation<S3State, S3.GetBucketLocationRequest, object>({
    needs: onBucket('GetBucketLocation'),
    handle: (input, { state }) => {
      const { region } = requireBucket(state, input.Bucket);
      return { LocationConstraint: region === 'us-east-1' ? undefined : region };
    },
  }),
  GetBucketVersioning: operation<
    S3State,
    S3.GetBucketVersioningRequest,
    S3.GetBucketVersioningOutput
  >({
    needs: onBucket('GetBucketVersioning'),
    handle: (input, { state }) => {
      const { versioning } = requireBucket(state, input.Bucket);
      return versioning === undefined ? {} : { Status: versioning };
    },
  }),
  PutBucketVersioning: operation<S3State, S3.PutBucketVersioningRequest, object>({
    needs: onBucket('PutBucketVersioning'),
    handle: (input, { state }) => {
      const bucket = requireBucket(state, input.Bucket);
      const status = input.VersioningConfiguration?.Status;
      if (status !== 'Enabled' && status !== 'Suspended')
        throw Object.assign(invalidArgument('The Versioning element must be specified'), {
          code: 'IllegalVersioningConfigurationException',
        });
      state.buckets.set(bucket.name, { ...bucket, versioning: status });
      return {};
    },
  }),
  GetBucketPolicy: operation<S3State, S3.GetBucketPolicyRequest, S3.GetBucketPolicyOutput>({
    needs: onBucket('GetBucketPolicy'),
    handle: (input, { state }) => {
      const bucket = requireBucket(state, input.Bucket);
      if (bucket.policy === undefined)
        throw noSuchConfiguration(
          'NoSuchBucketPolicy',
          'The bucket policy does not exist',
          bucket.name,
        );
      return { Policy: bucket.policy };
    },
  }),
  PutBucketPolicy: operation<S3State, S3.PutBucketPolicyRequest, object>({
    needs: onBucket('PutBucketPolicy'),
    handle: (input, { state, principal }) => {
      const bucket = requireBucket(state, input.Bucket);
      const policy = input.Policy ?? '';
      checkPolicy(policy);
      if (publicAccessBlockOf(bucket).BlockPublicPolicy === true && isPublic(policy))
        throw publicPolicyBlocked(principalName(principal), bucket.name);
      state.buckets.set(bucket.name, { ...bucket, policy });
      return {};
    },
  }),
  DeleteBucketPolicy: operation<S3State, S3.DeleteBucketPolicyRequest, object>({
    needs: onBucket('DeleteBucketPolicy'),
    handle: (input, { state }) => {
      const { policy: _, ...bucket } = requireBucket(state, input.Bucket);
      state.buckets.set(bucket.name, bucket);
      return {};
    },
  }),
  GetBucketPolicyStatus: operation<
    S3State,
    S3.GetBucketPolicyStatusRequest,
    S3.GetBucketPolicyStatusOutput
  >({
    needs: onBucket('GetBucketPolicyStatus'),
    handle: (input, { state }) => {
      const bucket = requireBucket(state, input.Bucket);
      if (bucket.policy === undefined)
        throw noSuchConfiguration(
          'NoSuchBucketPolicy',
          'The bucket policy does not exist',
          bucket.name,
        );
      return { PolicyStatus: { IsPublic: isPublic(bucket.policy) } };
    },
  }),
  GetBucketNotificationConfiguration: operation<S3State, OnBucket, object>({
    needs: onBucket('GetBucketNotification'),
    handle: (input, { state }) => ({
      ...(requireBucket(state, input.Bucket).configuration['Notification'] as object | undefined),
    }),
  }),
  PutBucketNotificationConfiguration: operation<
    S3State,
    S3.PutBucketNotificationConfigurationRequest,
    object
  >({
    needs: onBucket('PutBucketNotification'),
    handle: async (input, context) => {
      const bucket = requireBucket(context.state, input.Bucket);
      const given = (input.NotificationConfiguration ?? {}) as Notifications;
      const named = (list: Notifications['LambdaFunctionConfigurations']) =>
        list?.map((one) => ({ ...one, Id: one.Id ?? context.random.uuid() }));
      const value: Notifications = {
        ...(given.LambdaFunctionConfigurations === undefined
          ? {}
          : { LambdaFunctionConfigurations: named(given.LambdaFunctionConfigurations) }),
        ...(given.TopicConfigurations === undefined
          ? {}
          : { TopicConfigurations: named(given.TopicConfigurations) }),
        ...(given.QueueConfigurations === undefined
          ? {}
          : { QueueConfigurations: named(given.QueueConfigurations) }),
        ...(given.EventBridgeConfiguration === undefined ? {} : { EventBridgeConfiguration: {} }),
      };
      if (input.SkipDestinationValidation !== true)
        await validateNotifications(context, bucket, value);
      configure(
        context,
        requireBucket(context.state, input.Bucket),
        'Notification',
        Object.keys(value).length === 0 ? undefined : value,
      );
      return {};
    },
  }),
  ...configuration(
    'Cors',
    'CORSConfiguration',
    { get: 'GetBucketCORS', put: 'PutBucketCORS' },
    { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
    { get: 'GetBucketCors', put: 'PutBucketCors', remove: 'DeleteBucketCors' },
    true,
  ),
  ...configuration(
    'PublicAccessBlock',
    'PublicAccessBlockConfiguration',
    { get: 'GetBucketPublicAccessBlock', put: 'PutBucketPublicAccessBlock' },
    {
      code: 'NoSuchPublicAccessBlockConfiguration',
      message: 'The public access block configuration was not found',
    },
    { get: 'GetPublicAccessBlock', put: 'PutPublicAccessBlock', remove: 'DeletePublicAccessBlock' },
  ),
  ...configuration(
    'Encryption',
    'ServerSideEncryptionConfiguration',
    { get: 'GetEncryptionConfiguration', put: 'PutEncryptionConfiguration' },
    {
      code: 'ServerSideEncryptionConfigurationNotFoundError',
      message: 'The server side encryption configuration was not found',
    },
    { get: 'GetBucketEncryption', put: 'PutBucketEncryption', remove: 'DeleteBucketEncryption' },
  ),
  ...configuration(
    'OwnershipControls',
    'OwnershipControls',
    { get: 'GetBucketOwnershipControls', put: 'PutBucketOwnershipControls' },
    {
      code: 'OwnershipControlsNotFoundError',
      message: 'The bucket ownership controls were not found',
    },
    {
      get: 'GetBucketOwnershipControls',
      put: 'PutBucketOwnershipControls',
      remove: 'DeleteBucketOwnershipControls',
    },
  ),
  ...configuration(
    'Lifecycle',
    'LifecycleConfiguration',
    { get: 'GetLifecycleConfiguration', put: 'PutLifecycleConfiguration' },
    { code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
    {
      get: 'GetBucketLifecycleConfiguration',
      put: 'PutBucketLifecycleConfiguration',
      remove: 'DeleteBucketLifecycle',
    },
    true,
  ),
  ...configuration(
    'Tagging',
    'Tagging',
    { get: 'GetBucketTagging', put: 'PutBucketTagging' },
    { code: 'NoSuchTagSet', message: 'The TagSet does not exist' },
    { get: 'GetBucketTagging', put: 'PutBucketTagging', remove: 'DeleteBucketTagging' },
    true,
  ),
};
