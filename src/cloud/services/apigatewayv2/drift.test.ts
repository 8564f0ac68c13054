import {
  ApiGatewayV2Client,
  DeleteRouteCommand,
  UpdateApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { DeleteAliasCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
beforeAll(async () => {
  bench = await startStackBench();
});
afterAll(() => bench.stop());

const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

it('an API with its function, and a bucket’s policy, are looked at part by part', async () => {
  const resources = {
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'shop', ProtocolType: 'HTTP' } },
    Stage: {
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: {
        ApiId: { Ref: 'Api' },
        StageName: '$default',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingBurstLimit: 5, ThrottlingRateLimit: 10 },
      },
    },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': 'Fn.Arn' },
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: {
        ApiId: { Ref: 'Api' },
        RouteKey: 'GET /',
        Target: { 'Fn::Sub': 'integrations/${Integration}' },
      },
    },
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: TRUST } },
    Fn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'shop',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': 'Role.Arn' },
        Code: { ZipFile: 'exports.handler = async () => 1' },
      },
    },
    Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    Alias: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: { Ref: 'Fn' },
        Name: 'live',
        FunctionVersion: { 'Fn::GetAtt': 'Version.Version' },
      },
    },
    Retries: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 0 },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { Ref: 'Fn' },
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      },
    },
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shop-drift' } },
    BucketPolicy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Bucket' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: { 'Fn::Sub': '${Bucket.Arn}/*' },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
  };
  const made = await bench.deploy('shop', resources, {
    Api: { Ref: 'Api' },
    Route: { Ref: 'Route' },
    Permission: { Ref: 'Permission' },
  });
  expect([made.status, made.failures]).toEqual(['CREATE_COMPLETE', []]);
  expect(await bench.drift('shop')).toEqual(
    Object.keys(resources)
      .map((id) => `${id}: IN_SYNC`)
      .sort(),
  );

  const ApiId = made.outputs['Api'];
  const api = new ApiGatewayV2Client(bench.settings);
  await api.send(new UpdateApiCommand({ ApiId, Name: 'by hand' }));
  await api.send(
    new UpdateStageCommand({
      ApiId,
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingBurstLimit: 50, ThrottlingRateLimit: 10 },
    }),
  );
  await api.send(new DeleteRouteCommand({ ApiId, RouteId: made.outputs['Route'] }));
  const lambda = new LambdaClient(bench.settings);
  await lambda.send(new DeleteAliasCommand({ FunctionName: 'shop', Name: 'live' }));
  await lambda.send(
    new RemovePermissionCommand({
      FunctionName: 'shop',
      StatementId: made.outputs['Permission'],
    }),
  );
  await new S3Client({ ...bench.settings, forcePathStyle: true }).send(
    new DeleteBucketPolicyCommand({ Bucket: 'shop-drift' }),
  );
  expect((await bench.drift('shop')).filter((line) => !line.endsWith('IN_SYNC'))).toEqual([
    'Alias: DELETED',
    'Api: MODIFIED /Name',
    'BucketPolicy: DELETED',
    'Permission: DELETED',
    'Route: DELETED',
    'Stage: MODIFIED /DefaultRouteSettings/ThrottlingBurstLimit',
  ]);
  expect(await bench.remove('shop')).toBe('DELETE_COMPLETE');
});
