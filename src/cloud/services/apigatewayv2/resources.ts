import { AwsError } from '../../core/aws-error.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../../core/resource-provider.ts';

const isGone = (error: unknown) => error instanceof AwsError && error.code === 'NotFoundException';

const gone = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
};

type Answer = Readonly<Record<string, unknown>>;

/** What a part of an API is now: the API answers in the words of the type. Undefined when it is gone. */
const looking =
  (
    operation: string,
    identify: (id: string, properties: ResourceProperties) => Readonly<Record<string, unknown>>,
    names: readonly string[],
  ): NonNullable<ResourceProvider['read']> =>
  async (id, context, properties) => {
    try {
      const input = identify(id, properties);
      const answer = await call(context, operation, input);
      return {
        ...input,
        ...Object.fromEntries(names.map((name) => [name, answer[name]])),
      };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  };

const call = (
  context: ProviderContext,
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => context.call('apigatewayv2', operation, input) as Promise<Answer>;

const pick = (properties: ResourceProperties, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );

const text = (value: unknown) => String(value ?? '');
const flag = (value: unknown) => (value === undefined ? undefined : String(value) === 'true');
const number = (value: unknown) => (value === undefined ? undefined : Number(value));

/** Templates may say numbers and booleans as strings; the API takes them as what they are. */
const withTyped = (
  properties: Record<string, unknown>,
  typed: Readonly<Record<string, unknown>>,
) => ({
  ...properties,
  ...Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined)),
});

const tagsOf = (
  properties: ResourceProperties,
  context: ProviderContext,
): Record<string, string> => ({
  ...Object.fromEntries(context.tags.map(({ Key, Value }) => [Key, Value])),
  ...(properties['Tags'] as Record<string, string> | undefined),
});

const retag = async (
  path: string,
  properties: ResourceProperties,
  previous: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const ResourceArn = `arn:${context.partition}:apigateway:${context.region}::${path}`;
  const Tags = tagsOf(properties, context);
  const TagKeys = Object.keys(Object(previous['Tags'])).filter((key) => !(key in Tags));
  if (TagKeys.length > 0) await call(context, 'UntagResource', { ResourceArn, TagKeys });
  await call(context, 'TagResource', { ResourceArn, Tags });
};

const API_PROPERTIES = [
  'Name',
  'Description',
  'Version',
  'RouteSelectionExpression',
  'IpAddressType',
];

const readCors = (properties: ResourceProperties) => {
  const cors = properties['CorsConfiguration'] as ResourceProperties | undefined;
  if (cors === undefined) return {};
  return {
    CorsConfiguration: withTyped(
      { ...cors },
      { AllowCredentials: flag(cors['AllowCredentials']), MaxAge: number(cors['MaxAge']) },
    ),
  };
};

const apiInput = (properties: ResourceProperties) =>
  withTyped(
    { ...pick(properties, API_PROPERTIES), ...readCors(properties) },
    { DisableExecuteApiEndpoint: flag(properties['DisableExecuteApiEndpoint']) },
  );

const describeApi = (answer: Answer) => ({
  physicalId: text(answer['ApiId']),
  attributes: { ApiId: answer['ApiId'], ApiEndpoint: answer['ApiEndpoint'] },
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-api.html */
export const api: ResourceProvider = {
  type: 'AWS::ApiGatewayV2::Api',
  create: async (properties, context) => {
    for (const name of [
      'Body',
      'BodyS3Location',
      'BasePath',
      'FailOnWarnings',
      'Target',
      'RouteKey',
      'CredentialsArn',
      'DisableSchemaValidation',
      'ApiKeySelectionExpression',
    ])
      if (properties[name] !== undefined)
        throw new AwsError(
          'InvalidRequest',
          `The property ${name} of AWS::ApiGatewayV2::Api is not supported by the embedded cloud.`,
        );
    return describeApi(
      await call(context, 'CreateApi', {
        ...apiInput(properties),
        ProtocolType: properties['ProtocolType'],
        Tags: tagsOf(properties, context),
      }),
    );
  },
  update: async (ApiId, properties, previous, context) => {
    if (
      properties['CorsConfiguration'] === undefined &&
      previous['CorsConfiguration'] !== undefined
    )
      await call(context, 'DeleteCorsConfiguration', { ApiId });
    const answer = await call(context, 'UpdateApi', { ...apiInput(properties), ApiId });
    await retag(`/apis/${ApiId}`, properties, previous, context);
    return describeApi(answer);
  },
  delete: (ApiId, _properties, context) => gone(call(context, 'DeleteApi', { ApiId })),
  read: looking('GetApi', (ApiId) => ({ ApiId }), [
    ...API_PROPERTIES,
    'CorsConfiguration',
    'ProtocolType',
    'DisableExecuteApiEndpoint',
  ]),
};

const INTEGRATION_PROPERTIES = [
  'Description',
  'IntegrationMethod',
  'IntegrationType',
  'IntegrationUri',
  'PayloadFormatVersion',
  'ConnectionId',
  'CredentialsArn',
  'IntegrationSubtype',
  'RequestParameters',
  'ResponseParameters',
  'RequestTemplates',
  'TemplateSelectionExpression',
  'TlsConfig',
];

const integrationInput = (properties: ResourceProperties) =>
  withTyped(pick(properties, ['ApiId', ...INTEGRATION_PROPERTIES]), {
    TimeoutInMillis: number(properties['TimeoutInMillis']),
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-integration.html */
export const integration: ResourceProvider = {
  type: 'AWS::ApiGatewayV2::Integration',
  inert: ['ConnectionType', 'ContentHandlingStrategy', 'PassthroughBehavior'],
  create: async (properties, context) => {
    const answer = await call(context, 'CreateIntegration', integrationInput(properties));
    return {
      physicalId: text(answer['IntegrationId']),
      attributes: { IntegrationId: answer['IntegrationId'] },
    };
  },
  update: async (IntegrationId, properties, _previous, context) => {
    await call(context, 'UpdateIntegration', { ...integrationInput(properties), IntegrationId });
    return { physicalId: IntegrationId, attributes: { IntegrationId } };
  },
  delete: (IntegrationId, properties, context) =>
    gone(call(context, 'DeleteIntegration', { ApiId: properties['ApiId'], IntegrationId })),
  read: looking('GetIntegration', (IntegrationId, { ApiId }) => ({ ApiId, IntegrationId }), [
    ...INTEGRATION_PROPERTIES,
    'TimeoutInMillis',
  ]),
};

const routeInput = (properties: ResourceProperties) =>
  withTyped(
    pick(properties, ['ApiId', 'RouteKey', 'Target', 'OperationName', 'AuthorizationType']),
    {
      ApiKeyRequired: flag(properties['ApiKeyRequired']),
    },
  );

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html */
export const route: ResourceProvider = {
  type: 'AWS::ApiGatewayV2::Route',
  inert: [
    'AuthorizationScopes',
    'AuthorizerId',
    'ModelSelectionExpression',
    'RequestModels',
    'RequestParameters',
    'RouteResponseSelectionExpression',
  ],
  create: async (properties, context) => {
    const answer = await call(context, 'CreateRoute', routeInput(properties));
    return { physicalId: text(answer['RouteId']), attributes: { RouteId: answer['RouteId'] } };
  },
  update: async (RouteId, properties, _previous, context) => {
    await call(context, 'UpdateRoute', { ...routeInput(properties), RouteId });
    return { physicalId: RouteId, attributes: { RouteId } };
  },
  delete: (RouteId, properties, context) =>
    gone(call(context, 'DeleteRoute', { ApiId: properties['ApiId'], RouteId })),
  read: looking('GetRoute', (RouteId, { ApiId }) => ({ ApiId, RouteId }), [
    'RouteKey',
    'Target',
    'OperationName',
    'AuthorizationType',
    'ApiKeyRequired',
  ]),
};

const routeSettings = (settings: unknown) => {
  const given = settings as ResourceProperties | undefined;
  if (given === undefined) return undefined;
  return withTyped(
    {},
    {
      ThrottlingBurstLimit: number(given['ThrottlingBurstLimit']),
      ThrottlingRateLimit: number(given['ThrottlingRateLimit']),
      DetailedMetricsEnabled: flag(given['DetailedMetricsEnabled']),
    },
  );
};

const stageInput = (properties: ResourceProperties) =>
  withTyped(
    pick(properties, [
      'ApiId',
      'Description',
      'StageVariables',
      'DeploymentId',
      'AccessLogSettings',
      'ClientCertificateId',
    ]),
    {
      AutoDeploy: flag(properties['AutoDeploy']),
      DefaultRouteSettings: routeSettings(properties['DefaultRouteSettings']),
      RouteSettings:
        properties['RouteSettings'] === undefined
          ? undefined
          : Object.fromEntries(
              Object.entries(properties['RouteSettings'] as ResourceProperties).map(
                ([key, value]) => [key, routeSettings(value)],
              ),
            ),
    },
  );

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-stage.html */
export const stage: ResourceProvider = {
  type: 'AWS::ApiGatewayV2::Stage',
  inert: ['AccessPolicyId'],
  create: async (properties, context) => {
    const StageName = text(properties['StageName']);
    await call(context, 'CreateStage', {
      ...stageInput(properties),
      StageName,
      Tags: tagsOf(properties, context),
    });
    return { physicalId: StageName };
  },
  update: async (StageName, properties, previous, context) => {
    const left = (name: string) => properties[name] === undefined && previous[name] !== undefined;
    const onStage = { ApiId: properties['ApiId'], StageName };
    if (left('AccessLogSettings')) await call(context, 'DeleteAccessLogSettings', onStage);
    await call(context, 'UpdateStage', {
      ...stageInput(properties),
      // What a template no longer says is taken back.
      ...(left('StageVariables') ? { StageVariables: {} } : {}),
      ...(left('DefaultRouteSettings') ? { DefaultRouteSettings: {} } : {}),
      ...(left('RouteSettings') ? { RouteSettings: {} } : {}),
      StageName,
    });
    const path = `/apis/${text(properties['ApiId'])}/stages/${StageName}`;
    await retag(path, properties, previous, context);
    return { physicalId: StageName };
  },
  delete: (StageName, properties, context) =>
    gone(call(context, 'DeleteStage', { ApiId: properties['ApiId'], StageName })),
  read: looking('GetStage', (StageName, { ApiId }) => ({ ApiId, StageName }), [
    'Description',
    'StageVariables',
    'AccessLogSettings',
    'AutoDeploy',
    'DefaultRouteSettings',
    'RouteSettings',
  ]),
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-deployment.html */
export const deployment: ResourceProvider = {
  type: 'AWS::ApiGatewayV2::Deployment',
  create: async (properties, context) => {
    const answer = await call(
      context,
      'CreateDeployment',
      pick(properties, ['ApiId', 'Description', 'StageName']),
    );
    return {
      physicalId: text(answer['DeploymentId']),
      attributes: { DeploymentId: answer['DeploymentId'] },
    };
  },
  delete: (DeploymentId, properties, context) =>
    gone(call(context, 'DeleteDeployment', { ApiId: properties['ApiId'], DeploymentId })),
};
