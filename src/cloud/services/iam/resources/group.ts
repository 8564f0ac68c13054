import type * as Iam from '@aws-sdk/client-iam';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { asListed, putPolicies, text, texts, unlessGone, without } from './properties.ts';

const groupCaller =
  (context: ProviderContext, GroupName: string) =>
  (operation: string, input: object = {}) =>
    context.call('iam', operation, { GroupName, ...input });

const provisioned = async (
  name: string,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  const { Group } = (await groupCaller(context, name)('GetGroup')) as Iam.GetGroupResponse;
  return { physicalId: name, attributes: { Arn: Group?.Arn } };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html */
export const group: ResourceProvider = {
  type: 'AWS::IAM::Group',
  create: async (properties, context) => {
    const name =
      text(properties, 'GroupName') ?? context.generateName({ max: LIMITS.groupNameLength });
    const path = text(properties, 'Path');
    await groupCaller(context, name)('CreateGroup', path === undefined ? {} : { Path: path });
    context.created(name);
    await putPolicies({ noun: 'Group', name }, properties, {}, context);
    return provisioned(name, context);
  },
  update: async (name, properties, previous, context) => {
    const path = text(properties, 'Path') ?? '/';
    if (path !== (text(previous, 'Path') ?? '/'))
      await groupCaller(context, name)('UpdateGroup', { NewPath: path });
    await putPolicies({ noun: 'Group', name }, properties, previous, context);
    return provisioned(name, context);
  },
  delete: async (name, properties, context) => {
    await unlessGone(putPolicies({ noun: 'Group', name }, {}, properties, context));
    await unlessGone(groupCaller(context, name)('DeleteGroup'));
  },
  read: async (name, context, properties) => {
    const call = groupCaller(context, name);
    const found = await unlessGone<Iam.GetGroupResponse>(call('GetGroup'));
    if (found === undefined) return undefined;
    const { AttachedPolicies = [] } = (await call(
      'ListAttachedGroupPolicies',
    )) as Iam.ListAttachedGroupPoliciesResponse;
    return {
      GroupName: name,
      Path: found.Group?.Path,
      ManagedPolicyArns: asListed(
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
        properties,
        'ManagedPolicyArns',
      ),
    };
  },
};

/**
 * Users put into a group, as a resource of its own: its id says nothing of them.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-usertogroupaddition.html
 */
export const userToGroupAddition: ResourceProvider = {
  type: 'AWS::IAM::UserToGroupAddition',
  create: async (properties, context) => {
    const physicalId = context.generateName({ max: LIMITS.groupNameLength });
    const call = groupCaller(context, text(properties, 'GroupName') ?? '');
    const added: string[] = [];
    try {
      for (const UserName of texts(properties, 'Users')) {
        await call('AddUserToGroup', { UserName });
        added.push(UserName);
      }
    } catch (error) {
      for (const UserName of added) await unlessGone(call('RemoveUserFromGroup', { UserName }));
      throw error;
    }
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (physicalId, properties, previous, context) => {
    const [name, was] = [text(properties, 'GroupName'), text(previous, 'GroupName')];
    const [users, were] = [texts(properties, 'Users'), texts(previous, 'Users')];
    for (const UserName of users)
      await groupCaller(context, name ?? '')('AddUserToGroup', { UserName });
    for (const UserName of name === was ? without(were, users) : were)
      await unlessGone(groupCaller(context, was ?? '')('RemoveUserFromGroup', { UserName }));
    return { physicalId, attributes: { Id: physicalId } };
  },
  delete: async (_physicalId, properties, context) => {
    const call = groupCaller(context, text(properties, 'GroupName') ?? '');
    for (const UserName of texts(properties, 'Users'))
      await unlessGone(call('RemoveUserFromGroup', { UserName }));
  },
  read: async (_physicalId, context, properties) => {
    const GroupName = text(properties, 'GroupName') ?? '';
    const found = await unlessGone<Iam.GetGroupResponse>(
      groupCaller(context, GroupName)('GetGroup', { MaxItems: 1_000 }),
    );
    if (found === undefined) return undefined;
    // Who else is in the group was put there by others.
    const members = (found.Users ?? []).map(({ UserName }) => UserName ?? '');
    return {
      GroupName,
      Users: texts(properties, 'Users').filter((user) => members.includes(user)),
    };
  },
};
