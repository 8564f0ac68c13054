import { unlessGone } from '../../core/provider-input.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

/** What Parameter Store answers about a parameter that is not there. */
const GONE = 'ParameterNotFound';

const NAME_SUFFIX = 12;

const request = (name: string, properties: ResourceProperties) => ({
  Name: name,
  Type: properties['Type'],
  Value: properties['Value'],
  ...Object.fromEntries(
    ['Description', 'AllowedPattern', 'Tier', 'DataType', 'Policies']
      .filter((property) => properties[property] !== undefined)
      .map((property) => [property, properties[property]]),
  ),
});

const described = (name: string, properties: ResourceProperties): ProvisionedResource => ({
  physicalId: name,
  attributes: { Type: properties['Type'], Value: properties['Value'] },
});

const tagsOf = (properties: ResourceProperties) =>
  Object.entries((properties['Tags'] ?? {}) as Readonly<Record<string, string>>);

const allTags = (properties: ResourceProperties, { tags }: ProviderContext) => [
  ...tags.filter(({ Key }) => !Object.hasOwn((properties['Tags'] ?? {}) as object, Key)),
  ...tagsOf(properties).map(([Key, Value]) => ({ Key, Value })),
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
export const parameter: ResourceProvider = {
  type: 'AWS::SSM::Parameter',
  inert: ['Policies'],
  create: async (properties, context) => {
    // AWS's generated names of parameters begin with CFN, not with the stack.
    const generated = `CFN-${context.logicalId}-${context.generateName().slice(-NAME_SUFFIX)}`;
    const name = (properties['Name'] as string | undefined) ?? generated;
    await context.call('ssm', 'PutParameter', {
      ...request(name, properties),
      Tags: allTags(properties, context),
    });
    return described(name, properties);
  },
  update: async (name, properties, previous, context) => {
    await context.call('ssm', 'PutParameter', { ...request(name, properties), Overwrite: true });
    const kept = new Set(allTags(properties, context).map(({ Key }) => Key));
    const gone = tagsOf(previous).map(([key]) => key);
    const resource = { ResourceType: 'Parameter', ResourceId: name };
    const TagKeys = gone.filter((key) => !kept.has(key));
    if (TagKeys.length > 0)
      await context.call('ssm', 'RemoveTagsFromResource', { ...resource, TagKeys });
    await context.call('ssm', 'AddTagsToResource', {
      ...resource,
      Tags: allTags(properties, context),
    });
    return described(name, properties);
  },
  delete: (name, _properties, context) =>
    unlessGone(context.call('ssm', 'DeleteParameter', { Name: name }), GONE),
  read: async (name, context) => {
    const found = await unlessGone<{ readonly Parameter?: ResourceProperties }>(
      context.call('ssm', 'GetParameter', { Name: name }),
      GONE,
    );
    return (
      found && {
        Name: name,
        Type: found.Parameter?.['Type'],
        Value: found.Parameter?.['Value'],
        DataType: found.Parameter?.['DataType'],
      }
    );
  },
};
