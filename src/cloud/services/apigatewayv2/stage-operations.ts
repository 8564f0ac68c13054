import type * as ApiGateway from '@aws-sdk/client-apigatewayv2';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { paged, requireApi } from './api-operations.ts';
import { createDeployment } from './deploy.ts';
import { enableLogging } from './enable-logging.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import { given, onPath } from './needs.ts';
import type { ApiGatewayState, Deployment, Stage } from './state.ts';
import { childKey, childrenOf } from './state.ts';

interface OnStage {
  readonly ApiId: string | undefined;
  readonly StageName: string | undefined;
}

const requireStage = (state: ApiGatewayState, { ApiId, StageName }: OnStage): Stage => {
  requireApi(state, ApiId);
  const stage = state.stages.get(childKey(ApiId ?? '', StageName ?? ''));
  if (stage === undefined) throw notFound('Stage', StageName ?? '');
  return stage;
};

const limits = (settings: ApiGateway.RouteSettings | undefined) =>
  given({ rate: settings?.ThrottlingRateLimit, burst: settings?.ThrottlingBurstLimit });

const settings = (
  throttling: { readonly rate?: number; readonly burst?: number } | undefined,
): ApiGateway.RouteSettings => ({
  DetailedMetricsEnabled: false,
  ...given({ ThrottlingRateLimit: throttling?.rate, ThrottlingBurstLimit: throttling?.burst }),
});

const describe = (stage: Stage): ApiGateway.Stage => ({
  StageName: stage.stageName,
  Description: stage.description,
  AutoDeploy: stage.autoDeploy,
  DeploymentId: stage.deploymentId,
  StageVariables: { ...stage.variables },
  AccessLogSettings: stage.accessLog,
  DefaultRouteSettings: settings(stage.throttling),
  RouteSettings: Object.fromEntries(
    Object.entries(stage.routeThrottling).map(([key, value]) => [key, settings(value)]),
  ),
  CreatedDate: new Date(stage.createdAt),
  LastUpdatedDate: new Date(stage.updatedAt),
  Tags: { ...stage.tags },
  ...(stage.autoDeploy
    ? {
        LastDeploymentStatusMessage: `Successfully deployed stage with deployment ID '${stage.deploymentId}'`,
      }
    : {}),
});

const readAccessLog = (log: ApiGateway.AccessLogSettings | undefined) => {
  if (log?.DestinationArn === undefined || log.DestinationArn === '') return undefined;
  if (!/^arn:aws[\w-]*:logs:/.test(log.DestinationArn)) {
    if (log.DestinationArn.includes(':firehose:'))
      throw notSupported('An access log that goes to Firehose');
    throw badRequest(
      `Invalid ARN specified in the request. ARNs must start with 'arn:': ${log.DestinationArn}`,
    );
  }
  if (
    log.Format === undefined ||
    (!log.Format.includes('$context.requestId') &&
      !log.Format.includes('$context.extendedRequestId'))
  )
    throw badRequest('Access Log format must contain $context.requestId');
  return { DestinationArn: log.DestinationArn.replace(/:\*$/, ''), Format: log.Format };
};

/** Before anything is changed: what follows it must not wait, so that stages are changed one after another. */
const prepareLog = async (
  context: OperationContext<ApiGatewayState>,
  settings: ApiGateway.AccessLogSettings | undefined,
): Promise<void> => {
  const log = readAccessLog(settings);
  if (log !== undefined) await enableLogging(context, log.DestinationArn);
};

const change = (
  state: ApiGatewayState,
  stage: Stage,
  input: Partial<ApiGateway.UpdateStageRequest>,
  nowMs: number,
): Stage => {
  if (input.ClientCertificateId !== undefined)
    throw notSupported('A stage with a client certificate');
  if (
    input.DeploymentId !== undefined &&
    !state.deployments.has(childKey(stage.apiId, input.DeploymentId))
  )
    throw badRequest(`Invalid deployment identifier specified ${input.DeploymentId}`);
  return {
    ...stage,
    ...given({
      description: input.Description,
      autoDeploy: input.AutoDeploy,
      deploymentId: input.DeploymentId,
      variables: input.StageVariables,
      accessLog: readAccessLog(input.AccessLogSettings),
      throttling:
        input.DefaultRouteSettings === undefined ? undefined : limits(input.DefaultRouteSettings),
      routeThrottling:
        input.RouteSettings === undefined
          ? undefined
          : Object.fromEntries(
              Object.entries(input.RouteSettings).map(([key, value]) => [key, limits(value)]),
            ),
    }),
    updatedAt: nowMs,
  };
};

const describeDeployment = (deployment: Deployment): ApiGateway.Deployment => ({
  DeploymentId: deployment.deploymentId,
  Description: deployment.description,
  CreatedDate: new Date(deployment.createdAt),
  AutoDeployed: deployment.autoDeployed,
  DeploymentStatus: 'DEPLOYED',
});

const pathOf = ({ ApiId, StageName }: OnStage) => `/apis/${ApiId}/stages/${StageName}`;

/** Operations on stages and deployments. */
export const stageOperations: OperationTable<ApiGatewayState> = {
  CreateStage: operation<ApiGatewayState, ApiGateway.CreateStageRequest, ApiGateway.Stage>({
    needs: onPath('POST', ({ ApiId }) => `/apis/${ApiId}/stages`),
    handle: async (input, context) => {
      const { state, clock } = context;
      requireApi(state, input.ApiId);
      await prepareLog(context, input.AccessLogSettings);
      const { apiId } = requireApi(state, input.ApiId);
      const stageName = input.StageName ?? '';
      if (stageName !== '$default' && !/^[\w-]{1,128}$/.test(stageName))
        throw badRequest('Stage name only allows a-zA-Z0-9_- and should not exceed 128 characters');
      if (state.stages.has(childKey(apiId, stageName))) throw conflict('Stage already exists');
      const base: Stage = {
        apiId,
        stageName,
        autoDeploy: false,
        variables: {},
        routeThrottling: {},
        createdAt: clock.now(),
        updatedAt: clock.now(),
        tags: { ...input.Tags },
      };
      const stage = change(
        state,
        base,
        input as Partial<ApiGateway.UpdateStageRequest>,
        clock.now(),
      );
      const deployed = stage.autoDeploy
        ? { ...stage, deploymentId: createDeployment(context, apiId, true).deploymentId }
        : stage;
      state.stages.set(childKey(apiId, stageName), deployed);
      return describe(deployed);
    },
  }),
  GetStage: operation<ApiGatewayState, OnStage, ApiGateway.Stage>({
    needs: onPath('GET', pathOf),
    handle: (input, { state }) => describe(requireStage(state, input)),
  }),
  GetStages: operation<ApiGatewayState, ApiGateway.GetStagesRequest, ApiGateway.GetStagesResponse>({
    needs: onPath('GET', ({ ApiId }) => `/apis/${ApiId}/stages`),
    handle: ({ ApiId, NextToken, MaxResults }, { state }) =>
      paged(
        childrenOf(state.stages, requireApi(state, ApiId).apiId).map(describe),
        NextToken,
        MaxResults,
      ),
  }),
  UpdateStage: operation<ApiGatewayState, ApiGateway.UpdateStageRequest, ApiGateway.Stage>({
    needs: onPath('PATCH', (input) => pathOf(input as OnStage)),
    handle: async (input, context) => {
      requireStage(context.state, input as OnStage);
      await prepareLog(context, input.AccessLogSettings);
      const before = requireStage(context.state, input as OnStage);
      const stage = change(context.state, before, input, context.clock.now());
      const deployed =
        stage.autoDeploy && !before.autoDeploy
          ? { ...stage, deploymentId: createDeployment(context, stage.apiId, true).deploymentId }
          : stage;
      context.state.stages.set(childKey(stage.apiId, stage.stageName), deployed);
      return describe(deployed);
    },
  }),
  DeleteStage: operation<ApiGatewayState, OnStage, object>({
    needs: onPath('DELETE', pathOf),
    handle: (input, { state }) => {
      const { apiId, stageName } = requireStage(state, input);
      state.stages.delete(childKey(apiId, stageName));
      return {};
    },
  }),
  DeleteAccessLogSettings: operation<ApiGatewayState, OnStage, object>({
    needs: onPath('DELETE', (input) => `${pathOf(input)}/accesslogsettings`),
    handle: (input, { state, clock }) => {
      const { accessLog: _, ...stage } = requireStage(state, input);
      state.stages.set(childKey(stage.apiId, stage.stageName), {
        ...stage,
        updatedAt: clock.now(),
      });
      return {};
    },
  }),
  DeleteRouteSettings: operation<ApiGatewayState, ApiGateway.DeleteRouteSettingsRequest, object>({
    needs: onPath(
      'DELETE',
      (input) => `${pathOf(input as OnStage)}/routesettings/${input.RouteKey}`,
    ),
    handle: (input, { state, clock }) => {
      const stage = requireStage(state, input as OnStage);
      const { [input.RouteKey ?? '']: gone, ...routeThrottling } = stage.routeThrottling;
      if (gone === undefined) throw notFound('RouteSettings', input.RouteKey ?? '');
      state.stages.set(childKey(stage.apiId, stage.stageName), {
        ...stage,
        routeThrottling,
        updatedAt: clock.now(),
      });
      return {};
    },
  }),
  CreateDeployment: operation<
    ApiGatewayState,
    ApiGateway.CreateDeploymentRequest,
    ApiGateway.Deployment
  >({
    needs: onPath('POST', ({ ApiId }) => `/apis/${ApiId}/deployments`),
    handle: (input, context) => {
      const { apiId } = requireApi(context.state, input.ApiId);
      const deployment = createDeployment(context, apiId, false, input.Description);
      if (input.StageName !== undefined) {
        const stage = requireStage(context.state, { ApiId: apiId, StageName: input.StageName });
        if (stage.autoDeploy)
          throw badRequest(
            'Deployments to stages that have AutoDeploy enabled are made by API Gateway itself',
          );
        context.state.stages.set(childKey(apiId, stage.stageName), {
          ...stage,
          deploymentId: deployment.deploymentId,
        });
      }
      return describeDeployment(deployment);
    },
  }),
  GetDeployments: operation<
    ApiGatewayState,
    ApiGateway.GetDeploymentsRequest,
    ApiGateway.GetDeploymentsResponse
  >({
    needs: onPath('GET', ({ ApiId }) => `/apis/${ApiId}/deployments`),
    handle: ({ ApiId, NextToken, MaxResults }, { state }) =>
      paged(
        childrenOf(state.deployments, requireApi(state, ApiId).apiId).map(describeDeployment),
        NextToken,
        MaxResults,
      ),
  }),
  DeleteDeployment: operation<ApiGatewayState, ApiGateway.DeleteDeploymentRequest, object>({
    needs: onPath(
      'DELETE',
      ({ ApiId, DeploymentId }) => `/apis/${ApiId}/deployments/${DeploymentId}`,
    ),
    handle: ({ ApiId = '', DeploymentId = '' }, { state }) => {
      requireApi(state, ApiId);
      if (!state.deployments.has(childKey(ApiId, DeploymentId)))
        throw notFound('Deployment', DeploymentId);
      if (childrenOf(state.stages, ApiId).some(({ deploymentId }) => deploymentId === DeploymentId))
        throw badRequest('Active stages pointing to this deployment must be moved or deleted');
      state.deployments.delete(childKey(ApiId, DeploymentId));
      state.routeTables.delete(childKey(ApiId, DeploymentId));
      return {};
    },
  }),
};
