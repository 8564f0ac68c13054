import type * as Iam from '@aws-sdk/client-iam';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { text, texts, unlessGone, without } from './properties.ts';

const profileCaller =
  (context: ProviderContext, InstanceProfileName: string) =>
  (operation: string, input: object = {}) =>
    context.call('iam', operation, { InstanceProfileName, ...input });

const provisioned = async (
  name: string,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  const { InstanceProfile } = (await profileCaller(
    context,
    name,
  )('GetInstanceProfile')) as Iam.GetInstanceProfileResponse;
  return { physicalId: name, attributes: { Arn: InstanceProfile?.Arn } };
};

/** A profile holds one role: the old one leaves before the new one comes. */
const putRoles = async (
  name: string,
  now: ResourceProperties,
  before: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const call = profileCaller(context, name);
  const [roles, were] = [texts(now, 'Roles'), texts(before, 'Roles')];
  for (const RoleName of without(were, roles))
    await unlessGone(call('RemoveRoleFromInstanceProfile', { RoleName }));
  for (const RoleName of without(roles, were)) await call('AddRoleToInstanceProfile', { RoleName });
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html */
export const instanceProfile: ResourceProvider = {
  type: 'AWS::IAM::InstanceProfile',
  create: async (properties, context) => {
    const name =
      text(properties, 'InstanceProfileName') ??
      context.generateName({ max: LIMITS.instanceProfileNameLength });
    const path = text(properties, 'Path');
    await profileCaller(context, name)(
      'CreateInstanceProfile',
      path === undefined ? {} : { Path: path },
    );
    context.created(name);
    await putRoles(name, properties, {}, context);
    return provisioned(name, context);
  },
  update: async (name, properties, previous, context) => {
    await putRoles(name, properties, previous, context);
    return provisioned(name, context);
  },
  delete: async (name, properties, context) => {
    await putRoles(name, {}, properties, context);
    await unlessGone(profileCaller(context, name)('DeleteInstanceProfile'));
  },
  read: async (name, context) => {
    const found = await unlessGone<Iam.GetInstanceProfileResponse>(
      profileCaller(context, name)('GetInstanceProfile'),
    );
    if (found === undefined) return undefined;
    return {
      InstanceProfileName: name,
      Path: found.InstanceProfile?.Path,
      Roles: (found.InstanceProfile?.Roles ?? []).map(({ RoleName }) => RoleName),
    };
  },
};
