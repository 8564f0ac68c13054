import { AwsError, notSupported } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

const SERVICE = 'secrets-manager';

const isGone = (error: unknown) =>
  error instanceof AwsError && error.code === 'ResourceNotFoundException';

const identified = (arn: string): ProvisionedResource => ({
  physicalId: arn,
  attributes: { Id: arn },
});

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const tagsOf = (properties: ResourceProperties, { tags }: ProviderContext): readonly Tag[] => {
  const own = (properties['Tags'] ?? []) as readonly Tag[];
  const names = new Set(own.map(({ Key }) => Key));
  return [...tags.filter(({ Key }) => !names.has(Key)), ...own];
};

type Generator = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html */
const generated = async (generator: Generator, context: ProviderContext): Promise<string> => {
  const { SecretStringTemplate: template, GenerateStringKey: key, ...rest } = generator;
  if ((template === undefined) !== (key === undefined))
    throw new AwsError(
      'InvalidRequest',
      'GenerateSecretString has SecretStringTemplate and GenerateStringKey, or neither of them.',
    );
  const { RandomPassword } = (await context.call(SERVICE, 'GetRandomPassword', rest)) as {
    readonly RandomPassword: string;
  };
  if (template === undefined) return RandomPassword;
  let parsed: unknown;
  try {
    parsed = JSON.parse(String(template));
  } catch {
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new AwsError('InvalidRequest', 'SecretStringTemplate is not a JSON object.');
  return JSON.stringify({ ...parsed, [String(key)]: RandomPassword });
};

const valueOf = async (
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<Readonly<Record<string, string>>> => {
  const { SecretString, GenerateSecretString } = properties;
  if (SecretString !== undefined && GenerateSecretString !== undefined)
    throw new AwsError(
      'InvalidRequest',
      'A secret has SecretString or GenerateSecretString, not both.',
    );
  if (SecretString !== undefined) return { SecretString: String(SecretString) };
  // "If you omit both GenerateSecretString and SecretString, you create an empty secret.": the page of the type
  if (GenerateSecretString === undefined) return {};
  return { SecretString: await generated(GenerateSecretString as Generator, context) };
};

const refuseUnsupported = (properties: ResourceProperties): void => {
  if (((properties['ReplicaRegions'] ?? []) as readonly unknown[]).length > 0)
    throw notSupported('ReplicaRegions of AWS::SecretsManager::Secret');
  if (properties['Type'] !== undefined)
    throw notSupported('Type of AWS::SecretsManager::Secret (secrets managed by others)');
};

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

const optional = (properties: ResourceProperties, names: readonly string[]) =>
  Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html */
export const secret: ResourceProvider = {
  type: 'AWS::SecretsManager::Secret',
  create: async (properties, context) => {
    refuseUnsupported(properties);
    // A generated name begins with the logical id: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html, Ref
    const suffix = context.generateName().split('-').at(-1) ?? '';
    const { ARN } = (await context.call(SERVICE, 'CreateSecret', {
      Name: properties['Name'] ?? `${context.logicalId}-${suffix}`,
      ...optional(properties, ['Description', 'KmsKeyId']),
      ...(await valueOf(properties, context)),
      Tags: tagsOf(properties, context),
      ClientRequestToken: context.random.uuid(),
    })) as { readonly ARN: string };
    return identified(ARN);
  },
  update: async (SecretId, properties, previous, context) => {
    refuseUnsupported(properties);
    const changed = ['SecretString', 'GenerateSecretString'].some(
      (name) => !same(properties[name], previous[name]),
    );
    await context.call(SERVICE, 'UpdateSecret', {
      SecretId,
      Description: properties['Description'] ?? '',
      ...(properties['KmsKeyId'] === previous['KmsKeyId']
        ? {}
        : { KmsKeyId: properties['KmsKeyId'] ?? '' }),
      ...(changed
        ? {
            ...(await valueOf(properties, context)),
            ClientRequestToken: context.random.uuid(),
          }
        : {}),
    });
    const Tags = tagsOf(properties, context);
    const kept = new Set(Tags.map(({ Key }) => Key));
    const TagKeys = ((previous['Tags'] ?? []) as readonly Tag[])
      .map(({ Key }) => Key)
      .filter((name) => !kept.has(name));
    if (TagKeys.length > 0) await context.call(SERVICE, 'UntagResource', { SecretId, TagKeys });
    const ours = Tags.filter(({ Key }) => !Key.startsWith('aws:'));
    if (ours.length > 0) await context.call(SERVICE, 'TagResource', { SecretId, Tags: ours });
    return identified(SecretId);
  },
  // Without a recovery window: a stack that is made again finds its secret's name free.
  delete: async (SecretId, _properties, context) => {
    try {
      await context.call(SERVICE, 'DeleteSecret', { SecretId, ForceDeleteWithoutRecovery: true });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
  // The value is not read: AWS's schema marks it as written only.
  read: async (SecretId, context) => {
    try {
      const found = (await context.call(SERVICE, 'DescribeSecret', {
        SecretId,
      })) as ResourceProperties;
      if (found['DeletedDate'] !== undefined) return undefined;
      return {
        Name: found['Name'],
        Description: found['Description'],
        KmsKeyId: found['KmsKeyId'],
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};

const policyText = (policy: unknown): string =>
  typeof policy === 'string' ? policy : JSON.stringify(policy);

const putPolicy = async (
  SecretId: string,
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  const { ARN } = (await context.call(SERVICE, 'PutResourcePolicy', {
    SecretId,
    ResourcePolicy: policyText(properties['ResourcePolicy']),
    ...optional(properties, ['BlockPublicPolicy']),
  })) as { readonly ARN: string };
  return identified(ARN);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html */
export const resourcePolicy: ResourceProvider = {
  type: 'AWS::SecretsManager::ResourcePolicy',
  create: (properties, context) => putPolicy(String(properties['SecretId']), properties, context),
  update: (id, properties, _previous, context) => putPolicy(id, properties, context),
  delete: async (SecretId, _properties, context) => {
    try {
      await context.call(SERVICE, 'DeleteResourcePolicy', { SecretId });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
  read: async (SecretId, context) => {
    try {
      const { ARN, ResourcePolicy } = (await context.call(SERVICE, 'GetResourcePolicy', {
        SecretId,
      })) as { readonly ARN: string; readonly ResourcePolicy?: string };
      return ResourcePolicy === undefined
        ? undefined
        : { SecretId: ARN, ResourcePolicy: JSON.parse(ResourcePolicy) as unknown };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};

const putRotation = async (
  SecretId: string,
  properties: ResourceProperties,
  rotatesNow: boolean,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  for (const name of [
    'HostedRotationLambda',
    'ExternalSecretRotationMetadata',
    'ExternalSecretRotationRoleArn',
  ])
    if (properties[name] !== undefined)
      throw notSupported(`${name} of AWS::SecretsManager::RotationSchedule`);
  const { ARN } = (await context.call(SERVICE, 'RotateSecret', {
    SecretId,
    ...optional(properties, ['RotationLambdaARN', 'RotationRules']),
    RotateImmediately: rotatesNow,
    ClientRequestToken: context.random.uuid(),
  })) as { readonly ARN: string };
  return identified(ARN);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html */
export const rotationSchedule: ResourceProvider = {
  type: 'AWS::SecretsManager::RotationSchedule',
  create: (properties, context) =>
    putRotation(
      String(properties['SecretId']),
      properties,
      // "By default, Secrets Manager rotates the secret immediately": the page of the type, RotateImmediatelyOnUpdate
      properties['RotateImmediatelyOnUpdate'] !== false,
      context,
    ),
  update: (id, properties, _previous, context) =>
    putRotation(id, properties, properties['RotateImmediatelyOnUpdate'] !== false, context),
  delete: async (SecretId, _properties, context) => {
    try {
      await context.call(SERVICE, 'CancelRotateSecret', { SecretId });
    } catch (error) {
      // A secret that is gone or was never rotated has nothing to call off.
      if (
        !isGone(error) &&
        !(error instanceof AwsError && error.code === 'InvalidRequestException')
      )
        throw error;
    }
  },
  read: async (SecretId, context) => {
    try {
      const found = (await context.call(SERVICE, 'DescribeSecret', {
        SecretId,
      })) as ResourceProperties;
      return found['RotationEnabled'] === true
        ? {
            SecretId: found['ARN'],
            RotationLambdaARN: found['RotationLambdaARN'],
            RotationRules: found['RotationRules'],
          }
        : undefined;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};
