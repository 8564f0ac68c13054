import type { CloudFormationApi } from './aws/cloudformation-api.ts';
import type { StackResource } from './stack/describe-contents.ts';
import { isNestedStack } from './nested/nested-stack.ts';
import { listAllResources, retainedByPolicy } from './stack/describe-contents.ts';
import { emptyBucket } from './artifacts/empty-bucket.ts';
import type { ResourceFailure } from './errors.ts';
import { DeployError } from './errors.ts';
import { assertDeletable } from './doctor/assert-deletable.ts';
import { explainFailure, isAbort } from './failure/explain-failure.ts';
import { interruptedBefore, interruptedDuring, watchEnded } from './failure/interrupted.ts';
import type { OnProgress } from './progress.ts';
import type { StackState } from './stack/stack-state.ts';
import { describeStack } from './stack/stack-state.ts';
import type { Target } from './aws/target.ts';
import type { StackOutcome } from './stack/watch-stack.ts';
import { eventsSoFar, watchStack } from './stack/watch-stack.ts';

/** What goes and what stays. */
export interface DeletePlan {
  readonly stack: StackState;
  readonly goes: readonly StackResource[];
  /** Kept by their deletion policy, or by request. */
  readonly stays: readonly StackResource[];
}

/** What to delete, and who is told. */
export interface DeleteRequest {
  readonly stackName: string;
  /** Logical ids of buckets to empty first. Their objects are lost. @defaultValue none */
  readonly empty?: readonly string[];
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
  /** Resources that still exist, outside of any stack. */
  readonly retained: readonly StackResource[];
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
  let executed = false;
  try {
    const api = await target.cloudFormation();
    const stack = await describeStack(api, request.stackName, request.signal);
    if (stack === undefined)
      return { outcome: 'absent', retained: [], durationMs: performance.now() - start };
    const deleting = stack.status === 'DELETE_IN_PROGRESS';
    if (!deleting) await assertDeletable(api, stack, request);
    const [resources, inRoot, seen] = await Promise.all([
      listAllResources(api, stack.stackId, request.signal),
      policies(api, stack, request.signal),
      eventsSoFar(api, stack.stackId, request.signal),
    ]);
    const kept = await withNested(api, inRoot, resources, request.signal);
    const plan = planDeletion(stack, resources, kept, request);
    request.onPlan(plan);
    if (request.confirm !== undefined && !deleting && !(await request.confirm(plan)))
      throw new DeployError('DECLINED', 'Nothing was deleted: it was declined.');
    if (!deleting) {
      await emptyBuckets(target, plan, request);
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
    return { outcome: 'deleted', retained: plan.stays, durationMs: performance.now() - start };
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

const planDeletion = (
  stack: StackState,
  resources: readonly StackResource[],
  kept: ReadonlySet<string> | undefined,
  { retain = [], empty = [] }: DeleteRequest,
): DeletePlan => {
  const there = resources.filter((resource) => resource.status !== 'DELETE_COMPLETE');
  for (const [option, names] of [
    ['--retain', retain],
    ['--empty', empty],
  ] as const)
    for (const name of names)
      if (!there.some((resource) => resource.logicalId === name))
        throw new DeployError(
          'RESOURCE_NOT_FOUND',
          `${option} names ${name}, which is not a resource of ${stack.stackName}.`,
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

const emptyBuckets = async (
  target: Target,
  { goes, stack }: DeletePlan,
  { empty = [], signal, onProgress }: DeleteRequest,
) => {
  for (const logicalId of empty) {
    const resource = goes.find((candidate) => candidate.logicalId === logicalId);
    if (resource?.resourceType !== 'AWS::S3::Bucket' || resource.physicalId === undefined)
      throw new DeployError(
        'RESOURCE_NOT_FOUND',
        `--empty names ${logicalId}, which is not a bucket that ${stack.stackName} deletes.`,
        {
          hint: `Buckets that go: ${
            goes
              .filter(({ resourceType }) => resourceType === 'AWS::S3::Bucket')
              .map((bucket) => bucket.logicalId)
              .join(', ') || 'none'
          }.`,
        },
      );
    const objects = await emptyBucket(target, resource.physicalId, signal);
    onProgress({ kind: 'emptied', logicalId, bucket: resource.physicalId, objects });
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
          `To delete the objects too: ${command(`delete ${full.map(({ logicalId }) => `--empty ${logicalId}`).join(' ')}`)}`,
        ]),
    ...(names.length === 0
      ? []
      : [
          `To leave ${names.join(', ')} standing: ${command(`delete ${names.map((name) => `--retain ${name}`).join(' ')}`)}`,
        ]),
  ];
};
