import type * as Lambda from '@aws-sdk/client-lambda';
import type { ResourceProperties, ResourceProvider } from '../../core/resource-provider.ts';
import { pick, unlessGone } from '../../core/provider-input.ts';

interface Weight {
  readonly FunctionVersion: string;
  readonly FunctionWeight: number | string;
}

/** The template lists weights; the API maps them. */
const routingOf = (properties: ResourceProperties): Lambda.AliasRoutingConfiguration => {
  const { AdditionalVersionWeights = [] } = (properties['RoutingConfig'] ?? {}) as {
    readonly AdditionalVersionWeights?: readonly Weight[];
  };
  return {
    AdditionalVersionWeights: Object.fromEntries(
      AdditionalVersionWeights.map(({ FunctionVersion, FunctionWeight }) => [
        FunctionVersion,
        Number(FunctionWeight),
      ]),
    ),
  };
};

const inputOf = (properties: ResourceProperties) => ({
  ...pick(properties, ['FunctionName', 'Name']),
  FunctionVersion: String(properties['FunctionVersion']),
  Description: properties['Description'] ?? '',
  RoutingConfig: routingOf(properties),
});

const described = ({ AliasArn = '' }: Lambda.AliasConfiguration) => ({
  physicalId: AliasArn,
  attributes: { AliasArn },
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html */
export const alias: ResourceProvider = {
  type: 'AWS::Lambda::Alias',
  inert: ['ProvisionedConcurrencyConfig'],
  create: async (properties, context) =>
    described(
      (await context.call(
        'lambda',
        'CreateAlias',
        inputOf(properties),
      )) as Lambda.AliasConfiguration,
    ),
  update: async (_id, properties, _previous, context) =>
    described(
      (await context.call(
        'lambda',
        'UpdateAlias',
        inputOf(properties),
      )) as Lambda.AliasConfiguration,
    ),
  delete: (_id, properties, context) =>
    unlessGone(context.call('lambda', 'DeleteAlias', pick(properties, ['FunctionName', 'Name']))),
  read: async (_id, context, properties) => {
    const found = await unlessGone<Lambda.AliasConfiguration>(
      context.call('lambda', 'GetAlias', pick(properties, ['FunctionName', 'Name'])),
    );
    return found === undefined
      ? undefined
      : {
          ...pick(properties, ['FunctionName', 'Name']),
          FunctionVersion: found.FunctionVersion,
          Description: found.Description === '' ? undefined : found.Description,
        };
  },
};
