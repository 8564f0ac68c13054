import { FrameworkError } from '../spec/errors.ts';
import type { ArtifactBucket } from './artifacts/artifact-bucket.ts';
import {
  ensureArtifactBucket,
  findArtifactStack,
  namedBucket,
} from './artifacts/artifact-bucket.ts';
import type { ChangeSet, WorkedOut } from './change-set/change-set.ts';
import {
  awaitChangeSet,
  changeSetFailed,
  discardChangeSet,
  discardShell,
  validationErrors,
} from './change-set/change-set.ts';
import type { CloudFormationApi } from './aws/cloudformation-api.ts';
import { deploymentFailed } from './failure/deployment-failed.ts';
import { DeployError } from './errors.ts';
import { explainFailure, isAbort } from './failure/explain-failure.ts';
import { interruptedBefore, interruptedDuring, watchEnded } from './failure/interrupted.ts';
import type { TemplateFacts } from './change-set/parameters.ts';
import { BUCKET_PARAMETER, KEY_PARAMETER, resolveParameters } from './change-set/parameters.ts';
import type { Deployable, Divisible } from './nested/division.ts';
import { deployableOn, uploadNested } from './nested/division.ts';
import type { Plan } from './plan/plan.ts';
import { readPlan } from './plan/plan.ts';
import { sweepAbandoned } from './change-set/abandoned.ts';
import type { DriftPolicy } from './drift/drift.ts';
import type { ReportDrift } from './drift/look-for-drift.ts';
import { lookForDrift } from './drift/look-for-drift.ts';
import type { OnProgress } from './progress.ts';
import { ensureChangeable } from './doctor/recover.ts';
import { executeChangeSet, planChangeSet } from './change-set/run-change-set.ts';
import type { StackState } from './stack/stack-state.ts';
import { describeStack, isSuccess, situationOf } from './stack/stack-state.ts';
import type { Target } from './aws/target.ts';
import { fitsRequest, fittingBody, uploadTemplate } from './artifacts/template-upload.ts';
import type { Artifact } from './artifacts/upload.ts';
import { uploadArtifact } from './artifacts/upload.ts';
import { eventsSoFar, watchStack } from './stack/watch-stack.ts';

/** What to provision, and who is told. */
export interface ProvisionRequest {
  readonly stackName: string;
  /** The template as it will be sent, JSON or YAML, where the service is one stack. */
  readonly templateBody: string;
  /** The parts of it that the deployer reads. */
  readonly template: TemplateFacts;
  /** How the service is split where it outgrows a template. @defaultValue one template, whatever its size */
  readonly divide?: NonNullable<Divisible['divide']>;
  /** The code, while it may still be in the making. Undefined for a service without functions. */
  readonly archive?: Promise<Artifact>;
  /** A bucket of the user's. @defaultValue Sparta's own, made when it is not there */
  readonly bucket?: string;
  /** Values for the template's other parameters. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Tags of the stack, which CloudFormation hands on to its resources. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether to do first what a stuck stack needs. @defaultValue false */
  readonly recover?: boolean;
  /** What to do about changes that were made by hand. @defaultValue `ignore`: it is not looked for */
  readonly drift?: DriftPolicy;
  /** Asked once the plan is known. @defaultValue goes on */
  readonly confirm?: (plan: Plan) => Promise<boolean>;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  /** Where the program declares a resource: `app.ts:12`. @defaultValue it is not known */
  readonly placeOf?: (logicalId: string) => string | undefined;
  /** How a user runs a command of this program: `status` → `node app.ts status --local`. */
  readonly command: (verb: string) => string;
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
  const archive = request.archive;
  // It is awaited later, and may fail before: that is not an unhandled rejection.
  archive?.catch(() => undefined);
  try {
    const result = await provisionStack(target, request);
    return { ...result, durationMs: performance.now() - start };
  } catch (error) {
    if (!(error instanceof DeployError) && (isAbort(error) || request.signal.aborted))
      throw interruptedBefore(request.stackName, error);
    if (isForeign(error)) throw error;
    throw explainFailure(error, target, `deploying ${request.stackName}`);
  }
};

/** Coded errors of other layers (a bundle that failed, say) pass through as they are. */
const isForeign = (error: unknown): boolean =>
  error instanceof FrameworkError ||
  (error instanceof Error &&
    !(error instanceof DeployError) &&
    'hint' in error &&
    !('$metadata' in error));

const provisionStack = async (
  target: Target,
  request: ProvisionRequest,
): Promise<Omit<ProvisionResult, 'durationMs'>> => {
  const { onProgress } = request;
  const api = await target.cloudFormation();
  const ground = await prepare(target, api, request);
  const changeSet = await propose(target, api, request, ground);
  if (changeSet === 'empty') return await unchanged(request, ground);
  let executed = false;
  try {
    const [workedOut, seen] = await Promise.all([
      awaitChangeSet(api, changeSet, request.signal),
      ground.kind === 'update'
        ? eventsSoFar(api, changeSet.stackId, request.signal)
        : new Set<string>(),
      ground.isDeployed ? undefined : uploadCode(target, request, ground),
      ground.current === undefined
        ? undefined
        : sweepAbandoned(api, changeSet.stackId, request.onProgress),
    ]);
    if (workedOut.kind === 'empty') return await unchanged(request, ground);
    const plan = await showPlan(api, request, changeSet, workedOut, ground.kind);
    await ground.reportDrift(plan.changes);
    if (ground.isDeployed) await uploadCode(target, request, ground);
    if (request.confirm !== undefined && !(await request.confirm(plan)))
      throw new DeployError('DECLINED', 'Nothing was changed: the plan was declined.');
    request.signal.throwIfAborted();
    await executeChangeSet(api, request, changeSet);
    executed = true;
    return await follow(target, api, request, changeSet, ground.kind, seen);
  } finally {
    if (!executed) {
      await discardChangeSet(api, changeSet, onProgress);
      if (ground.kind === 'create') await discardShell(api, changeSet, onProgress);
    }
  }
};

/** What a change set is built on. */
interface Ground {
  readonly kind: Plan['kind'];
  /** The stack as it is; undefined, or a shell, when it is to be created. */
  readonly current: StackState | undefined;
  readonly body: string;
  /** What is sent: one template, or a root with others nested in it. */
  readonly deployable: Deployable;
  readonly bucket: ArtifactBucket | undefined;
  readonly archive: Artifact | undefined;
  /**
   * Whether the stack runs on this very archive. It was in the bucket when that was deployed, so it is looked for again
   * only if something else changes.
   */
  readonly isDeployed: boolean;
  readonly reportDrift: ReportDrift;
}

const prepare = async (
  target: Target,
  api: CloudFormationApi,
  request: ProvisionRequest,
): Promise<Ground> => {
  const { stackName, signal, onProgress } = request;
  const named = request.bucket === undefined ? undefined : namedBucket(request.bucket);
  const mayNeedBucket = request.archive !== undefined || !fitsRequest(request.templateBody);
  // A template that nobody can split is refused before anything is asked.
  if (request.divide === undefined) fittingBody(stackName, request.templateBody);
  const packing = { done: false };
  request.archive?.then(
    () => {
      packing.done = true;
    },
    () => undefined,
  );
  const [found, artifacts] = await Promise.all([
    describeStack(api, stackName, signal),
    mayNeedBucket && named === undefined ? findArtifactStack(api, signal) : undefined,
  ]);
  const current = await ensureChangeable(api, found, {
    ...request,
    recover: request.recover ?? false,
  });
  const reportDrift = lookForDrift(api, current, request);
  const deployable = await deployableOn(api, request, current, signal);
  const body = fittingBody(stackName, deployable.templateBody);
  const needsBucket =
    request.archive !== undefined || !fitsRequest(body) || deployable.nested.length > 0;
  // Code that is still being packed is new code, and will be uploaded: the client is loaded while that goes on.
  if (request.archive !== undefined && !packing.done) target.s3().catch(() => undefined);
  const [bucket, archive] = await Promise.all([
    needsBucket
      ? (named ??
        ensureArtifactBucket(
          api,
          mayNeedBucket ? artifacts : await findArtifactStack(api, signal),
          signal,
          onProgress,
        ))
      : undefined,
    request.archive,
  ]);
  const kind = situationOf(current) === 'updatable' ? 'update' : 'create';
  const isDeployed =
    kind === 'update' &&
    archive?.key === current?.parameters[KEY_PARAMETER] &&
    bucket?.name === current?.parameters[BUCKET_PARAMETER];
  return { kind, current, body, deployable, bucket, archive, isDeployed, reportDrift };
};

/** Asks CloudFormation what would change. */
const propose = async (
  target: Target,
  api: CloudFormationApi,
  request: ProvisionRequest,
  { kind, current, body, deployable, bucket, archive }: Ground,
): Promise<ChangeSet | 'empty'> => {
  const { stackName, signal, onProgress } = request;
  const { template, nested, isNested } = deployable;
  const parameters = resolveParameters(
    template,
    { ...artifactParameters(template, bucket, archive), ...request.parameters },
    kind === 'update' ? (current?.parameters ?? {}) : {},
  );
  const placed =
    bucket === undefined || fitsRequest(body)
      ? { TemplateBody: body }
      : await uploadTemplate(target, api, { stackName, body, bucket, signal, onProgress });
  if (bucket !== undefined)
    await uploadNested(target, api, { stackName, nested, bucket, signal, onProgress });
  signal.throwIfAborted();
  return await planChangeSet(api, request, {
    ...placed,
    ...(isNested ? { IncludeNestedStacks: true } : {}),
    ChangeSetType: kind === 'update' ? 'UPDATE' : 'CREATE',
    Parameters: [...parameters],
    Capabilities: [
      'CAPABILITY_NAMED_IAM',
      ...(template.Transform === undefined ? [] : (['CAPABILITY_AUTO_EXPAND'] as const)),
    ],
    ...tagsOf(request),
  });
};

const unchanged = async (
  { stackName }: ProvisionRequest,
  { kind, current, reportDrift }: Ground,
): Promise<Omit<ProvisionResult, 'durationMs'>> => {
  if (kind === 'update' && current !== undefined) {
    await reportDrift([]);
    return { outcome: 'unchanged', stack: current };
  }
  throw changeSetFailed(stackName, 'the template has no resources', []);
};

const uploadCode = async (
  target: Target,
  { signal, onProgress }: ProvisionRequest,
  { bucket, archive }: Ground,
): Promise<void> => {
  if (bucket !== undefined && archive !== undefined)
    await uploadArtifact(target, bucket, archive, signal, onProgress);
};

const artifactParameters = (
  template: TemplateFacts,
  bucket: ArtifactBucket | undefined,
  archive: Artifact | undefined,
): Record<string, string> => {
  const declared = template.Parameters ?? {};
  return {
    // A service without functions has no archive, and nothing in its template looks at these two.
    ...(BUCKET_PARAMETER in declared ? { [BUCKET_PARAMETER]: bucket?.name ?? '' } : {}),
    ...(KEY_PARAMETER in declared ? { [KEY_PARAMETER]: archive?.key ?? '' } : {}),
  };
};

const tagsOf = ({ tags }: ProvisionRequest) =>
  tags === undefined ? {} : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };

const showPlan = async (
  api: CloudFormationApi,
  request: ProvisionRequest,
  changeSet: ChangeSet,
  workedOut: Exclude<WorkedOut, { readonly kind: 'empty' }>,
  kind: Plan['kind'],
): Promise<Plan> => {
  if (workedOut.kind === 'failed')
    throw changeSetFailed(
      request.stackName,
      workedOut.reason,
      await validationErrors(api, changeSet, request.signal),
    );
  const { stackName, stackId } = changeSet;
  const plan = readPlan({ stackName, stackId }, kind, workedOut.changes);
  const [, , , region = '', accountId = ''] = stackId.split(':');
  request.onProgress({ kind: 'planned', plan, accountId, region });
  return plan;
};

const follow = async (
  target: Target,
  api: CloudFormationApi,
  request: ProvisionRequest,
  changeSet: ChangeSet,
  kind: Plan['kind'],
  seen: ReadonlySet<string>,
): Promise<Omit<ProvisionResult, 'durationMs'>> => {
  const { stackName, signal, onProgress, command } = request;
  const { stackId } = changeSet;
  onProgress({ kind: 'executing', stackName, stackId, operation: kind });
  try {
    const outcome = await watchStack(api, { stackName, stackId, seen, signal, onProgress });
    if (!isSuccess(outcome.status)) throw deploymentFailed(request, kind, outcome);
    const stack = await describeStack(api, stackId, signal);
    if (stack === undefined)
      throw new DeployError(
        'STACK_NOT_FOUND',
        `Stack ${stackName} was deleted while it was watched.`,
      );
    return { outcome: kind === 'create' ? 'created' : 'updated', stack };
  } catch (error) {
    if (!(error instanceof DeployError) && (isAbort(error) || signal.aborted))
      throw interruptedDuring(stackName, kind, command, error);
    throw error instanceof DeployError
      ? error
      : watchEnded(target, stackName, kind, command, error);
  }
};
