import type { ServiceContext } from '../../core/define-service.ts';
import type { ApiGatewayState, Stage } from './state.ts';

/**
 * Whether a request passes the stage's throttling: a token bucket for each route that has limits, and one for the stage.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export const admit = (
  context: ServiceContext<ApiGatewayState>,
  stage: Stage,
  routeKey: string,
): boolean => {
  const own = stage.routeThrottling[routeKey];
  const limits = own ?? stage.throttling;
  if (limits?.rate === undefined && limits?.burst === undefined) return true;
  const rate = limits.rate ?? Number.POSITIVE_INFINITY;
  const burst = limits.burst ?? rate;
  const key = `${stage.apiId}/${stage.stageName}${own === undefined ? '' : `/${routeKey}`}`;
  const now = context.clock.now();
  const bucket = context.state.throttles.get(key) ?? { tokens: burst, at: now };
  const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate);
  const admitted = tokens >= 1;
  context.state.throttles.set(key, { tokens: admitted ? tokens - 1 : tokens, at: now });
  return admitted;
};
