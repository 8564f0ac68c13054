import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { documentText } from '../../../core/provider-input.ts';
import { text, texts, unlessGone, without } from './properties.ts';

const HOLDERS = ['Role', 'User', 'Group'] as const;

const nameOf = (properties: ResourceProperties): string => text(properties, 'PolicyName') ?? '';

const put = async (properties: ResourceProperties, context: ProviderContext): Promise<void> => {
  for (const holder of HOLDERS)
    for (const name of texts(properties, `${holder}s`))
      await context.call('iam', `Put${holder}Policy`, {
        [`${holder}Name`]: name,
        PolicyName: nameOf(properties),
        PolicyDocument: documentText(properties['PolicyDocument']),
      });
};

const remove = async (
  policyName: string,
  holders: Readonly<Record<(typeof HOLDERS)[number], readonly string[]>>,
  context: ProviderContext,
): Promise<void> => {
  for (const holder of HOLDERS)
    for (const name of holders[holder]) {
      const input = { [`${holder}Name`]: name, PolicyName: policyName };
      await unlessGone(context.call('iam', `Delete${holder}Policy`, input));
    }
};

const holdersOf = (properties: ResourceProperties) => ({
  Role: texts(properties, 'Roles'),
  User: texts(properties, 'Users'),
  Group: texts(properties, 'Groups'),
});

/**
 * An inline policy that stands in several roles, users and groups at once.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
 */
export const policy: ResourceProvider = {
  type: 'AWS::IAM::Policy',
  create: async (properties, context) => {
    try {
      await put(properties, context);
    } catch (error) {
      await remove(nameOf(properties), holdersOf(properties), context);
      throw error;
    }
    const physicalId = context.generateName({ max: LIMITS.policyNameLength });
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (physicalId, properties, previous, context) => {
    await put(properties, context);
    const [now, before] = [holdersOf(properties), holdersOf(previous)];
    const renamed = nameOf(properties) !== nameOf(previous);
    await remove(
      nameOf(previous),
      {
        Role: renamed ? before.Role : without(before.Role, now.Role),
        User: renamed ? before.User : without(before.User, now.User),
        Group: renamed ? before.Group : without(before.Group, now.Group),
      },
      context,
    );
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: (_physicalId, properties, context) =>
    remove(nameOf(properties), holdersOf(properties), context),
};
