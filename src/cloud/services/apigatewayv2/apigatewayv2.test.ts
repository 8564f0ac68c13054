import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateDeploymentCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteApiCommand,
  DeleteCorsConfigurationCommand,
  DeleteDeploymentCommand,
  DeleteIntegrationCommand,
  DeleteRouteCommand,
  DeleteRouteSettingsCommand,
  DeleteStageCommand,
  GetApiCommand,
  GetApisCommand,
  GetDeploymentsCommand,
  GetIntegrationCommand,
  GetRoutesCommand,
  GetStageCommand,
  GetTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateApiCommand,
  UpdateIntegrationCommand,
  UpdateRouteCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let running: RunningCloud;
let client: ApiGatewayV2Client;
const settings = (accessKeyId = 'test', secretAccessKey = 'test') => ({
  endpoint: running.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
});
beforeAll(async () => {
  running = await startCloud();
  client = new ApiGatewayV2Client(settings());
});
afterAll(async () => {
  client.destroy();
  await running.stop();
});

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const createApi = async (more: object = {}) => {
  const answer = await client.send(
    new CreateApiCommand({ Name: 'api', ProtocolType: 'HTTP', ...more }),
  );
  return answer.ApiId ?? expect.fail('no id');
};
const createIntegration = async (ApiId: string, more: object = {}) => {
  const answer = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: FUNCTION,
      PayloadFormatVersion: '2.0',
      ...more,
    }),
  );
  return answer.IntegrationId ?? expect.fail('no id');
};
const createRoute = async (ApiId: string, RouteKey: string, more: object = {}) => {
  const answer = await client.send(new CreateRouteCommand({ ApiId, RouteKey, ...more }));
  return answer.RouteId ?? expect.fail('no id');
};
const createStage = (ApiId: string, StageName: string, more: object = {}) =>
  client.send(new CreateStageCommand({ ApiId, StageName, ...more }));
const statusOf = async (ApiId: string, path: string) =>
  (await fetch(`${running.url}/_aws/execute-api/us-east-1/${ApiId}${path}`)).status;

describe('APIs', () => {
  it('are made, changed, listed and deleted', async () => {
    const ApiId = await createApi({
      Description: 'first',
      CorsConfiguration: { AllowOrigins: ['*'] },
    });
    expect(await client.send(new GetApiCommand({ ApiId }))).toMatchObject({
      Name: 'api',
      ProtocolType: 'HTTP',
      ApiEndpoint: `${running.url}/_aws/execute-api/us-east-1/${ApiId}`,
      RouteSelectionExpression: '$request.method $request.path',
      CorsConfiguration: { AllowOrigins: ['*'] },
    });
    await client.send(new UpdateApiCommand({ ApiId, Name: 'renamed' }));
    await client.send(new DeleteCorsConfigurationCommand({ ApiId }));
    const { Items = [] } = await client.send(new GetApisCommand({}));
    const item = Items.find((api) => api.ApiId === ApiId);
    expect(item).toMatchObject({ Name: 'renamed', Description: 'first' });
    expect(item?.CorsConfiguration).toBeUndefined();
    await client.send(new DeleteApiCommand({ ApiId }));
    await expect(client.send(new GetApiCommand({ ApiId }))).rejects.toMatchObject({
      name: 'NotFoundException',
      message: `Invalid API identifier specified ${ApiId}`,
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('and their stages have tags', async () => {
    const ApiId = await createApi({ Tags: { a: '1' } });
    await createStage(ApiId, 'dev');
    const api = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
    for (const ResourceArn of [api, `${api}/stages/dev`]) {
      await client.send(new TagResourceCommand({ ResourceArn, Tags: { b: '2', c: '3' } }));
      await client.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['c'] }));
    }
    const tags = async (ResourceArn: string) =>
      (await client.send(new GetTagsCommand({ ResourceArn }))).Tags;
    expect(await tags(api)).toEqual({ a: '1', b: '2' });
    expect(await tags(`${api}/stages/dev`)).toEqual({ b: '2' });
    await expect(tags(`${api}/stages/none`)).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('are refused when they could not be on AWS, or are not here', async () => {
    await expect(
      createApi({ CorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: true } }),
    ).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(createApi({ Name: '' })).rejects.toMatchObject({ name: 'BadRequestException' });
    await expect(createApi({ ProtocolType: 'WEBSOCKET' })).rejects.toThrow(
      /not supported by the embedded cloud/,
    );
    await expect(createApi({ Target: FUNCTION })).rejects.toThrow(/CreateApi with Target/);
  });

  it('are for those whom IAM allows', async () => {
    const iam = new IAMClient(settings());
    await iam.send(new CreateUserCommand({ UserName: 'nobody' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'nobody' }));
    iam.destroy();
    const theirs = new ApiGatewayV2Client(
      settings(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey),
    );
    await expect(
      theirs.send(new CreateApiCommand({ Name: 'x', ProtocolType: 'HTTP' })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: apigateway:POST on resource: arn:aws:apigateway:us-east-1::/apis',
      ),
    });
    theirs.destroy();
  });
});

describe('integrations', () => {
  it('are made, changed and deleted, unless a route is theirs', async () => {
    const ApiId = await createApi();
    const IntegrationId = await createIntegration(ApiId, { TimeoutInMillis: 5_000 });
    await client.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, Description: 'it' }));
    expect(await client.send(new GetIntegrationCommand({ ApiId, IntegrationId }))).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: FUNCTION,
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 5_000,
      Description: 'it',
    });
    const RouteId = await createRoute(ApiId, '$default', {
      Target: `integrations/${IntegrationId}`,
    });
    const remove = () => client.send(new DeleteIntegrationCommand({ ApiId, IntegrationId }));
    await expect(remove()).rejects.toMatchObject({ name: 'ConflictException' });
    await client.send(new DeleteRouteCommand({ ApiId, RouteId }));
    await remove();
    await expect(remove()).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it.each([
    [{ PayloadFormatVersion: '3.0' }, 'BadRequestException'],
    [{ TimeoutInMillis: 30_001 }, 'BadRequestException'],
    [{ IntegrationUri: '' }, 'BadRequestException'],
    [{ IntegrationType: 'HTTP_PROXY' }, 'NotImplemented'],
    [{ CredentialsArn: 'arn:aws:iam::000000000000:role/r' }, 'NotImplemented'],
  ])('refuse %j', async (more, name) => {
    await expect(createIntegration(await createApi(), more)).rejects.toMatchObject({ name });
  });
});

describe('routes', () => {
  it('are made, changed and deleted, one of a key', async () => {
    const ApiId = await createApi();
    const Target = `integrations/${await createIntegration(ApiId)}`;
    const RouteId = await createRoute(ApiId, 'GET /a', { Target });
    await client.send(new UpdateRouteCommand({ ApiId, RouteId, RouteKey: 'GET /b' }));
    await expect(createRoute(ApiId, 'GET /b')).rejects.toMatchObject({
      name: 'ConflictException',
      message: 'Route with key GET /b already exists for this API',
    });
    await createRoute(ApiId, 'GET /a');
    const { Items } = await client.send(new GetRoutesCommand({ ApiId }));
    expect(Items).toMatchObject([
      { RouteKey: 'GET /b', Target, AuthorizationType: 'NONE', ApiKeyRequired: false },
      { RouteKey: 'GET /a' },
    ]);
  });

  it.each([
    ['a', {}, 'BadRequestException'],
    ['FETCH /a', {}, 'BadRequestException'],
    ['GET /{all+}/more', {}, 'BadRequestException'],
    ['GET /a', { Target: 'integrations/none' }, 'BadRequestException'],
    ['GET /a', { AuthorizationType: 'JWT' }, 'NotImplemented'],
  ])('refuse %s %j', async (key, more, name) => {
    await expect(createRoute(await createApi(), key, more)).rejects.toMatchObject({ name });
  });
});

describe('stages', () => {
  it('serve the deployment that they were given, until they are given another', async () => {
    const ApiId = await createApi();
    await createRoute(ApiId, 'GET /a');
    await createStage(ApiId, 'dev');
    expect(await statusOf(ApiId, '/dev/a'), 'nothing is deployed').toBe(404);
    const deployment = await client.send(new CreateDeploymentCommand({ ApiId, StageName: 'dev' }));
    await createRoute(ApiId, 'GET /b');
    // A route without a target answers 500: it is there.
    expect([await statusOf(ApiId, '/dev/a'), await statusOf(ApiId, '/dev/b')]).toEqual([500, 404]);
    const { DeploymentId } = await client.send(new CreateDeploymentCommand({ ApiId }));
    await client.send(new UpdateStageCommand({ ApiId, StageName: 'dev', DeploymentId }));
    expect(await statusOf(ApiId, '/dev/b')).toBe(500);
    const remove = (id = '') =>
      client.send(new DeleteDeploymentCommand({ ApiId, DeploymentId: id }));
    await expect(remove(DeploymentId)).rejects.toMatchObject({ name: 'BadRequestException' });
    await remove(deployment.DeploymentId);
    const { Items } = await client.send(new GetDeploymentsCommand({ ApiId }));
    expect(Items).toMatchObject([{ DeploymentId, DeploymentStatus: 'DEPLOYED' }]);
  });

  it('with AutoDeploy serve every change', async () => {
    const ApiId = await createApi();
    await createStage(ApiId, '$default', { AutoDeploy: true });
    expect(await statusOf(ApiId, '/a')).toBe(404);
    const RouteId = await createRoute(ApiId, 'GET /a');
    expect(await statusOf(ApiId, '/a')).toBe(500);
    await client.send(new DeleteRouteCommand({ ApiId, RouteId }));
    expect(await statusOf(ApiId, '/a')).toBe(404);
    await expect(
      client.send(new CreateDeploymentCommand({ ApiId, StageName: '$default' })),
    ).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('have variables and throttling', async () => {
    const ApiId = await createApi();
    await createRoute(ApiId, 'GET /a');
    await createRoute(ApiId, 'GET /b');
    const settingsOf = (rate: number) => ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: 1 });
    await createStage(ApiId, 'dev', {
      AutoDeploy: true,
      StageVariables: { v: '1' },
      RouteSettings: { 'GET /a': settingsOf(0.001) },
    });
    const stage = { ApiId, StageName: 'dev' };
    expect(await client.send(new GetStageCommand(stage))).toMatchObject({
      StageVariables: { v: '1' },
      RouteSettings: { 'GET /a': settingsOf(0.001) },
    });
    const seen = [];
    for (const path of ['/dev/a', '/dev/a', '/dev/b']) seen.push(await statusOf(ApiId, path));
    expect(seen).toEqual([500, 429, 500]);
    const remove = new DeleteRouteSettingsCommand({ ...stage, RouteKey: 'GET /a' });
    await client.send(remove);
    expect(await statusOf(ApiId, '/dev/a')).toBe(500);
    await expect(client.send(remove)).rejects.toMatchObject({ name: 'NotFoundException' });
    await client.send(new DeleteStageCommand(stage));
    expect(await statusOf(ApiId, '/dev/a')).toBe(404);
  });

  it('are refused by name, twice, and for a log that cannot be', async () => {
    const ApiId = await createApi();
    await createStage(ApiId, 'dev');
    await expect(createStage(ApiId, 'dev')).rejects.toMatchObject({ name: 'ConflictException' });
    await expect(createStage(ApiId, 'no/slash')).rejects.toMatchObject({
      name: 'BadRequestException',
    });
    const withLog = (DestinationArn: string, Format: string) =>
      createStage(ApiId, 'logged', { AccessLogSettings: { DestinationArn, Format } });
    const group = 'arn:aws:logs:us-east-1:000000000000:log-group:none';
    await expect(withLog(group, '$context.status')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('$context.requestId'),
    });
    await expect(withLog(group, '$context.requestId')).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringContaining('no such log group'),
    });
    await expect(withLog('none', '$context.requestId')).rejects.toMatchObject({
      name: 'BadRequestException',
    });
  });
});
