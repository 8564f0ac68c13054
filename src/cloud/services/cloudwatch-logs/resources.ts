import type { ResourceProperties, ResourceProvider } from '../../core/resource-provider.ts';
import type { Tags } from '../../core/provider-input.ts';
import { tagsOf, unlessGone } from '../../core/provider-input.ts';

const asTags = (properties: ResourceProperties, tags: Tags): Record<string, string> =>
  Object.fromEntries(tagsOf(properties, { tags }).map(({ Key, Value }) => [Key, Value]));

const isProtected = (properties: ResourceProperties): boolean =>
  String(properties['DeletionProtectionEnabled']) === 'true';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html */
export const logGroup: ResourceProvider = {
  type: 'AWS::Logs::LogGroup',
  inert: [
    'DataProtectionPolicy',
    'FieldIndexPolicies',
    'ResourcePolicyDocument',
    'BearerTokenAuthenticationEnabled',
  ],
  create: async (properties, context) => {
    const name =
      (properties['LogGroupName'] as string | undefined) ?? context.generateName({ max: 512 });
    await context.call('cloudwatch-logs', 'CreateLogGroup', {
      logGroupName: name,
      tags: asTags(properties, context.tags),
      ...(properties['LogGroupClass'] === undefined
        ? {}
        : { logGroupClass: properties['LogGroupClass'] }),
      ...(isProtected(properties) ? { deletionProtectionEnabled: true } : {}),
      ...(properties['KmsKeyId'] === undefined ? {} : { kmsKeyId: properties['KmsKeyId'] }),
    });
    context.created(name);
    if (properties['RetentionInDays'] !== undefined)
      await context.call('cloudwatch-logs', 'PutRetentionPolicy', {
        logGroupName: name,
        retentionInDays: Number(properties['RetentionInDays']),
      });
    return { physicalId: name, attributes: attributesOf(name, context) };
  },
  update: async (name, properties, previous, context) => {
    const days = properties['RetentionInDays'];
    if (days === undefined && previous['RetentionInDays'] !== undefined)
      await context.call('cloudwatch-logs', 'DeleteRetentionPolicy', { logGroupName: name });
    if (days !== undefined && days !== previous['RetentionInDays'])
      await context.call('cloudwatch-logs', 'PutRetentionPolicy', {
        logGroupName: name,
        retentionInDays: Number(days),
      });
    if (isProtected(properties) !== isProtected(previous))
      await context.call('cloudwatch-logs', 'PutLogGroupDeletionProtection', {
        logGroupIdentifier: name,
        deletionProtectionEnabled: isProtected(properties),
      });
    await updateTags(name, properties, previous, context);
    return { physicalId: name, attributes: attributesOf(name, context) };
  },
  delete: (name, _properties, context) =>
    unlessGone(context.call('cloudwatch-logs', 'DeleteLogGroup', { logGroupName: name })),
  read: async (name, context) => {
    const answer = (await context.call('cloudwatch-logs', 'DescribeLogGroups', {
      logGroupNamePrefix: name,
    })) as {
      readonly logGroups?: readonly {
        readonly logGroupName?: string;
        readonly retentionInDays?: number;
      }[];
    };
    const group = answer.logGroups?.find(({ logGroupName }) => logGroupName === name);
    if (group === undefined) return undefined;
    return {
      LogGroupName: name,
      RetentionInDays: group.retentionInDays,
    };
  },
};

type ProviderContext = Parameters<ResourceProvider['create']>[1];

const arnOf = (name: string, context: ProviderContext) =>
  `arn:${context.partition}:logs:${context.region}:${context.accountId}:log-group:${name}`;

const attributesOf = (name: string, context: ProviderContext) => ({
  Arn: `${arnOf(name, context)}:*`,
});

const updateTags = async (
  name: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
) => {
  const [now, before] = [asTags(properties, context.tags), asTags(previous, [])];
  const gone = Object.keys(before).filter((key) => !(key in now));
  const resourceArn = arnOf(name, context);
  if (gone.length > 0)
    await context.call('cloudwatch-logs', 'UntagResource', { resourceArn, tagKeys: gone });
  if (JSON.stringify(now) !== JSON.stringify(before) && Object.keys(now).length > 0)
    await context.call('cloudwatch-logs', 'TagResource', { resourceArn, tags: now });
};
