import type { ServiceContext } from '../../core/define-service.ts';
import type { ApiGatewayState, Deployment } from './state.ts';
import { childKey, childrenOf } from './state.ts';

type Context = Pick<ServiceContext<ApiGatewayState>, 'state' | 'clock' | 'random'>;

export const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Freezes routes and integrations as a deployment. */
export const createDeployment = (
  context: Context,
  apiId: string,
  autoDeployed: boolean,
  description?: string,
): Deployment => {
  const { state, clock, random } = context;
  const cors = state.apis.get(apiId)?.cors;
  const deployment: Deployment = {
    apiId,
    deploymentId: random.text(6, ID_ALPHABET),
    ...(description === undefined ? {} : { description }),
    createdAt: clock.now(),
    autoDeployed,
    routes: childrenOf(state.routes, apiId),
    integrations: childrenOf(state.integrations, apiId),
    ...(cors === undefined ? {} : { cors }),
  };
  state.deployments.set(childKey(apiId, deployment.deploymentId), deployment);
  return deployment;
};

/** Stages with AutoDeploy serve every change at once. The deployment before it is forgotten: nothing can name it. */
export const autoDeploy = (context: Context, apiId: string): void => {
  const { state } = context;
  const stages = childrenOf(state.stages, apiId).filter((stage) => stage.autoDeploy);
  if (stages.length === 0) return;
  const deployment = createDeployment(
    context,
    apiId,
    true,
    'Automatic deployment triggered by changes to the Api configuration',
  );
  for (const stage of stages) {
    const before = stage.deploymentId;
    state.stages.set(childKey(apiId, stage.stageName), {
      ...stage,
      deploymentId: deployment.deploymentId,
    });
    if (
      before === undefined ||
      state.deployments.get(childKey(apiId, before))?.autoDeployed !== true
    )
      continue;
    state.deployments.delete(childKey(apiId, before));
    state.routeTables.delete(childKey(apiId, before));
  }
};
