import { createHash } from 'node:crypto';
import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { expiringLog } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import type { CorsOptions, HttpApiOptions } from './spec.ts';

const DEFAULT_RETENTION_DAYS = 30;

/** One JSON line a request. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  length: '$context.responseLength',
  error: '$context.integrationErrorMessage',
});

const corsOf = (cors: HttpApiOptions['cors']) => {
  if (cors === undefined || cors === false) return undefined;
  const options: CorsOptions = cors === true ? {} : cors;
  return said({
    AllowCredentials: options.allowCredentials,
    AllowHeaders: options.allowHeaders ?? ['*'],
    AllowMethods: options.allowMethods ?? ['*'],
    AllowOrigins: options.allowOrigins ?? ['*'],
    ExposeHeaders: options.exposeHeaders,
    MaxAge: options.maxAge,
  });
};

/** Tags of API Gateway are a map, not a list. */
const tagMap = (builder: TemplateBuilder) => {
  const tags = builder.tags();
  return tags === undefined
    ? undefined
    : Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
};

/** An API with its stage and access log. */
export const synthesiseHttpApi = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as HttpApiOptions;
  const { name: id, declaredAt } = declaration;
  builder.add(
    id,
    {
      Type: 'AWS::ApiGatewayV2::Api',
      Properties: said({
        CorsConfiguration: corsOf(options.cors),
        Description: options.description,
        Name: { 'Fn::Sub': `\${AWS::StackName}-${id}` },
        ProtocolType: 'HTTP',
        Tags: tagMap(builder),
      }),
    },
    declaredAt,
  );
  const log = options.accessLog ?? { retentionDays: DEFAULT_RETENTION_DAYS };
  if (log !== false)
    builder.add(
      `${id}AccessLogs`,
      {
        Type: 'AWS::Logs::LogGroup',
        ...expiringLog(log.replaceable),
        Properties: said({
          RetentionInDays: log.retentionDays,
          Tags: builder.tags(),
        }),
      },
      declaredAt,
    );
  builder.add(
    `${id}Stage`,
    {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: said({
        AccessLogSettings:
          log !== false
            ? {
                // Not the attribute `Arn`: that ends in `:*`, which API Gateway takes off, and then it seems changed by hand.
                DestinationArn: {
                  'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${${id}AccessLogs}`,
                },
                Format: ACCESS_LOG_FORMAT,
              }
            : undefined,
        ApiId: { Ref: id },
        AutoDeploy: true,
        DefaultRouteSettings:
          options.throttling === undefined
            ? undefined
            : {
                ThrottlingBurstLimit: options.throttling.burstLimit,
                ThrottlingRateLimit: options.throttling.rateLimit,
              },
        StageName: '$default',
        Tags: tagMap(builder),
      }),
    },
    declaredAt,
  );
  builder.output(`${id}Url`, { 'Fn::GetAtt': [id, 'ApiEndpoint'] }, `Where the API ${id} answers`);
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
const ROUTE_KEY =
  /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (\/|(\/([\w.~:@!$&'()*,;=%-]+|\{\w+\}))*(\/\{\w+\+\})?\/?))$/;

/** A readable id that is one of a kind: the words of the route, and a piece of its hash. */
const routeId = (apiId: string, routeKey: string): string => {
  const words = routeKey
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('');
  const hash = createHash('sha256').update(routeKey).digest('hex').slice(0, 6).toUpperCase();
  return `${apiId}${words.slice(0, 60)}Route${hash}`;
};

/** A route of an API starts a function. One integration serves all routes of a function. */
export const synthesiseRoute = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const apiId = source.target.name;
  const routeKey = String(source.detail['routeKey']);
  if (!ROUTE_KEY.test(routeKey)) {
    builder.problem(
      'INVALID_ROUTE',
      `The route '${routeKey}' of ${fn.name} is none that API Gateway takes. A path begins with /, its parameters are {name} or, at its end, {name+}.`,
      fn.declaredAt,
    );
    return;
  }
  const id = routeId(apiId, routeKey);
  if (builder.resources.has(id)) {
    builder.problem(
      'DUPLICATE_ROUTE',
      `The route '${routeKey}' of ${apiId} starts two functions; ${fn.name} is the second. Give one of them another path.`,
      fn.declaredAt,
    );
    return;
  }
  const integrationId = `${fn.name}${apiId}Integration`;
  if (!builder.resources.has(integrationId))
    builder.add(
      integrationId,
      {
        Type: 'AWS::ApiGatewayV2::Integration',
        Properties: {
          ApiId: { Ref: apiId },
          IntegrationType: 'AWS_PROXY',
          IntegrationUri: { 'Fn::GetAtt': [fn.name, 'Arn'] },
          PayloadFormatVersion: '2.0',
        },
      },
      fn.declaredAt,
    );
  builder.add(
    id,
    {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: apiId },
        AuthorizationType: 'NONE',
        RouteKey: routeKey,
        Target: { 'Fn::Sub': `integrations/\${${integrationId}}` },
      },
    },
    fn.declaredAt,
  );
  const [method, path] = routeKey.split(' ');
  const what = path === undefined ? '$default' : `${method === 'ANY' ? '*' : method}${path}`;
  builder.add(
    `${id}Permission`,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': [fn.name, 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: {
          'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${apiId}}/*/${what}`,
        },
      },
    },
    fn.declaredAt,
  );
};
