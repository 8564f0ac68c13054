import type * as Iam from '@aws-sdk/client-iam';
import { AwsError } from '../../../core/aws-error.ts';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { asListed, putPolicies, tagsOf, text, texts, unlessGone, without } from './properties.ts';

const caller =
  (context: ProviderContext, UserName: string) =>
  (operation: string, input: object = {}) =>
    context.call('iam', operation, { UserName, ...input });

/** Puts the user into the groups of the template, and out of those that are no longer there. */
const joinGroups = async (
  name: string,
  now: ResourceProperties,
  before: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const call = caller(context, name);
  const [groups, were] = [texts(now, 'Groups'), texts(before, 'Groups')];
  for (const GroupName of without(groups, were)) await call('AddUserToGroup', { GroupName });
  for (const GroupName of without(were, groups))
    await unlessGone(call('RemoveUserFromGroup', { GroupName }));
};

const putAll = async (
  name: string,
  now: ResourceProperties,
  before: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  await putPolicies({ noun: 'User', name }, now, before, context);
  await joinGroups(name, now, before, context);
};

const described = async (name: string, context: ProviderContext): Promise<ProvisionedResource> => {
  const { User } = (await caller(context, name)('GetUser')) as Iam.GetUserResponse;
  return { physicalId: name, attributes: { Arn: User?.Arn ?? '' } };
};

const refuseUnsupported = (properties: ResourceProperties): void => {
  if (properties['LoginProfile'] !== undefined)
    throw new AwsError(
      'ValidationError',
      'LoginProfile is not supported by the embedded cloud, which has no console to log in to. Deploy to AWS to use it.',
    );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html */
export const user: ResourceProvider = {
  type: 'AWS::IAM::User',
  create: async (properties, context) => {
    refuseUnsupported(properties);
    const name =
      text(properties, 'UserName') ?? context.generateName({ max: LIMITS.roleNameLength });
    const [path, boundary] = [text(properties, 'Path'), text(properties, 'PermissionsBoundary')];
    await caller(context, name)('CreateUser', {
      Tags: tagsOf(properties, context),
      ...(path === undefined ? {} : { Path: path }),
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
    });
    context.created(name);
    await putAll(name, properties, {}, context);
    return described(name, context);
  },
  update: async (name, properties, previous, context) => {
    refuseUnsupported(properties);
    const call = caller(context, name);
    const [boundary, was] = [properties, previous].map((one) => text(one, 'PermissionsBoundary'));
    if (boundary === undefined && was !== undefined) await call('DeleteUserPermissionsBoundary');
    if (boundary !== undefined && boundary !== was)
      await call('PutUserPermissionsBoundary', { PermissionsBoundary: boundary });
    const tags = tagsOf(properties, context);
    const kept = new Set(tags.map(({ Key }) => Key));
    const TagKeys = tagsOf(previous, context).flatMap(({ Key }) => (kept.has(Key) ? [] : [Key]));
    if (TagKeys.length > 0) await call('UntagUser', { TagKeys });
    if (tags.length > 0) await call('TagUser', { Tags: tags });
    await putAll(name, properties, previous, context);
    return described(name, context);
  },
  delete: async (name, properties, context) => {
    await unlessGone(putAll(name, {}, properties, context));
    await unlessGone(caller(context, name)('DeleteUser'));
  },
  read: async (name, context, properties) => {
    const call = caller(context, name);
    let found: Iam.User | undefined;
    await unlessGone(
      (async () => {
        found = ((await call('GetUser')) as Iam.GetUserResponse).User;
      })(),
    );
    if (found === undefined) return undefined;
    const { AttachedPolicies = [] } = (await call(
      'ListAttachedUserPolicies',
    )) as Iam.ListAttachedUserPoliciesResponse;
    const { Groups = [] } = (await call('ListGroupsForUser')) as Iam.ListGroupsForUserResponse;
    return {
      UserName: name,
      Path: found.Path,
      Groups: asListed(
        Groups.map(({ GroupName }) => GroupName),
        properties,
        'Groups',
      ),
      PermissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
      ManagedPolicyArns: asListed(
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
        properties,
        'ManagedPolicyArns',
      ),
      Tags: found.Tags,
    };
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-accesskey.html */
export const accessKey: ResourceProvider = {
  type: 'AWS::IAM::AccessKey',
  // A higher number makes a new key: the schema says that it replaces.
  inert: ['Serial'],
  create: async (properties, context) => {
    const call = caller(context, text(properties, 'UserName') ?? '');
    const { AccessKey } = (await call('CreateAccessKey')) as Iam.CreateAccessKeyResponse;
    const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {};
    context.created(AccessKeyId);
    const status = text(properties, 'Status');
    if (status !== undefined && status !== 'Active')
      await call('UpdateAccessKey', { AccessKeyId, Status: status });
    return { physicalId: AccessKeyId, attributes: { SecretAccessKey } };
  },
  update: async (AccessKeyId, properties, _previous, context) => {
    await caller(context, text(properties, 'UserName') ?? '')('UpdateAccessKey', {
      AccessKeyId,
      Status: text(properties, 'Status') ?? 'Active',
    });
    return { physicalId: AccessKeyId };
  },
  delete: (AccessKeyId, properties, context) =>
    unlessGone(
      caller(context, text(properties, 'UserName') ?? '')('DeleteAccessKey', { AccessKeyId }),
    ),
};
