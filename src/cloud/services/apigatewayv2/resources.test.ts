import {
  ApiGatewayV2Client,
  GetApiCommand,
  GetStageCommand,
  GetTagsCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';

const StackName = 'web';
let bench: LambdaBench;
let cfn: CloudFormationClient;
let api: ApiGatewayV2Client;

beforeAll(async () => {
  bench = await startLambdaBench();
  const settings = {
    endpoint: bench.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  api = new ApiGatewayV2Client(settings);
});
afterAll(async () => {
  cfn.destroy();
  api.destroy();
  await bench.stop();
});

const ref = (Ref: string) => ({ Ref });
const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });
const of = (Type: string, Properties: object) => ({ Type: `AWS::${Type}`, Properties });
/** A function behind an API, whose access log has a group of its own. */
const template = (apiProperties: object, stageProperties: object, more: object = {}) =>
  JSON.stringify({
    Resources: {
      Function: of('Lambda::Function', {
        Role: bench.role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: 'exports.handler = async ({ stageVariables }) => stageVariables ?? {};' },
      }),
      Permission: of('Lambda::Permission', {
        FunctionName: arnOf('Function'),
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: {
          'Fn::Sub':
            'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/GET/hello',
        },
      }),
      Log: of('Logs::LogGroup', { LogGroupName: 'web-access' }),
      Api: of('ApiGatewayV2::Api', { Name: 'web', ProtocolType: 'HTTP', ...apiProperties }),
      Integration: of('ApiGatewayV2::Integration', {
        ApiId: ref('Api'),
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: arnOf('Function'),
        PayloadFormatVersion: '2.0',
        TimeoutInMillis: '3000',
      }),
      Route: of('ApiGatewayV2::Route', {
        ApiId: ref('Api'),
        RouteKey: 'GET /hello',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      }),
      Stage: of('ApiGatewayV2::Stage', {
        ApiId: ref('Api'),
        StageName: '$default',
        AutoDeploy: true,
        ...stageProperties,
      }),
      ...more,
    },
    Outputs: {
      Id: { Value: ref('Api') },
      Url: { Value: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] } },
    },
  });

const ended = (status: string) =>
  vi.waitFor(
    async () => {
      const { Stacks = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
      expect(Stacks[0]?.StackStatus).toBe(status);
      return Object.fromEntries(
        (Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
      ) as { readonly Id: string; readonly Url: string };
    },
    { timeout: 20_000 },
  );

it('an API is created, updated and deleted with its stack', async () => {
  await cfn.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: template(
        {
          CorsConfiguration: { AllowOrigins: ['*'], MaxAge: '60' },
          Tags: { kept: 'no', mine: 'yes' },
        },
        {
          StageVariables: { colour: 'blue' },
          AccessLogSettings: { DestinationArn: arnOf('Log'), Format: '$context.requestId' },
          DefaultRouteSettings: { ThrottlingRateLimit: '100', ThrottlingBurstLimit: '100' },
          Tags: { stage: 'yes' },
        },
      ),
    }),
  );
  const { Id: ApiId, Url } = await ended('CREATE_COMPLETE');
  const hello = await fetch(`${Url}/hello`);
  expect([hello.status, await hello.json()]).toEqual([200, { colour: 'blue' }]);
  expect((await api.send(new GetApiCommand({ ApiId }))).CorsConfiguration).toMatchObject({
    MaxAge: 60,
  });
  await vi.waitFor(
    async () => {
      const { events } = await bench.logs.send(
        new FilterLogEventsCommand({ logGroupName: 'web-access' }),
      );
      expect(events?.map(({ message }) => message)).toEqual([hello.headers.get('apigw-requestid')]);
    },
    { timeout: 5_000 },
  );

  await cfn.send(
    new UpdateStackCommand({
      StackName,
      TemplateBody: template(
        { Name: 'renamed', Tags: { mine: 'yes' } },
        {},
        { Fallback: of('ApiGatewayV2::Route', { ApiId: ref('Api'), RouteKey: '$default' }) },
      ),
    }),
  );
  await ended('UPDATE_COMPLETE');
  const renamed = await api.send(new GetApiCommand({ ApiId }));
  expect(renamed.Name).toBe('renamed');
  expect(renamed.CorsConfiguration).toBeUndefined();
  expect(renamed.Tags).toMatchObject({ mine: 'yes', 'aws:cloudformation:stack-name': StackName });
  expect(renamed.Tags).not.toHaveProperty('kept');
  const stage = await api.send(new GetStageCommand({ ApiId, StageName: '$default' }));
  expect(stage).toMatchObject({ AutoDeploy: true, StageVariables: {} });
  expect(stage.AccessLogSettings).toBeUndefined();
  expect(stage.DefaultRouteSettings?.ThrottlingRateLimit).toBeUndefined();
  const { Tags } = await api.send(
    new GetTagsCommand({
      ResourceArn: `arn:aws:apigateway:us-east-1::/apis/${ApiId}/stages/$default`,
    }),
  );
  expect(Tags).not.toHaveProperty('stage');
  expect(await (await fetch(`${Url}/hello`)).json()).toEqual({});
  expect((await fetch(`${Url}/other`)).status, 'a route without a target').toBe(500);

  await cfn.send(new DeleteStackCommand({ StackName }));
  await vi.waitFor(
    () =>
      expect(cfn.send(new DescribeStacksCommand({ StackName }))).rejects.toThrow('does not exist'),
    { timeout: 20_000 },
  );
  expect((await fetch(`${Url}/hello`)).status).toBe(404);
  await expect(api.send(new GetApiCommand({ ApiId }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});
