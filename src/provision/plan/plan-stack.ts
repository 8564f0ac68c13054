import type { Target } from '../aws/target.ts';
import { assessLosses } from '../data-loss/index.ts';
import { asDeployError } from '../failure/as-deploy-error.ts';
import type { PlanRequest } from './ground.ts';
import { prepare } from './ground.ts';
import { makePlan } from './make-plan.ts';
import type { Plan } from './plan.ts';

/**
 * Says what {@link provision} would do, and does nothing: what CloudFormation was given to find out is taken back.
 * The archive is not uploaded, and the bucket for archives is not made.
 *
 * @throws {DeployError} always that, whatever went wrong; `code` says what
 * @example
 * ```ts
 * const plan = await planStack(openTarget({ region: 'eu-west-1' }), {
 *   stackName: 'Imager', templateBody, template: JSON.parse(templateBody),
 *   onProgress: console.log, signal: AbortSignal.timeout(600_000),
 *   command: (verb) => `node app.ts ${verb}`,
 * });
 * console.log(plan.kind, plan.changes.length);
 * ```
 */
export const planStack = async (target: Target, request: PlanRequest): Promise<Plan> => {
  // It is awaited later, and may fail before: that is not an unhandled rejection.
  request.archive?.catch(() => undefined);
  try {
    const api = await target.cloudFormation();
    const ground = await prepare(target, api, request, { makeBucket: false, recover: false });
    const made = await makePlan(target, api, request, ground);
    try {
      const { losses } = await assessLosses(target, made.plan, {
        ...request,
        current: ground.current,
      });
      return { ...made.plan, losses };
    } finally {
      await made.discard();
    }
  } catch (error) {
    throw asDeployError(error, target, { ...request, doing: 'planning' });
  }
};
