import type {
  Change,
  CreateChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import { pollUntil } from '../aws/polling.ts';
import { nestedReason, restOfChanges, withNestedChanges } from '../nested/nested-changes.ts';
import type { OnProgress } from '../progress.ts';
import { changeSetOrigin, isAbandoned, listChangeSets, NAME_PREFIX } from './abandoned.ts';
import { describeStack } from '../stack/stack-state.ts';

/** A change set of ours. */
export interface ChangeSet {
  /** The ARN. */
  readonly id: string;
  readonly name: string;
  readonly stackName: string;
  readonly stackId: string;
}

/** A change set that CloudFormation has worked out. */
export type WorkedOut =
  | { readonly kind: 'ready'; readonly changes: readonly Change[] }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Asks CloudFormation for the changes; the stack itself is not touched. */
export const createChangeSet = async (
  api: CloudFormationApi,
  input: Omit<CreateChangeSetCommandInput, 'ChangeSetName' | 'StackName'>,
  stackName: string,
): Promise<ChangeSet> => {
  const name = `${NAME_PREFIX}${api.machine.uuid()}`;
  // Not abortable: an answer that is not read would leave a change set that nobody deletes.
  const { Id, StackId } = await api.createChangeSet({
    ...input,
    StackName: stackName,
    ChangeSetName: name,
    // An answer that is lost is asked for again: the token makes that the same request.
    ClientToken: name,
    Description: changeSetOrigin(),
  });
  return { id: Id ?? name, name, stackName, stackId: StackId ?? stackName };
};

/** Waits until CloudFormation has compared the templates. */
export const awaitChangeSet = async (
  api: CloudFormationApi,
  changeSet: ChangeSet,
  signal: AbortSignal,
): Promise<WorkedOut> => {
  const first = await pollUntil<DescribeChangeSetCommandOutput>(
    async () => {
      const page = await api.describeChangeSet(
        {
          ChangeSetName: changeSet.id,
          StackName: changeSet.stackId,
          IncludePropertyValues: true,
        },
        signal,
      );
      return page.Status === 'CREATE_COMPLETE' || page.Status === 'FAILED' ? page : undefined;
    },
    signal,
    api,
  );
  if (first.Status === 'FAILED') {
    const reason = first.StatusReason ?? '';
    return saysEmpty(reason)
      ? { kind: 'empty' }
      : { kind: 'failed', reason: await nestedReason(api, reason, signal) };
  }
  const changes = await restOfChanges(api, first, signal);
  return { kind: 'ready', changes: await withNestedChanges(api, changes, signal) };
};

/** The two texts with which CloudFormation says that nothing changes, seen in every tool that reads them. */
export const saysEmpty = (reason: string): boolean =>
  /didn't contain changes|no updates are to be performed/i.test(reason);

/** What the validation before deployment found, one line each; the change set itself names only the check. */
export const validationErrors = async (
  api: CloudFormationApi,
  changeSet: ChangeSet,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  try {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
    const { OperationEvents } = await api.describeEvents(
      { ChangeSetName: changeSet.id, Filters: { FailedEvents: true } },
      signal,
    );
    return (OperationEvents ?? []).flatMap((event) => {
      const reason = event.ValidationStatusReason ?? event.ResourceStatusReason;
      if (reason === undefined) return [];
      const path = event.ValidationPath === undefined ? '' : ` (at ${event.ValidationPath})`;
      return [`${event.LogicalResourceId ?? event.ResourceType ?? 'template'}: ${reason}${path}`];
    });
  } catch {
    // The permission may be missing or the endpoint may not have it; the change set's own text remains.
    return [];
  }
};

/** Takes back a change set that will not be executed, and the shell of a stack that it may have made. */
export const discardChangeSet = async (
  api: CloudFormationApi,
  changeSet: ChangeSet,
  onProgress: OnProgress,
): Promise<void> => {
  try {
    await api.deleteChangeSet({ ChangeSetName: changeSet.id, StackName: changeSet.stackId });
  } catch (error) {
    if (readFailure(error).code !== 'ChangeSetNotFound')
      return onProgress({
        kind: 'left-behind',
        what: `change set ${changeSet.name}`,
        why: readFailure(error).message,
      });
  }
};

/**
 * Deletes a stack that exists only as a plan. Another deployment may be planning in the same shell, so it goes only
 * when no living change set is left in it.
 */
export const discardShell = async (
  api: CloudFormationApi,
  changeSet: ChangeSet,
  onProgress: OnProgress,
): Promise<void> => {
  try {
    const living = (await listChangeSets(api, changeSet.stackId)).filter(
      (other) =>
        other.ChangeSetId !== changeSet.id && other.Status !== 'FAILED' && !isAbandoned(other),
    );
    if (living.length > 0) return;
    const stack = await describeStack(api, changeSet.stackId);
    if (stack?.status === 'REVIEW_IN_PROGRESS') await api.deleteStack({ StackName: stack.stackId });
  } catch (error) {
    onProgress({
      kind: 'left-behind',
      what: `stack ${changeSet.stackName} in REVIEW_IN_PROGRESS, which holds nothing`,
      why: readFailure(error).message,
    });
  }
};

/** The error for a change set that CloudFormation could not make. */
export const changeSetFailed = (
  stackName: string,
  reason: string,
  details: readonly string[],
): DeployError =>
  new DeployError(
    'CHANGE_SET_FAILED',
    details.length === 0
      ? `CloudFormation refuses the changes of ${stackName}: ${reason || 'it gives no reason'}`
      : `CloudFormation refuses the changes of ${stackName}:\n${details.map((line) => `  ${line}`).join('\n')}`,
    { hint: 'Nothing was changed. Correct the program and run the same command.' },
  );
