import type * as Iam from '@aws-sdk/client-iam';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { documentText } from '../../../core/provider-input.ts';
import { asListed, putPolicies, tagsOf, text, unlessGone, without } from './properties.ts';

const provisioned = async (
  name: string,
  context: ProviderContext,
): Promise<ProvisionedResource> => {
  const { Role } = (await context.call('iam', 'GetRole', {
    RoleName: name,
  })) as Iam.GetRoleResponse;
  return { physicalId: name, attributes: { Arn: Role?.Arn, RoleId: Role?.RoleId } };
};

const remove = async (
  name: string,
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  await unlessGone(putPolicies({ noun: 'Role', name }, {}, properties, context));
  await unlessGone(context.call('iam', 'DeleteRole', { RoleName: name }));
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
export const role: ResourceProvider = {
  type: 'AWS::IAM::Role',
  create: async (properties, context) => {
    const name =
      text(properties, 'RoleName') ?? context.generateName({ max: LIMITS.roleNameLength });
    const [path, description, boundary] = ['Path', 'Description', 'PermissionsBoundary'].map(
      (property) => text(properties, property),
    );
    const seconds = properties['MaxSessionDuration'];
    await context.call('iam', 'CreateRole', {
      RoleName: name,
      AssumeRolePolicyDocument: documentText(properties['AssumeRolePolicyDocument']),
      Tags: tagsOf(properties, context),
      ...(path === undefined ? {} : { Path: path }),
      ...(description === undefined ? {} : { Description: description }),
      ...(boundary === undefined ? {} : { PermissionsBoundary: boundary }),
      ...(seconds === undefined ? {} : { MaxSessionDuration: Number(seconds) }),
    });
    context.created(name);
    await putPolicies({ noun: 'Role', name }, properties, {}, context);
    return provisioned(name, context);
  },
  update: async (name, properties, previous, context) => {
    const call = (operation: string, input: object = {}) =>
      context.call('iam', operation, { RoleName: name, ...input });
    const trust = documentText(properties['AssumeRolePolicyDocument']);
    if (trust !== documentText(previous['AssumeRolePolicyDocument']))
      await call('UpdateAssumeRolePolicy', { PolicyDocument: trust });
    const description = text(properties, 'Description') ?? '';
    const seconds = Number(properties['MaxSessionDuration'] ?? LIMITS.sessionSeconds.default);
    await call('UpdateRole', { Description: description, MaxSessionDuration: seconds });
    const boundary = text(properties, 'PermissionsBoundary');
    if (boundary !== undefined && boundary !== previous['PermissionsBoundary'])
      await call('PutRolePermissionsBoundary', { PermissionsBoundary: boundary });
    if (boundary === undefined && previous['PermissionsBoundary'] !== undefined)
      await call('DeleteRolePermissionsBoundary');
    await putPolicies({ noun: 'Role', name }, properties, previous, context);
    const tags = tagsOf(properties, context);
    // The type's schema lists no iam:ListRoleTags: AWS's handler has the tags from GetRole too.
    const existing = ((await call('GetRole')) as Iam.GetRoleResponse).Role?.Tags ?? [];
    const gone = without(
      existing.map(({ Key }) => Key ?? ''),
      tags.map(({ Key }) => Key),
    );
    if (gone.length > 0) await call('UntagRole', { TagKeys: gone });
    if (tags.length > 0) await call('TagRole', { Tags: tags });
    return provisioned(name, context);
  },
  delete: remove,
  read: async (name, context, properties) => {
    const call = (operation: string, input: object = {}) =>
      context.call('iam', operation, { RoleName: name, ...input });
    let found: Iam.Role | undefined;
    await unlessGone(
      call('GetRole').then((answer) => {
        found = (answer as Iam.GetRoleResponse).Role;
      }),
    );
    if (found === undefined) return undefined;
    const { AttachedPolicies = [] } = (await call(
      'ListAttachedRolePolicies',
    )) as Iam.ListAttachedRolePoliciesResponse;
    return {
      RoleName: name,
      Path: found.Path,
      AssumeRolePolicyDocument: JSON.parse(
        decodeURIComponent(found.AssumeRolePolicyDocument ?? '{}'),
      ) as unknown,
      MaxSessionDuration: found.MaxSessionDuration,
      ManagedPolicyArns: asListed(
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
        properties,
        'ManagedPolicyArns',
      ),
      Description: found.Description,
      Tags: found.Tags,
    };
  },
};
