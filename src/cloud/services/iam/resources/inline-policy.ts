import type * as Iam from '@aws-sdk/client-iam';
import type { ResourceProvider } from '../../../core/resource-provider.ts';
import { documentText } from '../../../core/provider-input.ts';
import { text, unlessGone } from './properties.ts';

/** One inline policy of one role, user or group, as a resource of its own. Its id is `POLICY|HOLDER`. */
const inlinePolicy = (holder: 'Role' | 'User' | 'Group'): ResourceProvider => {
  const named = (physicalId: string) => {
    const [PolicyName = '', name = ''] = physicalId.split('|');
    return { PolicyName, [`${holder}Name`]: name };
  };
  const put: ResourceProvider['create'] = async (properties, context) => {
    const [policy, name] = [text(properties, 'PolicyName'), text(properties, `${holder}Name`)];
    const physicalId = `${policy}|${name}`;
    await context.call('iam', `Put${holder}Policy`, {
      ...named(physicalId),
      PolicyDocument: documentText(properties['PolicyDocument'] ?? {}),
    });
    return { physicalId };
  };
  return {
    type: `AWS::IAM::${holder}Policy`,
    create: put,
    update: (_physicalId, properties, _previous, context) => put(properties, context),
    delete: (physicalId, _properties, context) =>
      unlessGone(context.call('iam', `Delete${holder}Policy`, named(physicalId))),
    read: async (physicalId, context) => {
      let found: Iam.GetRolePolicyResponse | undefined;
      await unlessGone(
        (async () => {
          found = (await context.call(
            'iam',
            `Get${holder}Policy`,
            named(physicalId),
          )) as Iam.GetRolePolicyResponse;
        })(),
      );
      if (found === undefined) return undefined;
      return {
        ...named(physicalId),
        PolicyDocument: JSON.parse(decodeURIComponent(found.PolicyDocument ?? '{}')) as unknown,
      };
    },
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html */
export const rolePolicy = inlinePolicy('Role');
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-userpolicy.html */
export const userPolicy = inlinePolicy('User');
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-grouppolicy.html */
export const groupPolicy = inlinePolicy('Group');
