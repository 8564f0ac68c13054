import type { CloudFormationApi } from './aws/cloudformation-api.ts';
import type { StackResource } from './stack/describe-contents.ts';
import { isNestedStack } from './nested/nested-stack.ts';
import { listAllResources, retainedByPolicy } from './stack/describe-contents.ts';
import { emptyBucket } from './artifacts/empty-bucket.ts';
import type { Contents } from './contents/index.ts';
import { readContents } from './contents/index.ts';
import type { ResourceFailure } from './errors.ts';
import { DeployError } from './errors.ts';
import { assertDeletable } from './doctor/assert-deletable.ts';
import { explainFailure, isAbort } from './failure/explain-failure.ts';
import { interruptedBefore, interruptedDuring, watchEnded } from './failure/interrupted.ts';
import type { OnProgress } from './progress.ts';
import type { NamedResource } from './purge/index.ts';
import { deleteByHand, findLeftovers, isPurgeable, purgeResource } from './purge/index.ts';
import type { StackState } from './stack/stack-state.ts';
import { describeStack } from './stack/stack-state.ts';
import type { Target } from './aws/target.ts';
import type { StackOutcome } from './stack/watch-stack.ts';
import { eventsSoFar, watchStack } from './stack/watch-stack.ts';

/** What goes and what stays. */
export interface DeletePlan {
  /** Undefined when there is none, and what earlier ones left behind is purged. */
  readonly stack: StackState | undefined;
  readonly goes: readonly StackResource[];
  /** Kept by their deletion policy, or by request. */
  readonly stays: readonly StackResource[];
  /** To be emptied, and to go with the stack or after it, by request. */
  readonly purges: readonly Purge[];
}

/** A resource that is purged, and what goes with it. */
export interface Purge extends NamedResource {
  readonly contents: Contents;
}

/** What to delete, and who is told. */
export interface DeleteRequest {
  readonly stackName: string;
  /** Logical ids of resources to delete with all that is in them, though they are kept otherwise. @defaultValue none */
  readonly purge?: readonly string[];
  /** Logical ids to leave standing; CloudFormation takes them only after a deletion has failed. @defaultValue none */
  readonly retain?: readonly string[];
  /** Told, and asked, before anything is touched. @defaultValue goes on */
  readonly confirm?: (plan: DeletePlan) => Promise<boolean>;
  readonly onPlan: (plan: DeletePlan) => void;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  readonly command: (verb: string) => string;
}

/** A stack that is gone. */
export interface DeleteResult {
  readonly outcome: 'deleted' | 'absent';
  /** Resources that still exist, outside of any stack; those of earlier stacks of the name where there is none now. */
  readonly retained: readonly StackResource[];
  /** Resources that were purged. */
  readonly purged: readonly StackResource[];
  readonly durationMs: number;
}

/**
 * Deletes a stack and waits until it is gone. A stack that is not there is a success that says so.
 *
 * @throws {DeployError} always that; `code` says what went wrong
 */
export const deleteStack = async (
  target: Target,
  request: DeleteRequest,
): Promise<DeleteResult> => {
  const start = performance.now();
  const took = () => performance.now() - start;
  let executed = false;
  try {
    const api = await target.cloudFormation();
    const stack = await describeStack(api, request.stackName, request.signal);
    if (stack === undefined)
      return { ...(await purgeLeftovers(target, request)), durationMs: took() };
    const deleting = stack.status === 'DELETE_IN_PROGRESS';
    if (!deleting) await assertDeletable(api, stack, request);
    const [resources, inRoot, seen] = await Promise.all([
      listAllResources(api, stack.stackId, request.signal),
      policies(api, stack, request.signal),
      eventsSoFar(api, stack.stackId, request.signal),
    ]);
    const kept = await withNested(api, inRoot, resources, request.signal);
    const split = splitResources(stack, resources, kept, request);
    const plan = { ...split, purges: await planPurges(target, split, request) };
    request.onPlan(plan);
    const asks = !deleting || plan.purges.length > 0;
    if (request.confirm !== undefined && asks && !(await request.confirm(plan)))
      throw new DeployError('DECLINED', 'Nothing was deleted: it was declined.');
    const purges = (resource: StackResource) =>
      plan.purges.some(({ logicalId }) => logicalId === resource.logicalId);
    if (!deleting) {
      await emptyBuckets(target, plan.goes.filter(purges), request);
      request.signal.throwIfAborted();
      const retain = await retainInside(api, resources, request);
      await api.deleteStack({
        StackName: stack.stackId,
        // It tells whoever meets the deletion that it is Sparta's.
        ClientRequestToken: `sparta-${crypto.randomUUID()}`,
        ...(retain.length === 0 ? {} : { RetainResources: [...retain] }),
      });
    }
    executed = true;
    await followDeletion(api, stack, seen, request);
    // Only now: what wrote into it is gone, and should this be interrupted, the deleted stack remembers what it left.
    const left = plan.purges.filter(({ logicalId }) =>
      plan.stays.some((resource) => resource.logicalId === logicalId),
    );
    for (const resource of left) await purgeResource(target, resource, request);
    return {
      outcome: 'deleted',
      retained: plan.stays.filter((resource) => !purges(resource)),
      purged: plan.purges,
      durationMs: took(),
    };
  } catch (error) {
    if (!(error instanceof DeployError) && (isAbort(error) || request.signal.aborted))
      throw executed
        ? interruptedDuring(request.stackName, 'delete', request.command, error)
        : interruptedBefore(request.stackName, error);
    if (executed && !(error instanceof DeployError))
      throw watchEnded(target, request.stackName, 'delete', request.command, error);
    throw explainFailure(error, target, `deleting ${request.stackName}`);
  }
};

/** A stack that is only a plan has no template yet. */
const policies = async (api: CloudFormationApi, stack: StackState, signal: AbortSignal) =>
  stack.status === 'REVIEW_IN_PROGRESS' ? undefined : retainedByPolicy(api, stack.stackId, signal);

/** What is kept by its policy, in the nested stacks too. */
const withNested = async (
  api: CloudFormationApi,
  kept: ReadonlySet<string> | undefined,
  resources: readonly StackResource[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> => {
  const stacks = resources.filter(isNestedStack).flatMap(({ physicalId = [] }) => physicalId);
  if (kept === undefined || stacks.length === 0) return kept;
  const inside = await Promise.all(stacks.map((id) => retainedByPolicy(api, id, signal)));
  return new Set([kept, ...inside].flatMap((one) => [...(one ?? [])]));
};

/**
 * Deletes the nested stacks that hold something to leave standing: only their own deletion takes such a list. Answers with what is left for
 * the deletion of the root.
 */
const retainInside = async (
  api: CloudFormationApi,
  resources: readonly StackResource[],
  { retain = [], signal, onProgress }: DeleteRequest,
): Promise<readonly string[]> => {
  const stackOf = (name: string) => resources.find(({ logicalId }) => logicalId === name)?.nestedIn;
  for (const nested of new Set(retain.flatMap((name) => stackOf(name) ?? []))) {
    const stackId = resources.find(({ logicalId }) => logicalId === nested)?.physicalId;
    if (stackId === undefined) continue;
    const seen = await eventsSoFar(api, stackId, signal);
    await api.deleteStack({
      StackName: stackId,
      RetainResources: retain.filter((name) => stackOf(name) === nested),
    });
    await watchStack(api, { stackName: nested, stackId, seen, signal, onProgress });
  }
  return retain.filter((name) => stackOf(name) === undefined);
};

/** There is no stack: what earlier ones of its name left behind is purged by request, else only told. */
const purgeLeftovers = async (
  target: Target,
  request: DeleteRequest,
): Promise<Omit<DeleteResult, 'durationMs'>> => {
  const { stackName, purge = [], signal } = request;
  const stays = await findLeftovers(target, stackName, signal);
  if (purge.length === 0) return { outcome: 'absent', retained: stays, purged: [] };
  const split = { stack: undefined, goes: [], stays };
  const plan = { ...split, purges: await planPurges(target, split, request) };
  request.onPlan(plan);
  if (request.confirm !== undefined && !(await request.confirm(plan)))
    throw new DeployError('DECLINED', 'Nothing was deleted: it was declined.');
  for (const resource of plan.purges) await purgeResource(target, resource, request);
  return {
    outcome: 'absent',
    retained: stays.filter(({ logicalId }) => !purge.includes(logicalId)),
    purged: plan.purges,
  };
};

/**
 * Looks into what is to be purged, so that it can be said before it is done.
 *
 * @throws {RESOURCE_NOT_FOUND} when a name is nobody's
 * @throws {PURGE_REFUSED} when it stays and only its own service can delete it
 */
const planPurges = async (
  target: Target,
  { goes, stays }: Omit<DeletePlan, 'purges'>,
  { stackName, purge = [], signal }: DeleteRequest,
): Promise<readonly Purge[]> => {
  const all = [...goes, ...stays];
  const named = purge.flatMap((name) => {
    const found = all.filter(({ logicalId }) => logicalId === name);
    if (found.length === 0)
      throw new DeployError(
        'RESOURCE_NOT_FOUND',
        `--purge names ${name}, which ${stackName} neither has nor left behind.`,
        { hint: `There is ${all.map(({ logicalId }) => logicalId).join(', ') || 'nothing'}.` },
      );
    return found.filter(hasName);
  });
  for (const { logicalId, resourceType, physicalId } of named)
    if (!isPurgeable(resourceType) && stays.some((stay) => stay.logicalId === logicalId))
      throw new DeployError(
        'PURGE_REFUSED',
        `--purge does not know how to delete ${logicalId} (${resourceType}), which is kept as ${physicalId}.`,
        {
          hint: `Delete the stack without it, then: ${deleteByHand(resourceType, physicalId) ?? `delete ${physicalId} in its own service`}`,
        },
      );
  return Promise.all(
    named.map(async (resource) => ({
      ...resource,
      contents: await readContents(target, resource, signal),
    })),
  );
};

const hasName = (resource: StackResource): resource is NamedResource =>
  resource.physicalId !== undefined;

const splitResources = (
  stack: StackState,
  resources: readonly StackResource[],
  kept: ReadonlySet<string> | undefined,
  { retain = [] }: DeleteRequest,
): Omit<DeletePlan, 'purges'> => {
  const there = resources.filter((resource) => resource.status !== 'DELETE_COMPLETE');
  for (const name of retain)
    if (!there.some((resource) => resource.logicalId === name))
      throw new DeployError(
        'RESOURCE_NOT_FOUND',
        `--retain names ${name}, which is not a resource of ${stack.stackName}.`,
        { hint: `It has ${there.map((resource) => resource.logicalId).join(', ') || 'none'}.` },
      );
  const stays = (resource: StackResource) =>
    resource.status === 'DELETE_SKIPPED' ||
    (kept?.has(resource.logicalId) ?? false) ||
    retain.includes(resource.logicalId);
  return {
    stack,
    goes: there.filter((resource) => !stays(resource)),
    stays: there.filter((resource) => stays(resource) && resource.physicalId !== undefined),
  };
};

/** CloudFormation deletes empty buckets only; everything else it deletes with what is in it. */
const emptyBuckets = async (
  target: Target,
  resources: readonly StackResource[],
  { signal, onProgress }: DeleteRequest,
) => {
  for (const { logicalId, resourceType, physicalId } of resources) {
    if (resourceType !== 'AWS::S3::Bucket' || physicalId === undefined) continue;
    const objects = await emptyBucket(target, physicalId, signal);
    onProgress({ kind: 'emptied', logicalId, bucket: physicalId, objects });
  }
};

const followDeletion = async (
  api: CloudFormationApi,
  stack: StackState,
  seen: ReadonlySet<string>,
  { signal, onProgress, command }: DeleteRequest,
): Promise<void> => {
  const { stackName, stackId } = stack;
  onProgress({ kind: 'executing', stackName, stackId, operation: 'delete' });
  const outcome = await watchStack(api, { stackName, stackId, seen, signal, onProgress });
  if (outcome.status !== 'DELETE_COMPLETE') throw deletionFailed(stackName, outcome, command);
};

const deletionFailed = (
  stackName: string,
  { status, failures, statusReason }: StackOutcome,
  command: (verb: string) => string,
): DeployError => {
  const [first] = failures;
  const what =
    first === undefined
      ? (statusReason ?? 'CloudFormation gives no reason')
      : failures
          .map(
            ({ logicalId, resourceType, reason }) =>
              `${logicalId} (${resourceType}) could not be deleted: ${reason}`,
          )
          .join('\n');
  return new DeployError('DELETE_FAILED', `${what}\nStack ${stackName} is ${status}.`, {
    hint: waysOut(failures, command).join('\n'),
    stackStatus: status,
    ...(first === undefined ? {} : { failure: first }),
  });
};

const waysOut = (
  failures: readonly ResourceFailure[],
  command: (verb: string) => string,
): readonly string[] => {
  const names = failures.map((failure) => failure.logicalId);
  const full = failures.filter(
    (failure) => failure.resourceType === 'AWS::S3::Bucket' && /not empty/i.test(failure.reason),
  );
  return [
    ...(full.length === 0
      ? ['Put right what the message says, then run "' + command('delete') + '" again.']
      : [
          `To delete the objects too: ${command(`delete ${full.map(({ logicalId }) => `--purge ${logicalId}`).join(' ')}`)}`,
        ]),
    ...(names.length === 0
      ? []
      : [
          `To leave ${names.join(', ')} standing: ${command(`delete ${names.map((name) => `--retain ${name}`).join(' ')}`)}`,
        ]),
  ];
};
