import type * as Lambda from '@aws-sdk/client-lambda';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';
import { numeric, pick, unlessGone } from '../../core/provider-input.ts';

const put = async (properties: ResourceProperties, context: ProviderContext) => {
  const retries = numeric(properties['MaximumRetryAttempts']);
  const age = numeric(properties['MaximumEventAgeInSeconds']);
  await context.call('lambda', 'PutFunctionEventInvokeConfig', {
    ...pick(properties, ['FunctionName', 'Qualifier', 'DestinationConfig']),
    ...(retries === undefined ? {} : { MaximumRetryAttempts: retries }),
    ...(age === undefined ? {} : { MaximumEventAgeInSeconds: age }),
  });
  return {
    physicalId: `${String(properties['FunctionName'])}|${String(properties['Qualifier'])}`,
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
export const eventInvokeConfig: ResourceProvider = {
  type: 'AWS::Lambda::EventInvokeConfig',
  create: put,
  update: (_id, properties, _previous, context) => put(properties, context),
  delete: (_id, properties, context) =>
    unlessGone(
      context.call(
        'lambda',
        'DeleteFunctionEventInvokeConfig',
        pick(properties, ['FunctionName', 'Qualifier']),
      ),
    ),
  read: async (_id, context, properties) => {
    const named = pick(properties, ['FunctionName', 'Qualifier']);
    const found = await unlessGone<Lambda.FunctionEventInvokeConfig>(
      context.call('lambda', 'GetFunctionEventInvokeConfig', named),
    );
    return found === undefined
      ? undefined
      : {
          ...named,
          MaximumRetryAttempts: found.MaximumRetryAttempts,
          MaximumEventAgeInSeconds: found.MaximumEventAgeInSeconds,
          DestinationConfig: found.DestinationConfig,
        };
  },
};
