import { AwsError } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

type Tags = readonly { readonly Key: string; readonly Value: string }[];

const isGone = (error: unknown) =>
  error instanceof AwsError && error.code === 'RepositoryNotFoundException';

const call = (context: ProviderContext, operation: string, repositoryName: string, more = {}) =>
  context.call('ecr', operation, { repositoryName, ...more });

const arnOf = ({ partition, region, accountId }: ProviderContext, name: string) =>
  `arn:${partition}:ecr:${region}:${accountId}:repository/${name}`;

const described = (name: string, context: ProviderContext): ProvisionedResource => ({
  physicalId: name,
  attributes: {
    Arn: arnOf(context, name),
    RepositoryUri: `${context.accountId}.dkr.ecr.${context.region}.amazonaws.com/${name}`,
  },
});

const tagsOf = (properties: ResourceProperties): Tags => (properties['Tags'] ?? []) as Tags;

const scanning = (properties: ResourceProperties) => ({
  imageScanningConfiguration: {
    scanOnPush:
      (properties['ImageScanningConfiguration'] as { readonly ScanOnPush?: boolean } | undefined)
        ?.ScanOnPush ?? false,
  },
});

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const lifecycleOf = (properties: ResourceProperties) =>
  (properties['LifecyclePolicy'] as { readonly LifecyclePolicyText?: string } | undefined)
    ?.LifecyclePolicyText;

/** Policies are put when they are there, and taken away when they were. */
const putPolicies = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const [policy, before] = [properties['RepositoryPolicyText'], previous['RepositoryPolicyText']];
  if (policy !== undefined)
    await call(context, 'SetRepositoryPolicy', name, { policyText: textOf(policy) });
  else if (before !== undefined) await call(context, 'DeleteRepositoryPolicy', name);
  const lifecycle = lifecycleOf(properties);
  if (lifecycle !== undefined)
    await call(context, 'PutLifecyclePolicy', name, { lifecyclePolicyText: lifecycle });
  else if (lifecycleOf(previous) !== undefined) await call(context, 'DeleteLifecyclePolicy', name);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html */
export const repository: ResourceProvider = {
  type: 'AWS::ECR::Repository',
  inert: ['EmptyOnDelete', 'ImageTagMutabilityExclusionFilters'],
  create: async (properties, context) => {
    const name =
      (properties['RepositoryName'] as string | undefined) ??
      context.generateName({ max: 256, lowerCase: true });
    const encryption = properties['EncryptionConfiguration'] as
      | { readonly EncryptionType?: string; readonly KmsKey?: string }
      | undefined;
    await call(context, 'CreateRepository', name, {
      ...(properties['ImageTagMutability'] === undefined
        ? {}
        : { imageTagMutability: properties['ImageTagMutability'] }),
      ...scanning(properties),
      ...(encryption === undefined
        ? {}
        : {
            encryptionConfiguration: {
              encryptionType: encryption.EncryptionType,
              kmsKey: encryption.KmsKey,
            },
          }),
      tags: [...context.tags, ...tagsOf(properties)],
    });
    context.created(name);
    await putPolicies(name, properties, {}, context);
    return described(name, context);
  },
  update: async (name, properties, previous, context) => {
    await call(context, 'PutImageTagMutability', name, {
      imageTagMutability: properties['ImageTagMutability'] ?? 'MUTABLE',
    });
    await call(context, 'PutImageScanningConfiguration', name, scanning(properties));
    await putPolicies(name, properties, previous, context);
    const resourceArn = arnOf(context, name);
    const kept = new Set(tagsOf(properties).map(({ Key }) => Key));
    const tagKeys = tagsOf(previous).flatMap(({ Key }) => (kept.has(Key) ? [] : [Key]));
    if (tagKeys.length > 0) await context.call('ecr', 'UntagResource', { resourceArn, tagKeys });
    await context.call('ecr', 'TagResource', {
      resourceArn,
      tags: [...context.tags, ...tagsOf(properties)],
    });
    return described(name, context);
  },
  delete: async (name, _properties, context) => {
    try {
      await call(context, 'DeleteRepository', name);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  },
  read: async (name, context) => {
    try {
      const { repositories = [] } = (await context.call('ecr', 'DescribeRepositories', {
        repositoryNames: [name],
      })) as {
        readonly repositories?: readonly {
          readonly imageTagMutability?: string;
          readonly imageScanningConfiguration?: { readonly scanOnPush?: boolean };
        }[];
      };
      const [found] = repositories;
      return {
        RepositoryName: name,
        ImageTagMutability: found?.imageTagMutability,
        ImageScanningConfiguration: { ScanOnPush: found?.imageScanningConfiguration?.scanOnPush },
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  },
};
