import type * as Iam from '@aws-sdk/client-iam';
import type {
  ProviderContext,
  ProvisionedResource,
  ResourceProperties,
  ResourceProvider,
} from '../../../core/resource-provider.ts';
import { LIMITS } from '../limits.ts';
import { documentText } from '../../../core/provider-input.ts';
import { text, texts, unlessGone, without } from './properties.ts';

const HOLDERS = ['Role', 'User', 'Group'] as const;

const provisioned = async (arn: string, context: ProviderContext): Promise<ProvisionedResource> => {
  const { Policy } = (await context.call('iam', 'GetPolicy', {
    PolicyArn: arn,
  })) as Iam.GetPolicyResponse;
  return {
    physicalId: arn,
    attributes: {
      PolicyArn: arn,
      PolicyId: Policy?.PolicyId,
      DefaultVersionId: Policy?.DefaultVersionId,
      AttachmentCount: Policy?.AttachmentCount,
      PermissionsBoundaryUsageCount: Policy?.PermissionsBoundaryUsageCount,
      IsAttachable: Policy?.IsAttachable,
      CreateDate: Policy?.CreateDate?.toISOString(),
      UpdateDate: Policy?.UpdateDate?.toISOString(),
    },
  };
};

const attach = async (
  arn: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  for (const holder of HOLDERS) {
    const [now, before] = [texts(properties, `${holder}s`), texts(previous, `${holder}s`)];
    for (const name of without(now, before))
      await context.call('iam', `Attach${holder}Policy`, {
        [`${holder}Name`]: name,
        PolicyArn: arn,
      });
    for (const name of without(before, now)) {
      const input = { [`${holder}Name`]: name, PolicyArn: arn };
      await unlessGone(context.call('iam', `Detach${holder}Policy`, input));
    }
  }
};

const otherVersions = async (arn: string, context: ProviderContext): Promise<readonly string[]> => {
  const answer = await context.call('iam', 'ListPolicyVersions', { PolicyArn: arn });
  const { Versions = [] } = answer as Iam.ListPolicyVersionsResponse;
  return Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true).map(
    ({ VersionId = '' }) => VersionId,
  );
};

const remove = async (
  arn: string,
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  await unlessGone(
    (async () => {
      await attach(arn, {}, properties, context);
      for (const VersionId of await otherVersions(arn, context))
        await context.call('iam', 'DeletePolicyVersion', { PolicyArn: arn, VersionId });
      await context.call('iam', 'DeletePolicy', { PolicyArn: arn });
    })(),
  );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html */
export const managedPolicy: ResourceProvider = {
  type: 'AWS::IAM::ManagedPolicy',
  create: async (properties, context) => {
    const name =
      text(properties, 'ManagedPolicyName') ??
      context.generateName({ max: LIMITS.policyNameLength });
    const [path, description] = [text(properties, 'Path'), text(properties, 'Description')];
    const answer = await context.call('iam', 'CreatePolicy', {
      PolicyName: name,
      PolicyDocument: documentText(properties['PolicyDocument']),
      ...(path === undefined ? {} : { Path: path }),
      ...(description === undefined ? {} : { Description: description }),
    });
    const arn = (answer as Iam.CreatePolicyResponse).Policy?.Arn ?? '';
    context.created(arn);
    await attach(arn, properties, {}, context);
    return provisioned(arn, context);
  },
  update: async (arn, properties, previous, context) => {
    const document = documentText(properties['PolicyDocument']);
    if (document !== documentText(previous['PolicyDocument'])) {
      const others = await otherVersions(arn, context);
      const oldest = others.at(-1);
      // CloudFormation makes room for the new version by deleting the oldest one.
      if (oldest !== undefined && others.length + 1 >= LIMITS.policyVersions)
        await context.call('iam', 'DeletePolicyVersion', { PolicyArn: arn, VersionId: oldest });
      await context.call('iam', 'CreatePolicyVersion', {
        PolicyArn: arn,
        PolicyDocument: document,
        SetAsDefault: true,
      });
    }
    await attach(arn, properties, previous, context);
    return provisioned(arn, context);
  },
  delete: remove,
  read: async (arn, context) => {
    let document: string | undefined;
    await unlessGone(
      (async () => {
        const { Policy } = (await context.call('iam', 'GetPolicy', {
          PolicyArn: arn,
        })) as Iam.GetPolicyResponse;
        const { PolicyVersion } = (await context.call('iam', 'GetPolicyVersion', {
          PolicyArn: arn,
          VersionId: Policy?.DefaultVersionId,
        })) as Iam.GetPolicyVersionResponse;
        document = PolicyVersion?.Document;
      })(),
    );
    if (document === undefined) return undefined;
    return { PolicyDocument: JSON.parse(decodeURIComponent(document)) as unknown };
  },
};
