import { AwsError, notSupported } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

const isGone = (error: unknown) => error instanceof AwsError && error.code === 'NotFoundException';
const isPending = (error: unknown) =>
  error instanceof AwsError && error.code === 'KMSInvalidStateException';

interface Metadata {
  readonly KeyId: string;
  readonly Arn: string;
  readonly Enabled: boolean;
  readonly KeyState: string;
  readonly Description: string;
  readonly KeySpec: string;
  readonly KeyUsage: string;
}

const described = (id: string, { region, accountId, partition }: ProviderContext) =>
  ({
    physicalId: id,
    attributes: { Arn: `arn:${partition}:kms:${region}:${accountId}:key/${id}`, KeyId: id },
  }) satisfies ProvisionedResource;

const policyText = (policy: unknown): string =>
  typeof policy === 'string' ? policy : JSON.stringify(policy);

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const tagsOf = (properties: ResourceProperties, { tags }: ProviderContext) => {
  const own = (properties['Tags'] ?? []) as readonly Tag[];
  const names = new Set(own.map(({ Key }) => Key));
  return [...tags.filter(({ Key }) => !names.has(Key)), ...own].map(({ Key, Value }) => ({
    TagKey: Key,
    TagValue: Value,
  }));
};

const setRotation = async (
  KeyId: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const isOn = properties['EnableKeyRotation'] === true;
  const days = properties['RotationPeriodInDays'];
  const wasOn = previous['EnableKeyRotation'] === true;
  if (isOn && (!wasOn || days !== previous['RotationPeriodInDays']))
    await context.call('kms', 'EnableKeyRotation', {
      KeyId,
      ...(days === undefined ? {} : { RotationPeriodInDays: days }),
    });
  if (!isOn && wasOn) await context.call('kms', 'DisableKeyRotation', { KeyId });
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html */
export const key: ResourceProvider = {
  type: 'AWS::KMS::Key',
  create: async (properties, context) => {
    const { KeyMetadata } = (await context.call('kms', 'CreateKey', {
      ...Object.fromEntries(
        [
          'Description',
          'KeySpec',
          'KeyUsage',
          'MultiRegion',
          'Origin',
          'BypassPolicyLockoutSafetyCheck',
        ]
          .filter((name) => properties[name] !== undefined)
          .map((name) => [name, properties[name]]),
      ),
      ...(properties['KeyPolicy'] === undefined
        ? {}
        : { Policy: policyText(properties['KeyPolicy']) }),
      Tags: tagsOf(properties, context),
    })) as { readonly KeyMetadata: Metadata };
    const KeyId = KeyMetadata.KeyId;
    await setRotation(KeyId, properties, {}, context);
    if (properties['Enabled'] === false) await context.call('kms', 'DisableKey', { KeyId });
    return described(KeyId, context);
  },
  update: async (KeyId, properties, previous, context) => {
    // "You can't change the value of the KeySpec property after the KMS key is created": the page of the type
    for (const name of ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'])
      if (properties[name] !== previous[name])
        throw notSupported(`A change of ${name} of an existing AWS::KMS::Key`);
    // A disabled key takes no change of its rotation, so it is switched on before and off afterwards.
    if (previous['Enabled'] === false) await context.call('kms', 'EnableKey', { KeyId });
    if (properties['Description'] !== previous['Description'])
      await context.call('kms', 'UpdateKeyDescription', {
        KeyId,
        Description: properties['Description'] ?? '',
      });
    if (properties['KeyPolicy'] !== undefined)
      await context.call('kms', 'PutKeyPolicy', {
        KeyId,
        Policy: policyText(properties['KeyPolicy']),
        BypassPolicyLockoutSafetyCheck: properties['BypassPolicyLockoutSafetyCheck'] === true,
      });
    await setRotation(KeyId, properties, previous, context);
    await retag(KeyId, properties, previous, context);
    if (properties['Enabled'] === false) await context.call('kms', 'DisableKey', { KeyId });
    return described(KeyId, context);
  },
  delete: async (KeyId, properties, context) => {
    try {
      await context.call('kms', 'ScheduleKeyDeletion', {
        KeyId,
        PendingWindowInDays: properties['PendingWindowInDays'] ?? 30,
      });
    } catch (error) {
      if (!isGone(error) && !isPending(error)) throw error;
    }
  },
  read: async (KeyId, context) => {
    try {
      const { KeyMetadata } = (await context.call('kms', 'DescribeKey', { KeyId })) as {
        readonly KeyMetadata: Metadata;
      };
      if (KeyMetadata.KeyState === 'PendingDeletion') return undefined;
      const { Policy } = (await context.call('kms', 'GetKeyPolicy', { KeyId })) as {
        readonly Policy: string;
      };
      const rotation =
        KeyMetadata.KeySpec === 'SYMMETRIC_DEFAULT'
          ? ((await context.call('kms', 'GetKeyRotationStatus', { KeyId })) as {
              readonly KeyRotationEnabled: boolean;
            })
          : undefined;
      return {
        Description: KeyMetadata.Description,
        Enabled: KeyMetadata.Enabled,
        KeySpec: KeyMetadata.KeySpec,
        KeyUsage: KeyMetadata.KeyUsage,
        KeyPolicy: JSON.parse(Policy),
        ...(rotation === undefined ? {} : { EnableKeyRotation: rotation.KeyRotationEnabled }),
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};

const retag = async (
  KeyId: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const Tags = tagsOf(properties, context);
  const kept = new Set(Tags.map(({ TagKey }) => TagKey));
  const TagKeys = ((previous['Tags'] ?? []) as readonly Tag[])
    .map(({ Key }) => Key)
    .filter((name) => !kept.has(name));
  if (TagKeys.length > 0) await context.call('kms', 'UntagResource', { KeyId, TagKeys });
  const ours = Tags.filter(({ TagKey }) => !TagKey.startsWith('aws:'));
  if (ours.length > 0) await context.call('kms', 'TagResource', { KeyId, Tags: ours });
};

/** A template may name the key by its ARN; KMS takes that too. */
const target = (properties: ResourceProperties) => ({
  AliasName: properties['AliasName'],
  TargetKeyId: properties['TargetKeyId'],
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html */
export const alias: ResourceProvider = {
  type: 'AWS::KMS::Alias',
  create: async (properties, context) => {
    await context.call('kms', 'CreateAlias', target(properties));
    return { physicalId: String(properties['AliasName']) };
  },
  update: async (name, properties, _previous, context) => {
    await context.call('kms', 'UpdateAlias', target(properties));
    return { physicalId: name };
  },
  delete: async (AliasName, _properties, context) => {
    try {
      await context.call('kms', 'DeleteAlias', { AliasName });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
  read: async (AliasName, context) => {
    // AWS's handler lists aliases page by page: DescribeKey would need a permission more.
    for (let Marker: string | undefined; ; ) {
      const { Aliases, NextMarker } = (await context.call('kms', 'ListAliases', {
        Limit: 100,
        ...(Marker === undefined ? {} : { Marker }),
      })) as {
        readonly Aliases: readonly { readonly AliasName: string; readonly TargetKeyId: string }[];
        readonly NextMarker?: string;
      };
      const found = Aliases.find((one) => one.AliasName === AliasName);
      if (found !== undefined) return { AliasName, TargetKeyId: found.TargetKeyId };
      if (NextMarker === undefined) return undefined;
      Marker = NextMarker;
    }
  },
};
