import type * as Lambda from '@aws-sdk/client-lambda';
import type { ResourceProvider } from '../../core/resource-provider.ts';
import { pick, unlessGone } from '../../core/provider-input.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html */
export const version: ResourceProvider = {
  type: 'AWS::Lambda::Version',
  inert: ['ProvisionedConcurrencyConfig', 'RuntimePolicy', 'FunctionScalingConfig'],
  create: async (properties, context) => {
    const published = (await context.call(
      'lambda',
      'PublishVersion',
      pick(properties, ['FunctionName', 'CodeSha256', 'Description']),
    )) as Lambda.FunctionConfiguration;
    const arn = published.FunctionArn ?? '';
    return { physicalId: arn, attributes: { Version: published.Version, FunctionArn: arn } };
  },
  delete: (arn, _properties, context) =>
    unlessGone(context.call('lambda', 'DeleteFunction', { FunctionName: arn })),
  read: async (arn, context, properties) => {
    const found = await unlessGone<Lambda.FunctionConfiguration>(
      context.call('lambda', 'GetFunctionConfiguration', { FunctionName: arn }),
    );
    return found === undefined
      ? undefined
      : { ...pick(properties, ['FunctionName']), Description: found.Description };
  },
};
