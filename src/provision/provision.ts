import type { CloudFormationApi } from './aws/cloudformation-api.ts';
import type { Target } from './aws/target.ts';
import { uploadArtifact } from './artifacts/upload.ts';
import { sweepAbandoned } from './change-set/abandoned.ts';
import { guardData } from './data-loss/index.ts';
import type { DriftPolicy } from './drift/drift.ts';
import { DeployError } from './errors.ts';
import { asDeployError } from './failure/as-deploy-error.ts';
import { deploymentFailed } from './failure/deployment-failed.ts';
import { isAbort } from './failure/explain-failure.ts';
import { interruptedDuring, watchEnded } from './failure/interrupted.ts';
import { reconcileAfter } from './inplace/index.ts';
import type { Gate } from './plan/gate.ts';
import { confirmation } from './plan/gate.ts';
import type { Ground, PlanRequest } from './plan/ground.ts';
import { prepare } from './plan/ground.ts';
import { makePlan } from './plan/make-plan.ts';
import type { Plan } from './plan/plan.ts';
import type { Rename } from './rename/index.ts';
import { renameDeclarations } from './rename/index.ts';
import type { StackState } from './stack/stack-state.ts';
import { describeStack, isSuccess } from './stack/stack-state.ts';
import { eventsSoFar, watchStack } from './stack/watch-stack.ts';

/** What to provision, and who is told. */
export interface ProvisionRequest extends PlanRequest {
  /** Whether to do first what a stuck stack needs. @defaultValue false */
  readonly recover?: boolean;
  /** What to do about changes that were made by hand. @defaultValue `ignore`: it is not looked for */
  readonly drift?: DriftPolicy;
  /** Logical ids of resources whose data may be lost. @defaultValue none */
  readonly allowLoss?: readonly string[];
  /** Declarations that have another name now: old logical id → new one. @defaultValue none */
  readonly renames?: Readonly<Record<string, string>>;
  /** Asked once it is known what a rename moves. @defaultValue goes on */
  readonly confirmRename?: (moves: readonly Rename[]) => Promise<boolean>;
  /** What has to agree to the plan, one after the other, before anything is done. @defaultValue none */
  readonly gates?: readonly Gate[];
  /** Asked once the plan is known, after every gate. @defaultValue goes on */
  readonly confirm?: (plan: Plan) => Promise<boolean>;
}

/** A stack that is as its program says. */
export interface ProvisionResult {
  readonly outcome: 'created' | 'updated' | 'unchanged';
  readonly stack: StackState;
  /** Milliseconds, all of it. */
  readonly durationMs: number;
}

/**
 * Brings a stack to what its template says, through a change set that is shown before it is executed.
 *
 * @throws {DeployError} always that, whatever went wrong; `code` says what
 * @example
 * ```ts
 * const result = await provision(openTarget({ region: 'eu-west-1' }), {
 *   stackName: 'Imager', templateBody, template: JSON.parse(templateBody),
 *   onProgress: console.log, signal: AbortSignal.timeout(600_000),
 *   command: (verb) => `node app.ts ${verb}`,
 * });
 * ```
 */
export const provision = async (
  target: Target,
  request: ProvisionRequest,
): Promise<ProvisionResult> => {
  const start = performance.now();
  // It is awaited later, and may fail before: that is not an unhandled rejection.
  request.archive?.catch(() => undefined);
  try {
    const result = await provisionStack(target, request);
    return { ...result, durationMs: performance.now() - start };
  } catch (error) {
    throw asDeployError(error, target, { ...request, doing: 'deploying' });
  }
};

const provisionStack = async (
  target: Target,
  request: ProvisionRequest,
): Promise<Omit<ProvisionResult, 'durationMs'>> => {
  const { signal, onProgress } = request;
  const api = await target.cloudFormation();
  const ground = await prepare(target, api, request, {
    makeBucket: true,
    recover: request.recover ?? false,
    drift: request.drift ?? 'ignore',
  });
  await renameDeclarations(target, request, ground);
  const reconciled = reconcileAfter(target, ground.current, request);
  const making = makePlan(target, api, request, ground);
  let executed = false;
  try {
    const [made, seen] = await Promise.all([
      making,
      ground.kind === 'update' && ground.current !== undefined
        ? eventsSoFar(api, ground.current.stackId, signal)
        : new Set<string>(),
      ground.isDeployed ? undefined : uploadCode(target, request, ground),
      ground.current === undefined
        ? undefined
        : sweepAbandoned(api, ground.current.stackId, onProgress),
    ]);
    const { plan } = made;
    if (plan.kind === 'unchanged' && ground.current !== undefined) {
      await ground.reportDrift([]);
      return await reconciled({ outcome: 'unchanged', stack: ground.current });
    }
    onProgress({ kind: 'planned', plan });
    await ground.reportDrift(plan.changes);
    await guardData(target, plan, { ...request, current: ground.current });
    for (const gate of [...(request.gates ?? []), ...confirmation(request.confirm)])
      await gate(plan, { target, signal });
    if (ground.isDeployed) await uploadCode(target, request, ground);
    signal.throwIfAborted();
    await made.execute();
    executed = true;
    return await reconciled(
      await follow(target, api, request, {
        stackId: made.stackId,
        operation: ground.kind,
        seen,
      }),
    );
  } finally {
    // A plan that could not be made has cleaned up after itself.
    if (!executed)
      await making.then(
        (made) => made.discard(),
        () => undefined,
      );
  }
};

const uploadCode = async (
  target: Target,
  { signal, onProgress }: ProvisionRequest,
  { bucket, archive }: Ground,
): Promise<void> => {
  if (bucket !== undefined && archive !== undefined)
    await uploadArtifact(target, bucket, archive, signal, onProgress);
};

const follow = async (
  target: Target,
  api: CloudFormationApi,
  request: ProvisionRequest,
  what: {
    readonly stackId: string;
    readonly operation: 'create' | 'update';
    readonly seen: ReadonlySet<string>;
  },
): Promise<Omit<ProvisionResult, 'durationMs'>> => {
  const { stackName, signal, onProgress, command } = request;
  const { stackId, operation, seen } = what;
  onProgress({ kind: 'executing', stackName, stackId, operation });
  try {
    const outcome = await watchStack(api, { stackName, stackId, seen, signal, onProgress });
    if (!isSuccess(outcome.status)) throw deploymentFailed(request, operation, outcome);
    const stack = await describeStack(api, stackId, signal);
    if (stack === undefined)
      throw new DeployError(
        'STACK_NOT_FOUND',
        `Stack ${stackName} was deleted while it was watched.`,
      );
    return { outcome: operation === 'create' ? 'created' : 'updated', stack };
  } catch (error) {
    if (!(error instanceof DeployError) && (isAbort(error) || signal.aborted))
      throw interruptedDuring(stackName, operation, command, error);
    throw error instanceof DeployError
      ? error
      : watchEnded(target, stackName, operation, command, error);
  }
};
