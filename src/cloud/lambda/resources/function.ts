import { isDeepStrictEqual } from 'node:util';
import type * as Lambda from '@aws-sdk/client-lambda';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { numeric, pick, unlessGone } from '../../core/provider-input.ts';
import { inlineFiles } from './response-modules.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

/** Settings that UpdateFunctionConfiguration changes, and what each is without the property. */
const SETTINGS: Readonly<Record<string, (name: string) => unknown>> = {
  Description: () => '',
  Handler: () => undefined,
  Runtime: () => undefined,
  Role: () => undefined,
  Timeout: () => LIMITS.timeoutSeconds.default,
  MemorySize: () => LIMITS.memoryMb.default,
  EphemeralStorage: () => ({ Size: LIMITS.ephemeralStorageMb.default }),
  Environment: () => ({ Variables: {} }),
  DeadLetterConfig: () => ({ TargetArn: '' }),
  TracingConfig: () => ({ Mode: 'PassThrough' }),
  VpcConfig: () => ({ SubnetIds: [], SecurityGroupIds: [] }),
  Layers: () => [],
  FileSystemConfigs: () => [],
  LoggingConfig: (name) => ({ LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` }),
  SnapStart: () => ({ ApplyOn: 'None' }),
};

/** Passed on to the API, which refuses what the cloud has not. */
const ONLY_AT_CREATION = [
  'PackageType',
  'CodeSigningConfigArn',
  'TenancyConfig',
  'CapacityProviderConfig',
  'DurableConfig',
  'ImageConfig',
] as const;

const FIXED_TIME = new Date(1980, 0, 1);

/** Code in the template is a file `index.js` or `index.py`, beside a module that answers CloudFormation. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html */
const readCode = async (given: unknown, runtime: unknown): Promise<Record<string, unknown>> => {
  const { ZipFile, ...rest } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof ZipFile !== 'string') return rest;
  // Loaded only for code that stands in a template: it would cost every start of a cloud six milliseconds.
  const { strToU8, zipSync } = await import('fflate');
  const files = Object.entries(inlineFiles(runtime, ZipFile));
  return {
    ZipFile: zipSync(Object.fromEntries(files.map(([name, text]) => [name, strToU8(text)])), {
      mtime: FIXED_TIME,
    }),
  };
};

const settingsOf = (properties: ResourceProperties): Record<string, unknown> => {
  const settings = pick(properties, Object.keys(SETTINGS));
  for (const name of ['Timeout', 'MemorySize'])
    if (settings[name] !== undefined) settings[name] = numeric(settings[name]);
  const storage = settings['EphemeralStorage'] as { readonly Size?: unknown } | undefined;
  if (storage?.Size !== undefined) settings['EphemeralStorage'] = { Size: numeric(storage.Size) };
  const { Variables } = (settings['Environment'] ?? {}) as {
    readonly Variables?: Readonly<Record<string, unknown>>;
  };
  // A template may say numbers and booleans; a variable is text.
  if (Variables !== undefined)
    settings['Environment'] = {
      Variables: Object.fromEntries(
        Object.entries(Variables).map(([name, value]) => [name, String(value)]),
      ),
    };
  if (properties['KmsKeyArn'] !== undefined) settings['KMSKeyArn'] = properties['KmsKeyArn'];
  return settings;
};

const tagsOf = (properties: ResourceProperties, stackTags: Tags): Record<string, string> =>
  Object.fromEntries(
    [...stackTags, ...((properties['Tags'] as Tags | undefined) ?? [])].map(({ Key, Value }) => [
      Key,
      Value,
    ]),
  );

const arnOf = (name: string, { partition, region, accountId }: ProviderContext) =>
  `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;

const described = (name: string, context: ProviderContext): ProvisionedResource => ({
  physicalId: name,
  attributes: {
    Arn: arnOf(name, context),
    SnapStartResponse: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    'SnapStartResponse.ApplyOn': 'None',
    'SnapStartResponse.OptimizationStatus': 'Off',
  },
});

const reserve = async (name: string, properties: ResourceProperties, context: ProviderContext) => {
  const reserved = numeric(properties['ReservedConcurrentExecutions']);
  if (reserved !== undefined)
    await context.call('lambda', 'PutFunctionConcurrency', {
      FunctionName: name,
      ReservedConcurrentExecutions: reserved,
    });
};

const create = async (
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  const name =
    (properties['FunctionName'] as string | undefined) ?? context.generateName({ max: 64 });
  await context.call('lambda', 'CreateFunction', {
    FunctionName: name,
    ...settingsOf(properties),
    ...pick(properties, ONLY_AT_CREATION),
    ...pick(properties, ['Architectures']),
    Code: await readCode(properties['Code'], properties['Runtime']),
    Tags: tagsOf(properties, context.tags),
  });
  context.created(name);
  await reserve(name, properties, context);
  return described(name, context);
};

const updateTags = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const now = tagsOf(properties, context.tags);
  const gone = Object.keys(tagsOf(previous, [])).filter((key) => !(key in now));
  const Resource = arnOf(name, context);
  if (gone.length > 0) await context.call('lambda', 'UntagResource', { Resource, TagKeys: gone });
  if (!isDeepStrictEqual(properties['Tags'], previous['Tags']) && Object.keys(now).length > 0)
    await context.call('lambda', 'TagResource', { Resource, Tags: now });
};

const update: NonNullable<ResourceProvider['update']> = async (
  name,
  properties,
  previous,
  context,
) => {
  const [now, before] = [settingsOf(properties), settingsOf(previous)];
  const changed = [...new Set([...Object.keys(now), ...Object.keys(before)])].filter(
    (key) => !isDeepStrictEqual(now[key], before[key]),
  );
  if (changed.length > 0) {
    const settings = changed.map((key) => [
      key,
      now[key] ?? (key === 'KMSKeyArn' ? '' : SETTINGS[key]?.(name)),
    ]);
    await context.call('lambda', 'UpdateFunctionConfiguration', {
      FunctionName: name,
      ...Object.fromEntries(settings),
    });
  }
  const code = ['Code', 'Architectures'] as const;
  if (code.some((key) => !isDeepStrictEqual(properties[key], previous[key])))
    await context.call('lambda', 'UpdateFunctionCode', {
      FunctionName: name,
      ...(await readCode(properties['Code'], properties['Runtime'])),
      Architectures: properties['Architectures'] ?? ['x86_64'],
    });
  const reserved = properties['ReservedConcurrentExecutions'];
  if (reserved !== previous['ReservedConcurrentExecutions']) {
    if (reserved === undefined)
      await context.call('lambda', 'DeleteFunctionConcurrency', { FunctionName: name });
    else await reserve(name, properties, context);
  }
  await updateTags(name, properties, previous, context);
  return described(name, context);
};

const read: NonNullable<ResourceProvider['read']> = async (name, context) => {
  let answer: Lambda.GetFunctionResponse | undefined;
  await unlessGone(
    (async () => {
      answer = (await context.call('lambda', 'GetFunction', {
        FunctionName: name,
      })) as Lambda.GetFunctionResponse;
    })(),
  );
  if (answer === undefined) return undefined;
  const { Configuration = {}, Concurrency } = answer;
  return {
    ...pick(Configuration as Readonly<Record<string, unknown>>, [
      'FunctionName',
      'Runtime',
      'Role',
      'Handler',
      'Description',
      'Timeout',
      'MemorySize',
      'Environment',
      'DeadLetterConfig',
      'TracingConfig',
      'Architectures',
      'EphemeralStorage',
      'LoggingConfig',
    ]),
    ...(Concurrency === undefined ? {} : Concurrency),
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
export const lambdaFunction: ResourceProvider = {
  type: 'AWS::Lambda::Function',
  // VpcConfig is kept, TracingConfig and KmsKeyArn too; there is no network, X-Ray or KMS behind them.
  inert: [
    'RuntimeManagementConfig',
    'RecursiveLoop',
    'FunctionScalingConfig',
    'PublishToLatestPublished',
  ],
  create,
  update,
  delete: (name, _properties, context) =>
    unlessGone(context.call('lambda', 'DeleteFunction', { FunctionName: name })),
  read,
};
