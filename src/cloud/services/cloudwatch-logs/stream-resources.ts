import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import { documentText, unlessGone } from '../../core/provider-input.ts';
import type { ResourceProperties, ResourceProvider } from '../../core/resource-provider.ts';

const streamOf = (properties: ResourceProperties, logStreamName: string) => ({
  logGroupName: String(properties['LogGroupName']),
  logStreamName,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-logstream.html */
export const logStream: ResourceProvider = {
  type: 'AWS::Logs::LogStream',
  create: async (properties, context) => {
    const name =
      (properties['LogStreamName'] as string | undefined) ?? context.generateName({ max: 512 });
    await context.call('cloudwatch-logs', 'CreateLogStream', streamOf(properties, name));
    return { physicalId: name };
  },
  delete: (name, properties, context) =>
    unlessGone(context.call('cloudwatch-logs', 'DeleteLogStream', streamOf(properties, name))),
  read: async (name, context, { LogGroupName }) => {
    const found = await unlessGone<Logs.DescribeLogStreamsResponse>(
      context.call('cloudwatch-logs', 'DescribeLogStreams', {
        logGroupName: LogGroupName,
        logStreamNamePrefix: name,
      }),
    );
    return found?.logStreams?.some(({ logStreamName }) => logStreamName === name) === true
      ? { LogGroupName, LogStreamName: name }
      : undefined;
  },
};

const putPolicy: ResourceProvider['create'] = async (properties, context) => {
  const policyName = String(properties['PolicyName']);
  await context.call('cloudwatch-logs', 'PutResourcePolicy', {
    policyName,
    policyDocument: documentText(properties['PolicyDocument']),
  });
  return { physicalId: policyName };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html */
export const resourcePolicy: ResourceProvider = {
  type: 'AWS::Logs::ResourcePolicy',
  create: putPolicy,
  update: (_name, properties, _previous, context) => putPolicy(properties, context),
  delete: (policyName, _properties, context) =>
    unlessGone(context.call('cloudwatch-logs', 'DeleteResourcePolicy', { policyName })),
  read: async (name, context) => {
    const { resourcePolicies = [] } = (await context.call(
      'cloudwatch-logs',
      'DescribeResourcePolicies',
      {},
    )) as Logs.DescribeResourcePoliciesResponse;
    const found = resourcePolicies.find(({ policyName }) => policyName === name);
    return found === undefined
      ? undefined
      : { PolicyName: name, PolicyDocument: found.policyDocument };
  },
};
